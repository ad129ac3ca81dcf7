"""Room on the disk: what cannot be recorded must not be processed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from gardefou.runtime.bus import DiskState


@dataclass(frozen=True, slots=True)
class DiskLimits:
    """Bytes free below which room is low, or none; what was full goes on above ``low`` again or
    twice ``full``, whichever is less."""

    low: int = 2 * 1024**3
    full: int = 200 * 1024**2


class DiskGuard:
    """Watches the room of a folder, with a margin between stopping and going on."""

    def __init__(self, folder: Path, limits: DiskLimits) -> None:
        self.folder = folder
        self._limits = limits
        self._state = DiskState.OK

    def look(self) -> tuple[DiskState, int]:
        """The state now and the bytes free; a folder that cannot be asked counts as full."""
        try:
            free = shutil.disk_usage(self.folder).free
        except OSError:
            self._state = DiskState.FULL
            return self._state, 0
        enough = self._limits.full
        if self._state is DiskState.FULL:
            enough = min(self._limits.low, 2 * self._limits.full)
        if free < enough:
            self._state = DiskState.FULL
        else:
            self._state = DiskState.LOW if free < self._limits.low else DiskState.OK
        return self._state, free
