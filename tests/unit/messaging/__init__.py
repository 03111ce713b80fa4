"""The pure part of messaging."""
