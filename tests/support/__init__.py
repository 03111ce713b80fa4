"""Machinery some tests share: messy files, planted faults, worker processes that may be killed."""
