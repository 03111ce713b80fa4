"""Contracts with the world outside: providers and webhooks, over real sockets on this machine."""
