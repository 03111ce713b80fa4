"""Tests of the commands: they start real, small processes and need no database."""
