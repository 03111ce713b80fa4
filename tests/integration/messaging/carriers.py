"""A carrier with every channel and a handshake, for tests of what all carriers share; it speaks Telnyx underneath."""

import dataclasses
from typing import ClassVar

from messaging.providers.credentials import ConnectGuide, CredentialField
from messaging.providers.protocol import BadSignature, Capabilities, WebhookAnswer, WebhookRequest
from messaging.providers.telnyx import Telnyx

LARGEST = 3_000_000


class Everything(Telnyx):
    """Offers all four channels, wants one thing that may stay empty, and asks our address to prove itself."""

    name: ClassVar[str] = "everything"
    guide: ClassVar[ConnectGuide] = dataclasses.replace(
        Telnyx.guide,
        title="Everything",
        fields=(*Telnyx.guide.fields, CredentialField("nickname", "Nickname", required=False)),
        verify_token="verify_token",
        verify_label="Verify token",
    )
    capabilities: ClassVar[Capabilities] = dataclasses.replace(
        Telnyx.capabilities, channels=frozenset({"sms", "whatsapp", "voice", "email"}), webhook_bytes=LARGEST
    )

    def __init__(self, credentials, base_url="", session=None):  # type: ignore[no-untyped-def]
        super().__init__(credentials, base_url, session)
        self._word = credentials.get("verify_token", "")

    def handshake(self, request: WebhookRequest) -> WebhookAnswer:
        """Give back the challenge to whoever knows the word."""
        if request.query.get("word") != [self._word]:
            raise BadSignature("another word")
        return WebhookAnswer(200, "text/plain", request.query["challenge"][0].encode())
