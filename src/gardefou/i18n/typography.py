"""French typography: the no-break spaces that nobody should have to type into a catalogue."""

from __future__ import annotations

import re
from typing import Final

NARROW: Final = "\u202f"
"""Narrow no-break space, for « guillemets » and before ; : ! ? and %."""

_BEFORE: Final = re.compile(r" (?=[;!?»%]|:(?=\s|$))")
_AFTER: Final = re.compile(r"(?<=«) ")


def french(words: str) -> str:
    """The words with no-break spaces at high punctuation; commands in backticks stay as they are.

    >>> french("`a ; b` : voilà !").replace(NARROW, "_")
    '`a ; b`_: voilà_!'
    """
    parts = re.split(r"(`[^`]*`)", words)
    parts[::2] = [_AFTER.sub(NARROW, _BEFORE.sub(NARROW, part)) for part in parts[::2]]
    return "".join(parts)
