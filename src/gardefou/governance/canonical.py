"""Canonical JSON (RFC 8785, without fractions): one value, one sequence of bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"
"""What may stand in the journal. Fractions may not: their text depends on who writes it; write a
time or a measure as text or in a smaller unit."""

LARGEST_INTEGER: Final = 2**53 - 1
"""Larger integers change when a reader keeps numbers as doubles (RFC 8785, 3.2.2.3)."""


def canonical(value: Json) -> bytes:
    """The bytes of a value: keys sorted by UTF-16 code units, no spaces, UTF-8.

    Raises `ValueError` for what has no canonical form: a fraction, an integer beyond ±(2**53 - 1),
    a lone surrogate, a key that is no text.

    >>> canonical({"b": [1, True, None], "a": "é"}).decode()
    '{"a":"é","b":[1,true,null]}'
    """
    ordered = _ordered(value)
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode()


def _ordered(value: object) -> object:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST_INTEGER:
        return int(value)
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_ordered(item) for item in value]
    raise ValueError(f"{value!r} has no canonical JSON form")


def _utf16(key: object) -> bytes:
    if not isinstance(key, str):
        raise ValueError(f"key {key!r} is no text")
    return key.encode("utf-16-be")
