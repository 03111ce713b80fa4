"""Faults to plant, and the test that must turn red for each."""
