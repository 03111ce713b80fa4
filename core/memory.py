"""Python's search for rings of objects, which walks through everything a process holds, kept out of work in bulk."""

import contextlib
import gc
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def collector_at_rest() -> Iterator[Callable[[], object]]:
    """Nothing is searched for rings inside, but when the function given is called: then the young objects alone.

    Whoever makes many objects that stay for a while has all objects of the process looked through, again and again. To be
    called once for each piece of some thousand rows.
    Effects: the collector of the whole process rests; afterwards it works again, if it did before.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield lambda: gc.collect(1)
    finally:
        if was_on:
            gc.enable()
