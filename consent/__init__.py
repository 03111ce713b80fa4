"""Consent: may we reach this address, for what, and the proof.

Owns the point (one address), purposes, wordings, the append-only ledger of consent events, the state derived from it,
suppressions, and the gate that decides. It may know accounts and core; it knows nothing of people or messages.
"""
