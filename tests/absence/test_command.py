"""`gardefou absence`: the proofs as people and programmes read them, and the bill of materials."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from gardefou.governance.absence.dependencies import read_lock, required
from gardefou.governance.absence.programme import Package, Programme, licence_of, packages
from gardefou.governance.absence.sbom import bill_of_materials
from gardefou.perception.store import ModelStore
from gardefou.refusals import refusals
from support.command import Call, is_one_line

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def call(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, programme: Programme
) -> Call:
    """The command over the installed programme, whose sources are read only in part."""
    monkeypatch.setenv("GARDEFOU_LANG", "en")
    monkeypatch.setattr("gardefou.cli.absence.installed", lambda *_: programme)
    return Call(capsys)


def test_json_has_a_proof_for_each_capability(call: Call) -> None:
    result = call("absence", "--json")
    assert (result.status, result.err) == (0, "")
    report = json.loads(result.out)
    assert list(report) == ["proofs"]
    assert [each["capability"] for each in report["proofs"]] == list(refusals())
    for proof in report["proofs"]:
        assert set(proof) == {"capability", "absent", "evidence"}
        assert proof["absent"] is True
        assert proof["evidence"]
        assert all(isinstance(sentence, str) for sentence in proof["evidence"])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_people_read_each_capability_with_its_articles(
    call: Call, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", language)
    monkeypatch.setenv("COLUMNS", "400")
    result = call("absence")
    assert result.status == 0
    for refusal in refusals().values():
        assert refusal.name(language) in result.out
        assert ", ".join(refusal.articles) in result.out


def test_what_is_not_absent_is_named_with_its_place_and_fails(
    call: Call, monkeypatch: pytest.MonkeyPatch, programme: Programme
) -> None:
    added = Package("easyocr", "1.7", "Apache-2.0")
    changed = replace(programme, packages=(*programme.packages, added))
    monkeypatch.setattr("gardefou.cli.absence.installed", lambda *_: changed)
    result = call("absence")
    assert result.status == 1
    assert "PRESENT" in result.out
    assert result.err.startswith("not absent: Finding a vehicle, its origin and destination, ")
    assert "Number plates" in result.err
    proofs = {
        each["capability"]: each for each in json.loads(call("absence", "--json").out)["proofs"]
    }
    assert proofs["number_plates"]["absent"] is False
    assert "packages installed: FOUND easyocr (easyocr 1.7)" in proofs["number_plates"]["evidence"]
    assert proofs["emotion"]["absent"] is True


def test_folders_and_locks_that_are_not_there_are_wrong_use(call: Call, tmp_path: Path) -> None:
    for option in ("--home", "--lock"):
        result = call("absence", option, tmp_path / "nowhere")
        assert result.status == 2
        assert is_one_line(result.err)
        assert option in result.err


def test_the_lock_is_held_against_what_is_installed(call: Call, tmp_path: Path) -> None:
    assert call("absence", "--lock", ROOT / "requirements.lock").status == 0
    lock = tmp_path / "requirements.lock"
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lock.write_text(text.replace("starlette==", "starlette==0."), encoding="utf-8")
    result = call("absence", "--lock", lock, "--json")
    assert result.status == 1
    assert "starlette" in result.out


def test_the_bill_names_everything_that_is_required_with_its_licence(
    call: Call, tmp_path: Path, programme: Programme
) -> None:
    path = tmp_path / "sbom.json"
    assert call("absence", "--sbom", path).status == 0
    bill = json.loads(path.read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "gardefou"
    libraries = {each["name"]: each for each in bill["components"] if each["type"] == "library"}
    assert {"av", "cryptography", "numpy", "openvino", "pydantic-core"} <= set(libraries)
    assert "pytest" not in libraries
    lock = read_lock(ROOT / "requirements.lock")
    for name, library in libraries.items():
        assert library["version"] in lock[name]
        (licence,) = library["licenses"]
        assert "AGPL" not in licence["license"]["name"].upper()
    networks = [each for each in bill["components"] if each["type"] == "machine-learning-model"]
    assert {each["name"] for each in networks} >= {"nanodet-g", "centerface"}
    for network in networks:
        assert all(len(file["hashes"][0]["content"]) == 64 for file in network["components"])
    refs = [each["bom-ref"] for each in bill["components"]]
    assert len(refs) == len(set(refs))
    known = {*refs, bill["metadata"]["component"]["bom-ref"]}
    for dependency in bill["dependencies"]:
        assert {dependency["ref"], *dependency["dependsOn"]} <= known


def test_the_bill_is_the_same_each_time() -> None:
    models = list(ModelStore().models().values())
    first = bill_of_materials(tuple(packages()), models)
    assert first == bill_of_materials(tuple(reversed(tuple(packages()))), models)


def test_a_bill_that_cannot_be_written_is_a_failure(call: Call, tmp_path: Path) -> None:
    result = call("absence", "--sbom", tmp_path / "no" / "folder.json")
    assert result.status == 1
    assert is_one_line(result.err)


def test_extras_that_nobody_asks_for_are_not_required() -> None:
    none: frozenset[str] = frozenset()
    root = Package("gardefou", "1", "", (("a", frozenset({"x"}), ""), ("b", none, "extra == 'y'")))
    a = Package("a", "1", "", (("c", none, 'extra == "x"'), ("d", none, "extra == 'z'")))
    others = [Package(name, "1", "") for name in "bcd"]
    assert [each.name for each in required([root, a, *others])] == ["a", "c", "gardefou"]


def test_a_licence_is_read_from_wherever_a_package_states_it(tmp_path: Path) -> None:
    def stated(name: str, lines: str) -> str:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "METADATA").write_text(f"Name: x\nVersion: 1\n{lines}\n", encoding="utf-8")
        return licence_of(PathDistribution(folder).metadata)

    assert stated("a", "License-Expression: MIT") == "MIT"
    osi = "Classifier: License :: OSI Approved :: BSD License"
    assert stated("b", osi) == "BSD License"
    assert stated("c", "License: AGPL-3.0") == "AGPL-3.0"
    assert stated("d", "Summary: none") == ""
