"""What is needed to connect a Postmark server.

Docs: https://postmarkapp.com/developer/api/overview and https://postmarkapp.com/developer/webhooks/webhooks-overview,
      as known on 25 November 2026; not every word of the console could be checked there.
"""

from typing import Final

from messaging.providers.credentials import ConnectGuide, CredentialField

#: the user name beside the secret that Postmark shows our address; the secret is one of each account's own
WEBHOOK_USER: Final = "carillon"
_COPY: Final = "Copy it from the server's page in Postmark."

GUIDE: Final = ConnectGuide(
    title="Postmark",
    about="Emails through Postmark, with bounces, complaints and deliveries reported back.",
    console="Postmark, on your server's page",
    docs="https://postmarkapp.com/developer/api/overview",
    fields=(
        CredentialField(
            "server",
            "Server name",
            help="What Postmark calls it; it tells one server from another.",
            longest=80,
            pattern=r"\S.*",
            correction="Write the name your server has in Postmark.",
        ),
        CredentialField(
            "server_token",
            "Server API token",
            help="Under API Tokens.",
            pattern=r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
            correction=f"A server token is 36 letters, digits and dashes. {_COPY}",
            secret=True,
        ),
        CredentialField(
            "message_stream",
            "Message stream",
            help="The id of the stream, such as outbound or broadcast.",
            pattern=r"[a-z][a-z0-9-]{0,29}",
            correction=f"A stream's id is lower case, such as outbound. {_COPY}",
        ),
    ),
    account="server",
    hint="server_token",
    webhooks="It stands in Postmark at your stream and at the inbound stream, with the password that was shown once.",
    webhook_secret="webhook_secret",  # noqa: S106 - the name of a credential, not one
    webhook_label="Webhook password",
    webhook_steps=(
        "In Postmark open your message stream, then Webhooks, and add a webhook with the address below.",
        f"As Basic auth write the user {WEBHOOK_USER} and the password below.",
        "Switch on Delivery, Bounce, Spam complaint and Subscription change. Leave Open and Link click off.",
        "Open the inbound stream and give it the same address, with user and password in it: "
        f"https://{WEBHOOK_USER}:password@address.",
    ),
)
