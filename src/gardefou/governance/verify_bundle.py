"""Verify an inspector's bundle with nothing but Python's standard library.

    python3 -I -S bundle.zip            the bundle verifies itself
    python3 -I -S verify_bundle.py bundle.zip    an inspector's own copy of this file does

It checks that every file is there, unchanged and listed, and that each line of the journal follows
the one before. Exit status 0: sound. 1: a finding, named. 2: no bundle.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator, Sequence

LIST = "MANIFEST.sha256"
JOURNAL = "journal.jsonl"
GENESIS = "0" * 64
PRUNED = b'{"pruned":'


def main(arguments: Sequence[str]) -> int:
    """Verify the bundle named, or the one this file stands in."""
    path = arguments[0] if arguments else sys.path[0]
    try:
        with zipfile.ZipFile(path) as bundle:
            findings = list(verify(bundle))
            count = len(bundle.namelist())
            head = digest(bundle.read(LIST)) if LIST in bundle.namelist() else ""
    except (OSError, zipfile.BadZipFile) as error:
        print(f"{path}: no bundle: {error}", file=sys.stderr)
        return 2
    for finding in findings:
        print(f"FINDING {finding}")
    if findings:
        return 1
    print(f"SOUND {count} files, list {head}")
    return 0


def verify(bundle: zipfile.ZipFile) -> Iterator[str]:
    """Everything that is wrong with a bundle, in words."""
    names = bundle.namelist()
    if LIST not in names:
        yield f"{LIST}: missing"
        return
    if len(set(names)) != len(names):
        yield "a name stands twice in the bundle"
    pairs = (line.partition("  ") for line in _lines(bundle.read(LIST)))
    listed = {name: sha for sha, _, name in pairs}
    for name in sorted(set(names) - set(listed) - {LIST}):
        yield f"{name}: not listed"
    for name, expected in sorted(listed.items()):
        if name not in names:
            yield f"{name}: missing"
            continue
        try:
            found = digest(bundle.read(name))
        except (zipfile.BadZipFile, EOFError, ValueError) as error:
            yield f"{name}: cannot be read: {error}"
            continue
        if found != expected:
            yield f"{name}: changed"
    if JOURNAL in listed and JOURNAL in names:
        yield from journal(bundle.read(JOURNAL))


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
