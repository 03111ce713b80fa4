"""`bin/bench [name …] [--quick | --tiny]`: run the benchmarks; the last line of each is one JSON object.

The exit code is 0 when they ran, whether or not a goal was met: a busy machine is no defect. A run that breaks exits 1.
"""

import argparse
import contextlib
import os
import signal
import sys
import types
from collections.abc import Iterator

from tooling import bench, database, discovery
from tooling.postgres import PostgresFailed
from tooling.valkey import ValkeyFailed

#: a benchmark needs less than three minutes on two cores of its own; one that needs this long has found a defect
LONGEST_SECONDS = 270


class TookTooLong(BaseException):
    """A benchmark was stopped. Not an Exception, so that nothing in the product takes it for a failure of its own."""


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all."""
    parser = argparse.ArgumentParser(prog="bin/bench")
    parser.add_argument("names", nargs="*", metavar="name")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_const", dest="scale", const="quick", help="smaller, rougher")
    size.add_argument("--tiny", action="store_const", dest="scale", const="tiny", help="only says whether it runs")
    parser.set_defaults(scale="full")
    parser.add_argument("--seconds", type=int, default=LONGEST_SECONDS, help="stop a benchmark that takes longer")
    options = parser.parse_args(arguments)
    _open_the_product()
    try:
        chosen = discovery.choose(_named(discovery.modules(bench)), options.names)
    except discovery.UnknownName as unknown:
        print(f"carillon: {unknown}", file=sys.stderr)
        return 2
    from tooling.bench._ground import WrongResult  # needs the product open

    broken = 0
    for name, module in chosen.items():
        try:
            with _bounded(options.seconds):
                print(module.run(options.scale).text(name, options.scale), flush=True)
        except (PostgresFailed, ValkeyFailed, database.MigrationFailed, WrongResult, TookTooLong) as failure:
            print(f"carillon: {name}: {failure}", file=sys.stderr)
            broken += 1
    return 1 if broken else 0


def _open_the_product() -> None:
    """Django in this process, with the settings of the suite; `_ground` leads it to a database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django

    django.setup()


@contextlib.contextmanager
def _bounded(seconds: int) -> Iterator[None]:
    """Stop a benchmark that takes for ever, wherever it is; its servers stop with it."""
    stopped = TookTooLong(f"stopped after {seconds} s. The machine is too busy, or something grows too fast.")

    def stop(*_: object) -> None:
        raise stopped

    former = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    except Exception as broken:
        # a statement cut in the middle leaves a connection that cannot be tidied: that failure is ours, not the benchmark's
        if _follows(broken, stopped):
            raise stopped from broken
        raise
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def _follows(error: BaseException, first: BaseException) -> bool:
    """Whether one exception was raised while the other was on its way."""
    before = error.__context__
    return before is not None and (before is first or _follows(before, first))


def _named(found: dict[str, types.ModuleType]) -> dict[str, types.ModuleType]:
    """Modules whose name is a word of Python say their own."""
    return {getattr(module, "NAME", name): module for name, module in found.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
