"""Reads of consent for its pages."""
