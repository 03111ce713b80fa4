"""Verbs of consent: points, purposes, the ledger, suppressions. The only code that writes this app's tables."""
