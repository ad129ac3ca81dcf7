"""What the workshop needs from a running system: the site's versions, its cameras, its health."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gardefou.capture.link import CameraLink, FileLoop, Link, Transport
from gardefou.governance.site_book import SiteBook
from gardefou.runtime.health_log import Sample
from gardefou.runtime.trial_desk import Trial
from gardefou.site.document import Camera, Site
from gardefou.site.mistakes import Mistake
from gardefou.site.source import Source, SourceKind
from gardefou.storage.records import Mode


class Trials(Protocol):
    """Situations tried on what a camera last showed; see `gardefou.runtime.trial_desk`."""

    def keep(self, camera_id: str) -> float:
        """Keep a minute of a camera; for how long, s."""
        ...

    def let_go(self, camera_id: str) -> None:
        """Nobody prepares a trial of it any more."""
        ...

    def check(self, camera: Camera) -> None:
        """Raise `TrialError` when a proposed camera must not be tried now."""
        ...

    def begin(self, camera: Camera, *, lines_only: bool) -> Trial:
        """Try a proposed camera; raises `TrialError`."""
        ...

    def withdraw(self, trial: Trial) -> None:
        """Nobody waits for it any more."""
        ...


@dataclass(frozen=True, slots=True)
class Workshop:
    """The site's ``book``; ``take`` makes the running system run the site that it now says.

    ``samples`` of a camera's health; ``trials`` on what a camera last showed; ``clips`` the only
    films that a demonstration plays.
    """

    book: SiteBook
    take: Callable[[], None]
    samples: Callable[[str], Sequence[Sample]]
    trials: Trials
    clips: tuple[Path, ...] = ()
    probing: threading.Lock = field(default_factory=threading.Lock)


def source_mistakes(camera: Camera, mode: Mode, clips: Sequence[Path]) -> list[Mistake]:
    """Why a camera's source cannot run in this mode: streams when live, its clip in a demo."""
    key = source_mistake(camera.source, mode, clips)
    return [] if key is None else [Mistake("", ("source",), None, key, {})]


def source_mistake(source: Source | None, mode: Mode, clips: Sequence[Path]) -> str | None:
    """The key of what is wrong with a source in this mode, or None."""
    if source is None:
        return "workshop.mistake.no_source"
    if mode is Mode.EVALUATION:
        is_clip = source.kind is SourceKind.FILE and Path(source.address) in clips
        return None if is_clip else "workshop.mistake.only_clip"
    return "workshop.mistake.file_source" if source.kind is SourceKind.FILE else None


def link_to(source: Source, transport: Transport) -> Link:
    """How a source is read; raises `CaptureError` for an address that is none, or no such file."""
    if source.kind is SourceKind.FILE:
        return FileLoop(Path(source.address))
    return CameraLink(source.address, transport)


def camera_named(site: Site | None, camera_id: str) -> Camera | None:
    """A camera of the site, where there are both."""
    return None if site is None else site.camera(camera_id)
