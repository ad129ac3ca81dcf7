"""What was freed goes back to the system, in pieces too, and a worker sees to it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path

import pytest

from gardefou.runtime import worker
from gardefou.runtime.home import Home
from gardefou.runtime.memory import give_back
from gardefou.runtime.messages import Stop, WorkerSettings
from gardefou.runtime.processes import resident
from gardefou.runtime.worker import Worker
from gardefou.storage.records import Mode

MIB = 1024 * 1024


def test_what_is_free_between_what_is_kept_goes_back() -> None:
    blocks = [b"\x01" * (16 * 1024) for _ in range(8 * 1024)]
    kept = blocks[::64]
    full = resident(os.getpid())
    del blocks
    give_back()
    assert full - resident(os.getpid()) > 64 * MIB
    assert len(kept) == 128


def test_a_worker_gives_back_while_it_runs(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = threading.Event()
    monkeypatch.setattr(worker, "TIDY_S", 0.0)
    monkeypatch.setattr(worker, "give_back", given.set)
    Home(tmp_path).prepare()
    ours, theirs = multiprocessing.Pipe()
    settings = WorkerSettings(tmp_path, (), Mode.EVALUATION, models_dir=models_dir)
    thread = threading.Thread(target=Worker(settings, theirs).run)
    thread.start()
    assert given.wait(120.0)
    ours.send(Stop())
    thread.join(120.0)
    assert not thread.is_alive()
