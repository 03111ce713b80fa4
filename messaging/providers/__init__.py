"""Adapters: one module per provider, each translating our values to its wire and back."""
