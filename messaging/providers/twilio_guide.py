"""What is needed to connect a Twilio account.

Docs: https://www.twilio.com/docs/iam/api/authtoken and https://www.twilio.com/docs/iam/api-keys, read 25 November 2026.
"""

from typing import Final

from messaging.providers.credentials import ConnectGuide, CredentialField

_COPY: Final = "Copy it from the first page of the Twilio console."

GUIDE: Final = ConnectGuide(
    title="Twilio",
    about="Text messages and calls from your own Twilio number.",
    console="the Twilio console, under Account info",
    docs="https://www.twilio.com/docs/usage/requests-to-twilio",
    fields=(
        CredentialField(
            "account_sid",
            "Account SID",
            help="Begins with AC.",
            pattern=r"AC[0-9a-fA-F]{32}",
            correction=f"An account SID is AC and 32 letters or digits. {_COPY}",
        ),
        CredentialField(
            "auth_token",
            "Auth token",
            pattern=r"\S{1,200}",
            correction=f"An auth token has no spaces. {_COPY}",
            secret=True,
        ),
    ),
    account="account_sid",
    hint="auth_token",
    webhooks="Paste it in the Twilio console, at each number, under “A message comes in”, as POST. "
    "Receipts find their way by themselves.",
)
