"""Read a site document and say every mistake in it at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gardefou.errors import SiteError
from gardefou.i18n import catalogue, current_language
from gardefou.site.document import Site, repeats
from gardefou.site.mistakes import Location, Mistake
from gardefou.site.refused import reason_against
from gardefou.site.schema import choices_at, keys_at
from gardefou.site.yaml_text import Found, Parsed, parse
from gardefou.situations.situation import Situation

MOST_BYTES: Final = 4 * 1024 * 1024
"""Size of a site document; a site of 500 cameras takes some 500 kB."""

_MOST_SHOWN: Final = 60
"""Characters of a wrong value that are repeated in the mistake."""

_NEED_A_ZONE: Final = (Situation.ZONE_INTRUSION, Situation.WRONG_WAY)
"""Situations that are watched for inside zones alone."""


class SiteDocumentError(SiteError):
    """A site document cannot be used; ``mistakes`` says all that is wrong with it."""

    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        super().__init__("site.more_mistakes", file=str(path), more=len(mistakes) - 1)
        self.mistakes = mistakes

    def in_language(self, language: str) -> str:
        """The first mistake; if there are more, how many, and the command that lists them."""
        first = self.mistakes[0].in_language(language)
        return first if len(self.mistakes) == 1 else first + super().in_language(language)

    def __str__(self) -> str:
        """The same in the reader's language."""
        return self.in_language(current_language())


def load_site(path: Path) -> Site:
    """The site of a document; raises `SiteDocumentError` with every mistake in it."""
    site, mistakes = _read(path)
    if site is None or mistakes:
        raise SiteDocumentError(path, mistakes)
    return site


def check_site(path: Path) -> list[Mistake]:
    """Every mistake of a document, in the order of its lines; none when it can be used."""
    return _read(path)[1]


def examine(parsed: Parsed, file: str) -> tuple[Site | None, list[Mistake]]:
    """The site that a text says, and every mistake in it; ``file`` is what they call the text."""
    found = list(parsed.found)
    site = None
    if not any(each.fatal for each in found):
        site, more = _validated(parsed.data)
        found += more
    once = {(each.location, each.key, tuple(each.fields.items())): each for each in found}
    mistakes = [_mistake(file, each, parsed) for each in once.values()]
    return site, sorted(mistakes, key=lambda each: each.line or 0)


def _read(path: Path) -> tuple[Site | None, list[Mistake]]:
    text = _text_of(path)
    if isinstance(text, Found):
        return None, [_mistake(str(path), text, Parsed())]
    return examine(parse(text), str(path))


def _text_of(path: Path) -> str | Found:
    """The document's text, or why there is none."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return Found("site.mistake.too_many_bytes", fields={"most": MOST_BYTES})
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Found("site.mistake.no_file")
    except UnicodeDecodeError as error:
        return Found("site.mistake.not_utf8", fields={"position": error.start})
    except OSError as error:
        return Found("site.mistake.unreadable", fields={"error": type(error).__name__})


def _mistake(file: str, found: Found, parsed: Parsed) -> Mistake:
    line = parsed.line_of(found.at or found.location) if found.line is None else found.line
    return Mistake(file, found.location, line, found.key, found.fields)


def _validated(data: object) -> tuple[Site | None, list[Found]]:
    if data is None:
        return None, [Found("site.mistake.empty")]
    if not isinstance(data, dict):
        return None, [Found("site.mistake.not_a_mapping")]
    found = [*_repeated_identifiers(data), *_idle(data)]
    try:
        return Site.model_validate(data), found
    except ValidationError as error:
        return None, [_explained(each) for each in error.errors(include_url=False)] + found


# --- what pydantic says, in the catalogues' words ------------------------------------------------


def _explained(error: ErrorDetails) -> Found:
    location, kind, fields = error["loc"], error["type"], error.get("ctx", {})
    if kind == "site.mistake.unknown_situation":
        return _unknown_situation(location, location, _shown(fields["value"]))
    if kind.startswith("site."):
        return Found(kind, location, fields=fields)
    if kind == "missing":
        name = str(location[-1])
        return Found("site.type.missing", location[:-1], fields={"name": name})
    if kind == "extra_forbidden":
        return _unknown_key(location)
    if kind == "enum" and location[-1] == "situation":
        return _unknown_situation(location, location, _shown(error["input"]))
    if kind == "enum":
        fields = {"value": _shown(error["input"]), "known": ", ".join(choices_at(location))}
    key = f"site.type.{kind}"
    known = key in catalogue("en")
    return Found(key if known else "site.type.other", location, fields=fields)


def _shown(value: object) -> str:
    """A document's value, cut where it stops helping."""
    written = str(value)
    return written if len(written) <= _MOST_SHOWN else written[:_MOST_SHOWN] + "…"


def _unknown_key(location: Location) -> Found:
    where, name = location[:-1], _shown(location[-1])
    if where[-1:] == ("situations",):
        return _unknown_situation(where, location, name)
    refused = reason_against(name)
    if refused:
        return Found(refused, where, at=location, fields={"name": name})
    known = keys_at(where)
    fields: dict[str, object] = {"name": name, "known": ", ".join(known)}
    near = difflib.get_close_matches(name, known, 1)
    if near:
        fields["near"] = near[0]
        return Found("site.type.unknown_key_near", where, at=location, fields=fields)
    key = "site.type.unknown_key" if known else "site.type.no_settings"
    return Found(key, where, at=location, fields=fields)


def _unknown_situation(where: Location, at: Location, name: str) -> Found:
    refused = reason_against(name)
    if refused:
        return Found(refused, where, at=at, fields={"name": name})
    fields = {"value": name, "known": ", ".join(Situation)}
    return Found("site.mistake.unknown_situation", where, at=at, fields=fields)


# --- what concerns several parts, said even where another mistake hides them from the models ------


def _entries(holder: Mapping[str, object], key: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The mappings of a list, whatever else stands beside them."""
    entries = holder.get(key)
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield index, entry


def _repeated_identifiers(data: Mapping[str, object]) -> Iterator[Found]:
    yield from _repeated(data, ("cameras",))
    for index, camera in _entries(data, "cameras"):
        for key in ("masks", "sensitive", "zones", "walkways", "lines"):
            yield from _repeated(camera, ("cameras", index, key))


def _repeated(holder: Mapping[str, object], where: Location) -> Iterator[Found]:
    entries = [
        (index, entry["id"])
        for index, entry in _entries(holder, str(where[-1]))
        if isinstance(entry.get("id"), str)
    ]
    for position, first, identifier in repeats(each for _, each in entries):
        fields = {"id": identifier, "first": entries[first][0]}
        location = (*where, entries[position][0], "id")
        yield Found("site.mistake.repeated_id", location, fields=fields)


def _idle(data: Mapping[str, object]) -> Iterator[Found]:
    """Situations without what they need, and zones whose situation is off: both watch nothing."""
    for index, camera in _entries(data, "cameras"):
        chosen = camera.get("situations")
        on = {str(name) for name in chosen} if isinstance(chosen, list | dict) else set()
        zoned = [(each, str(zone.get("situation"))) for each, zone in _entries(camera, "zones")]
        for need in _NEED_A_ZONE:
            if need in on and need not in {name for _, name in zoned}:
                where: Location = ("cameras", index, "situations")
                yield Found("site.mistake.no_zone", where, fields={"situation": need.value})
        for zone_index, name in zoned:
            if name in set(Situation) - on:
                where = ("cameras", index, "zones", zone_index, "situation")
                yield Found("site.mistake.zone_off", where, fields={"situation": name})
