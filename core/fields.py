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
