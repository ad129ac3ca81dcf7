"""`gardefou journal`: what it prints, and its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from base64 import b64encode
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gardefou.cli.journal import app
from gardefou.errors import JournalError, UsageError
from gardefou.governance.checkpoint import SignedCheckpoint, parse_witness_request
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import FILE_NAME, Journal
from gardefou.governance.merkle import leaf_hash, verify_inclusion
from gardefou.governance.note import decode64
from gardefou.governance.offline_verify import ed25519_signed
from gardefou.governance.purpose import Purpose
from gardefou.i18n import text

RUN = CliRunner()
REASON = ("--reason", "integrity")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    journal = Journal(tmp_path / FILE_NAME)
    journal.append(Entry("gardefou", Operation.START))
    journal.append(Entry("a.petit", Operation.VIEW, "camera gate", "ronde\x1b[2J", {"s": 3}))
    journal.append(Entry("gardefou", Operation.STOP))
    return tmp_path


def _forge(home: Path) -> int:
    """Change the second entry; where it begins."""
    path = home / FILE_NAME
    content = path.read_bytes()
    path.write_bytes(content.replace(b"a.petit", b"b.grand"))
    return content.index(b"\n") + 1


def test_a_sound_journal_is_said_to_be_with_the_entry_to_note_down(home: Path) -> None:
    result = RUN.invoke(app, ["verify", "--home", str(home)])
    head = Journal(home / FILE_NAME).verify().head
    assert result.exit_code == 0
    assert "3 entries, unchanged" in result.stdout
    assert str(head) in result.stdout

    assert RUN.invoke(app, ["verify", "--home", str(home), "--noted", str(head)]).exit_code == 0


def test_a_changed_journal_is_a_finding_with_its_place(home: Path) -> None:
    offset = _forge(home)
    result = RUN.invoke(app, ["verify", "--home", str(home)])
    assert result.exit_code == 1
    assert f"line 2 (byte {offset}): the content of entry 2 was changed" in result.stderr


def test_the_same_as_json(home: Path) -> None:
    sound = RUN.invoke(app, ["verify", "--home", str(home), "--json"])
    assert sound.exit_code == 0
    assert json.loads(sound.stdout) == {
        "path": str(home / FILE_NAME),
        "sound": True,
        "entries": 3,
        "pruned": 0,
        "head": str(Journal(home / FILE_NAME).verify().head),
        "root": b64encode(Journal(home / FILE_NAME).tree().root()).decode(),
        "checkpoints": 0,
        "beyond_pruning": 0,
        "false_checkpoints": [],
        "witnessed": {},
        "torn_bytes": 0,
        "breach": None,
    }
    offset = _forge(home)
    changed = RUN.invoke(app, ["verify", "--home", str(home), "--json"])
    assert changed.exit_code == 1
    assert json.loads(changed.stdout)["breach"] == {
        "fault": "changed",
        "line": 2,
        "offset": offset,
        "expected": 2,
        "found": 2,
    }


def test_a_cut_end_is_a_finding_against_what_was_noted_down(home: Path) -> None:
    head = str(Journal(home / FILE_NAME).verify().head)
    path = home / FILE_NAME
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    result = RUN.invoke(app, ["verify", "--home", str(home), "--noted", head])
    assert result.exit_code == 1
    assert "its end was cut off" in result.stderr


def test_a_torn_line_is_mentioned_and_no_finding(home: Path) -> None:
    path = home / FILE_NAME
    path.write_bytes(path.read_bytes()[:-10])
    result = RUN.invoke(app, ["verify", "--home", str(home)])
    assert result.exit_code == 0
    assert "cut off while it was written" in result.stderr


def test_entries_are_shown_in_words_and_cannot_steer_the_terminal(home: Path) -> None:
    result = RUN.invoke(app, ["show", "--home", str(home), *REASON])
    assert result.exit_code == 0
    first, second, third = result.stdout.splitlines()
    assert "Start" in first
    assert "a.petit  Pictures viewed  camera gate  ronde\\x1b[2J" in second
    assert '{"s": 3}' in second
    assert "Stop" in third
    assert (
        len(
            RUN.invoke(app, ["show", "--home", str(home), *REASON, "--last", "2"]).stdout.split(
                "\n"
            )
        )
        == 3
    )


def test_entries_are_shown_as_they_stand(home: Path) -> None:
    before = (home / FILE_NAME).read_bytes()
    result = RUN.invoke(app, ["show", "--home", str(home), *REASON, "--json"])
    assert result.stdout_bytes == before


def test_showing_a_changed_journal_stops_at_the_place(home: Path) -> None:
    _forge(home)
    result = RUN.invoke(app, ["show", "--home", str(home), *REASON])
    assert isinstance(result.exception, JournalError)
    assert "line 2" in str(result.exception)


def test_a_missing_home_or_journal_is_not_sound(tmp_path: Path) -> None:
    assert isinstance(
        RUN.invoke(app, ["verify", "--home", str(tmp_path / "nowhere")]).exception, UsageError
    )
    assert isinstance(RUN.invoke(app, ["verify", "--home", str(tmp_path)]).exception, JournalError)


def test_a_noted_entry_that_is_none_is_wrong_use(home: Path) -> None:
    result = RUN.invoke(app, ["verify", "--home", str(home), "--noted", "yesterday"])
    assert isinstance(result.exception, UsageError)


# Looking needs a reason


def test_whoever_looks_says_why_and_the_journal_says_who(home: Path) -> None:
    for wrong in ([], ["--reason", "curiosity"]):
        assert RUN.invoke(app, ["show", "--home", str(home), *wrong]).exit_code == 2
    assert Journal(home / FILE_NAME).verify().entries == 3
    RUN.invoke(app, ["show", "--home", str(home), "--reason", "criminal-procedure"])
    last = list(Journal(home / FILE_NAME).entries())[-1]
    assert (last.operation, last.motif) == ("consultation", "criminal-procedure")
    assert last.actor.startswith("terminal:")


def test_what_cannot_be_journalled_is_not_shown(home: Path) -> None:
    path = home / FILE_NAME
    path.write_bytes(path.read_bytes().replace(b'"stop"', b'"view"'))
    result = RUN.invoke(app, ["show", "--home", str(home), *REASON])
    assert isinstance(result.exception, JournalError)
    assert result.stdout == ""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_purpose_has_a_name(language: str) -> None:
    assert len({text(f"log.purpose.{each.value}", language) for each in Purpose}) == 4


# Checkpoints


def checkpoint(home: Path, *options: str) -> str:
    result = RUN.invoke(app, ["checkpoint", "--home", str(home), *options])
    assert result.exit_code == 0, result.exception
    return result.stdout


def test_a_checkpoint_is_printed_as_its_note(home: Path) -> None:
    signed = SignedCheckpoint.parse(checkpoint(home, "--origin", "town.example/journal"))
    assert (signed.checkpoint.origin, signed.checkpoint.size) == ("town.example/journal", 3)
    result = RUN.invoke(app, ["verify", "--home", str(home)])
    assert "1 signed checkpoints agree" in result.stdout


def test_a_sheet_of_paper_holds_note_code_and_key(home: Path, tmp_path: Path) -> None:
    note = checkpoint(home)
    sheet = checkpoint(home, "--print", "--svg", str(tmp_path / "code.svg"))
    assert note in sheet
    assert (home / "journal.vkey").read_text().strip() in sheet
    rows = [line for line in sheet.splitlines() if line.startswith("█")]
    assert len({len(row) for row in rows}) == 1
    assert 20 < len(rows) <= 2 * len(rows[0])
    assert (tmp_path / "code.svg").read_text().startswith("<?xml")


def test_the_code_on_paper_reads_back_as_the_note(home: Path) -> None:
    import cv2
    import numpy as np

    note = checkpoint(home)
    rows = [line for line in checkpoint(home, "--print").splitlines() if line.startswith("█")]
    light = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    modules = np.array([[light[each][half] for each in row] for row in rows for half in (0, 1)])
    image = np.kron(modules * 255, np.ones((6, 6))).astype(np.uint8)
    image = np.pad(image, 24, constant_values=255)
    # OpenCV's older reader, without Aruco, misreads one correct code in ten.
    read, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(image)
    assert read == note


def test_a_journal_is_held_to_a_checkpoint_from_a_drawer(home: Path, tmp_path: Path) -> None:
    drawer = tmp_path / "drawer.txt"
    drawer.write_text(checkpoint(home), encoding="utf-8")
    command = ["verify", "--home", str(home), "--checkpoint", str(drawer)]
    assert RUN.invoke(app, command).exit_code == 0
    for each in (home / "checkpoints").iterdir():
        each.unlink()
    path = home / FILE_NAME
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert RUN.invoke(app, command[:3]).exit_code == 0
    result = RUN.invoke(app, command)
    assert result.exit_code == 1
    assert "its end was cut off" in result.stderr

    drawer.write_text(drawer.read_text().replace("\n3\n", "\n2\n"), encoding="utf-8")
    assert isinstance(RUN.invoke(app, command).exception, JournalError)
    drawer.write_text("a shopping list", encoding="utf-8")
    assert isinstance(RUN.invoke(app, command).exception, UsageError)


def test_a_forged_checkpoint_is_a_finding(home: Path) -> None:
    checkpoint(home)
    file = next((home / "checkpoints").iterdir())
    file.write_text(file.read_text().replace("\n3\n", "\n2\n"), encoding="utf-8")
    result = RUN.invoke(app, ["verify", "--home", str(home)])
    assert result.exit_code == 1
    assert "did not sign" in result.stderr
    assert str(file) in result.stderr


# Proofs


def test_a_proof_starts_at_a_file_a_root_or_a_size(home: Path, tmp_path: Path) -> None:
    first = SignedCheckpoint.parse(checkpoint(home))
    (tmp_path / "first.txt").write_text(str(first), encoding="utf-8")
    Journal(home / FILE_NAME).append(Entry("gardefou", Operation.START))
    checkpoint(home)
    root = first.checkpoint.root
    given = (str(tmp_path / "first.txt"), "3", root.hex(), b64encode(root).decode())
    proofs = set()
    for each in given:
        result = RUN.invoke(app, ["proof", "--home", str(home), "--from", each, "--json"])
        assert result.exit_code == 0, result.exception
        report = json.loads(result.stdout)
        assert (report["from"]["size"], report["to"]["size"]) == (3, 4)
        proofs.add(tuple(report["proof"]))
    assert len(proofs) == 1
    words = RUN.invoke(app, ["proof", "--home", str(home), "--from", "3"]).stdout
    assert "continues the tree of 3 entries" in words
    request = RUN.invoke(app, ["proof", "--home", str(home), "--from", "3", "--for-witness"])
    assert parse_witness_request(request.stdout)[0] == 3


def test_a_root_the_journal_never_had_is_a_finding(home: Path) -> None:
    checkpoint(home)
    command = ["proof", "--home", str(home), "--from"]
    result = RUN.invoke(app, [*command, "00" * 32])
    assert isinstance(result.exception, JournalError)
    assert isinstance(RUN.invoke(app, [*command, "ro ot"]).exception, UsageError)
    assert isinstance(RUN.invoke(app, [*command, "9"]).exception, UsageError)
    assert isinstance(RUN.invoke(app, command[:3]).exception, UsageError)


def test_an_entry_is_proved_to_be_in_the_journal(home: Path) -> None:
    signed = SignedCheckpoint.parse(checkpoint(home))
    result = RUN.invoke(app, ["proof", "--home", str(home), "--entry", "2"])
    head, _, note = result.stdout.partition("\n\n")
    version, index, *hashes = head.split("\n")
    assert (version, index, note) == ("c2sp.org/tlog-proof@v1", "index 1", str(signed))
    leaf = leaf_hash((home / FILE_NAME).read_bytes().splitlines()[1])
    path = [decode64(each) for each in hashes]
    assert verify_inclusion(leaf, 1, 3, path, signed.checkpoint.root)
    command = ["proof", "--home", str(home), "--entry", "4"]
    assert isinstance(RUN.invoke(app, command).exception, UsageError)


# Witnesses


def test_a_witness_on_another_machine_cosigns_and_it_comes_back(home: Path, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text(checkpoint(home), encoding="utf-8")
    there = ["--log", str(home / "journal.vkey"), "--keys", str(tmp_path / "w")]
    cosigned = RUN.invoke(app, ["witness", "cosign", str(note), *there, "--name", "club.example"])
    assert cosigned.exit_code == 0, cosigned.exception
    back = tmp_path / "back.txt"
    back.write_text(cosigned.stdout, encoding="utf-8")
    vkey = cosigned.stderr.split()[-1]

    receive = ["witness", "receive", str(back), "--home", str(home)]
    assert isinstance(RUN.invoke(app, receive).exception, JournalError)
    assert RUN.invoke(app, ["witness", "add", vkey, "--home", str(home)]).exit_code == 0
    assert "club.example cosigned up to 3" in RUN.invoke(app, receive).stdout
    assert "club.example" in RUN.invoke(app, ["verify", "--home", str(home)]).stdout
    assert list(Journal(home / FILE_NAME).entries())[-1].operation == "witness"

    wrong = ["witness", "add", "nobody", "--home", str(home)]
    assert isinstance(RUN.invoke(app, wrong).exception, UsageError)


# Export


def exported(home: Path, out: Path) -> Path:
    checkpoint(home)
    command = ["export", "--home", str(home), "--out", str(out), "--reason", "lawfulness"]
    result = RUN.invoke(app, [*command, "--recipient", "commission"])
    assert result.exit_code == 0, result.exception
    return out


def offline(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The shipped script, in a Python that finds nothing but its own library."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_export_verifies_without_this_software(home: Path, tmp_path: Path) -> None:
    folder = exported(home, tmp_path / "out")
    vkey = (home / "journal.vkey").read_text().strip()
    result = offline(folder, "--key", vkey)
    assert result.returncode == 0, result.stderr
    assert "4 entries unchanged" in result.stdout
    assert "2 checkpoints signed" in result.stdout
    assert "1 proofs" in result.stdout
    last = list(Journal(home / FILE_NAME).entries())[-1]
    assert (last.operation, last.motif, last.recipients) == ("export", "lawfulness", ["commission"])
    assert offline(folder, "--key", vkey.replace("gardefou/", "gardefou/x")).returncode == 1


def test_an_archive_holds_the_same(home: Path, tmp_path: Path) -> None:
    archive = exported(home, tmp_path / "journal.zip")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    assert offline(tmp_path / "journal").returncode == 0
    command = ["export", "--home", str(home), "--out", str(archive), *REASON]
    assert "there already" in str(RUN.invoke(app, command).exception)


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("journal.jsonl", "a.petit", "b.grand"),
        ("journal.jsonl", '"prev":"0', '"prev":"1'),
        ("log.vkey", "+", "+0"),
        ("proofs.json", '"proof": [', '"proof": ["AAAA",'),
    ],
)
def test_an_export_that_was_changed_does_not_verify(
    home: Path, tmp_path: Path, file: str, before: str, after: str
) -> None:
    folder = exported(home, tmp_path / "out")
    path = folder / file
    path.write_text(path.read_text().replace(before, after, 1))
    result = offline(folder)
    assert result.returncode == 1
    assert "FINDING" in result.stderr


def test_an_export_whose_end_or_signature_was_changed_does_not_verify(
    home: Path, tmp_path: Path
) -> None:
    folder = exported(home, tmp_path / "out")
    journal = folder / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    assert "the end is cut" in offline(folder).stderr
    journal.write_bytes(whole)
    note = sorted((folder / "checkpoints").iterdir())[-1]
    note.write_text(note.read_text().replace("\n4\n", "\n3\n"))
    assert "not signed" in offline(folder).stderr


def test_the_script_s_signatures_are_those_of_the_library() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    for number in range(12):
        key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        public, message = key.public_key().public_bytes_raw(), bytes(range(number * 5))
        signature = key.sign(message)
        assert ed25519_signed(public, message, signature)
        assert not ed25519_signed(public, message + b"x", signature)
        assert not ed25519_signed(public, message, signature[:-1] + b"\xff")
        assert not ed25519_signed(signature[:32], message, signature)
        assert not ed25519_signed(public, message, signature[:40])


def test_no_export_without_a_journal_in_order(home: Path, tmp_path: Path) -> None:
    _forge(home)
    command = ["export", "--home", str(home), "--out", str(tmp_path / "x"), *REASON]
    assert isinstance(RUN.invoke(app, command).exception, JournalError)
    assert not (tmp_path / "x").exists()
