"""Wrong use is one line and status 2, and help speaks the reader's language."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gardefou.cli.app import main
from gardefou.storage.store import Store
from support.command import Call, Command, is_one_line


@pytest.mark.parametrize(
    ("words", "english", "french"),
    [
        ([], "which command?", "quelle commande"),
        (["site"], "which command? See `gardefou site", "quelle commande"),
        (["analyze"], "analyze: no such command; did you mean analyse?", "n’existe pas"),
        (["sing"], "sing: no such command; see", "n’existe pas"),
        (["site", "chekc"], "did you mean check? See `gardefou site", "vouliez-vous dire check"),
        (["analyse"], "VIDEO: is missing; see `gardefou analyse", "VIDEO\u202f: manque"),
        (["analyse", "--spede", "2"], "did you mean --site, --speed?", "vouliez-vous dire"),
        (["doctor", "-x"], "-x: no such option", "n’existe pas"),
        (["analyse", "x", "--speed"], "--speed: needs a value", "demande une valeur"),
        (["doctor", "--json=3"], "--json: takes no value", "ne prend pas de valeur"),
        (["doctor", "a", "b"], "one name too many: a b", "un nom de trop\u202f: a b"),
        (["analyse", "x", "--speed", "fast"], "--speed fast: not a number", "pas un nombre"),
        (["analyse", "x", "--speed", "0"], "--speed 0: too small", "trop petit"),
        (["run", "--home", "x", "--port", "1e9"], "not a whole number", "nombre entier"),
        (["run", "--home", "x", "--port", "99999"], "the most is 65535", "65535"),
        (["run", "--home", "x", "--mode", "live"], "choose among evaluation", "choisissez"),
    ],
)
def test_wrong_use_is_one_line_in_the_reader_s_language(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    english: str,
    french: str,
) -> None:
    for language, said in (("en", english), ("fr", french)):
        monkeypatch.setenv("GARDEFOU_LANG", language)
        result = Call(capsys)(*words)
        assert result.status == 2
        assert is_one_line(result.err), result.err
        assert said in result.err


def test_help_is_french_where_the_reader_is(command: Command) -> None:
    for words in (["--help"], ["run", "--help"], ["analyse", "--help"], ["journal", "--help"]):
        result = command(*words, language="fr")
        assert (result.status, result.err) == (0, "")
        assert "Utilisation\u202f: gardefou" in result.out
        assert "Affiche cette aide" in result.out
        for english in ("Usage:", "Commands", "COMMAND [", "required]", "default:", "Show this"):
            assert english not in result.out
    run = command("run", "--help", language="fr").out
    assert "[obligatoire]" in run
    assert "[par défaut\u202f: rehearsal]" in run


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert not left.value.code
    assert capsys.readouterr().out.startswith("gardefou ")


def test_a_question_that_nobody_answers_is_one_line_and_wrong_use(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("cameras: []\n", encoding="utf-8")
    line = ["account", "add", "ada", "--home", str(tmp_path), "--person", "Ada", "--role", "admin"]
    done = subprocess.run(
        [sys.executable, "-c", "from gardefou.cli.app import main; main()", *line],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("gardefou: a question was left")
    assert "Traceback" not in done.stderr


MAIN = "from gardefou.cli.app import main; main()"


@pytest.mark.parametrize(("language", "said"), [("en", "cannot be written"), ("fr", "être écrite")])
def test_an_output_without_room_is_one_line(
    monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", language)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", MAIN, "site", "schema"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert is_one_line(done.stderr), done.stderr
    assert said in done.stderr


def test_a_reader_that_leaves_early_is_no_fault() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, "site", "schema"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as writes:
        assert writes.stdout is not None
        assert writes.stderr is not None
        writes.stdout.close()
        assert writes.stderr.read() == b""


def test_a_number_that_no_database_holds_is_not_in_the_list(
    tmp_path: Path, command: Command
) -> None:
    command("init", str(tmp_path))
    Store.open(tmp_path / "gardefou.db").close()
    for verb in ("findings", "rights"):
        line = [verb, "answer", "9" * 40, "--home", str(tmp_path), "--by", "a", "--text", "b"]
        result = command(*line, *(["--minutes", "c"] if verb == "findings" else []))
        assert result.status == 1
        assert is_one_line(result.err), result.err
        assert "9" * 40 in result.err


def test_files_that_cannot_be_named_or_read_are_named_with_the_cure(
    tmp_path: Path, command: Command
) -> None:
    command("init", str(tmp_path))
    for words, said in (
        (["evaluate", str(tmp_path)], str(tmp_path)),
        (["evaluate", str(tmp_path / "missing")], "missing: cannot be read"),
        (["counts", "--home", "x" * 300], "check the path"),
        (["inspect", "--home", str(tmp_path), "--out", "", "--by", "a"], "directory"),
    ):
        result = command(*words)
        assert result.status == 1
        assert is_one_line(result.err), result.err
        assert said in result.err
        assert "Errno" not in result.err
