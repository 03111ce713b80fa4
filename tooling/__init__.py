"""Tooling: what runs, checks and measures Carillon on one machine. The product imports nothing from here."""
