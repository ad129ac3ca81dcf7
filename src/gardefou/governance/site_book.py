"""The versions of a site: who changed what, why and when; each journalled first, each restorable.

Versions stand as files beside the site document. Like it they hold the cameras' passwords, so that
an old one runs again; like it they are for their owner only.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gardefou.errors import OutputError, SiteError
from gardefou.governance.attested import site_sha256
from gardefou.governance.canonical import Json
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import Journal
from gardefou.site.changes import changed_places, difference
from gardefou.site.check import examine, load_site
from gardefou.site.document import Site
from gardefou.site.yaml_text import parse, write
from gardefou.storage.files import write_durably

FOLDER: Final = "site-versions"
"""Folder of the versions, beside the site document."""

BY_HAND: Final = "file"
"""The actor of a version that somebody wrote into the document itself."""

MOST_PLACES: Final = 100
"""Changed places that a journal entry names; the version's file holds the rest."""

_SUFFIX: Final = ".json"


class SiteVersion(BaseModel):
    """One version; ``at`` UTC s; ``sha256`` as an attestation has it; ``document`` is its text."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    number: Annotated[int, Field(ge=1)]
    at: float
    actor: str
    motive: str
    sha256: str
    changes: tuple[str, ...]
    document: Annotated[str, Field(repr=False)]

    @property
    def site(self) -> Site:
        """The site that it describes; raises `SiteError` when this programme cannot read it."""
        site, mistakes = examine(parse(self.document), f"{self.number}")
        if site is None or mistakes:
            raise SiteError("workshop.version_unreadable", number=self.number)
        return site


class SiteChangedError(SiteError):
    """Somebody else changed the site since it was read."""


class SiteBook:
    """The site document at ``path`` and its versions; processes may share it.

    ``clock`` tells UTC seconds.
    """

    def __init__(
        self, path: Path, journal: Journal, clock: Callable[[], float] = time.time
    ) -> None:
        self.path = path
        self._journal = journal
        self._clock = clock
        self._folder = path.parent / FOLDER

    def current(self) -> Site | None:
        """The site as the document says it; None without one; raises `SiteDocumentError`."""
        return load_site(self.path) if self.path.is_file() else None

    def versions(self) -> list[SiteVersion]:
        """Every version, the oldest first; raises `OutputError` when one cannot be read."""
        return [self._read(each) for each in self._files()]

    def version(self, number: int) -> SiteVersion | None:
        """One version, or None."""
        path = self._folder / _name(number)
        return self._read(path) if path.is_file() else None

    def newest(self) -> SiteVersion | None:
        """The newest version, or None."""
        files = self._files()
        return self._read(files[-1]) if files else None

    def difference(self, version: SiteVersion) -> str:
        """What it changed, as lines, passwords hidden."""
        before = self.version(version.number - 1)
        return difference(None if before is None else before.site, version.site)

    def noticed(self) -> SiteVersion | None:
        """The newest version, after a document that was edited by hand became one."""
        with self._locked():
            return self._notice_hand()

    def apply(
        self, site: Site, actor: str, motive: str, base: int | None = None, text: str | None = None
    ) -> SiteVersion:
        """Make a site the present one: journalled, kept as a version, written to the document.

        ``base`` the version that was seen, None for whichever is there; ``text`` the document as
        it was written, else its normal form. A site that changes nothing makes no version. Raises
        `SiteChangedError`, `JournalError` (then nothing was changed), `OutputError`.
        """
        with self._locked():
            newest = self._notice_hand()
            number = 0 if newest is None else newest.number
            if base is not None and base != number:
                raise SiteChangedError("workshop.changed_meanwhile", number=number)
            before = None if newest is None else newest.site
            document = write(site, secrets=True) if text is None else text
            if newest is not None and before == site:
                return newest
            version = self._record(site, before, document, actor, motive, number + 1)
            self._write(self.path.parent, self.path.name, document.encode())
            return version

    def _notice_hand(self) -> SiteVersion | None:
        """A document that is not the newest version becomes one, written by hand."""
        newest, site = self.newest(), self.current()
        if site is None or (newest is not None and newest.site == site):
            return newest
        before = None if newest is None else newest.site
        number = 1 if newest is None else newest.number + 1
        document = self.path.read_text(encoding="utf-8-sig")
        return self._record(site, before, document, BY_HAND, "", number)

    def _record(
        self, site: Site, before: Site | None, document: str, actor: str, motive: str, number: int
    ) -> SiteVersion:
        changes = changed_places(before, site)
        version = SiteVersion(
            number=number,
            at=self._clock(),
            actor=actor,
            motive=motive,
            sha256=site_sha256(site),
            changes=tuple(changes),
            document=document,
        )
        details: dict[str, Json] = {
            "version": number,
            "sha256": version.sha256,
            "changes": list(changes[:MOST_PLACES]),
            "more": max(0, len(changes) - MOST_PLACES),
        }
        self._journal.append(
            Entry(actor, Operation.CONFIGURATION, f"site:{number}", motive, details)
        )
        self._write(self._folder, _name(number), version.model_dump_json(indent=1).encode())
        return version

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"[0-9]*{_SUFFIX}"))

    def _read(self, path: Path) -> SiteVersion:
        try:
            return SiteVersion.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise OutputError("workshop.book_unusable", path=path) from error

    def _write(self, folder: Path, name: str, data: bytes) -> None:
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            write_durably(folder, name, data)
        except OSError as error:
            raise OutputError("workshop.book_unusable", path=folder / name) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, in whichever process."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise OutputError("workshop.book_unusable", path=self._folder) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _name(number: int) -> str:
    return f"{number:06d}{_SUFFIX}"
