"""Forms in the look of the interface: each field brings label, hint, control and error, tied together for readers."""

from typing import Any

from django.forms.renderers import BaseRenderer, DjangoTemplates
from django.template import loader

from core.form_words import OwnWords


class InterfaceRenderer(DjangoTemplates):
    """Fields come from `templates/elements/`; the bare controls stay Django's."""

    form_template_name = "elements/form_fields.html"
    field_template_name = "elements/form_field.html"
    bound_field_class = None

    def get_template(self, template_name: str) -> Any:
        """What Django brings from Django, everything else from the project's templates."""
        if template_name.startswith("django/"):
            return super().get_template(template_name)
        return loader.get_template(template_name)


class CarillonForm(OwnWords):
    """Mixin for forms and model forms: `{{ form }}` and `{% field form.name %}` render the interface's fields, and what is
    empty or wrong is said in our words.

    Shape: `class SenderForm(CarillonForm, forms.Form)`.
    """

    default_renderer: BaseRenderer | type[BaseRenderer] | None = InterfaceRenderer
    template_name = "elements/form_fields.html"
    use_required_attribute = False  # the server explains what is missing; the browser's bubble cannot
