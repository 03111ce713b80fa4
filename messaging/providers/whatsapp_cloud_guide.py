"""What is needed to connect a WhatsApp business account.

Docs: https://developers.facebook.com/docs/whatsapp/cloud-api/get-started, read 23 November 2026.
"""

from typing import Final

from messaging.providers.credentials import ConnectGuide, CredentialField

GUIDE: Final = ConnectGuide(
    title="WhatsApp",
    about="WhatsApp messages from your own business number, directly at Meta: approved templates, and free text in open "
    "conversations.",
    console="WhatsApp Manager and your app's settings at Meta",
    docs="https://developers.facebook.com/docs/whatsapp/cloud-api/get-started",
    fields=(
        CredentialField(
            "business_account_id",
            "WhatsApp account ID",
            help="Of the business account, not of a number: digits only.",
            pattern=r"[0-9]{5,32}",
            correction="An account ID has 5 to 32 digits. Copy it from WhatsApp Manager, under Settings.",
        ),
        CredentialField(
            "access_token",
            "Access token",
            help="Of a system user that may manage and send messages; one that does not expire.",
            pattern=r"\S{8,500}",
            correction="An access token has no spaces. Make one for a system user in Business Manager.",
            secret=True,
        ),
        CredentialField(
            "app_secret",
            "App secret",
            help="By it we know that a report comes from Meta.",
            pattern=r"\S{8,200}",
            correction="An app secret has no spaces. Copy it from your app at Meta, under Settings, Basic.",
            secret=True,
        ),
    ),
    account="business_account_id",
    hint="access_token",
    webhooks="Paste it in your app at Meta, under WhatsApp, Configuration, as callback URL, with the verify token. Subscribe "
    "to messages, user_preferences, message_template_status_update, message_template_quality_update and "
    "template_category_update.",
    verify_token="verify_token",  # noqa: S106 - the name of a credential, not one
    verify_label="Verify token",
)
