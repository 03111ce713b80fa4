"""Reads of messaging for its pages."""
