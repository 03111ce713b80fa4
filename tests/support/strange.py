"""Documents that are almost what somebody else's program sends: right but for anything at all in a place or two."""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=()), max_size=8),
    st.just(10**60),
    st.just([]),
    st.just({}),
    st.just([[{}]]),
    st.just({"id": 1, "type": [], "code": {}}),
    st.just("x" * 5000),
    st.just("9" * 5000),
)


@st.composite
def strange_documents(draw: st.DrawFn, recorded: Sequence[Any]) -> bytes:
    """One of the recorded documents as JSON, with strange values at one or two places."""
    document = draw(st.sampled_from(recorded))
    for _ in range(draw(st.integers(1, 2))):
        document = _replaced(document, draw(st.sampled_from(_places(document))), draw(STRANGE))
    return json.dumps(document).encode()


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a document."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path] + [place for key, child in children for place in _places(child, (*path, key))]


def _replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A document with another value at one place."""
    if not path:
        return value
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = _replaced(node[path[0]], path[1:], value)
    return copy
