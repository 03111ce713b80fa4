"""Campaigns and their runs for applications."""
