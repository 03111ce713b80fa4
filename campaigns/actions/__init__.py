"""Verbs of campaigns: write, plan, launch, hold, promote. The only code that writes this app's tables."""
