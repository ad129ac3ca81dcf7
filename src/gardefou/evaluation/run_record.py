"""`run.json`: what an analysis was run on, with what, and why, so that it can be run again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from gardefou import __version__
from gardefou.errors import CaptureError, UsageError
from gardefou.evaluation import alert_log
from gardefou.evidence.files import whole_file

FILE_NAME: Final = "run.json"
MODE: Final = "evaluation"


class RunState(StrEnum):
    """How far a run came; one that was killed still says ``running``."""

    RUNNING = "running"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AnalysedFile:
    """A video, as far as it was analysed.

    ``duration_s`` of stream time; counts of frames; ``alerts`` ids of those raised on it.
    """

    path: str
    sha256: str
    camera: str
    duration_s: float = 0.0
    decoded: int = 0
    analysed: int = 0
    corrupt: int = 0
    truncated: bool = False
    alerts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RunRecord:
    """An analysis, written before its first frame and again after its last.

    ``site_sha256`` of the site document's bytes; ``model_sha256`` of the network's files by name;
    times UTC, ISO 8601; ``ended`` and ``inference_precision`` None while they are not known;
    ``error`` what made it fail, one line.
    """

    reason: str
    started: str
    version: str
    model: str
    model_sha256: Mapping[str, str]
    site: str
    site_sha256: str
    mode: str = MODE
    state: RunState = RunState.RUNNING
    ended: str | None = None
    error: str | None = None
    inference_precision: str | None = None
    files: Sequence[AnalysedFile] = ()
    alerts: int = 0
    notices: Sequence[str] = ()

    def write(self, folder: Path) -> None:
        """Write the record into the output folder; raises `OutputError`."""
        with whole_file(folder / FILE_NAME) as unfinished:
            content = json.dumps(asdict(self), ensure_ascii=False, indent=2)
            unfinished.write_text(content + "\n", encoding="utf-8")


def now() -> str:
    """This moment, UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def file_sha256(path: Path) -> str:
    """Hash of a file's content, in hexadecimal; raises `CaptureError`."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise CaptureError("capture.unreadable", path=path) from error


def new_folder(subject: Path) -> Path:
    """A new folder in the working directory, named after what is run on and the time."""
    return Path(f"gardefou-{subject.stem}-{datetime.now().astimezone():%Y%m%d-%H%M%S}")


def refuse_folder_in_use(folder: Path) -> None:
    """Raise `UsageError` for a file, or a folder that holds a run: what is there stays."""
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise UsageError("analysis.not_a_folder", path=folder)
    for name in (FILE_NAME, alert_log.FILE_NAME):
        if os.path.exists(folder / name):
            raise UsageError("analysis.earlier_run", folder=folder, name=name)


def software() -> str:
    """Name and version of this software."""
    return f"gardefou {__version__}"
