"""The adapters there are: the project's own, and those of other packages' entry points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Final

from gardefou.errors import ModelError
from gardefou.perception.adapters.adapter import DetectorAdapter
from gardefou.perception.adapters.heat import FireHeat, WeaponHeat
from gardefou.perception.adapters.nanodet import NanoDet, NanoDetPlus
from gardefou.perception.adapters.nanodet_weapons import NanoDetWeapons
from gardefou.perception.adapters.yolox import YoloX

ENTRY_POINTS: Final = "gardefou.detectors"
"""Entry-point group in which another package names its adapters."""

_OWN: Final[Mapping[str, Callable[[], DetectorAdapter]]] = {
    "fire-heat": FireHeat,
    "nanodet": NanoDet,
    "nanodet-plus": NanoDetPlus,
    "nanodet-weapons": NanoDetWeapons,
    "weapon-heat": WeaponHeat,
    "yolox": YoloX,
}


def adapter_names() -> list[str]:
    """Names of all adapters, in alphabetical order."""
    return sorted({*_OWN, *entry_points(group=ENTRY_POINTS).names})


def load_adapter(name: str) -> DetectorAdapter:
    """The adapter of this name; the project's own come before another package's.

    Raises `ModelError` when nobody has it.
    """
    if name in _OWN:
        return _OWN[name]()
    for entry in entry_points(group=ENTRY_POINTS, name=name):
        adapter: DetectorAdapter = entry.load()()
        return adapter
    raise ModelError("perception.adapter.unknown", name=name, known=", ".join(adapter_names()))
