"""What operators do with units: one more button on an organisation, and what it has beside its name."""

from django import forms

from accounts.admin import COLUMNS, DEEDS, Column, Deed
from billing.actions.ledger import LARGEST_TOP_UP, add_units
from billing.contracts import units_text
from billing.selectors import funds
from core.form_words import OwnWords


class UnitsForm(OwnWords, forms.Form):
    """How many units, and what for; the organisation reads it on its statement."""

    units = forms.IntegerField(min_value=1, max_value=LARGEST_TOP_UP)
    reason = forms.CharField(max_length=200, help_text="The number of the payment.")


DEEDS["add-units"] = Deed(
    "Add units",
    "It can send so much more. It reads the number and your note on its statement.",
    lambda actor, told: add_units(actor=actor, units=told["units"], note=told["reason"]),
    lambda organization: organization.state != "closed",
    form=UnitsForm,
)
COLUMNS.append(Column("units", lambda: units_text(funds().available)))
