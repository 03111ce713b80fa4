"""Tests of the adapters where no wire is needed."""
