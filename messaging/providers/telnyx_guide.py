"""What is needed to connect a Telnyx account.

Docs: https://developers.telnyx.com/docs/messaging/messages/send-message and
      https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks, read 23 November 2026.
"""

from typing import Final

from messaging.providers.credentials import ConnectGuide, CredentialField

_KEYS: Final = "Copy it from Keys & Credentials in the Telnyx portal."

GUIDE: Final = ConnectGuide(
    title="Telnyx",
    about="Text messages from your own Telnyx number. A lost answer is asked for again, never sent twice.",
    console="the Telnyx portal, under Messaging and under Keys & Credentials",
    docs="https://developers.telnyx.com/docs/messaging/messages/send-message",
    fields=(
        CredentialField(
            "messaging_profile_id",
            "Messaging profile ID",
            help="The profile your numbers belong to.",
            pattern=r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
            correction="A messaging profile ID looks like 40017e1a-0000-4000-8000-00000000abcd. "
            "Copy it from Messaging in the Telnyx portal.",
        ),
        CredentialField(
            "api_key",
            "API key",
            help="Begins with KEY.",
            pattern=r"\S{4,300}",
            correction=f"An API key has no spaces. {_KEYS}",
            secret=True,
        ),
        CredentialField(
            "public_key",
            "Public key",
            help="By it we know that a report comes from Telnyx.",
            pattern=r"[A-Za-z0-9+/]{43}=",
            correction=f"A public key is 44 letters and ends with an equals sign. {_KEYS}",
        ),
    ),
    account="messaging_profile_id",
    hint="api_key",
    webhooks="Paste it in the Telnyx portal, at the messaging profile, under “Send a webhook to this URL”, API version 2. "
    "Replies and reports both come there.",
)
