"""Settings by subject; `production`, `local` and `test` compose them."""
