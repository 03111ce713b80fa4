"""Puts the pieces together, and starts and stops them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from sandbox import mailbox
from sandbox.call_control import CallControl
from sandbox.call_life import CallLife
from sandbox.calls import Calls
from sandbox.carrier import Carrier
from sandbox.control import Control
from sandbox.handset import Handset
from sandbox.kept_out import KeptOutControl
from sandbox.mail_control import MailControl
from sandbox.postman import Postman
from sandbox.postmark_wire import PostmarkApi
from sandbox.settings import Settings
from sandbox.telnyx_wire import TelnyxApi
from sandbox.twilio_calls import TwilioCalls
from sandbox.twilio_webhooks import Webhooks
from sandbox.twilio_wire import TwilioApi
from sandbox.whatsapp_chats import Chats
from sandbox.whatsapp_control import ChatControl
from sandbox.whatsapp_webhooks import ChatWebhooks
from sandbox.whatsapp_wire import WhatsAppApi

_LAST_ANSWERS = 0.5  # seconds open requests get when the process is told to stop
_BODY_LIMIT = 1 << 20


class Running:
    """A started sandbox and where it listens."""

    def __init__(self, carrier: Carrier, postman: Postman, port: int, smtp_port: int) -> None:
        self.carrier = carrier
        self.postman = postman
        self.port = port
        self.smtp_port = smtp_port


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    """Start the carrier and its mail catcher; both stop when the block ends."""
    carrier, postman = Carrier(settings), Postman()
    webhooks = Webhooks(carrier, postman)
    chats = Chats(carrier)
    chat_webhooks = ChatWebhooks(chats, postman)
    application = web.Application(client_max_size=_BODY_LIMIT)
    calls = Calls(carrier)
    call_life = CallLife(calls, postman)
    application.add_routes(TwilioCalls(calls, call_life).routes())
    application.add_routes(TwilioApi(carrier, webhooks).routes())
    application.add_routes(TelnyxApi(carrier, webhooks).routes())
    application.add_routes(CallControl(calls, call_life).routes())
    application.add_routes(Control(carrier, webhooks, postman).routes())
    application.add_routes(WhatsAppApi(chats, chat_webhooks, postman).routes())
    application.add_routes(ChatControl(chats, chat_webhooks).routes())
    postmark = PostmarkApi(carrier, postman)
    application.add_routes(postmark.routes())
    application.add_routes(KeptOutControl(carrier.accounts, carrier.kept_out_mail, settings.secret).routes())
    application.add_routes(MailControl(carrier, postman, postmark).routes())
    application.add_routes(Handset(carrier, webhooks, postman, chats, calls).routes())
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_LAST_ANSWERS)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(carrier.ledger.close)
        await postman.start()
        stack.push_async_callback(postman.stop)
        webhooks.start()
        stack.push_async_callback(webhooks.stop)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, settings.host, settings.port, reuse_address=True).start()
        smtp = await mailbox.serve(carrier.mailbox, carrier.mail_wills, settings.host, settings.smtp_port)
        stack.callback(smtp.close)
        yield Running(carrier, postman, runner.addresses[0][1], _port(smtp))


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])
