"""The tree under an anchor: one hash over many events, and the few hashes that prove that one event is among them.

Source: RFC 6962 section 2.1 (the tree) and RFC 9162 section 2.1.3 (proofs of inclusion).
"""

import hashlib
from collections.abc import Sequence

from consent.proof.facts import PAIR


def root_of(leaves: Sequence[bytes]) -> bytes:
    """One hash over all leaves, in their order. Shape: at least one leaf of 32 bytes."""
    level = list(leaves)
    while len(level) > 1:
        level = [_pair(level[at : at + 2]) for at in range(0, len(level), 2)]
    return level[0]


def path_of(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """What has to be hashed together with a leaf, from the bottom up, to arrive at the root."""
    level, at, path = list(leaves), index, []
    while len(level) > 1:
        beside = at ^ 1
        if beside < len(level):
            path.append(level[beside])
        level = [_pair(level[start : start + 2]) for start in range(0, len(level), 2)]
        at >>= 1
    return path


def _pair(nodes: Sequence[bytes]) -> bytes:
    """Two hashes as one; one alone goes up as it is, which is the tree of the RFC for every number of leaves."""
    return hashlib.sha256(PAIR + nodes[0] + nodes[1]).digest() if len(nodes) == 2 else nodes[0]
