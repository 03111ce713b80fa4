"""What is needed to connect a Postmark server.

Docs: https://postmarkapp.com/developer/api/overview and https://postmarkapp.com/developer/webhooks/webhooks-overview,
      as known on 25 November 2026; not every word of the console could be checked there.
"""

from typing import Final

from messaging.providers.credentials import ConnectGuide, CredentialField

#: the user name of the password that Postmark shows our address; the password is made for each account
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
    webhooks="Paste it in Postmark, at your stream under Webhooks, with Delivery, Bounce, Spam complaint and Subscription "
    "change switched on and the user carillon with the password below as Basic auth; and at the inbound stream the same.",
    verify_token="webhook_password",  # noqa: S106 - the name of a field, no password
    verify_label="Webhook password",
)
