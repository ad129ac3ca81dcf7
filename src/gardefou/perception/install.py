"""Installing models and clips: fetch, check, convert, enter in the manifest."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import openvino as ov

from gardefou.errors import ModelError
from gardefou.i18n import text
from gardefou.perception.adapters.adapter import DetectorAdapter
from gardefou.perception.adapters.registry import load_adapter
from gardefou.perception.catalog import Clip, File, Item, Model, catalog
from gardefou.perception.convert import CONVERSION, convert
from gardefou.perception.network import Network
from gardefou.perception.sources import Reporter, describe, fetch
from gardefou.perception.store import NETWORK_FILES, InstalledModel, ModelStore, data_dir, sha256

_TRIAL_PIXELS: Final = 416 * 416
_TRIAL_SIZE: Final = (416, 416)
_UNSAFE: Final = re.compile(r"[^a-z0-9._-]+")


class Installer:
    """Installs into one data folder (None: the user's own), telling ``reporter`` what it does."""

    def __init__(self, reporter: Reporter, folder: Path | None = None) -> None:
        self._reporter = reporter
        self._folder = folder or data_dir()
        self.store = ModelStore(self._folder / "models")

    def install(self, names: Sequence[str] = ()) -> None:
        """Install the named models and clips; none named: the catalogue's default ones.

        What is there and unaltered is left alone. Raises `ModelError`.
        """
        known = catalog()
        items: dict[str, Model | Clip] = {**known.models, **known.clips}
        for name in names or [name for name, item in items.items() if item.default]:
            if name in known.clips:
                self.clip(name)
            else:
                self.model(name)

    def model(self, name: str) -> InstalledModel:
        """A catalogue model, installed if it is not; raises `ModelError`.

        The downloaded files stay beside the converted ones, except where outputs are cut: what
        is cut must not remain on the disk.
        """
        model = catalog().model(name)
        if self._is_current(name, model):
            self._reporter.say(text("perception.install.present", name=name))
            return self.store.model(name)
        folder = self.store.path(name)
        self._fetch(name, model, folder)
        self._reporter.say(text("perception.install.converting", name=name))
        network = model.network
        installed = self._converted(
            name,
            folder / network.file,
            adapter=model.adapter,
            licence=model.licence,
            origin=model.project,
            outputs=network.outputs,
            recipe=_recipe(model),
            kept=[] if network.outputs else [file.name for file in model.files],
        )
        if network.outputs:
            for file in model.files:
                (folder / file.name).unlink()
        self._reporter.say(text("perception.install.done", name=name, folder=folder))
        return installed

    def clip(self, name: str) -> Path:
        """A catalogue clip, fetched if it is not there; raises `ModelError`."""
        clip = catalog().clip(name)
        folder = self._folder / "clips"
        path = folder / clip.files[0].name
        if _is_right(path, clip.files[0]):
            self._reporter.say(text("perception.install.present", name=name))
            return path
        self._fetch(name, clip, folder)
        self._reporter.say(text("perception.install.done", name=name, folder=folder))
        return path

    def add(
        self, file: Path, adapter: str, *, name: str | None = None, licence: str | None = None
    ) -> InstalledModel:
        """Register a model of the user's own: ``.onnx``, ``.xml`` or TensorFlow.js ``.json``.

        It is converted, tried on a grey picture through the adapter, and entered in the manifest
        under ``name`` (None: after the file). Raises `ModelError`.
        """
        if not file.is_file():
            raise ModelError("perception.model.no_file", path=file)
        reader = load_adapter(adapter)
        chosen = _UNSAFE.sub("-", (name or file.stem).lower()).strip("-.")
        if not chosen or chosen in catalog().models:
            raise ModelError("perception.model.name_taken", name=chosen)
        return self._converted(
            chosen,
            file,
            adapter=adapter,
            licence=licence or text("perception.licence.unstated"),
            origin=file.name,
            trial=lambda graph: _try_adapter(graph, reader, file, adapter),
        )

    def _converted(
        self,
        name: str,
        source: Path,
        *,
        adapter: str,
        licence: str,
        origin: str,
        outputs: Sequence[str] = (),
        recipe: str = "",
        kept: Sequence[str] = (),
        trial: Callable[[Path], None] | None = None,
    ) -> InstalledModel:
        """Convert a network into the model's folder, try it, and enter it in the manifest."""
        folder = self.store.path(name)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".part-") as scratch:
            graph, weights = (Path(scratch) / file for file in NETWORK_FILES)
            convert(source, graph, outputs)
            if trial is not None:
                trial(graph)
            for converted in (weights, graph):
                converted.replace(folder / converted.name)
        hashes = {file: sha256(folder / file) for file in (*NETWORK_FILES, *kept)}
        installed = InstalledModel(name, adapter, licence, origin, recipe, hashes)
        self.store.register(installed)
        return installed

    def _is_current(self, name: str, model: Model) -> bool:
        installed = self.store.models().get(name)
        if installed is None or installed.recipe != _recipe(model):
            return False
        try:
            self.store.verify(name)
        except ModelError as error:
            self._reporter.say(str(error))
            return False
        return True

    def _fetch(self, name: str, item: Item, folder: Path) -> None:
        """Put the item's files into the folder, from the first source that yields them right."""
        missing = [file for file in item.files if not _is_right(folder / file.name, file)]
        if not missing:
            return
        folder.mkdir(parents=True, exist_ok=True)
        reasons: list[str] = []
        for source in item.sources:
            self._reporter.say(
                text("perception.install.fetching", name=name, source=describe(source))
            )
            with tempfile.TemporaryDirectory(dir=folder, prefix=".part-") as scratch:
                try:
                    fetch(source, missing, Path(scratch), self._reporter)
                    _move_checked(missing, Path(scratch), folder)
                except ModelError as error:
                    reasons.append(str(error))
                    self._reporter.say(str(error))
                else:
                    return
        raise ModelError(
            "perception.install.failed", name=name, folder=folder, reason=" / ".join(reasons)
        )


def _try_adapter(graph: Path, reader: DetectorAdapter, file: Path, adapter: str) -> None:
    """Read a grey picture's outputs with the adapter; raises `ModelError` when it cannot."""
    try:
        network = Network(
            ov.Core().read_model(graph), reader.preprocessing, pixels=_TRIAL_PIXELS, threads=1
        )
        size = network.placement(_TRIAL_SIZE).input
        grey = np.full((size[1], size[0], 3), 128, dtype=np.uint8)
        network.infer(grey, lambda outputs: reader.decode(outputs, size, 0.0))
    except (RuntimeError, ValueError, IndexError) as error:
        raise ModelError(
            "perception.adapter.misfit", path=file, adapter=adapter, reason=error
        ) from error


def _recipe(model: Model) -> str:
    """What the installed files depend on: the sources' hashes, what is cut, the converter."""
    made_of = [file.sha256 for file in model.files]
    parts = [str(CONVERSION), model.adapter, *made_of, *model.network.outputs]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _is_right(path: Path, file: File) -> bool:
    return path.is_file() and path.stat().st_size == file.bytes and sha256(path) == file.sha256


def _move_checked(files: Sequence[File], source: Path, target: Path) -> None:
    for file in files:
        if not _is_right(source / file.name, file):
            raise ModelError("perception.install.wrong_hash", file=file.name)
    for file in files:
        (source / file.name).replace(target / file.name)
