"""Verify an inspector's bundle with nothing but Python's standard library.

    python3 -I -S verify.py bundle.zip [KEY]     an inspector's own copy of this file does
    python3 -I -S bundle.zip                     the bundle verifies itself

It checks that every file is there, unchanged and listed, that the list is signed (Ed25519, RFC
8032), and that each line of the journal follows the one before. KEY is the system's public key as
you noted it down earlier; the one in the bundle is only as good as where the bundle comes from.
Exit status 0: sound. 1: a finding, named. 2: no bundle.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence

LIST = "MANIFEST.sha256"
NOTE = "MANIFEST.note"
KEY = "journal.vkey"
FORM = "gardefou-bundle/1"
JOURNAL = "journal.jsonl"
GENESIS = "0" * 64
PRUNED = b'{"pruned":'


def main(arguments: Sequence[str]) -> int:
    """Verify the bundle named, or the one this file stands in."""
    path = arguments[0] if arguments else sys.path[0]
    noted = arguments[1] if len(arguments) > 1 else ""
    try:
        with zipfile.ZipFile(path) as bundle:
            findings = list(verify(bundle, noted))
            count = len(bundle.namelist())
            head = "" if findings else digest(bundle.read(LIST))
            key = "" if findings else noted or bundle.read(KEY).decode().strip()
    except (OSError, zipfile.BadZipFile) as error:
        print(f"{path}: no bundle: {error}", file=sys.stderr)
        return 2
    for finding in findings:
        print(f"FINDING {finding}")
    if findings:
        return 1
    print(f"SOUND {count} files, list {head}")
    print(f"SIGNED by {key}")
    return 0


def verify(bundle: zipfile.ZipFile, noted: str = "") -> Iterator[str]:
    """Everything that is wrong with a bundle, in words; ``noted`` the key that must have signed."""
    names = bundle.namelist()
    if LIST not in names:
        yield f"{LIST}: missing"
        return
    if len(set(names)) != len(names):
        yield "a name stands twice in the bundle"
    try:
        listing = bundle.read(LIST)
        pairs = (line.partition("  ") for line in _lines(listing))
        listed = {name: sha for sha, _, name in pairs}
    except UNREADABLE as error:
        yield f"{LIST}: cannot be read: {error}"
        return
    yield from signature(bundle, listing, noted)
    for name in sorted(set(names) - set(listed) - {LIST, NOTE}):
        yield f"{name}: not listed"
    for name, expected in sorted(listed.items()):
        if name not in names:
            yield f"{name}: missing"
            continue
        try:
            found = digest(bundle.read(name))
        except UNREADABLE as error:
            yield f"{name}: cannot be read: {error}"
            continue
        if found != expected:
            yield f"{name}: changed"
        elif name == JOURNAL:
            yield from journal(bundle.read(name))


def signature(bundle: zipfile.ZipFile, listing: bytes, noted: str) -> Iterator[str]:
    """What is wrong with the signed note over the list (c2sp.org/signed-note)."""
    try:
        name, key_id, public = _key(noted or bundle.read(KEY).decode())
        text, _, signed = bundle.read(NOTE).decode().partition("\n\n")
        dash, signer, data = signed.removesuffix("\n").split(" ")
        raw = base64.b64decode(data, validate=True)
    except (KeyError, *UNREADABLE) as error:
        yield f"{NOTE}: not signed, or its key cannot be read: {error}"
        return
    if text != f"{FORM}\n{digest(listing)}":
        yield f"{NOTE}: is over another list"
    elif (dash, signer, raw[:4].hex()) != ("—", name, key_id):
        yield f"{NOTE}: signed by another key than {name}+{key_id}"
    elif not is_signed(public, f"{text}\n".encode(), raw[4:]):
        yield f"{NOTE}: the signature is false"


def _key(text: str) -> tuple[str, str, bytes]:
    """Name, id and public key of a verifier key; raises `ValueError`."""
    name, key_id, material = text.strip().split("+", 2)
    raw = base64.b64decode(material, validate=True)
    own = hashlib.sha256(f"{name}\n".encode() + raw).hexdigest()[:8]
    if len(raw) != 33 or raw[0] != 1 or own != key_id:
        raise ValueError(f"{text.strip()!r} is no Ed25519 verifier key")
    return name, key_id, raw[1:]


def journal(data: bytes) -> Iterator[str]:
    """Where the journal's lines do not follow each other; a torn last line is none of them."""
    lines = data.split(b"\n")[:-1]
    before, expected, start = GENESIS, 1, 1
    if lines and lines[0].startswith(PRUNED):
        try:
            head = json.loads(lines[0])["pruned"]
            before, expected = head["hash"], head["seq"] + 1
        except (ValueError, KeyError, TypeError):
            yield f"{JOURNAL}: line 1: no head of a pruned journal"
            return
        lines, start = lines[1:], 2
    for number, line in enumerate(lines, start):
        try:
            entry = json.loads(line)
            claimed = entry.pop("hash")
            linked, seq = entry["prev"], entry["seq"]
        except (ValueError, KeyError, TypeError, AttributeError):
            yield f"{JOURNAL}: line {number}: no entry"
            return
        if digest(canonical(entry)) != claimed:
            yield f"{JOURNAL}: line {number}: entry {seq} was changed"
            return
        if linked != before or seq != expected:
            yield f"{JOURNAL}: line {number}: entry {seq} does not follow the one before"
            return
        before, expected = claimed, seq + 1


def canonical(value: object) -> bytes:
    """Canonical JSON (RFC 8785) of a value without fractions."""
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def _ordered(value: object) -> object:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8").splitlines()


def digest(data: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(data).hexdigest()


# Ed25519 (RFC 8032, 5.1), slow and plain: this file is all that an inspector has to read and trust.

UNREADABLE = (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, zlib.error)
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P

Point = tuple[int, int]  # on the curve -x*x + y*y = 1 + D*x*x*y*y


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature of 64 bytes is a key's over a message."""
    base, key, commitment = point(BASE), point(public), point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if base is None or key is None or commitment is None or len(signature) != 64:
        return False
    if scalar >= ORDER:
        return False
    challenge = hashlib.sha512(signature[:32] + public + message).digest()
    factor = int.from_bytes(challenge, "little") % ORDER
    return times(scalar, base) == add(commitment, times(factor, key))


BASE = bytes.fromhex("58" + "66" * 31)


def point(data: bytes) -> Point | None:
    """The point that 32 bytes stand for, None for none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if len(data) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return (x if x & 1 == sign else P - x), y


def add(one: Point, other: Point) -> Point:
    """The sum of two points."""
    (x, y), (u, v) = one, other
    term = D * x * u * y * v % P
    return (
        (x * v + u * y) * pow(1 + term, -1, P) % P,
        (y * v + x * u) * pow(1 - term, -1, P) % P,
    )


def times(factor: int, given: Point) -> Point:
    """A multiple of a point."""
    found = (0, 1)
    while factor:
        if factor & 1:
            found = add(found, given)
        given, factor = add(given, given), factor >> 1
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
