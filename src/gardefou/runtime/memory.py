"""Memory that was freed goes back to the system: by itself the C library keeps most of it.

Packets that wait for evidence lie between pictures that come and go, so what is free lies in
pieces, and a new picture finds no place in them: a process grows though it does not use more.
"""

from __future__ import annotations

import ctypes
from typing import Final

_C_LIBRARY: Final = ctypes.CDLL(None)


def give_back() -> None:
    """Return every free page to the system; nothing where the C library has no such call.

    Other threads run on meanwhile, and wait for a few milliseconds where they ask for memory.
    """
    trim = getattr(_C_LIBRARY, "malloc_trim", None)
    if trim is not None:
        trim(0)
