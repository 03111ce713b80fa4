"""Tests without database or network."""
