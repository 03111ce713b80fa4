"""Consent for applications: what they report, what they may read."""
