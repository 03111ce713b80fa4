"""Logs: one JSON line per event, allow-listed fields only, so no number, address or body can slip in."""

from config import env

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "core.logs.AllowListFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        # named, so that the framework's own handlers go: they write plain text, addresses and the texts of errors
        "django": {"level": "INFO"},
        "django.server": {"level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        "granian": {"level": "WARNING"},
    },
}
