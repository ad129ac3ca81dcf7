"""Ten thousand documents, a key that nobody knows in each: none gets through."""

from __future__ import annotations

import copy
import random
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from pydantic import ValidationError

from gardefou.governance.absence.allowed import allowed
from gardefou.governance.absence.programme import Programme, models
from gardefou.refusals import refusals
from gardefou.site.check import check_site
from gardefou.site.document import Site
from gardefou.site.mistakes import Location
from gardefou.site.schema import keys_at

DOCUMENTS: Final = 10_000
SEED: Final = 20_261_122

BASE: Final[dict[str, Any]] = {
    "version": 1,
    "name": "Town",
    "timezone": "Europe/Paris",
    "cameras": [
        {
            "id": "quay",
            "name": "Quay",
            "source": "rtsp://camera/1",
            "transport": "udp",
            "place": {"name": "Station", "latitude": 48.1, "longitude": 2.3},
            "analysis": {"fps": 4.0},
            "situations": {"zone_intrusion": {}, "wrong_way": {}},
            "masks": [{"id": "m", "polygon": [[0.0, 0.0], [0.2, 0.0], [0.2, 0.2]]}],
            "zones": [
                {
                    "id": "rails",
                    "situation": "zone_intrusion",
                    "act": "arrêté 12",
                    "polygon": [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]],
                    "classes": ["person"],
                },
                {
                    "id": "exit",
                    "situation": "wrong_way",
                    "direction": [0, 1],
                    "polygon": [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]],
                },
            ],
            "lines": [{"id": "l", "line": [[0.1, 0.5], [0.9, 0.5]]}],
            "calibration": {
                "points": [
                    {"image": [0.1, 0.9], "ground": [0, 0]},
                    {"image": [0.9, 0.9], "ground": [10, 0]},
                    {"image": [0.7, 0.3], "ground": [10, 20]},
                    {"image": [0.2, 0.3], "ground": [0, 20]},
                ]
            },
        },
        {"id": "gate", "name": "Gate", "situations": {}},
    ],
}

VALUES: Final[tuple[object, ...]] = (
    None,
    True,
    0,
    3,
    300,
    -1.5,
    "on",
    "red",
    "",
    [],
    {},
    [{"a": 1}],
    {"over": 3},
)


def mappings(value: object, where: Location = ()) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Every mapping of a document, at every depth, and where it stands."""
    if isinstance(value, dict):
        yield where, value
        for key, each in value.items():
            yield from mappings(each, (*where, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from mappings(each, (*where, index))


def known_words(programme: Programme) -> list[str]:
    """Keys that some part of a document does know."""
    found: set[str] = set()

    def look(part: object) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("properties"), dict):
                found.update(part["properties"])
            for each in part.values():
                look(each)
        elif isinstance(part, list):
            for each in part:
                look(each)

    look(programme.schema)
    return sorted(found)


def a_key(chance: random.Random, known: list[str]) -> str:
    """A key that might be tried: a refused word, a known one in the wrong place or misspelt."""
    kind = chance.randrange(5)
    if kind == 0:
        words = [word for refusal in refusals().values() for word in refusal.words]
        ends = ("", "s", "_s", "_min", "_size", "Enabled")
        return chance.choice(words) + chance.choice(ends)
    if kind == 1:
        return chance.choice(known)
    if kind == 2:
        word = chance.choice(known)
        changes = (word.upper(), f"{word} ", f"_{word}", word[1:], f"{word}\u200b", word.title())
        return chance.choice(changes)
    if kind == 3:
        return "".join(chance.choices(string.printable, k=chance.randrange(0, 12)))
    return "".join(chr(chance.randrange(0x20, 0x2FFF)) for _ in range(chance.randrange(1, 8)))


def documents(programme: Programme, count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Documents with one key too many, each at another place; the same ones every time."""
    chance = random.Random(SEED)
    known = known_words(programme)
    made = 0
    while made < count:
        document = copy.deepcopy(BASE)
        where, mapping = chance.choice(list(mappings(document)))
        key = a_key(chance, known)
        if key not in mapping and key not in keys_at(where):
            mapping[key] = chance.choice(VALUES)
            made += 1
            yield key, document


def test_the_document_without_them_is_right() -> None:
    assert len(Site.model_validate(BASE).cameras) == 2


def test_ten_thousand_site_documents_let_no_unknown_key_through(programme: Programme) -> None:
    through = []
    tried = 0
    for key, document in documents(programme, DOCUMENTS):
        tried += 1
        try:
            Site.model_validate(document)
        except ValidationError as error:
            if not any(each["type"] == "extra_forbidden" for each in error.errors()):
                through.append(key)
        else:
            through.append(key)
    assert tried == DOCUMENTS
    assert through == []


def test_the_same_holds_for_documents_in_files(programme: Programme, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    for key, document in documents(programme, 200):
        text = yaml.safe_dump(document, allow_unicode=True)
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        assert check_site(path), repr(key)


def test_ten_thousand_bodies_and_settings_let_no_unknown_key_through(programme: Programme) -> None:
    assert programme.shapes  # everything is imported
    chance = random.Random(SEED)
    known = known_words(programme)
    strict = [
        model
        for model in models()
        if f"{model.__module__}.{model.__qualname__}" not in allowed().open_shapes
    ]
    assert len(strict) > 30
    through = []
    for _ in range(DOCUMENTS):
        model = chance.choice(strict)
        key = a_key(chance, known)
        names = {*model.model_fields, *(each.alias for each in model.model_fields.values())}
        if key in names:
            continue
        try:
            model.model_validate({key: chance.choice(VALUES)})
        except ValidationError as error:
            if any(each["type"] == "extra_forbidden" for each in error.errors()):
                continue
        through.append((model.__name__, key))
    assert through == []


@pytest.mark.parametrize("key", ["gender", "dwell_s"])
def test_a_key_that_did_get_through_would_be_seen(key: str) -> None:
    document = copy.deepcopy(BASE)
    document["cameras"][0][key] = 1
    with pytest.raises(ValidationError) as refused:
        Site.model_validate(document)
    assert [each["loc"] for each in refused.value.errors()] == [("cameras", 0, key)]
