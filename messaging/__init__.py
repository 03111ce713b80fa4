"""Messaging: provider accounts, senders, templates, messages, attempts, receipts and what people answer.

It sends and receives. It may know contacts, billing, consent, accounts and core; it does not know campaigns.
"""
