"""Checkpoints of a journal: what they show of it later, and what a thief of the disk cannot do."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from gardefou.errors import JournalError, KeysError
from gardefou.evidence.keys import VARIABLE
from gardefou.governance.chain import Fault
from gardefou.governance.checkpoint import Checkpoint, SignedCheckpoint, witness_request
from gardefou.governance.entry import START, Entry, Link, Operation, next_line
from gardefou.governance.journal import FILE_NAME, Journal
from gardefou.governance.merkle import MerkleTree, leaf_hash, verify_consistency
from gardefou.governance.note import SignerKey
from gardefou.governance.transparency import (
    Checkpointer,
    CheckpointStore,
    add_witness,
    audit,
    log_key,
    log_public_key,
    size_of_root,
    witnesses,
)
from gardefou.governance.witness import Witness
from support.processes import FORKED_BY_A_TEST

FORK = get_context("fork")
pytestmark = pytest.mark.filterwarnings(FORKED_BY_A_TEST)
VIEW = Entry("a.petit", Operation.VIEW, "camera gate", "ronde")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A journal of nine entries with checkpoints over three, six and nine."""
    folder = tmp_path / "home"
    folder.mkdir()
    grow(folder, 3, 3, 3)
    return folder


def grow(home: Path, *counts: int) -> list[SignedCheckpoint]:
    journal = Journal(home / FILE_NAME)
    made = []
    for count in counts:
        for _ in range(count):
            journal.append(VIEW)
        made.append(Checkpointer(journal, home).make())
    return made


def lines(home: Path) -> list[bytes]:
    return (home / FILE_NAME).read_bytes().splitlines(keepends=True)


def rewrite(home: Path, keep: int, count: int) -> None:
    """The tail after ``keep`` entries made anew, every link in order."""
    kept = lines(home)[:keep]
    link = START if not keep else Journal(home / FILE_NAME).verify().head
    for line, _ in zip(Journal(home / FILE_NAME).entries(), range(keep), strict=False):
        link = line.link
    made = []
    for _ in range(count):
        line = next_line(Entry("b.grand", Operation.VIEW), "2026-11-22T10:00:03.000000Z", link)
        made.append(line.encode())
        link = line.link
    (home / FILE_NAME).write_bytes(b"".join(kept + made))


def fault(home: Path, points: list[Checkpoint] | None = None) -> tuple[Fault, int, int]:
    breach = audit(home, points=points or []).verification.breach
    assert breach is not None
    return breach.fault, breach.line, breach.offset


def test_an_untouched_journal_agrees_with_its_checkpoints(home: Path) -> None:
    found = audit(home)
    assert found.sound
    assert (found.verification.held_to, found.verification.entries) == (3, 9)
    tree = MerkleTree()
    for line in lines(home):
        tree.append(leaf_hash(line.rstrip(b"\n")))
    newest = CheckpointStore(home).latest()
    assert newest is not None
    assert newest.checkpoint.root == tree.root() == found.verification.root


def test_a_tail_rewritten_in_order_is_found_after_the_last_true_checkpoint(home: Path) -> None:
    whole = lines(home)
    rewrite(home, keep=4, count=5)
    assert fault(home) == (Fault.OTHER_ROOT, 4, sum(map(len, whole[:3])))
    assert Journal(home / FILE_NAME).verify().sound


def test_a_cut_end_is_found_without_anything_noted_outside(home: Path) -> None:
    whole = lines(home)
    (home / FILE_NAME).write_bytes(b"".join(whole[:-1]))
    assert fault(home) == (Fault.SHORTENED, 9, sum(map(len, whole[:-1])))


def test_whoever_destroys_the_checkpoints_too_is_found_by_one_that_was_kept(home: Path) -> None:
    kept = CheckpointStore(home).readable()[1].checkpoint
    shutil.rmtree(home / "checkpoints")
    rewrite(home, keep=4, count=9)
    assert audit(home).sound
    assert fault(home, [kept]) == (Fault.OTHER_ROOT, 1, 0)


def test_a_checkpoint_that_was_changed_or_put_there_is_named(home: Path) -> None:
    first, second, third = sorted((home / "checkpoints").iterdir())
    forger = SignerKey.generate(log_key(home).name)
    forged = Checkpoint(forger.name, 6, b"\0" * 32)
    second.write_text(str(SignedCheckpoint.sign(forged, forger)), encoding="utf-8")
    third.write_text("nonsense", encoding="utf-8")
    found = audit(home)
    assert not found.sound
    assert found.false_files == (second, third)
    assert found.verification.held_to == 1
    assert first.exists()


def test_what_was_rewritten_is_not_signed(home: Path) -> None:
    rewrite(home, keep=4, count=9)
    with pytest.raises(JournalError, match="not what the last checkpoint was made over"):
        Checkpointer(Journal(home / FILE_NAME), home).make()


def test_a_checkpoint_over_the_same_entries_is_the_same(home: Path) -> None:
    checkpointer = Checkpointer(Journal(home / FILE_NAME), home)
    assert checkpointer.make() == checkpointer.make()
    assert len(list(CheckpointStore(home))) == 3


def test_checkpoints_read_on_from_the_last_and_come_to_the_same(home: Path) -> None:
    journal = Journal(home / FILE_NAME)
    on = Checkpointer(journal, home)
    on.make()
    for count in (1, 0, 5, 12):
        for _ in range(count):
            journal.append(VIEW)
        assert on.make(whole=False).checkpoint.root == journal.tree().root()
    prune(home, 8)
    journal.append(VIEW)
    assert on.make(whole=False).checkpoint.root == journal.tree().root()
    journal.append(VIEW)
    assert on.make(whole=False).checkpoint.size == 30
    assert audit(home).sound


def test_what_was_rewritten_under_a_running_system_is_not_signed_after_the_next_whole_reading(
    home: Path,
) -> None:
    on = Checkpointer(Journal(home / FILE_NAME), home)
    on.make()
    rewrite(home, keep=4, count=9)
    with pytest.raises(JournalError, match="not what the last checkpoint"):
        on.make()


def test_two_checkpoints_over_as_many_entries_are_refused(home: Path) -> None:
    key = log_key(home)
    other = SignedCheckpoint.sign(Checkpoint(key.name, 9, b"\0" * 32), key)
    with pytest.raises(JournalError, match="another checkpoint over as many"):
        CheckpointStore(home).put(other)


def test_the_size_of_a_root_is_found_also_between_checkpoints(home: Path) -> None:
    journal = Journal(home / FILE_NAME)
    tree = journal.tree()
    assert size_of_root(tree.root(5), journal) == 5
    assert size_of_root(b"\0" * 32, journal) is None


# The key


def test_the_private_key_stands_apart_and_only_its_owner_reads_it(home: Path) -> None:
    private = home / "keys" / "journal.skey"
    assert private.stat().st_mode & 0o077 == 0
    assert private.parent.stat().st_mode & 0o077 == 0
    assert (home / "journal.vkey").read_text() == f"{log_key(home).verifier}\n"
    assert log_public_key(home) == log_key(home).verifier


def test_keys_stand_where_the_environment_puts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "stick"))
    grow(tmp_path, 1)
    assert (tmp_path / "stick" / "journal.skey").is_file()
    assert not (tmp_path / "keys").exists()

    (tmp_path / "stick").rename(tmp_path / "drawer")
    with pytest.raises(KeysError, match="attach the medium"):
        grow(tmp_path, 1)
    assert audit(tmp_path).sound


def test_another_key_is_not_taken_for_the_lost_one(home: Path) -> None:
    private = home / "keys" / "journal.skey"
    private.write_text(f"{SignerKey.generate('b.grand')}\n", encoding="utf-8")
    with pytest.raises(KeysError, match="not the key that"):
        log_key(home)
    private.write_text("rust", encoding="utf-8")
    with pytest.raises(KeysError, match="no key in it"):
        log_key(home)


def test_two_installations_do_not_share_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "stick"))
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    log_key(tmp_path / "one")
    with pytest.raises(KeysError, match="a folder of its own"):
        log_key(tmp_path / "other")
    assert log_key(tmp_path / "one").verifier == log_public_key(tmp_path / "one")


def test_a_first_use_that_was_cut_off_is_finished(tmp_path: Path) -> None:
    key = log_key(tmp_path)
    (tmp_path / "journal.vkey").unlink()
    assert log_key(tmp_path) == key
    assert log_public_key(tmp_path) == key.verifier


def test_processes_that_start_at_once_make_one_key(tmp_path: Path) -> None:
    processes = [FORK.Process(target=log_key, args=(tmp_path,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert log_key(tmp_path).verifier == log_public_key(tmp_path)


def test_a_log_is_named_once(tmp_path: Path) -> None:
    assert log_key(tmp_path, "town.example/journal").name == "town.example/journal"
    with pytest.raises(KeysError, match=r"town\.example/journal, not other"):
        log_key(tmp_path, "other")
    with pytest.raises(KeysError, match="without spaces"):
        log_key(tmp_path / "new", "two words")


# Witnesses


def test_a_witness_cosigns_what_continues_what_it_saw(home: Path, tmp_path: Path) -> None:
    witness = Witness(tmp_path / "witness", "association.example/w1", lambda: AT)
    add_witness(home, witness.public)
    add_witness(home, witness.public)
    assert witnesses(home) == [witness.public]
    log = log_key(home).verifier
    _, second, third = CheckpointStore(home).readable()
    store = CheckpointStore(home)
    store.put(witness.cosign(str(second), log))
    tree = Journal(home / FILE_NAME).tree()
    request = witness_request(6, tree.consistency(6, 9), third)
    again = Witness(tmp_path / "witness")
    assert again.public == witness.public
    store.put(again.cosign(request, log))
    assert audit(home).witnessed == {"association.example/w1": 9}
    latest = store.latest()
    assert latest is not None
    assert latest.witnessed_by([witness.public]).keys() == {"association.example/w1"}
    assert store.readable()[1].witnessed_by([witness.public]) == {
        "association.example/w1": int(AT.timestamp())
    }


AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_a_witness_refuses_a_history_that_is_not_the_one_it_saw(home: Path, tmp_path: Path) -> None:
    witness = Witness(tmp_path / "witness", "w")
    log = log_key(home)
    _, second, third = CheckpointStore(home).readable()
    witness.cosign(str(second), log.verifier)
    rewrite(home, keep=4, count=5)
    tree = Journal(home / FILE_NAME).tree()
    forged = SignedCheckpoint.sign(Checkpoint(log.name, 9, tree.root()), log)
    request = witness_request(6, tree.consistency(6, 9), forged)
    with pytest.raises(JournalError, match="no proof that"):
        witness.cosign(request, log.verifier)
    with pytest.raises(JournalError, match="no proof that"):
        witness.cosign(str(third), log.verifier)
    with pytest.raises(JournalError, match="ask for a proof from 6"):
        witness.cosign(witness_request(3, tree.consistency(3, 9), forged), log.verifier)
    stranger = SignerKey.generate(log.name).verifier
    with pytest.raises(JournalError, match="not signed by"):
        witness.cosign(str(third), stranger)
    with pytest.raises(JournalError, match="not a request"):
        witness.cosign("hello", log.verifier)
    assert witness.seen(log.verifier) == second.checkpoint


def test_a_log_s_key_is_no_witness(home: Path) -> None:
    with pytest.raises(KeysError, match="not the key of a witness"):
        add_witness(home, log_key(home).verifier)


def test_a_witness_needs_a_name_at_first(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="cannot name a key"):
        Witness(tmp_path / "witness")


# Pruning


def prune(home: Path, count: int) -> Journal:
    journal = Journal(home / FILE_NAME)
    last = [line.link for line in journal.entries()][count - 1]
    sizes = [each.checkpoint.size for each in CheckpointStore(home).readable()]
    details = {"what": "journal", "last": str(last)}
    kept = [size for size in sizes if size <= last.seq]
    journal.prune(last, kept, Entry("gardefou", Operation.DESTRUCTION, details=details))
    return journal


def test_a_pruned_journal_keeps_agreeing_with_every_checkpoint(home: Path) -> None:
    whole = Journal(home / FILE_NAME).tree()
    journal = prune(home, 7)
    assert [line.seq for line in journal.entries()] == [8, 9, 10]
    assert b"a.petit" not in lines(home)[0]
    found = audit(home)
    assert found.sound
    assert (found.verification.pruned, found.verification.held_to) == (7, 3)
    grow(home, 4)
    found = audit(home)
    assert found.sound
    assert (found.verification.held_to, found.verification.entries) == (4, 14)
    tree = journal.tree()
    for size in (3, 6, 9):
        assert tree.root(size) == whole.root(size)
        proof = tree.consistency(size)
        assert verify_consistency(size, whole.root(size), 14, tree.root(), proof)


def test_a_pruned_journal_is_pruned_again(home: Path) -> None:
    prune(home, 4)
    grow(home, 3)
    prune(home, 7)
    found = audit(home)
    assert found.sound
    assert (found.verification.pruned, found.verification.held_to) == (11, 4)


def test_other_processes_go_on_writing_a_journal_that_was_pruned(home: Path) -> None:
    other = Journal(home / FILE_NAME)
    other.append(VIEW)
    prune(home, 7)
    assert other.append(VIEW).seq == 12
    prune(home, 2)
    assert other.append(VIEW).seq == 14
    assert Journal(home / FILE_NAME).append(VIEW).seq == 15
    assert audit(home).sound


def test_a_changed_byte_of_a_pruned_journal_is_found_at_its_line(home: Path) -> None:
    prune(home, 7)
    whole = (home / FILE_NAME).read_bytes()
    offsets = [0]
    for line in lines(home):
        offsets.append(offsets[-1] + len(line))
    for place in range(0, len(whole), 23):
        changed = bytearray(whole)
        changed[place] ^= 1
        (home / FILE_NAME).write_bytes(changed)
        breach = audit(home).verification.breach
        assert breach is not None
        at = max(index for index, offset in enumerate(offsets[:-1]) if offset <= place)
        if at:
            assert (breach.line, breach.offset) == (at + 1, offsets[at])
        else:
            assert breach.line in (1, 2)


def test_entries_that_vanish_without_a_record_are_found(home: Path) -> None:
    last = [line.link for line in Journal(home / FILE_NAME).entries()][3]
    prune(home, 4)
    written = (home / FILE_NAME).read_bytes().splitlines(keepends=True)
    (home / FILE_NAME).write_bytes(b"".join(written[:-1]))
    assert fault(home) == (Fault.UNRECORDED, 1, 0)
    with pytest.raises(ValueError, match="names the last entry"):
        Journal(home / FILE_NAME).prune(last, [], Entry("gardefou", Operation.DESTRUCTION))


def test_a_disk_that_fails_while_pruning_destroys_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    def failing(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(JournalError, match="no room left"):
        prune(home, 4)
    monkeypatch.undo()
    assert audit(home).verification.entries == 10
    assert audit(home).verification.pruned == 0
    prune(home, 4)
    assert audit(home).sound


def test_an_entry_noted_down_holds_after_pruning_too(home: Path) -> None:
    links = [line.link for line in Journal(home / FILE_NAME).entries()]
    prune(home, 4)
    assert audit(home, links[6]).sound
    assert audit(home, links[3]).sound
    gone = audit(home, links[1])
    assert gone.sound
    assert gone.verification.not_held_to == 1
    breach = audit(home, Link(4, "0" * 64)).verification.breach
    assert breach is not None
    assert breach.fault is Fault.REWRITTEN


# Fields of an entry that are there only when they say something


def test_optional_fields_stand_in_the_line_and_under_its_hash(tmp_path: Path) -> None:
    journal = Journal(tmp_path / FILE_NAME)
    plain = journal.append(VIEW)
    full = journal.append(
        Entry(
            "c.dpo",
            Operation.EXPORT,
            role="dpo",
            recipients=["cnil"],
            authorisation_id="2026-7",
            details={"none": None},
        )
    )
    assert b"role" not in plain.encode()
    assert (full.role, full.recipients, full.authorisation_id) == ("dpo", ["cnil"], "2026-7")
    assert b'"recipients":["cnil"]' in full.encode()
    assert list(journal.entries()) == [plain, full]
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes().replace(b"cnil", b"cnul"))
    assert not journal.verify().sound
