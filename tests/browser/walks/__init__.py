"""Walks through the product, chapter by chapter: each a function that takes a visitor and uses pages alone."""
