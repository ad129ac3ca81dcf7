"""Closed keys: the disk alone opens nothing, the secret opens them, another does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gardefou.cli.app import app
from gardefou.cli.running import look_at
from gardefou.errors import KeysError, UsageError
from gardefou.evidence.key_custody import close_keys, custody
from gardefou.evidence.key_lock import (
    CREDENTIAL,
    VARIABLE,
    From,
    Secret,
    asked_file,
    closed,
    is_closed,
    opened,
    opening_secret,
)
from gardefou.evidence.keys import keys_folder, placed_key
from gardefou.evidence.vault import Vault
from gardefou.governance.journal import Journal
from gardefou.governance.second_factor import Seal
from gardefou.governance.transparency import log_key
from gardefou.runtime.home import Home

RUN = CliRunner()
SECRET = "correct horse battery staple"
TOTP = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder whose keys stand open, with evidence and a second factor."""
    for name in (VARIABLE, "CREDENTIALS_DIRECTORY", "XDG_RUNTIME_DIR", "GARDEFOU_KEYS"):
        monkeypatch.delenv(name, raising=False)
    made = tmp_path / "home"
    Home(made).prepare()
    (made / "site.yaml").write_text("cameras: []\n", encoding="utf-8")
    log_key(made)
    with Vault.of(made).file(made / "evidence" / "a" / "clip.mp4") as inside:
        inside.write_bytes(b"film")
    (made / "sealed").write_text(Seal.of_folder(made / "keys").close(TOTP, "a"), "utf-8")
    return made


def by_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir(exist_ok=True)
    (folder / CREDENTIAL).write_text(f"{secret}\n", encoding="utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))


def by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    (tmp_path / "secret").write_text(secret, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "secret"))


def everything_opens(home: Path) -> bool:
    with Vault.of(home).open(home / "evidence" / "a" / "clip.mp4") as sealed:
        film = sealed.whole()
    seal = Seal.of_folder(home / "keys")
    log_key(home)
    return film == b"film" and seal.open((home / "sealed").read_text("utf-8"), "a") == TOTP


@pytest.mark.parametrize("give", [by_credential, by_file])
def test_closed_keys_open_with_their_secret_alone(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    give: Callable[[Path, pytest.MonkeyPatch, str], None],
) -> None:
    before = {path.name: path.read_bytes() for path in (home / "keys").iterdir()}
    names = ["accounts.key", "evidence.key", "journal.skey"]
    assert sorted(close_keys(home, Secret(SECRET.encode(), From.FILE))) == names
    kept = b"".join(path.read_bytes() for path in (home / "keys").iterdir())
    assert all(content.strip() not in kept for content in before.values())

    for use in (Vault.of, log_key, lambda at: Seal.of_folder(at / "keys")):
        with pytest.raises(KeysError, match="closed"):
            use(home)
    give(tmp_path, monkeypatch, SECRET)
    assert everything_opens(home)
    give(tmp_path, monkeypatch, f"{SECRET}!")
    for use in (Vault.of, log_key, lambda at: Seal.of_folder(at / "keys")):
        with pytest.raises(KeysError, match="does not open"):
            use(home)


def test_keys_that_are_made_where_a_secret_is_given_are_closed_from_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    by_file(tmp_path, monkeypatch, SECRET)
    made = tmp_path / "new"
    made.mkdir()
    Vault.of(made)
    log_key(made)
    Seal.of_folder(made / "keys")
    assert custody(made).open == ()
    assert len(custody(made).closed) == 3


@pytest.mark.parametrize("give", [by_credential, by_file])
@pytest.mark.parametrize("short", ["fifteen letters", "\u00e9\u00e8" * 7])
def test_no_key_is_made_under_a_secret_too_short_to_close_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    give: Callable[[Path, pytest.MonkeyPatch, str], None],
    short: str,
) -> None:
    give(tmp_path, monkeypatch, short)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    with pytest.raises(KeysError) as refused:
        Vault.of(fresh)
    assert not list(keys_folder(fresh).glob("*key"))
    place = refused.value.fields["path"]
    assert isinstance(place, Path)
    assert place.read_text("utf-8").strip() == short
    for language, words in (("en", "fewer than 16 characters"), ("fr", "moins de 16 caractères")):
        told = refused.value.in_language(language)
        assert str(place) in told
        assert words in told.replace("\u00a0", " ").replace("\u202f", " ")
        assert "openssl rand" in told
    give(tmp_path, monkeypatch, SECRET)
    Vault.of(fresh)
    assert list(keys_folder(fresh).glob("*key"))


def test_a_folder_that_a_short_secret_closed_long_ago_goes_on(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_keys(home, Secret(b"short", From.FILE))
    by_file(tmp_path, monkeypatch, "short")
    assert placed_key(keys_folder(home) / "later.key", b"content") == b"content"
    by_file(tmp_path, monkeypatch, SECRET)
    with pytest.raises(KeysError, match="does not open"):
        placed_key(keys_folder(home) / "another.key", b"content")
    assert not (keys_folder(home) / "another.key").exists()


def test_keys_close_names_the_file_with_a_secret_that_is_too_short(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_file(tmp_path, monkeypatch, "short")
    refused = RUN.invoke(app, ["keys", "close", "--home", str(home)])
    assert isinstance(refused.exception, KeysError)
    assert "secret" in str(refused.exception.fields["path"])
    assert not custody(home).closed


def test_one_secret_closes_all_or_nothing(home: Path) -> None:
    path = home / "keys" / "evidence.key"
    path.write_bytes(closed(path.read_bytes(), path.name, Secret(b"another", From.FILE)))
    with pytest.raises(KeysError, match="does not open"):
        close_keys(home, Secret(SECRET.encode(), From.FILE))
    assert custody(home).open == ("accounts.key", "journal.skey")


def test_a_secret_that_does_not_open_all_closes_nothing_and_is_not_journalled_as_if(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / "keys" / "evidence.key"
    path.write_bytes(closed(path.read_bytes(), path.name, Secret(b"another", From.FILE)))
    by_file(tmp_path, monkeypatch, SECRET)
    refused = RUN.invoke(app, ["keys", "close", "--home", str(home)])
    assert isinstance(refused.exception, KeysError)
    assert not (home / "journal.jsonl").exists()


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_changed_byte_opens_nothing_and_never_gives_another_key(at: int, bit: int) -> None:
    path, secret = Path("evidence.key"), Secret(SECRET.encode(), From.FILE)
    whole = bytearray(CLOSED)
    whole[at % len(whole)] ^= 1 << bit
    try:
        found = opened(bytes(whole), path, secret)
    except KeysError:
        return
    assert found == b"k" * 32 or not is_closed(bytes(whole))


CLOSED = closed(b"k" * 32, "evidence.key", Secret(SECRET.encode(), From.FILE))


def test_a_closed_key_in_anothers_place_does_not_open() -> None:
    with pytest.raises(KeysError, match="does not open"):
        opened(CLOSED, Path("journal.skey"), Secret(SECRET.encode(), From.FILE))


def test_a_secret_is_not_written_out(home: Path) -> None:
    assert SECRET not in repr(Secret(SECRET.encode(), From.FILE))
    close_keys(home, Secret(SECRET.encode(), From.FILE))
    for path in home.rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes()


def test_an_empty_or_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    by_file(tmp_path, monkeypatch, "")
    with pytest.raises(KeysError, match="no secret in it"):
        opening_secret(tmp_path)
    (tmp_path / "secret").unlink()
    with pytest.raises(KeysError, match="cannot be read"):
        opening_secret(tmp_path)


def test_at_the_terminal_keys_are_closed_and_opened_until_the_machine_stops(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = RUN.invoke(app, ["keys", "close", "--home", str(home)], input="short\nshort\n")
    assert isinstance(short.exception, UsageError)
    assert custody(home).closed == ()

    done = RUN.invoke(app, ["keys", "close", "--home", str(home)], input=f"{SECRET}\n{SECRET}\n")
    assert done.exit_code == 0, done.output
    assert custody(home).open == ()
    (line,) = Journal(home / "journal.jsonl").entries()
    assert line.details == {
        "step": "keys_closed",
        "keys": ["accounts.key", "evidence.key", "journal.skey"],
    }
    nowhere = RUN.invoke(app, ["keys", "open", "--home", str(home)])
    assert isinstance(nowhere.exception, UsageError)

    runtime = tmp_path / "runtime"
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    wrong = RUN.invoke(app, ["keys", "open", "--home", str(home)], input="wrong secret\n")
    assert isinstance(wrong.exception, KeysError)
    assert list(runtime.iterdir()) == []
    right = RUN.invoke(app, ["keys", "open", "--home", str(home)], input=f"{SECRET}\n")
    assert right.exit_code == 0, right.output
    assert everything_opens(home)
    left = asked_file(home / "keys")
    assert left is not None
    assert left.stat().st_mode & 0o777 == 0o600
    left.unlink()
    with pytest.raises(KeysError, match="closed"):
        Vault.of(home)


def test_doctor_says_where_keys_stand_and_warns_of_open_ones_beside_the_data(home: Path) -> None:
    (beside, *_) = look_at(home)
    assert (beside.name, beside.state) == ("keys", "advice")
    assert "keys close" in str(beside.cure)
    close_keys(home, Secret(SECRET.encode(), From.FILE))
    (shut, *_) = look_at(home)
    assert (shut.state, shut.cure) == ("ok", None)
