"""Fields of the house."""

from typing import Any

from django.db import models

from core import clock


class MomentOfCreation(models.DateTimeField):
    """When the row was first saved, in business time: a moved clock moves it too, which `auto_now_add` would not.

    A value given by hand is kept. To migrations it is a plain date and time.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"editable": False, "blank": True})

    def deconstruct(self) -> Any:
        """As a plain field, so that migrations stand on their own."""
        name, _, args, options = super().deconstruct()
        options.pop("editable", None)
        options.pop("blank", None)
        return name, "django.db.models.DateTimeField", args, options

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Set the moment on the way into the database, unless there is one."""
        if add and getattr(model_instance, self.attname) is None:
            setattr(model_instance, self.attname, clock.now())
        return super().pre_save(model_instance, add)


class MomentOfChange(MomentOfCreation):
    """When the row last changed, as `core.tenant_sql.keep_changes` keeps it: a trigger writes it, nobody else does.

    A row that is saved whole may carry an older moment back; the trigger sets it anew wherever something that counts changed.
    """


class StoredColumn(models.GeneratedField):
    """A column the database computes and keeps.

    Django asks a running server whether it can; every PostgreSQL we support can, and checks have to work without one. In
    migrations it is the field it derives from.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"db_persist": True})

    def deconstruct(self) -> Any:
        """As the field it derives from, so that migrations stand on their own."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.GeneratedField", args, options

    def _check_supported(self, databases: object) -> list[Any]:
        return []

    def _check_persistence(self, databases: object) -> list[Any]:
        return []
