"""Reads of contacts that span tables, each with its number of queries."""
