"""The evidence process: urgent first, never in the way, and it survives what kills it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import UUID

import av
import pytest

from gardefou.evidence.finder import FinderSettings
from gardefou.evidence.heads import HeadRecord
from gardefou.evidence.job import (
    EvidenceFailed,
    EvidenceJob,
    EvidenceKind,
    EvidenceReady,
    EvidenceResult,
    Footage,
)
from gardefou.evidence.process import NICENESS
from gardefou.evidence.service import EvidenceService
from gardefou.evidence.vault import MAGIC, Vault
from gardefou.i18n import text

PATIENCE_S = 300.0
OPENED_AT = 1_767_225_600.0  # 2026-01-01 00:00 UTC


class Results:
    """What the service reported, in order."""

    def __init__(self) -> None:
        self._arrived: queue.SimpleQueue[EvidenceResult] = queue.SimpleQueue()

    def __call__(self, result: EvidenceResult) -> None:
        self._arrived.put(result)

    def next(self) -> EvidenceResult:
        return self._arrived.get(timeout=PATIENCE_S)

    @property
    def is_empty(self) -> bool:
        return self._arrived.empty()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@pytest.fixture
def results() -> Results:
    return Results()


@pytest.fixture
def service(tmp_path: Path, results: Results, models_dir: Path) -> Iterator[EvidenceService]:
    with EvidenceService(tmp_path, results, FinderSettings(models_dir)) as running:
        yield running


@pytest.fixture
def job(footage_of: Footage) -> Callable[..., EvidenceJob]:
    def make(kind: EvidenceKind, number: int = 1, footage: Footage = footage_of) -> EvidenceJob:
        start, end = (2.0, 2.0) if kind is EvidenceKind.SNAPSHOT else (1.0, 15.0)
        return EvidenceJob(
            UUID(int=number), "gate", kind, OPENED_AT, start, end, footage, HeadRecord.empty()
        )

    return make


@contextmanager
def stood_still(service: EvidenceService) -> Iterator[None]:
    """Its process does nothing meanwhile."""
    pid = service.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_each_kind_of_evidence_arrives_in_its_alerts_folder(
    service: EvidenceService, results: Results, job: Callable[..., EvidenceJob], tmp_path: Path
) -> None:
    for kind in EvidenceKind:
        service.submit(job(kind))
    arrived = [results.next() for _ in EvidenceKind]
    folder = f"2026/01/01/{UUID(int=1)}"
    assert {result.kind for result in arrived} == set(EvidenceKind)
    ready = {result.path for result in arrived if isinstance(result, EvidenceReady)}
    assert ready == {f"{folder}/{name}" for name in ("snapshot.jpg", "before.mp4", "clip.mp4")}
    assert files_in(tmp_path) == ready
    with av.open(str(tmp_path / folder / "clip.mp4")) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_a_running_system_s_evidence_is_sealed_on_the_disk(
    results: Results, models_dir: Path, job: Callable[..., EvidenceJob], tmp_path: Path
) -> None:
    folder = tmp_path / "evidence"
    with EvidenceService(folder, results, FinderSettings(models_dir), home=tmp_path) as service:
        for kind in EvidenceKind:
            service.submit(job(kind))
        arrived = {result.kind: result for result in (results.next() for _ in EvidenceKind)}
    contents = {}
    for kind, ready in arrived.items():
        assert isinstance(ready, EvidenceReady)
        assert (folder / ready.path).read_bytes().startswith(MAGIC)
        with Vault.of(tmp_path).open(folder / ready.path) as sealed:
            contents[kind] = b"".join(sealed.read())
    assert contents[EvidenceKind.SNAPSHOT].startswith(b"\xff\xd8\xff")
    for kind in (EvidenceKind.BEFORE, EvidenceKind.CLIP):
        with av.open(BytesIO(contents[kind])) as container:
            assert [stream.type for stream in container.streams] == ["video"]


def test_without_its_key_no_evidence_is_made_and_the_reason_is_told(
    results: Results, models_dir: Path, job: Callable[..., EvidenceJob], tmp_path: Path
) -> None:
    Vault.of(tmp_path)
    (tmp_path / "keys" / "evidence.key").unlink()
    folder = tmp_path / "evidence"
    with EvidenceService(folder, results, FinderSettings(models_dir), home=tmp_path) as service:
        service.submit(job(EvidenceKind.SNAPSHOT))
        failed = results.next()
    assert isinstance(failed, EvidenceFailed)
    assert failed.error_key == "log.keys.lost"
    assert files_in(folder) == set()


def test_nothing_is_written_unless_asked(service: EvidenceService, tmp_path: Path) -> None:
    until(lambda: service.pid is not None)
    service.close()
    assert list(tmp_path.iterdir()) == []


def test_a_snapshot_overtakes_a_clip_that_was_begun(
    service: EvidenceService, results: Results, job: Callable[..., EvidenceJob], tmp_path: Path
) -> None:
    service.submit(job(EvidenceKind.CLIP))
    until(lambda: bool(files_in(tmp_path)))
    with stood_still(service):  # Or the clip might be done first.
        service.submit(job(EvidenceKind.SNAPSHOT, 2))
        until(lambda: service.in_hand == 2)
    first, second = results.next(), results.next()
    assert (first.kind, second.kind) == (EvidenceKind.SNAPSHOT, EvidenceKind.CLIP)
    assert isinstance(first, EvidenceReady)
    assert isinstance(second, EvidenceReady)


def test_a_clip_that_waits_too_long_is_made_while_snapshots_go_on_coming(
    results: Results, models_dir: Path, job: Callable[..., EvidenceJob], tmp_path: Path
) -> None:
    snapshots = 40
    settings = FinderSettings(models_dir)
    with EvidenceService(tmp_path, results, settings, patience_s=0.0) as service:
        until(lambda: service.pid is not None)
        with stood_still(service):
            service.submit(replace(job(EvidenceKind.CLIP), end=2.0))
            for number in range(snapshots):
                service.submit(job(EvidenceKind.SNAPSHOT, 2 + number))
        kinds = [results.next().kind for _ in range(snapshots + 1)]
    assert kinds.index(EvidenceKind.CLIP) < snapshots


def test_the_process_has_low_priority(service: EvidenceService) -> None:
    until(lambda: service.pid is not None)
    pid = service.pid
    assert pid is not None
    behind = min(os.getpriority(os.PRIO_PROCESS, 0) + NICENESS, 19)
    until(lambda: os.getpriority(os.PRIO_PROCESS, pid) == behind)


def test_a_killed_process_is_replaced_and_the_job_begun_again(
    service: EvidenceService, results: Results, job: Callable[..., EvidenceJob], tmp_path: Path
) -> None:
    service.submit(job(EvidenceKind.CLIP))
    until(lambda: bool(files_in(tmp_path)))
    first = service.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    result = results.next()
    assert isinstance(result, EvidenceReady)
    assert files_in(tmp_path) == {result.path}
    assert service.pid != first


def test_a_job_that_the_process_dies_of_twice_is_reported(
    service: EvidenceService, results: Results, job: Callable[..., EvidenceJob], tmp_path: Path
) -> None:
    service.submit(job(EvidenceKind.CLIP))
    killed: set[int] = set()
    for _ in range(2):
        until(lambda: bool(files_in(tmp_path)) and service.pid not in {None, *killed})
        assert service.pid is not None
        killed.add(service.pid)
        os.kill(service.pid, signal.SIGKILL)
        until(lambda: service.pid not in killed)
    result = results.next()
    assert isinstance(result, EvidenceFailed)
    assert result.error_key == "evidence.process_died"
    assert files_in(tmp_path) == set()
    service.submit(job(EvidenceKind.SNAPSHOT, 2))
    assert isinstance(results.next(), EvidenceReady)


def test_when_too_much_waits_the_least_urgent_is_refused_with_a_cure(
    tmp_path: Path, results: Results, models_dir: Path, job: Callable[..., EvidenceJob]
) -> None:
    finder = FinderSettings(models_dir)
    with EvidenceService(tmp_path, results, finder, most_bytes=1) as service:
        service.submit(job(EvidenceKind.CLIP))
        refused = results.next()
    assert isinstance(refused, EvidenceFailed)
    assert refused.error_key == "evidence.queue_full"
    assert "gate" in text(refused.error_key, "en", **refused.fields)
    assert "gate" in text(refused.error_key, "fr", **refused.fields)


def test_footage_that_cannot_be_decoded_is_reported_and_the_next_job_done(
    service: EvidenceService, results: Results, job: Callable[..., EvidenceJob], footage_of: Footage
) -> None:
    broken = [replace(packet, data=bytes(50)) for packet in footage_of.packets]
    service.submit(job(EvidenceKind.CLIP, 1, replace(footage_of, packets=tuple(broken))))
    failure = results.next()
    assert isinstance(failure, EvidenceFailed)
    assert failure.error_key == "evidence.no_picture"
    service.submit(job(EvidenceKind.SNAPSHOT, 2))
    assert isinstance(results.next(), EvidenceReady)


def test_without_models_nothing_is_shown_and_the_cure_is_named(
    tmp_path: Path, results: Results, job: Callable[..., EvidenceJob]
) -> None:
    empty = tmp_path / "models"
    empty.mkdir()
    with EvidenceService(tmp_path / "out", results, FinderSettings(empty)) as service:
        service.submit(job(EvidenceKind.SNAPSHOT))
        failure = results.next()
    assert isinstance(failure, EvidenceFailed)
    assert "gardefou models install" in text(failure.error_key, "en", **failure.fields)
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_reported_and_earlier_files_stay(
    small_disk: Path, results: Results, models_dir: Path, job: Callable[..., EvidenceJob]
) -> None:
    with EvidenceService(small_disk, results, FinderSettings(models_dir)) as service:
        service.submit(job(EvidenceKind.SNAPSHOT))
        ready = results.next()
        assert isinstance(ready, EvidenceReady)
        free = os.statvfs(small_disk)
        filler = small_disk / "other"
        filler.write_bytes(bytes((free.f_bavail - 2) * free.f_bsize))
        service.submit(job(EvidenceKind.CLIP))
        failure = results.next()
    assert isinstance(failure, EvidenceFailed)
    assert failure.error_key == "evidence.not_written"
    assert str(small_disk) in failure.fields["folder"]
    assert files_in(small_disk) == {ready.path, "other"}


def test_closing_finishes_what_is_there(
    service: EvidenceService, results: Results, job: Callable[..., EvidenceJob]
) -> None:
    service.submit(job(EvidenceKind.SNAPSHOT))
    service.close(drain_s=PATIENCE_S)
    assert isinstance(results.next(), EvidenceReady)
    assert service.pid is None


def test_closing_at_once_reports_what_is_not_done(
    service: EvidenceService, results: Results, job: Callable[..., EvidenceJob], tmp_path: Path
) -> None:
    for number in (1, 2):
        service.submit(job(EvidenceKind.CLIP, number))
    service.close(drain_s=0.0)
    service.submit(job(EvidenceKind.CLIP, 3))
    keys = [
        result.error_key for _ in range(3) if isinstance(result := results.next(), EvidenceFailed)
    ]
    assert keys == ["evidence.stopped"] * 3
    assert files_in(tmp_path) == set()


def test_submitting_never_waits_for_the_process(
    service: EvidenceService, results: Results, job: Callable[..., EvidenceJob]
) -> None:
    until(lambda: service.pid is not None)
    pid = service.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)

    def send() -> None:
        for number in range(20):
            service.submit(job(EvidenceKind.CLIP, number))

    sender = threading.Thread(target=send)
    sender.start()
    sender.join(PATIENCE_S)
    try:
        assert not sender.is_alive()
    finally:
        os.kill(pid, signal.SIGKILL)
    service.close(drain_s=0.0)


PARENT = """
import sys, time
from pathlib import Path
from gardefou.evidence.service import EvidenceService
from gardefou.evidence.vault import MAGIC, Vault

if __name__ == "__main__":
    service = EvidenceService(Path(sys.argv[1]), print)
    while service.pid is None:
        time.sleep(0.01)
    print(service.pid, flush=True)
    time.sleep(600)
"""


def test_no_orphan_is_left_when_the_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "out")], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not Path(f"/proc/{child}").exists() or _is_zombie(child))


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True
