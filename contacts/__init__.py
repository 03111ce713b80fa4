"""Contacts: people, the points that reach them, lists, tags, notes, custom fields and imports.

It may know consent, accounts and core. An import can protect people; it never raises a consent without proof.
"""
