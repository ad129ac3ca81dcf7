"""The inspector's bundle verifies where the system was never seen, and shows each forgery."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.governance import verify_bundle
from gardefou.governance.bundle import Bundle, write_bundle
from gardefou.governance.note import SignerKey
from gardefou.governance.signing import PrivateKey
from support.town import SITE, TestTown


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TestTown]:
    with TestTown.at(tmp_path / "home") as town:
        site = SITE.replace(
            "    name: Quai nord\n",
            "    name: Quai nord\n    source: rtsp://admin:s3cret@10.0.0.8/live\n",
        )
        (town.home / "site.yaml").write_text(site, encoding="utf-8")
        town.start()
        town.alert(1)
        town.evidence(1, b"picture of somebody")
        yield town


@pytest.fixture
def bundle(town: TestTown, tmp_path: Path) -> Bundle:
    return write_bundle(town.office, tmp_path / "bundle.zip", "commission")


def verified(*words: object) -> tuple[int, str]:
    """What a bare Python, without packages or environment, says."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", *map(str, words)],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def key_of(bundle: Bundle) -> str:
    """The key that stands in a bundle."""
    with zipfile.ZipFile(bundle.path) as opened:
        return opened.read(verify_bundle.KEY).decode().strip()


def forged(bundle: Bundle, changes: dict[str, bytes | None]) -> Path:
    """The bundle with members changed, added, or (None) taken out; its list as it was."""
    path = bundle.path.with_name("forged.zip")
    with zipfile.ZipFile(bundle.path) as old, zipfile.ZipFile(path, "w") as new:
        contents = {name: old.read(name) for name in old.namelist()} | changes
        for name, data in contents.items():
            if data is not None:
                new.writestr(name, data)
    return path


def test_it_verifies_by_itself_and_by_an_inspectors_own_copy(bundle: Bundle) -> None:
    for words in ((bundle.path,), (verify_bundle.__file__, bundle.path)):
        status, said = verified(*words)
        assert status == 0, said
        head, signed = said.splitlines()
        assert head == f"SOUND {bundle.count} files, list {bundle.list_sha256}"
        assert signed == f"SIGNED by {key_of(bundle)}"


def test_it_holds_what_an_inspector_asks_for_and_no_picture_or_password(bundle: Bundle) -> None:
    with zipfile.ZipFile(bundle.path) as opened:
        names = set(opened.namelist())
        everything = b"".join(opened.read(name) for name in names)
    assert names >= {
        *("programme.sha256", "sbom.json", "site.yaml", "mandates/fete-2026.yaml"),
        *("persons.csv", "verify.py", "MANIFEST.note", "journal.vkey"),
        *("journal.jsonl", "register.json", "figures.json", "town.yaml", "MANIFEST.sha256"),
    }
    assert b"s3cret" not in everything
    assert b"picture of somebody" not in everything


def test_the_programme_s_own_files_are_listed_with_their_hashes(bundle: Bundle) -> None:
    with zipfile.ZipFile(bundle.path) as opened:
        lines = opened.read("programme.sha256").decode().splitlines()
    listed = {name: sha for sha, _, name in (line.partition("  ") for line in lines)}
    source = Path(str(verify_bundle.__file__)).read_bytes()
    assert listed["gardefou/governance/verify_bundle.py"] == verify_bundle.digest(source)


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"register.json": b"{}"}, "register.json: changed"),
        ({"figures.json": None}, "figures.json: missing"),
        ({"extra.txt": b"x"}, "extra.txt: not listed"),
        ({"MANIFEST.sha256": None}, "MANIFEST.sha256: missing"),
    ],
)
def test_what_was_changed_taken_out_or_put_in_is_named(
    bundle: Bundle, changes: dict[str, bytes | None], finding: str
) -> None:
    status, said = verified(verify_bundle.__file__, forged(bundle, changes))
    assert status == 1
    assert f"FINDING {finding}" in said


def test_a_rewritten_journal_is_named_even_under_a_new_list(bundle: Bundle) -> None:
    with zipfile.ZipFile(bundle.path) as opened:
        journal = opened.read("journal.jsonl").replace(b"commission", b"omission!!")
        listing = opened.read("MANIFEST.sha256").decode()
        old = verify_bundle.digest(opened.read("journal.jsonl"))
    listing = listing.replace(old, verify_bundle.digest(journal))
    changes: dict[str, bytes | None] = {
        "journal.jsonl": journal,
        "MANIFEST.sha256": listing.encode(),
    }
    status, said = verified(verify_bundle.__file__, forged(bundle, changes))
    assert status == 1
    assert "was changed" in said


def test_a_journal_whose_oldest_entries_were_pruned_is_followed_from_there(town: TestTown) -> None:
    lines = [line.encode() for line in town.journal.entries()]
    town.start()
    first, second = (line for line in town.journal.entries())
    head = b'{"pruned":{"hash":"%s","kept":[],"seq":1,"tiles":[]}}\n' % first.hash.encode()
    assert list(verify_bundle.journal(lines[0] + second.encode())) == []
    assert list(verify_bundle.journal(head + second.encode())) == []
    assert list(verify_bundle.journal(second.encode())) == [
        "journal.jsonl: line 1: entry 2 does not follow the one before"
    ]
    assert list(verify_bundle.journal(head.replace(b'"seq"', b'"sea"') + second.encode()))


def test_one_changed_byte_in_any_file_of_a_copy_is_found(bundle: Bundle) -> None:
    whole = bundle.path.read_bytes()
    copy = bundle.path.with_name("copy.zip")
    with zipfile.ZipFile(bundle.path) as opened:
        members = opened.infolist()
    for member in members:
        begin = member.header_offset + 30 + len(member.filename.encode())
        for place in (begin + 1, begin + member.compress_size // 2):
            changed = bytearray(whole)
            changed[place] ^= 16
            copy.write_bytes(changed)
            with zipfile.ZipFile(copy) as opened:
                assert list(verify_bundle.verify(opened)), member.filename


def test_a_new_list_without_the_key_is_no_sound_bundle(bundle: Bundle, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle.path) as opened:
        listing, note = opened.read("MANIFEST.sha256"), opened.read("MANIFEST.note")
        figures = opened.read("figures.json")
    other = listing.replace(verify_bundle.digest(figures).encode(), b"0" * 64)
    relisted: dict[str, bytes | None] = {
        "figures.json": b"{}",
        "MANIFEST.sha256": listing.replace(
            verify_bundle.digest(figures).encode(), verify_bundle.digest(b"{}").encode()
        ),
    }
    status, said = verified(verify_bundle.__file__, forged(bundle, relisted))
    assert (status, "MANIFEST.note: is over another list" in said) == (1, True)
    resigned = note.replace(
        verify_bundle.digest(listing).encode(), verify_bundle.digest(other).encode()
    )
    more: dict[str, bytes | None] = {"MANIFEST.sha256": other, "MANIFEST.note": resigned}
    status, said = verified(verify_bundle.__file__, forged(bundle, more))
    assert (status, "MANIFEST.note: the signature is false" in said) == (1, True)


def test_the_key_that_an_inspector_noted_must_have_signed(bundle: Bundle) -> None:
    key = key_of(bundle)
    assert verified(verify_bundle.__file__, bundle.path, key)[0] == 0
    other = SignerKey.generate(key.partition("+")[0]).verifier
    status, said = verified(verify_bundle.__file__, bundle.path, other)
    assert (status, "signed by another key" in said) == (1, True)


def test_signatures_are_those_of_the_system_s_own_library() -> None:
    key = PrivateKey.make()
    for length in (0, 1, 200):
        message = b"x" * length
        raw, signature = key.public.raw, key.sign(message)
        assert verify_bundle.is_signed(raw, message, signature)
        assert not verify_bundle.is_signed(raw, message + b"y", signature)
        for place in (0, 31, 32, 63):
            wrong = bytearray(signature)
            wrong[place] ^= 4
            assert not verify_bundle.is_signed(raw, message, bytes(wrong))


def test_other_parts_add_files_that_are_listed_too(town: TestTown, tmp_path: Path) -> None:
    made = write_bundle(town.office, tmp_path / "b.zip", "c", more=lambda: {"log/log.vkey": b"key"})
    assert verified(made.path)[0] == 0
    with zipfile.ZipFile(made.path) as opened:
        assert b"log/log.vkey" in opened.read("MANIFEST.sha256")


def test_what_is_no_bundle_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "no.zip"
    path.write_text("no")
    assert verified(verify_bundle.__file__, path)[0] == 2


def test_the_bundle_is_journalled_before_it_is_made(town: TestTown, bundle: Bundle) -> None:
    last = list(town.journal.entries())[-1]
    assert (last.operation, last.actor, last.object_ref) == ("export", "commission", "inspection")
    with zipfile.ZipFile(bundle.path) as opened:
        assert last.encode() in opened.read("journal.jsonl")
