"""The journal on the disk: appended to by many, sealed after a crash, and closed when it fails."""

from __future__ import annotations

import fcntl
import hashlib
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from multiprocessing import get_context
from pathlib import Path
from random import Random
from select import select
from time import sleep

import pytest

from gardefou.errors import JournalError
from gardefou.governance.entry import Entry, Line, Link, Operation
from gardefou.governance.journal import LONGEST_LINE, Journal
from gardefou.i18n import text
from support.processes import FORKED_BY_A_TEST

FORK = get_context("fork")
pytestmark = pytest.mark.filterwarnings(FORKED_BY_A_TEST)
VIEW = Entry("a.petit", Operation.VIEW, "camera gate", "ronde", {"seconds": 12})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


@pytest.fixture
def journal(path: Path) -> Journal:
    return Journal(path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB of its own, where this system lets us mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    mount = subprocess.run(command, capture_output=True, text=True, check=False)
    if mount.returncode:
        pytest.skip(f"needs to mount a small file system: {mount.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def operations(journal: Journal) -> list[str]:
    return [line.operation for line in journal.entries()]


def test_an_entry_is_kept_as_it_was_given_with_its_time_in_utc(path: Path) -> None:
    paris = timezone(timedelta(hours=1))
    journal = Journal(path, now=lambda: datetime(2026, 11, 22, 11, 30, tzinfo=paris))
    line = journal.append(VIEW)
    assert list(journal.entries()) == [line]
    assert (line.seq, line.ts) == (1, "2026-11-22T10:30:00.000000Z")
    assert (line.actor, line.operation) == ("a.petit", "view")
    assert (line.object_ref, line.motif, line.details) == ("camera gate", "ronde", {"seconds": 12})


def test_entries_are_numbered_and_linked_also_across_restarts(path: Path) -> None:
    heads = [Journal(path).append(VIEW).link for _ in range(3)]
    assert [head.seq for head in heads] == [1, 2, 3]
    assert Journal(path).verify(heads[1]).head == heads[2]


def test_a_journal_that_was_never_written_is_empty(journal: Journal) -> None:
    assert list(journal.entries()) == []
    assert journal.verify().entries == 0


def test_only_its_owner_reads_it(journal: Journal) -> None:
    journal.append(VIEW)
    assert journal.path.stat().st_mode & 0o077 == 0


def test_an_entry_is_synced_before_the_call_returns(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[tuple[str, int]] = []
    fsync = os.fsync

    def noted(handle: int) -> None:
        steps.append((os.readlink(f"/proc/self/fd/{handle}"), os.fstat(handle).st_size))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    journal.append(VIEW)
    assert str(journal.path.parent) in [name for name, _ in steps]
    assert steps[-1] == (str(journal.path), journal.path.stat().st_size)


def _append(path: Path, actor: str, count: int) -> None:
    journal = Journal(path, locked_s=60.0)
    for _ in range(count):
        journal.append(Entry(actor, Operation.VIEW))


def test_processes_and_threads_append_without_a_gap(path: Path) -> None:
    processes = [FORK.Process(target=_append, args=(path, f"p{each}", 40)) for each in range(3)]
    for process in processes:
        process.start()
    _append(path, "here", 40)
    for process in processes:
        process.join()

    journal = Journal(path)
    assert journal.verify().sound
    actors = [line.actor for line in journal.entries()]
    assert {actor: actors.count(actor) for actor in actors} == dict.fromkeys(
        ["here", "p0", "p1", "p2"], 40
    )


def test_one_journal_takes_turns_with_another(path: Path) -> None:
    one, other = Journal(path), Journal(path)
    for _ in range(3):
        one.append(VIEW)
        other.append(VIEW)
    assert one.verify().entries == 6


# After a crash


@pytest.mark.parametrize("cut", [1, 2, 50, 200])
def test_a_line_that_was_cut_off_is_sealed_by_the_next_entry(path: Path, cut: int) -> None:
    Journal(path).append(VIEW)
    whole = path.stat().st_size
    Journal(path).append(Entry("a.petit", Operation.EXPORT, motif="réquisition"))
    os.truncate(path, path.stat().st_size - cut)
    torn = path.read_bytes()[whole:]
    assert Journal(path).verify().torn_bytes == len(torn)
    assert operations(Journal(path)) == ["view"]

    Journal(path).append(Entry("a.petit", Operation.REVIEW))

    journal = Journal(path)
    assert journal.verify().sound
    assert journal.verify().torn_bytes == 0
    assert operations(journal) == ["view", "recovery", "review"]
    recovery = list(journal.entries())[1]
    assert recovery.actor == "gardefou"
    assert recovery.details == {
        "torn_bytes": len(torn),
        "torn_sha256": hashlib.sha256(torn).hexdigest(),
        "torn_text": torn.decode(errors="replace"),
    }


def test_a_first_line_that_was_cut_off_is_sealed(path: Path) -> None:
    Journal(path).append(VIEW)
    os.truncate(path, 20)
    Journal(path).append(VIEW)
    assert operations(Journal(path)) == ["recovery", "view"]


def test_zeros_that_a_power_cut_left_are_sealed(path: Path) -> None:
    Journal(path).append(VIEW)
    os.truncate(path, path.stat().st_size + 4096)
    assert Journal(path).verify().sound
    Journal(path).append(VIEW)
    assert operations(Journal(path)) == ["view", "recovery", "view"]


def test_a_crash_while_sealing_is_sealed_in_turn(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Journal(path).append(VIEW)
    whole = path.stat().st_size
    Journal(path).append(VIEW)
    os.truncate(path, whole + 30)
    write = os.write

    def killed(handle: int, data: bytes) -> int:
        write(handle, data[:40])
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        Journal(path).append(VIEW)
    monkeypatch.undo()
    assert path.stat().st_size == whole + 40

    Journal(path).append(VIEW)
    assert operations(Journal(path)) == ["view", "recovery", "view"]
    assert Journal(path).verify().sound


def _append_for_ever(path: Path, acknowledged: int) -> None:
    journal = Journal(path)
    while True:
        os.write(acknowledged, f"{journal.append(VIEW).link}\n".encode())


def _waiting_in(pipe: int) -> bytes:
    """Everything that was written to a pipe and not read yet."""
    os.set_blocking(pipe, False)
    found = b""
    with suppress(BlockingIOError):
        while more := os.read(pipe, 1 << 20):
            found += more
    os.set_blocking(pipe, True)
    return found


def test_nothing_acknowledged_is_lost_when_killed_at_any_moment(path: Path) -> None:
    chance = Random(20261122)
    reading, writing = os.pipe()
    acknowledged = b""
    for _ in range(30):
        process = FORK.Process(target=_append_for_ever, args=(path, writing))
        process.start()
        # A busy machine may take long to begin.
        assert select([reading], [], [], 300.0)[0], "nothing was acknowledged"
        sleep(chance.uniform(0.0, 0.08))  # the moment of the kill
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        acknowledged += _waiting_in(reading)
    os.close(writing)
    os.close(reading)
    links = [Link.parse(line) for line in acknowledged.decode().splitlines()]

    Journal(path).append(VIEW)
    journal = Journal(path)
    assert journal.verify().sound
    assert len(links) >= 30
    assert set(links) <= {line.link for line in journal.entries()}


# Closed when it fails


def test_a_full_disk_refuses_and_keeps_what_was_there(small_disk: Path) -> None:
    path = small_disk / "journal.jsonl"
    journal = Journal(path)
    written: list[Line] = []

    def fill() -> None:
        written.extend(journal.append(VIEW) for _ in range(10_000))

    with pytest.raises(JournalError) as full:
        fill()
    assert str(path) in str(full.value)
    assert "free some space" in full.value.in_language("en")
    assert "libérez de l'espace" in full.value.in_language("fr")
    assert len(written) > 10
    assert list(Journal(path).entries()) == written
    assert Journal(path).verify().torn_bytes == 0


def test_a_disk_that_went_read_only_refuses(small_disk: Path) -> None:
    journal = Journal(small_disk / "journal.jsonl")
    journal.append(VIEW)
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.run(remount, check=True)
    with pytest.raises(JournalError, match="permissions"):
        journal.append(VIEW)
    assert journal.verify().entries == 1


def test_a_file_that_may_not_grow_is_refused_and_nothing_half_written_stays(path: Path) -> None:
    process = FORK.Process(target=_append_under_a_limit, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert Journal(path).verify().torn_bytes == 0
    assert operations(Journal(path)) == ["view"] * 10


def _append_under_a_limit(path: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    journal = Journal(path)
    for _ in range(10):
        journal.append(VIEW)
    limit = path.stat().st_size + 100
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    with pytest.raises(JournalError, match="no room left"):
        journal.append(VIEW)


def test_a_sync_that_fails_refuses_and_takes_the_entry_back(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append(VIEW)

    def failing(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(JournalError, match="Input/output error"):
        journal.append(VIEW)
    monkeypatch.undo()
    assert operations(journal) == ["view"]
    journal.append(Entry("a.petit", Operation.STOP))
    assert operations(journal) == ["view", "stop"]


def test_a_journal_held_by_another_process_refuses(path: Path) -> None:
    journal = Journal(path, locked_s=0.05)
    journal.append(VIEW)
    with path.open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(JournalError, match="another process"):
            journal.append(VIEW)
    journal.append(VIEW)
    assert journal.verify().entries == 2


def test_a_folder_in_its_place_or_none_above_it_refuses(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=str(tmp_path)):
        Journal(tmp_path).append(VIEW)
    with pytest.raises(JournalError, match="nowhere"):
        Journal(tmp_path / "nowhere" / "journal.jsonl").append(VIEW)


@pytest.mark.parametrize("kind", ["link", "dangling link", "pipe", "device"])
def test_what_is_no_file_of_its_own_is_neither_written_nor_read(path: Path, kind: str) -> None:
    Journal(path).append(VIEW)
    elsewhere = path.rename(path.with_name("elsewhere"))
    before = elsewhere.read_bytes()
    if kind == "pipe":
        os.mkfifo(path)
    else:
        target = {
            "link": elsewhere,
            "dangling link": path.with_name("none"),
            "device": Path("/dev/null"),
        }
        path.symlink_to(target[kind])
    for use in (lambda: Journal(path).append(VIEW), lambda: list(Journal(path).entries())):
        with pytest.raises(JournalError, match="put the file itself back"):
            use()
    assert elsewhere.read_bytes() == before
    assert not path.with_name("none").exists()


@pytest.mark.parametrize(
    "entry",
    [
        Entry("a.petit", Operation.VIEW, details={"seconds": 1.5}),  # type: ignore[dict-item]
        Entry("a.petit", Operation.VIEW, details={"frames": 2**60}),
        Entry("\ud800", Operation.VIEW),
        Entry("a.petit", Operation.VIEW, motif="m" * LONGEST_LINE),
    ],
)
def test_an_entry_that_cannot_be_written_exactly_is_refused(journal: Journal, entry: Entry) -> None:
    journal.append(VIEW)
    with pytest.raises(JournalError, match="journal entry"):
        journal.append(entry)
    assert operations(journal) == ["view"]


def test_a_journal_whose_end_was_changed_is_not_written_on(path: Path) -> None:
    Journal(path).append(VIEW)
    path.write_bytes(path.read_bytes().replace(b"a.petit", b"b.grand"))
    with pytest.raises(JournalError, match="last entry was changed"):
        Journal(path).append(VIEW)


def test_a_file_that_is_no_journal_is_not_touched(path: Path) -> None:
    for content in (b"notes without an end", b"notes\n", b"notes\nand more"):
        path.write_bytes(content)
        with pytest.raises(JournalError):
            Journal(path).append(VIEW)
        assert path.read_bytes() == content


def test_a_journal_deleted_cut_or_forged_while_in_use_is_noticed(
    journal: Journal, path: Path
) -> None:
    for _ in range(3):
        journal.append(VIEW)
    content = path.read_bytes()

    path.unlink()
    with pytest.raises(JournalError, match="deleted or moved"):
        journal.append(VIEW)
    with pytest.raises(JournalError, match="deleted or moved"):
        journal.verify()
    assert not path.exists()

    path.write_bytes(b"".join(content.splitlines(keepends=True)[:2]))
    with pytest.raises(JournalError, match="cut off or lost"):
        journal.append(VIEW)

    path.write_bytes(content + content.splitlines(keepends=True)[0])
    with pytest.raises(JournalError, match="line 4"):
        journal.append(VIEW)

    path.write_bytes(content)
    assert journal.append(VIEW).seq == 4


def test_reading_stops_at_the_place_where_the_chain_broke(journal: Journal, path: Path) -> None:
    for _ in range(3):
        journal.append(VIEW)
    first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + third)
    entries = journal.entries()
    assert next(entries).seq == 1
    with pytest.raises(JournalError, match=f"line 2 .byte {len(first)}."):
        next(entries)
    assert len(second) > 0


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_operation_has_a_name_in_both_languages(language: str) -> None:
    names = [text(f"governance.operation.{each.value}", language) for each in Operation]
    assert all(names)
    assert len(set(names)) == len(names)


def test_times_come_from_the_clock(journal: Journal) -> None:
    before = datetime.now(UTC)
    line = journal.append(VIEW)
    assert before <= datetime.fromisoformat(line.ts) <= datetime.now(UTC)
