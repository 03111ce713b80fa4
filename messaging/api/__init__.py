"""Decisions, messages, replies and senders for applications."""
