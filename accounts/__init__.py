"""Accounts: who is asking, for which organisation, with which role, and the audit trail of every deed."""
