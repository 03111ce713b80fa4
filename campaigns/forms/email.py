"""What a campaign by email says: a subject, the line beside it, and the text."""

from django import forms

from campaigns.forms.campaign import CampaignForm


class EmailForm(CampaignForm):
    """A letter to mailboxes."""

    channel, spoken = "email", "email"
    beside = ("subject", "preheader")
    longest = 100_000

    subject = forms.CharField(
        max_length=200,
        label="Subject",
        error_messages={"required": "Write what stands above the letter in people's mailboxes."},
    )
    preheader = forms.CharField(
        max_length=200, required=False, label="Preview line", help_text="Many mailboxes show it beside the subject."
    )
    body = forms.CharField(
        label="Letter",
        help_text="HTML. Mail programs without it get a plain text made from it.",
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true"}),
        error_messages={"required": "Write what people shall read."},
    )
