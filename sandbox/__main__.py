"""`python -m sandbox --data FOLDER`: run the carrier until it is told to stop."""

import asyncio
import logging
import os
import signal
import sys

from sandbox.app import running
from sandbox.settings import Settings, read

logger = logging.getLogger("sandbox")


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with running(settings) as sandbox:
        logger.info("The sandbox listens on port %d, its mail catcher on port %d.", sandbox.port, sandbox.smtp_port)
        await stop.wait()


def main() -> None:
    """Start with the fastest event loop this machine has."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the SMTP library would log addresses
    settings = read(sys.argv[1:], os.environ)
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve(settings))
    else:
        uvloop.run(serve(settings))


if __name__ == "__main__":
    main()
