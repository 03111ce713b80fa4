"""Reads of campaigns for its pages."""
