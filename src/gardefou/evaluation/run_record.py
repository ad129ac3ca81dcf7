"""`run.json`: what an analysis was run on, with what, and why, so that it can be run again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gardefou import __version__
from gardefou.errors import UsageError
from gardefou.evidence.files import whole_file

FILE_NAME: Final = "run.json"
MODE: Final = "evaluation"


@dataclass(frozen=True, slots=True)
class AnalysedFile:
    """A video that was analysed; ``duration_s`` of stream time, counts of frames."""

    path: str
    sha256: str
    camera: str
    duration_s: float
    decoded: int
    analysed: int
    corrupt: int
    truncated: bool


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A finished analysis. ``site_sha256`` of the site document's bytes; times UTC, ISO 8601."""

    mode: str
    reason: str
    started: str
    ended: str
    version: str
    model: str
    inference_precision: str
    site: str
    site_sha256: str
    files: list[AnalysedFile]
    alerts: int
    notices: list[str]

    def write(self, folder: Path) -> None:
        """Write the record into the output folder; raises `OutputError`."""
        with whole_file(folder / FILE_NAME) as unfinished:
            content = json.dumps(asdict(self), ensure_ascii=False, indent=2)
            unfinished.write_text(content + "\n", encoding="utf-8")


def now() -> str:
    """This moment, UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def file_sha256(path: Path) -> str:
    """Hash of a file's content, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def refuse_earlier_run(folder: Path) -> None:
    """Raise `UsageError` when a folder already holds a run: what was recorded stays as it is."""
    for name in (FILE_NAME, "alerts.jsonl"):
        if (folder / name).exists():
            raise UsageError("analysis.earlier_run", folder=folder, name=name)


def software() -> str:
    """Name and version of this software."""
    return f"gardefou {__version__}"
