"""The `gardefou` command as its users call it, and what an analysis leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from gardefou.cli.app import main

GARDEFOU = Path(sys.executable).with_name("gardefou")


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended: exit status and what it printed."""

    status: int
    out: str
    err: str


class Command:
    """The real command in a process of its own, in English unless told otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(
        self, *words: object, language: str = "en", **variables: str
    ) -> subprocess.Popen[str]:
        """Begin a command with ``variables`` added to its environment."""
        environment = os.environ | {"GARDEFOU_LANG": language, "COLUMNS": "100"} | variables
        return subprocess.Popen(
            [str(GARDEFOU), *map(str, words)],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *words: object, language: str = "en", **variables: str) -> Result:
        """Run a command to its end."""
        with self.start(*words, language=language, **variables) as process:
            out, err = process.communicate(timeout=300)
        return Result(process.returncode, out, err)


class Call:
    """The same command inside the test's process, which saves starting Python and its libraries."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: object) -> Result:
        """Run a command to its end."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        printed = self._capsys.readouterr()
        status = left.value.code or 0
        assert isinstance(status, int)
        return Result(status, printed.out, printed.err)


def alerts_of(folder: Path) -> list[dict[str, object]]:
    """The lines of a run's ``alerts.jsonl``; each must be JSON."""
    lines = (folder / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def record_of(folder: Path) -> dict[str, object]:
    """A run's ``run.json``."""
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert isinstance(record, dict)
    return record


def files_of(folder: Path) -> list[dict[str, object]]:
    """What a run's ``run.json`` says of each video."""
    files = record_of(folder)["files"]
    assert isinstance(files, list)
    return files


def is_one_line(words: str) -> bool:
    """Whether an error is a single line that names the command."""
    return words.startswith("gardefou: ") and words.count("\n") == 1 and words.endswith("\n")
