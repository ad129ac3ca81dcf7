"""Evidence at rest: unreadable without its key, refused when changed, gone when its key is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gardefou.errors import KeysError, OutputError
from gardefou.evidence.keys import VARIABLE
from gardefou.evidence.vault import (
    CHUNK,
    HEADER_BYTES,
    MAGIC,
    TAG_BYTES,
    Vault,
    shred,
    shred_folder,
)

CONTENT = os.urandom(2 * CHUNK + 100)


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", "en")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.of(tmp_path)


@pytest.fixture
def path(tmp_path: Path, vault: Vault) -> Path:
    return sealed(vault, tmp_path / "evidence" / "alert-1" / "clip.mp4")


def sealed(vault: Vault, path: Path, content: bytes = CONTENT) -> Path:
    with vault.file(path) as inside:
        inside.write_bytes(content)
    return path


def read(vault: Vault, path: Path, start: int = 0, end: int | None = None) -> bytes:
    with vault.open(path) as file:
        return b"".join(file.read(start, end))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_was_sealed_reads_back_whole(tmp_path: Path, vault: Vault, size: int) -> None:
    content = os.urandom(size)
    path = sealed(vault, tmp_path / "a" / "clip.mp4", content)
    assert read(Vault.of(tmp_path), path) == content
    with vault.open(path) as file:
        assert file.size == size
        file.verify()


@settings(max_examples=60)
@given(start=st.integers(0, len(CONTENT) + 5), length=st.integers(0, len(CONTENT)))
def test_any_range_reads_alone(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int
) -> None:
    home = tmp_path_factory.mktemp("home")
    vault = Vault.of(home)
    path = sealed(vault, home / "a" / "clip.mp4")
    assert read(vault, path, start, start + length) == CONTENT[start : start + length]


def test_nothing_of_the_content_stands_on_the_disk(path: Path, tmp_path: Path) -> None:
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert CONTENT[:32] not in file.read_bytes()
    assert path.read_bytes().startswith(MAGIC)


def test_the_same_content_is_never_sealed_the_same(vault: Vault, path: Path) -> None:
    before = path.read_bytes()
    assert sealed(vault, path).read_bytes()[len(MAGIC) + 8 :] != before[len(MAGIC) + 8 :]


def test_a_failure_while_writing_leaves_nothing(tmp_path: Path, vault: Vault) -> None:
    path = tmp_path / "a" / "clip.mp4"

    def fail(inside: Path) -> None:
        inside.write_bytes(b"half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), vault.file(path) as inside:
        fail(inside)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    "place",
    [0, 8, 16, 28, HEADER_BYTES - 1, HEADER_BYTES, HEADER_BYTES + CHUNK, -1],
)
def test_a_changed_byte_is_refused(vault: Vault, path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises((OutputError, KeysError)) as refusal:
        read(vault, path)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("left", [0, 10, HEADER_BYTES, HEADER_BYTES + CHUNK + TAG_BYTES])
def test_a_cut_file_is_refused_before_a_byte_of_it_is_shown(
    vault: Vault, path: Path, left: int
) -> None:
    os.truncate(path, left)
    with pytest.raises(OutputError), vault.open(path) as file:
        file.verify()


def test_chunks_in_another_order_are_refused(vault: Vault, path: Path) -> None:
    data, step = path.read_bytes(), CHUNK + TAG_BYTES
    head, first, second = (
        data[:HEADER_BYTES],
        data[HEADER_BYTES : HEADER_BYTES + step],
        data[HEADER_BYTES + step : HEADER_BYTES + 2 * step],
    )
    path.write_bytes(head + second + first + data[HEADER_BYTES + 2 * step :])
    with pytest.raises(OutputError, match="changed, cut off"):
        read(vault, path)


def test_a_file_in_another_alerts_place_is_refused(vault: Vault, path: Path) -> None:
    for other in (path.parent / "before.mp4", path.parents[1] / "alert-2" / "clip.mp4"):
        other.parent.mkdir(exist_ok=True)
        other.write_bytes(path.read_bytes())
        with pytest.raises(OutputError, match="put in another's place"):
            read(vault, other)


def test_a_plain_file_is_no_evidence(vault: Vault, path: Path) -> None:
    path.write_bytes(b"\xff\xd8\xff" + bytes(500))
    with pytest.raises(OutputError, match="not encrypted evidence"):
        read(vault, path)


def test_a_lost_or_other_key_is_said_clearly(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "keys" / "evidence.key"
    assert key.stat().st_mode & 0o077 == 0
    content = key.read_text()
    key.unlink()
    with pytest.raises(KeysError, match="attach the medium"):
        Vault.of(tmp_path)
    key.write_text("00" * 32)
    with pytest.raises(KeysError, match="not the key that"):
        Vault.of(tmp_path)
    key.write_text("00")
    with pytest.raises(KeysError, match="no key in it"):
        Vault.of(tmp_path)
    with pytest.raises(KeysError, match="sealed under another key"):
        Vault(bytes(32), key).open(path)

    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "evidence.key").write_text(content)
    monkeypatch.setenv(VARIABLE, str(stick))
    assert read(Vault.of(tmp_path), path) == CONTENT


def test_erasing_destroys_the_key_of_the_file_first(
    vault: Vault, path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "undeleted"
    os.link(path, copy)  # what a disk may still hold after a file was deleted
    shred(path)
    assert not path.exists()
    assert copy.read_bytes()[:HEADER_BYTES] == bytes(HEADER_BYTES)
    home = path.parent
    (home / "clip.mp4").write_bytes(copy.read_bytes())
    with pytest.raises(OutputError):
        read(vault, home / "clip.mp4")
    shred(home / "clip.mp4")
    shred(home / "clip.mp4")


def test_erasing_a_folder_follows_no_link_out_of_it(path: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(bytes(range(200)))
    (path.parent / "link.mp4").symlink_to(outside)
    (path.parent / ".clip.mp4.part").write_bytes(b"half")
    shred_folder(path.parent)
    assert not path.parent.exists()
    assert outside.read_bytes() == bytes(range(200))
    shred_folder(path.parent)
