"""What is needed to connect a mail server of one's own."""

from typing import Final

from messaging.providers.credentials import ConnectGuide, CredentialField

#: ports mail servers take mail of their own customers on; no other port is ever connected to
PORTS: Final = ("587", "465", "2525", "25")
_COPY: Final = "It stands in the settings of your mail provider."

GUIDE: Final = ConnectGuide(
    title="Mail server (SMTP)",
    about="Emails through the mail server of your own provider.",
    console="the settings of your mail provider, under SMTP or outgoing mail",
    docs="https://www.rfc-editor.org/rfc/rfc6409",
    fields=(
        CredentialField(
            "host",
            "Server",
            help="Such as smtp.example.com.",
            pattern=r"(?=.{4,253}$)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z][A-Za-z0-9-]*",
            correction=f"A server is a name such as smtp.example.com, without a port and without https. {_COPY}",
            longest=253,
        ),
        CredentialField(
            "port",
            "Port",
            choices=tuple((port, port) for port in PORTS),
            pattern="|".join(PORTS),
            correction=f"Mail servers take mail on port {', '.join(PORTS[:-1])} or {PORTS[-1]}. {_COPY}",
        ),
        CredentialField(
            "security",
            "Encryption",
            help="Port 587 usually wants STARTTLS, port 465 TLS from the start.",
            choices=(("starttls", "STARTTLS"), ("tls", "TLS from the start")),
            pattern="starttls|tls",
            correction="Choose STARTTLS or TLS: passwords and mails are never sent unencrypted.",
        ),
        CredentialField("username", "User", help="Often a whole mail address.", longest=200),
        CredentialField("password", "Password", pattern=r".{1,200}", correction=f"{_COPY}", secret=True, longest=200),
    ),
    account="username",
    hint="password",
    webhooks="A mail server reports nothing back. What it refuses at once is counted; bounces that come later go to the "
    "sender's own mailbox.",
)
