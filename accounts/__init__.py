"""Accounts: who is asking, for which organisation, with which role, and the audit trail of every deed.

Owns organisations, people who log in, memberships, invitations, agreements, guests of the trial, API keys, the keys of the
vault, and the chained audit trail. It knows core and nothing else.
"""
