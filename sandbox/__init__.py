"""A carrier that belongs to nobody: a separate process that speaks the real wire formats, for development, demos and tests.

It imports nothing from the other apps, as a real carrier would not, and no app imports it.
"""
