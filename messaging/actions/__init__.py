"""Verbs of messaging: connect, queue, claim, intend, record, receive. The only code that writes this app's tables."""
