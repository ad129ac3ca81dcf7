"""The page's rooms, as its own list names them: a new one is looked at by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_LIST: Final = Path(__file__).resolve().parents[2] / "frontend" / "src" / "rooms.ts"

ROOMS: Final = re.findall(r'^    id: "([a-z-]+)",$', _LIST.read_text("utf-8"), re.M)
