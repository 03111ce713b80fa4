"""People and lists for applications."""
