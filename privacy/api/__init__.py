"""The REST API of it."""
