"""A mail that cannot even be put as a request to Postmark was never sent: it is refused, and nobody waits for news of it."""

import pytest

from core.http import Session
from messaging.providers.postmark import Postmark
from messaging.providers.protocol import Rejected
from tests.contract import carrier as wire
from tests.contract.kit_postmark import PostmarkKit, mail


@pytest.mark.parametrize("recipient", ["ana@", "ana@people..example", "a b@people.example"])
async def test_a_mail_to_what_is_no_address_is_refused_without_a_request(recipient: str) -> None:
    async with wire.carrier() as carrier, Session() as session:
        made = Postmark(PostmarkKit().credentials, carrier.base_url, session)

        with pytest.raises(Rejected) as refused:
            await made.send(mail(recipient=recipient))

    assert (refused.value.reason, refused.value.code, refused.value.may_have_left) == ("content", "not_a_mail", False)
    assert carrier.seen == []
