"""Everything refused is absent; and put back in, each capability is found on every surface."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from gardefou.governance.absence.findings import Surface
from gardefou.governance.absence.programme import (
    Column,
    NetworkFacts,
    Package,
    Programme,
    Shape,
)
from gardefou.governance.absence.proofs import Proof, examine, prove
from gardefou.refusals import Refusal, refusals
from support.clips import write_clip

KINDS: Final = ("modules", "calls", "packages", "words")


def found(programme: Programme) -> set[str]:
    """Ids of the capabilities that are not absent."""
    return {proof.refusal.id for proof in prove(programme) if not proof.absent}


def with_source(programme: Programme, folder: Path, code: str, file: str = "new.py") -> Programme:
    """The programme with one more source file, and only that one to read."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code, encoding="utf-8")
    return replace(programme, folder=folder)


def test_everything_refused_is_absent(proofs: tuple[Proof, ...]) -> None:
    assert [proof.refusal.id for proof in proofs] == list(refusals())
    traces = {
        proof.refusal.id: [each.sentence("en") for each in proof.evidence if each.found]
        for proof in proofs
        if not proof.absent
    }
    assert traces == {}


def test_every_capability_is_looked_for_on_several_surfaces(
    proofs: tuple[Proof, ...],
) -> None:
    for proof in proofs:
        assert len(proof.evidence) >= 5, proof.refusal.id
        assert all(each.examination.looked_at for each in proof.evidence), proof.refusal.id


def test_nothing_looked_at_proves_nothing(programme: Programme) -> None:
    proof = prove(programme)[0]
    empty = replace(proof.evidence[0].examination, looked_at=0)
    assert not Proof(proof.refusal, (replace(proof.evidence[0], examination=empty),)).absent


# --- by name: modules, calls, packages, words ----------------------------------------------------


def named(kind: str) -> Iterator[tuple[Refusal, str]]:
    for refusal in refusals().values():
        for name in getattr(refusal, kind):
            yield refusal, name


def test_a_refused_module_is_found_however_it_is_imported(
    programme: Programme, tmp_path: Path
) -> None:
    for refusal, name in named("modules"):
        head, _, last = f"x.{name}".rpartition(".")
        parent = head.removeprefix("x").removeprefix(".")
        ways = [
            f"import {name}",
            f"def late():\n    from {name} import anything",
            f"import importlib\nimportlib.import_module({name!r})",
            *([f"from {parent} import {last}"] if parent else []),
        ]
        for code in ways:
            assert refusal.id in found(with_source(programme, tmp_path, code)), code


def test_a_refused_call_is_found_however_it_is_written(
    programme: Programme, tmp_path: Path
) -> None:
    for refusal, name in named("calls"):
        head, _, rest = name.partition(".")
        holder, _, last = name.rpartition(".")
        ways = [
            f"import {head}\n{name}('model.onnx')",
            f"import {head} as short\nmade = short.{rest}.create('a', '')",
            f"import {head}\nmade = getattr({holder}, {last!r})",
            f"from {holder} import {last}",
        ]
        for code in ways:
            assert refusal.id in found(with_source(programme, tmp_path, code)), code


def test_a_part_of_a_watched_library_named_only_at_run_time_speaks_against_everything(
    programme: Programme, tmp_path: Path
) -> None:
    code = "import cv2\nname = 'Face' + 'RecognizerSF'\nmade = getattr(cv2, name)"
    changed = with_source(programme, tmp_path, code)
    calling = {each.id for each in refusals().values() if each.calls}
    assert calling <= found(changed)


def test_a_refused_package_is_found_wherever_it_came_from(programme: Programme) -> None:
    for refusal, name in named("packages"):
        added = Package(name, "1.0", "MIT")
        assert refusal.id in found(replace(programme, packages=(*programme.packages, added))), name


def door(programme: Programme, where: str, word: str) -> Programme:
    """The programme with a word at one of its doors."""
    if where == "setting":
        schema: Any = copy.deepcopy(programme.schema)
        schema["$defs"]["Camera"]["properties"][f"min_{word}_s"] = {"type": "number"}
        return replace(programme, schema=schema)
    if where == "command":
        return replace(programme, commands=(*programme.commands, f"gardefou run --{word}"))
    if where == "column":
        column = Column("alerts", f"{word}_id", "String")
        return replace(programme, columns=(*programme.columns, column))
    if where == "class":
        return replace(programme, classes=(*programme.classes, word.upper()))
    if where == "situation":
        return replace(programme, situations=(*programme.situations, word))
    api: Any = copy.deepcopy(programme.api)
    if where == "parameter":
        operation = api["paths"]["/api/alerts"]["get"]
        operation["parameters"].append({"name": word, "in": "query", "schema": {}})
    elif where == "route":
        api["paths"][f"/api/{word}"] = {"get": {"responses": {}}}
    else:
        api["components"]["schemas"]["AlertView"]["properties"][word] = {"type": "string"}
    return replace(programme, api=api)


@pytest.mark.parametrize(
    "where",
    ["setting", "command", "column", "class", "situation", "parameter", "route", "field"],
)
def test_a_refused_word_is_found_at_every_door(programme: Programme, where: str) -> None:
    for refusal, word in named("words"):
        assert refusal.id in found(door(programme, where, word)), word


# --- by check ------------------------------------------------------------------------------------


def _schema(programme: Programme, change: Callable[[Any], object]) -> Programme:
    schema: Any = copy.deepcopy(programme.schema)
    change(schema)
    return replace(programme, schema=schema)


def _api(programme: Programme, change: Callable[[Any], object]) -> Programme:
    api: Any = copy.deepcopy(programme.api)
    change(api)
    return replace(programme, api=api)


def _network(programme: Programme, adapter: str, *outputs: tuple[int, ...]) -> Programme:
    network = NetworkFacts("added", adapter, outputs)
    return replace(programme, networks=(*programme.networks, network))


def _package(programme: Programme, licence: str) -> Programme:
    """The programme requiring one more package, of this licence."""
    packages = [
        replace(each, requires=(*each.requires, ("added", frozenset(), "")))
        if each.name == "gardefou"
        else each
        for each in programme.packages
    ]
    return replace(programme, packages=(*packages, Package("added", "1.0", licence)))


def _column(programme: Programme, *column: str) -> Programme:
    return replace(programme, columns=(*programme.columns, Column(*column)))


def _film(programme: Programme, folder: Path, *, sound: bool) -> Programme:
    path = folder / "clip.mp4"
    if sound:
        write_clip(path, frames=10, with_audio=True)
    else:
        path.write_bytes(b"no film")
    return replace(programme, stored=(path,))


def _text(programme: Programme, folder: Path, words: str) -> Programme:
    path = folder / "alerts.jsonl"
    path.write_text(words, encoding="utf-8")
    return replace(programme, texts=(path,))


def _drop_floor(schema: Any) -> None:
    del schema["$defs"]["CrowdDensitySettings"]["properties"]["persons_per_m2"]["minimum"]


def _low_floor(schema: Any) -> None:
    schema["$defs"]["AbandonedObjectSettings"]["properties"]["unattended_s"]["minimum"] = 1


def _add_setting(schema: Any) -> None:
    schema["$defs"]["NoSettings"].setdefault("properties", {})["seconds"] = {"type": "number"}


def _open(schema: Any) -> None:
    schema["$defs"]["Camera"]["additionalProperties"] = True


def _open_body(api: Any) -> None:
    api["components"]["schemas"]["ReviewRequest"]["additionalProperties"] = True


def _add_route(api: Any) -> None:
    api["paths"]["/api/recordings"] = {"get": {"responses": {}}}


def _add_parameter(api: Any) -> None:
    api["paths"]["/api/alerts"]["get"]["parameters"].append({"name": "like", "in": "query"})


def _add_field(api: Any) -> None:
    api["components"]["schemas"]["AlertView"]["properties"]["confidence"] = {"type": "number"}


Mutation = Callable[[Programme, Path], Programme]

MUTATIONS: Final[dict[str, dict[str, Mutation]]] = {
    "eight_situations": {
        "a ninth": lambda p, _: replace(p, situations=(*p.situations, "queue")),
        "seven": lambda p, _: replace(p, situations=p.situations[1:]),
    },
    "classes": {"one more": lambda p, _: replace(p, classes=(*p.classes, "CHILD"))},
    "outputs": {
        "landmarks": lambda p, _: _network(
            p, "centerface", (1, 1, -1, -1), (1, 2, -1, -1), (1, 2, -1, -1), (1, 10, -1, -1)
        ),
        "an embedding": lambda p, _: _network(p, "yolox", (1, -1, 85), (1, 512)),
        "more classes": lambda p, _: _network(p, "yolox", (1, -1, 91)),
        "the same twice": lambda p, _: _network(p, "yolox", (1, -1, 85), (1, -1, 85)),
        "a reader nobody knows": lambda p, _: _network(p, "somebody", (1, -1, 85)),
    },
    "settings": {"one more": lambda p, _: _schema(p, _add_setting)},
    "floors": {
        "none": lambda p, _: _schema(p, _drop_floor),
        "lower": lambda p, _: _schema(p, _low_floor),
    },
    "unknown_keys": {
        "in the site document": lambda p, _: _schema(p, _open),
        "in a model": lambda p, _: replace(
            p, shapes=(*p.shapes, Shape("gardefou.new.Body", "ignore"))
        ),
        "in a request": lambda p, _: _api(p, _open_body),
    },
    "plugins": {
        "one": lambda p, _: replace(p, plugins=("gardefou.detectors: faces = faces:Finder",))
    },
    "routes": {"one more": lambda p, _: _api(p, _add_route)},
    "parameters": {"one more": lambda p, _: _api(p, _add_parameter)},
    "alert": {"a score": lambda p, _: _api(p, _add_field)},
    "columns": {
        "in a known table": lambda p, _: _column(p, "alerts", "note", "String"),
        "of a new table": lambda p, _: _column(p, "sightings", "id", "Uuid"),
        "that holds anything": lambda p, _: _column(p, "reviews", "verdict", "LargeBinary"),
    },
    "connections": {
        name: lambda p, folder, code=code: with_source(p, folder, code)  # type: ignore[misc]
        for name, code in {
            "a client": "import requests",
            "a socket": "def late():\n    from socket import socket",
            "a programme": "import subprocess\nsubprocess.run(['curl'])",
            "a film sent away": "import av\nav.open('rtmp://example.org/live', 'w')",
            "asynchronous": "import asyncio\nasyncio.open_connection('example.org', 443)",
            "a shell": "import os\nos.system('curl example.org')",
        }.items()
    },
    "declared": {
        "a library nobody requires": lambda p, folder: with_source(p, folder, "import leftpad"),
        "a name made at run time": lambda p, folder: with_source(
            p, folder, "import importlib\nimportlib.import_module('easy' + 'ocr')"
        ),
        "code made of text": lambda p, folder: with_source(p, folder, "exec('import easyocr')"),
        "another version": lambda p, _: replace(p, lock={"numpy": frozenset({"1.0"})}),
    },
    "licences": {
        "network copyleft": lambda p, _: _package(p, "AGPL-3.0-only"),
        "not for commerce": lambda p, _: _package(p, "CC-BY-NC-4.0"),
        "none stated": lambda p, _: _package(p, ""),
    },
    "streams": {
        "written elsewhere": lambda p, folder: with_source(
            p, folder, "def sound(container):\n    container.add_stream('aac')"
        ),
        "in a stored film": lambda p, folder: _film(p, folder, sound=True),
        "in what is no film": lambda p, folder: _film(p, folder, sound=False),
    },
    "texts": {
        "a plate": lambda p, folder: _text(p, folder, '{"seen": "AB-123-CD"}'),
        "an old plate": lambda p, folder: _text(p, folder, "seen 1234 AB 75 today"),
        "a plate without dashes": lambda p, folder: _text(p, folder, "AB123CD"),
    },
}
"""For each check, changes that it must find."""

CHANGES: Final = [(check, name) for check, changes in MUTATIONS.items() for name in changes]


@pytest.mark.parametrize(("check", "name"), CHANGES)
def test_a_forbidden_change_is_found_by_its_check(
    programme: Programme, tmp_path: Path, check: str, name: str
) -> None:
    relying = {each.id for each in refusals().values() if check in each.checks}
    assert relying <= found(MUTATIONS[check][name](programme, tmp_path))


def test_every_check_that_is_made_can_fail_and_every_check_that_is_named_is_made(
    programme: Programme,
) -> None:
    made = {check for each in examine(programme) for check in each.checks} - set(KINDS)
    relied_on = {check for each in refusals().values() for check in each.checks}
    assert made == relied_on == set(MUTATIONS)


def test_a_film_of_pictures_alone_is_no_trace(programme: Programme, tmp_path: Path) -> None:
    film = write_clip(tmp_path / "clip.mp4", frames=10)
    assert found(replace(programme, stored=(film,))) == set()


def test_identifiers_hashes_and_times_are_no_plates(programme: Programme, tmp_path: Path) -> None:
    words = (
        '{"id": "0199-7c1a-AB12", "at": "2026-11-22T20:01:13.250Z", "sha256": "9f2c01ab77de"}\n'
        "INSERT INTO alerts VALUES('019aac6a4e9b7c0f','REHEARSAL',NULL,[[0.35,0.45]],51.25);\n"
        "base64 kQ1AB123CD/x+9zz0A== zone-12 quay-04 H264 PETS2009\n"
    )
    assert found(_text(programme, tmp_path, words)) == set()


def test_a_copy_of_the_whole_package_with_one_forbidden_file_is_found(
    whole: Programme, tmp_path: Path
) -> None:
    copied = tmp_path / "gardefou"
    shutil.copytree(whole.folder, copied, ignore=shutil.ignore_patterns("static", "*.pyc"))
    assert found(replace(whole, folder=copied)) == set()
    (copied / "perception" / "faces.py").write_text(
        "import cv2\nMATCH = cv2.FaceRecognizerSF.create\n", encoding="utf-8"
    )
    proofs = {proof.refusal.id: proof for proof in prove(replace(whole, folder=copied))}
    assert not proofs["face_recognition"].absent
    said = [each.sentence("en") for each in proofs["face_recognition"].evidence if each.found]
    assert len(said) == 1
    assert "cv2.FaceRecognizerSF (perception/faces.py:2)" in said[0]


def test_reports_have_the_names_that_other_tools_read(proofs: tuple[Proof, ...]) -> None:
    for language in ("en", "fr"):
        report = proofs[0].report(language)
        assert list(report) == ["capability", "absent", "evidence"]
        assert report["absent"] is True


def test_every_surface_is_looked_at(proofs: tuple[Proof, ...]) -> None:
    looked_at = {each.examination.surface for proof in proofs for each in proof.evidence}
    assert looked_at == set(Surface)
