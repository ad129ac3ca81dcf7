"""The folder of installed models: what is in it, and that nobody altered it."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import openvino as ov
import platformdirs

from gardefou.errors import ModelError

MANIFEST: Final = "manifest.json"
NETWORK_FILES: Final = ("network.xml", "network.bin")
"""The OpenVINO model in a model's folder: graph and weights."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model as the manifest knows it.

    ``files`` maps each file in the model's folder to its sha256; ``licence`` of the weights;
    ``origin`` says where they came from; ``recipe`` is a hash of how the catalogue said to make it.
    """

    name: str
    adapter: str
    licence: str
    origin: str
    recipe: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A checked network in memory, and the name of the adapter that reads it."""

    network: ov.Model
    adapter: str


def data_dir() -> Path:
    """Folder of models and clips: `$GARDEFOU_DATA`, else the user's own data folder."""
    named = os.environ.get("GARDEFOU_DATA")
    return Path(named) if named else platformdirs.user_data_path("gardefou")


def sha256(path: Path) -> str:
    """Hash of a file's content, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class ModelStore:
    """The models in one folder (None: `data_dir` / ``models``), each named in its manifest.

    A file that the manifest does not name, or names with another hash, is never loaded.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_dir() / "models"

    def models(self) -> dict[str, InstalledModel]:
        """All models of the manifest by name; none when nothing is installed.

        Raises `ModelError` when the manifest cannot be read.
        """
        manifest = self.folder / MANIFEST
        if not manifest.is_file():
            return {}
        try:
            entries = json.loads(manifest.read_text(encoding="utf-8"))["models"]
            return {name: InstalledModel(name=name, **entry) for name, entry in entries.items()}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                "perception.model.bad_manifest", path=manifest, reason=repr(error)
            ) from error

    def path(self, name: str) -> Path:
        """Folder of a model's files."""
        return self.folder / name

    def model(self, name: str) -> InstalledModel:
        """The manifest's entry of a model; raises `ModelError` when there is none."""
        known = self.models()
        if name not in known:
            raise ModelError("perception.model.missing", name=name, folder=self.folder)
        return known[name]

    def load(self, name: str) -> LoadedModel:
        """Read a model whose every byte was checked.

        Raises `ModelError` when it is not installed, altered, or not a model.
        """
        installed = self.model(name)
        graph, weights = (self._checked(installed, file) for file in NETWORK_FILES)
        try:
            network = ov.Core().read_model(io.BytesIO(graph), io.BytesIO(weights))
        except RuntimeError as error:
            raise ModelError(
                "perception.model.unreadable", path=self.path(name) / NETWORK_FILES[0], reason=error
            ) from error
        return LoadedModel(network, installed.adapter)

    def verify(self, name: str) -> None:
        """Check every file of a model against the manifest; raises `ModelError`."""
        installed = self.model(name)
        for file in installed.files:
            self._checked(installed, file)

    def register(self, model: InstalledModel) -> None:
        """Enter a model whose files stand in its folder, or replace its entry."""
        entries = {name: asdict(known) for name, known in self.models().items()}
        entries[model.name] = asdict(model)
        for entry in entries.values():
            del entry["name"]
        written = json.dumps({"models": dict(sorted(entries.items()))}, indent=2) + "\n"
        unfinished = self.folder / f"{MANIFEST}.part"
        unfinished.write_text(written, encoding="utf-8")
        unfinished.replace(self.folder / MANIFEST)

    def _checked(self, installed: InstalledModel, file: str) -> bytes:
        path = self.path(installed.name) / file
        if not path.is_file():
            raise ModelError("perception.model.incomplete", path=path)
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != installed.files.get(file):
            raise ModelError("perception.model.altered", path=path)
        return content
