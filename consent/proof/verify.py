#!/usr/bin/env python3
"""Check a proof of consent without asking anybody: `python3 verify.py [folder or zip] [--key HEX] [--keys FILE]`.

It needs Python 3.9 and nothing else. It says which file or event was changed, taken out, added or moved after the proof was
made; what left the ledger before, it cannot know. Whether the key is the right one only its publisher can say: hand over the
published key with --key, or the published file with --keys. It ends with 0: valid, 1: not, 3: whole, but the key is anybody's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import IO, Any

FORMAT = "carillon-consent-proof/1"
KEYS, SIGNATURE, MANIFEST = "keys.json", "signature.json", "manifest.json"
EVENTS, ANCHORS = "events.jsonl", "anchors.jsonl"
# every event is anchored in the night after it was written down; this leaves time for a night that was missed
ANCHORED_WITHIN = timedelta(days=3)
NOTHING_BEFORE = "0" * 64
_UNREADABLE = (OSError, EOFError, KeyError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error)


class Broken(Exception):
    """Something is not what was signed; the text says which file or event."""


# -- Ed25519 (RFC 8032, section 5.1), only what checking needs ------------------------------------------------------------

_Point = tuple[int, int, int, int]
_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)


def _add(one: _Point, two: _Point) -> _Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % _P, (one[1] + one[0]) * (two[1] + two[0]) % _P
    c, d = 2 * one[3] * two[3] * _D % _P, 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: _Point) -> _Point:
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point = _add(point, point)
        number >>= 1
    return total


def _point(text: bytes) -> _Point | None:
    number = int.from_bytes(text, "little")
    y, odd = number & ((1 << 255) - 1), number >> 255
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if y >= _P or (x * x - square) % _P or (odd and not x):
        return None
    x = _P - x if x & 1 != odd else x
    return x, y, 1, x * y % _P


_BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the Ed25519 signature over the message was made with the private half of this public key."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= _ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _ORDER
    left, right = _times(scalar, _BASE), _add(commitment, _times(challenge, key))
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 and (left[1] * right[2] - right[1] * left[2]) % _P == 0


class Folder:
    """The files of an unpacked proof."""

    def __init__(self, path: str) -> None:
        self.path = path

    def namelist(self) -> list[str]:
        """All files, as they are named in the list of files."""
        found = [os.path.join(root, name) for root, _, names in os.walk(self.path) for name in names]
        return [os.path.relpath(each, self.path).replace(os.sep, "/") for each in found]

    def open(self, name: str) -> IO[bytes]:
        """One file, to be read in pieces."""
        return open(os.path.join(self.path, *name.split("/")), "rb")


class Archive(zipfile.ZipFile):
    """The files of a proof as they lie in its zip."""


def canonical(value: Any) -> bytes:
    """The one way a value is written: JSON with sorted keys, no spaces, ASCII alone."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _whole(files: Folder | Archive, name: str) -> Any:
    """A small file of ours as a value; it must be written exactly as we write."""
    try:
        with files.open(name) as file:
            text = file.read()
    except _UNREADABLE:
        raise Broken(f"{name}: the file is missing or cannot be read") from None
    value = _value(text)
    if value is None:
        raise Broken(f"{name}: the file was changed")
    return value


def _value(text: bytes) -> Any:
    """The value of a line or file; None when it is not written as we write."""
    try:
        value = json.loads(text)
        return value if canonical(value) + b"\n" == text else None
    except (ValueError, RecursionError):
        return None


def _digest(files: Folder | Archive, name: str) -> str | None:
    digest = hashlib.sha256()
    try:
        with files.open(name) as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                digest.update(piece)
    except _UNREADABLE:
        return None
    return digest.hexdigest()


def _hex(text: Any, size: int) -> bytes:
    """The bytes of so many hexadecimal digits in small letters; nothing where it is something else."""
    good = isinstance(text, str) and re.fullmatch(f"[0-9a-f]{{{2 * size}}}", text)
    return bytes.fromhex(text) if good else b""


def _keys(files: Folder | Archive) -> dict[str, bytes]:
    """The public keys in the bundle by their ids; an id is the beginning of the key's own digest, so it cannot be swapped."""
    listed = _whole(files, KEYS)
    try:
        keys = {each["key_id"]: _hex(each["public_key"], 32) for each in listed["keys"]}
    except (KeyError, TypeError, AttributeError):
        raise Broken(f"{KEYS}: the file was changed") from None
    for key_id, public in keys.items():
        if hashlib.sha256(public).hexdigest()[:16] != key_id:
            raise Broken(f"{KEYS}: a public key in it was changed")
    return keys


def _manifest(files: Folder | Archive, keys: dict[str, bytes]) -> tuple[dict[str, Any], str]:
    """The list of files, once its signature holds."""
    signed = _whole(files, SIGNATURE)
    fields = signed if isinstance(signed, dict) else {}
    public, stated = keys.get(str(fields.get("key_id")), b""), str(fields.get("manifest_sha256"))
    message = f"{FORMAT}\n{stated}\n".encode()
    if set(fields) != {"key_id", "manifest_sha256", "signature"} or not public:
        raise Broken(f"{SIGNATURE}: the file was changed, or it names a key that is not in {KEYS}")
    if not signature_holds(public, message, _hex(fields["signature"], 64)):
        raise Broken(f"{SIGNATURE}: the signature is not one of this key")
    if _digest(files, MANIFEST) != stated:
        raise Broken(f"{MANIFEST}: the file was changed or is missing; it is not the one that was signed")
    manifest = _whole(files, MANIFEST)
    if manifest.get("format") != FORMAT:
        raise Broken(f"{MANIFEST}: this is another format than {FORMAT}; it takes another verify.py")
    return manifest, str(fields["key_id"])


def _file_problems(files: Folder | Archive, manifest: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the files as such; an events file that was changed is looked into further."""
    listed = {each["name"]: each for each in manifest["files"]}
    names = list(files.namelist())
    for name in sorted(set(names) - set(listed) - {MANIFEST, SIGNATURE}):
        yield f"{name}: the file was added; it does not belong to this proof"
    for name in sorted({each for each in names if names.count(each) > 1}) if len(names) != len(set(names)) else []:
        yield f"{name}: the file is there twice"
    for name, each in listed.items():
        if name not in names:
            yield f"{name}: the file is missing"
        elif _digest(files, name) != each["sha256"]:
            found = list(_event_problems(files, manifest)) if name == EVENTS else []
            yield from found or [f"{name}: the file was changed"]


def _event_problems(files: Folder | Archive, manifest: dict[str, Any]) -> Iterator[str]:
    """Which events were changed, taken out, added or moved: the chain of each address, entry by entry."""
    chains = {each["point"]: (NOTHING_BEFORE, "") for each in manifest["points"]}
    damaged, found = False, 0
    for line, raw in enumerate(_lines(files, EVENTS), start=1):
        entry = _value(raw)
        if not _is_entry(entry):
            found, damaged = found + 1, True
            named = re.search(rb'"number":"([A-Z0-9-]{1,16})"', raw)
            yield f"{EVENTS}: event {named.group(1).decode() if named else 'without a number'} on line {line} was changed"
            continue
        head, last = chains.get(entry["event"]["point"], (None, ""))
        if entry["previous"] != head and not damaged:
            found += 1
            yield _out_of_place(entry, head, last, line)
        chains[entry["event"]["point"]], damaged = (entry["hash"], entry["number"]), False
    for each in manifest["points"]:
        head, last = chains[each["point"]]
        if head != each["head"] and not found:
            where = f"after event {last}" if last else "at the beginning"
            yield f"{EVENTS}: event {each['last']} was taken out or exchanged; it should stand {where}"


def _is_entry(entry: Any) -> bool:
    """Whether an entry is one of ours and its hash covers everything else it says."""
    if not isinstance(entry, dict) or set(entry) != {"hash", "place", "previous", "previous_number", "number", "event"}:
        return False
    rest = {name: value for name, value in entry.items() if name != "hash"}
    return hashlib.sha256(b"\x02" + canonical(rest)).hexdigest() == entry["hash"]


def _out_of_place(entry: dict[str, Any], head: str | None, last: str, line: int) -> str:
    here, wanted = f"event {entry['number']} on line {line}", entry["previous_number"]
    if head is None:
        return f"{EVENTS}: {here} was added; it is about another address"
    if wanted == last:
        return f"{EVENTS}: event {last or entry['number']} was exchanged; see {here}"
    if not wanted:
        return f"{EVENTS}: {here} was moved; it is the first one of its address"
    return f"{EVENTS}: event {wanted} was taken out or moved; it should stand before {here}"


def _lines(files: Folder | Archive, name: str) -> Iterator[bytes]:
    """The lines of a file one after the other; what cannot be read ends it."""
    try:
        with files.open(name) as file:
            yield from file
    except _UNREADABLE:
        return


def _anchor_problems(
    files: Folder | Archive, keys: dict[str, bytes], made_at: str, published: Mapping[str, Any] | None
) -> Iterator[str]:
    """What is wrong with the anchors; every file is the signed one by now, so this asks whether we anchored what we say."""
    anchors, sealed = {}, {}
    for raw in _lines(files, ANCHORS):
        line = _value(raw)
        if "anchor" in line:
            anchors[line["anchor"]["number"]] = line
        else:
            sealed[line["event"]] = line
    for number, line in anchors.items():
        public = keys.get(line["key_id"], b"")
        if not signature_holds(public, b"anchor\n" + canonical(line["anchor"]), _hex(line["signature"], 64)):
            yield f"{ANCHORS}: the signature of anchor {number} is not ours"
        elif wrong := _misuse(public, line["anchor"]["at"], published):
            yield f"{ANCHORS}: anchor {number} was signed {wrong}"
    for raw in _lines(files, EVENTS):
        entry = _value(raw)
        proof = sealed.pop(entry["event"]["id"], None)
        line = anchors.get(proof["under"]) if proof else None
        if proof is not None and not _is_under(entry["event"], proof, line):
            yield f"{EVENTS}: event {entry['number']} is not the one that anchor {proof['under']} covers"
        elif late := _lateness(entry["event"]["recorded_at"], line, made_at):
            yield f"{EVENTS}: event {entry['number']} {late}"
    for event in sealed:
        yield f"{ANCHORS}: it covers event {event}, which is not in this proof"


def _lateness(recorded_at: str, line: dict[str, Any] | None, made_at: str) -> str:
    """What is wrong with when an event came under an anchor: what was written in later with an earlier date shows here."""
    if _moment(line["anchor"]["at"] if line else made_at) <= _moment(recorded_at) + ANCHORED_WITHIN:
        return ""
    said = f"says it was recorded {recorded_at}, more than {ANCHORED_WITHIN.days} days before "
    return said + (f"its anchor of {line['anchor']['at']}" if line else "this proof was made, and no anchor covers it")


def _moment(text: str) -> datetime:
    return datetime.strptime(text[:-1] + "+0000", "%Y-%m-%dT%H:%M:%S.%f%z")


def _is_under(event: dict[str, Any], proof: dict[str, Any], line: dict[str, Any] | None) -> bool:
    """Whether the event's leaf and the hashes beside its way up give the root of the anchor (RFC 9162, 2.1.3.2)."""
    if line is None or not 0 <= proof["index"] < line["anchor"]["count"]:
        return False
    node, at, end = hashlib.sha256(b"\x00" + canonical(event)).digest(), proof["index"], line["anchor"]["count"] - 1
    for beside in (_hex(each, 32) for each in proof["path"]):
        while at == end and not at & 1 and end:
            at, end = at >> 1, end >> 1
        pair = beside + node if at & 1 else node + beside
        node, at, end = hashlib.sha256(b"\x01" + pair).digest(), at >> 1, end >> 1
    while at == end and not at & 1 and end:
        at, end = at >> 1, end >> 1
    return end == 0 and node.hex() == line["anchor"]["root"]


def check(
    files: Folder | Archive, trusted: Sequence[str] = (), published: Mapping[str, Any] | None = None
) -> tuple[list[str], str]:
    """What is wrong with a proof, one text for each thing (none: it is whole), and the public key that signed it, in hex."""
    try:
        keys = _keys(files)
        manifest, key_id = _manifest(files, keys)
    except Broken as problem:
        return [str(problem)], ""
    made_at, public = manifest["made_at"], keys[key_id]
    problems = list(_file_problems(files, manifest))
    if not problems:
        problems = [*_event_problems(files, manifest), *_anchor_problems(files, keys, made_at, published)]
    if trusted and public.hex() not in [each.lower() for each in trusted]:
        problems.append(f"{KEYS}: it was signed with key {key_id}, which is not a key you trust")
    if wrong := _misuse(public, made_at, published):
        problems.append(f"{SIGNATURE}: this proof was signed {wrong}")
    return problems, public.hex()


def published_keys(path: str) -> dict[str, Any]:
    """When each key of the published file ended (None: it signs now), by the key in hex. Errors: Broken."""
    try:
        with open(path, "rb") as file:
            ends = {each["public_key"].lower(): each["ended_at"] for each in json.load(file)["keys"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        ends = {}
    if not ends:
        raise Broken(f"{path}: this is not the file of keys as it is published")
    return ends


def _misuse(public: bytes, at: str, published: Mapping[str, Any] | None) -> str:
    """Why a key cannot have signed at that moment by what is published; empty when it can, or nothing published is here."""
    if published is None:
        return ""
    if public.hex() not in published:
        return "with a key that is not among the published ones"
    ended = published[public.hex()]
    return f"on {at} with a key that ended on {ended}" if ended and _moment(at) > _moment(ended) else ""


def opened(path: str) -> Folder | Archive:
    """A folder, or a zip, as files. Errors: Broken when it is neither."""
    if os.path.isdir(path):
        return Folder(path)
    try:
        return Archive(path)
    except _UNREADABLE:
        raise Broken(f"{path}: this is neither a folder nor a whole zip file") from None


def _told(manifest: dict[str, Any], public: str, vouched: bool) -> Iterator[str]:
    """What is said about a proof that is whole, line by line."""
    events, anchored = sum(each["events"] for each in manifest["points"]), manifest["anchored_events"]
    where = "".join(each for each in str(manifest["keys_published_at"]) if each.isprintable())
    yield "VALID" if vouched else "WHOLE, BUT SIGNED WITH A KEY NOBODY HAS VOUCHED FOR"
    yield f": {len(manifest['files'])} files, {events} events, {anchored} of them under a signed anchor.\n"
    yield f"Signed {manifest['made_at']} with {'the key you trust' if vouched else 'this public key'}:\n{public}\n"
    if not vouched:
        yield f"Compare it with the organisation's page of published keys, address as the bundle says: {where}\n"
        yield "Be sure that page is theirs. Then run this again with --key and the key you found there.\n"
    yield "What was removed from the proof would be named; what left the ledger before it was made leaves no trace here.\n"


def main(arguments: list[str]) -> int:
    """Check what the arguments name, say what was found, and answer how it ended."""
    parser = argparse.ArgumentParser(description="Check a proof of consent.")
    parser.add_argument("path", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--key", action="append", default=[], help="a published key in hex; more than one is fine")
    parser.add_argument("--keys", metavar="FILE", help="the file of all published keys")
    asked = parser.parse_args(arguments)
    try:
        files = opened(asked.path)
        problems, public = check(files, asked.key, published_keys(asked.keys) if asked.keys else None)
    except Broken as problem:
        problems, public = [str(problem)], ""
    if problems:
        sys.stdout.write("NOT VALID\n" + "".join(f"- {each}\n" for each in problems))
        return 1
    sys.stdout.write("".join(_told(_whole(files, MANIFEST), public, bool(asked.key or asked.keys))))
    return 0 if asked.key or asked.keys else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
