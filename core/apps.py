"""Core as a Django app: it brings SQL functions and template tags, no tables of the product."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """Installs the guard that refuses tenant SQL outside a tenant context, and makes every task known."""

    name = "core"

    def ready(self) -> None:
        from core.tenancy import install_guard

        connection_created.connect(install_guard, dispatch_uid="core.tenancy.guard")
        # every process can ring every task, not the workers alone
        autodiscover_modules("tasks")
