"""Config: the composition root. It wires every app by name; nobody imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
