"""The verbs of contacts: the only code that writes its tables."""
