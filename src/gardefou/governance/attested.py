"""What runs, as hashes: programme, models, site; and whether it is what was attested."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import gardefou
from gardefou.errors import GardefouError
from gardefou.governance.canonical import Json, canonical
from gardefou.governance.mandate import Attestation
from gardefou.governance.refusal import Reason, Refusal
from gardefou.perception.store import MANIFEST, ModelStore
from gardefou.site.check import load_site
from gardefou.site.document import Site
from gardefou.site.yaml_text import write

PROGRAMME: Final = Path(gardefou.__file__).parent
"""The folder of the programme: code, texts, regimes, figures, pages."""

LOOK_S: Final = 0.5
"""How often files are asked for their size, time and number, s: a stop within a second."""

HASH_S: Final = 600.0
"""How often every byte is hashed anew, whatever the files' times say, s."""

_LEFT_OUT: Final = "__pycache__"

Stamps = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Hashes:
    """What runs; every hash SHA-256 in hex."""

    software: str
    models: Mapping[str, str]
    site: str

    def running(self, mandate: str) -> str:
        """One hash for the whole configuration under a mandate (its own hash)."""
        whole: dict[str, Json] = {
            "mandate": mandate,
            "models": dict(self.models),
            "site": self.site,
            "software": self.software,
        }
        return hashlib.sha256(canonical(whole)).hexdigest()


def software_sha256(folder: Path = PROGRAMME) -> str:
    """Hash over the name and the hash of every file of the programme."""
    files = {path.relative_to(folder).as_posix(): _file_sha256(path) for path in _files(folder)}
    return hashlib.sha256(canonical(files)).hexdigest()


def model_hashes(store: ModelStore) -> dict[str, str]:
    """Of each installed model a hash over its files as they are on the disk.

    Raises `ModelError` for a manifest that cannot be read, `OSError` for a file that cannot.
    """
    hashes = {}
    for name, model in store.models().items():
        files = {file: _file_sha256(store.path(name) / file) for file in sorted(model.files)}
        hashes[name] = hashlib.sha256(canonical({**files, "adapter": model.adapter})).hexdigest()
    return hashes


def site_sha256(site: Site) -> str:
    """Hash of the site's normal form: how it is written does not count, nor do passwords."""
    return hashlib.sha256(write(site).encode()).hexdigest()


def hashes(site: Site, store: ModelStore, folder: Path = PROGRAMME) -> Hashes:
    """What would run now."""
    return Hashes(software_sha256(folder), model_hashes(store), site_sha256(site))


class AttestedFiles:
    """Holds what runs against what was attested.

    Files are looked at every `LOOK_S` and hashed when one of them is another or was touched, and
    every `HASH_S` in any case. ``clock`` monotonic seconds.
    """

    def __init__(
        self,
        attestation: Attestation,
        site_path: Path,
        store: ModelStore,
        folder: Path = PROGRAMME,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._attestation = attestation
        self._site_path = site_path
        self._store = store
        self._folder = folder
        self._clock = clock
        self._looked = self._hashed = -float("inf")
        self._stamps: dict[str, Stamps] = {}
        self._found: dict[str, list[Refusal]] = {}

    def refusals(self) -> list[Refusal]:
        """What differs now."""
        now = self._clock()
        if now - self._looked >= LOOK_S:
            self._looked = now
            anew = now - self._hashed >= HASH_S
            self._hashed = now if anew else self._hashed
            self._look("software", [*_with_folders(self._folder)], self._software, anew)
            self._look("models", [*_with_folders(self._store.folder)], self._models, anew)
            self._look("site", [self._site_path], self._site, anew)
        return [each for found in self._found.values() for each in found]

    def _look(
        self, what: str, paths: list[Path], check: Callable[[], list[Refusal]], anew: bool
    ) -> None:
        stamps = _stamps(paths)
        if anew or stamps != self._stamps.get(what):
            self._found[what] = check()
            self._stamps[what] = stamps

    def _software(self) -> list[Refusal]:
        try:
            same = software_sha256(self._folder) == self._attestation.software_sha256
        except OSError as error:
            return [Refusal.of(Reason.SOFTWARE_DIFFERS, file=error.filename)]
        return [] if same else [Refusal.of(Reason.SOFTWARE_DIFFERS, file=self._folder)]

    def _models(self) -> list[Refusal]:
        try:
            found = model_hashes(self._store)
        except (OSError, GardefouError):
            return [Refusal.of(Reason.MODEL_DIFFERS, model=MANIFEST)]
        attested = self._attestation.models
        return [
            Refusal.of(Reason.MODEL_DIFFERS, model=name)
            for name in sorted(found.keys() | attested.keys())
            if found.get(name) != attested.get(name)
        ]

    def _site(self) -> list[Refusal]:
        try:
            same = site_sha256(load_site(self._site_path)) == self._attestation.site_sha256
        except GardefouError:
            same = False
        return [] if same else [Refusal.of(Reason.SITE_DIFFERS, path=self._site_path)]


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each != _LEFT_OUT)
        yield from (Path(root, name) for name in sorted(names))


def _with_folders(folder: Path) -> Iterator[Path]:
    """Every file, and every folder: a file that is added changes its folder's time."""
    for root, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each != _LEFT_OUT]
        yield Path(root)
        yield from (Path(root, name) for name in names)


def _stamps(paths: list[Path]) -> Stamps:
    stamps = []
    for path in paths:
        try:
            found = os.stat(path)
        except OSError:
            stamps.append((str(path), 0, 0, -1))
        else:
            stamps.append((str(path), found.st_ino, found.st_mtime_ns, found.st_size))
    return tuple(stamps)


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
