"""The verifier's own Ed25519 against the published vectors and against a library; the tree against its definition."""

import hashlib
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.proof.merkle import path_of, root_of
from consent.proof.verify import _is_under, signature_holds

#: RFC 8032, section 7.1: public key, message, signature of TEST 1, 2, 3 and SHA(abc)
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_published_signatures_hold(public, message, signature):
    assert signature_holds(*map(bytes.fromhex, (public, message, signature)))


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_no_published_signature_holds_for_another_message_or_with_one_bit_turned(public, message, signature):
    key, said, signed = map(bytes.fromhex, (public, message, signature))

    assert not signature_holds(key, said + b"!", signed)
    for at in (0, 31, 32, 63):
        turned = bytes(each ^ (index == at) for index, each in enumerate(signed))
        assert not signature_holds(key, said, turned), at


def test_what_the_library_signs_holds_and_what_it_refuses_does_not():
    chance = random.Random(8032)

    for size in (0, 1, 31, 32, 33, 1000):
        private, message = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32)), chance.randbytes(size)
        public, signature = private.public_key().public_bytes_raw(), private.sign(message)
        assert signature_holds(public, message, signature)
        assert not signature_holds(chance.randbytes(32), message, signature)
        assert not signature_holds(public, message, signature[::-1])


def test_a_signature_whose_number_was_raised_by_the_groups_order_does_not_hold():
    private = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    signature, public = private.sign(b"yes"), private.public_key().public_bytes_raw()
    raised = (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")

    assert signature_holds(public, b"yes", signature)
    assert not signature_holds(public, b"yes", signature[:32] + raised)


@pytest.mark.parametrize("public", [b"", b"\xff" * 32, (2**255 - 19).to_bytes(32, "little"), b"\x02" + b"\x00" * 31])
def test_what_is_no_key_signs_nothing(public):
    assert not signature_holds(public, b"", b"\x00" * 64)


def by_definition(leaves):
    """RFC 6962, section 2.1, as it is written there."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + by_definition(leaves[:half]) + by_definition(leaves[half:])).digest()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 31, 33])
def test_every_event_is_under_the_root_at_its_own_place_alone(count):
    events = [{"id": str(number)} for number in range(count)]
    leaves = [hashlib.sha256(b"\x00" + b'{"id":"%d"}' % number).digest() for number in range(count)]
    line = {"anchor": {"count": count, "root": root_of(leaves).hex()}}

    assert root_of(leaves) == by_definition(leaves)
    for index, event in enumerate(events):
        proof = {"index": index, "path": [each.hex() for each in path_of(leaves, index)]}
        assert _is_under(event, proof, line)
        assert not _is_under({"id": "another"}, proof, line)
        assert not _is_under(event, proof | {"index": -1}, line)
        assert not _is_under(event, proof | {"path": [*proof["path"], "00" * 32]}, line)
        if count > 1:
            assert not _is_under(event, proof | {"index": index ^ 1}, line)
            assert not _is_under(event, proof | {"path": proof["path"][:-1]}, line)


@pytest.mark.parametrize("parts", [(4,), (4, 4), (4, 1), (4, 4, 3), (4, 4, 4, 2)])
def test_the_tree_of_the_parts_roots_is_the_tree_of_all_leaves(parts):
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(sum(parts))]
    groups = [leaves[start : start + 4] for start in range(0, len(leaves), 4)]
    roots = [root_of(group) for group in groups]

    assert root_of(roots) == root_of(leaves)
    for place, group in enumerate(groups):
        for index in range(len(group)):
            assert path_of(group, index) + path_of(roots, place) == path_of(leaves, place * 4 + index)
