"""What operators do with units: one more button on an organisation."""

from django import forms

from accounts.admin import DEEDS, Deed
from billing.actions.ledger import LARGEST_TOP_UP, add_units


class UnitsForm(forms.Form):
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
