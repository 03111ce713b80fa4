"""Doors of messaging."""
