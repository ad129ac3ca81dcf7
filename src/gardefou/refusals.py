"""What Gardefou refuses to do, as data: `refusals.toml`, read once.

The ground floor holds it because everybody needs it: the guard, the site document's errors, the
API, the command line and the proofs of absence.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("refusals.toml")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused capability; the fields are those that `refusals.toml` explains.

    ``modules``, ``calls`` and ``packages`` hold those of the entries in ``like`` as well.
    """

    id: str
    en: str
    fr: str
    why_en: str
    why_fr: str
    articles: tuple[str, ...]
    press: tuple[str, ...]
    reason: str
    words: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """Its name in a language."""
        return self.fr if language == "fr" else self.en

    def why(self, language: str) -> str:
        """Why it is refused, in a language."""
        return self.why_fr if language == "fr" else self.why_en


@cache
def refusals() -> Mapping[str, Refusal]:
    """Every refused capability by its id, in the order of the file.

    >>> refusals()["number_plates"].en
    'Number plates'
    """
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["refusal"]
    by_id: dict[str, dict[str, object]] = {entry["id"]: entry for entry in entries}
    return {name: _refusal(entry, by_id) for name, entry in by_id.items()}


def _refusal(entry: Mapping[str, object], by_id: Mapping[str, dict[str, object]]) -> Refusal:
    fields = {name: _frozen(value) for name, value in entry.items()}
    for alike in entry.get("like", []):  # type: ignore[attr-defined]
        for means in ("modules", "calls", "packages"):
            fields[means] = (*fields.get(means, ()), *by_id[alike].get(means, []))  # type: ignore[misc]
    return Refusal(**fields)  # type: ignore[arg-type]


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def tokens(name: str) -> list[str]:
    """The words of a name, in the singular and without accents.

    >>> tokens("minGroupSizes"), tokens("vêtements-couleur")
    (['min', 'group', 'size'], ['vetement', 'couleur'])
    """
    spelt = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode().lower()
    return [_singular(word) for word in re.split(r"[^a-z0-9]+", plain) if word]


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word


@cache
def _by_words(kind: str) -> Mapping[tuple[str, ...], tuple[Refusal, ...]]:
    found: dict[tuple[str, ...], tuple[Refusal, ...]] = {}
    for refusal in refusals().values():
        for word in getattr(refusal, kind):
            phrase = tuple(tokens(word))
            found[phrase] = (*found.get(phrase, ()), refusal)
    return found


_LONGEST: Final = 3
"""Words of the longest phrase that betrays a capability."""


def named_by(name: str, kind: str = "words") -> Iterator[Refusal]:
    """The refused capabilities that a name would betray, or ask for (``"asked"``).

    >>> [refusal.id for refusal in named_by("min_group_size")]
    ['gatherings']
    >>> list(named_by("polygon"))
    []
    """
    words = tokens(name)
    for length in range(_LONGEST, 0, -1):
        for start in range(len(words) - length + 1):
            yield from _by_words(kind).get(tuple(words[start : start + length]), ())


def keeper(kind: str, name: str) -> Refusal | None:
    """The refusal that keeps out a name of ``"modules"``, ``"calls"`` or ``"packages"``.

    A name that stands within a refused one is refused with it.

    >>> keeper("modules", "easyocr.utils").id, keeper("modules", "numpy")
    ('number_plates', None)
    """
    parts = name.split(".")
    heads = {".".join(parts[:count]) for count in range(1, len(parts) + 1)}
    named_first = sorted(refusals().values(), key=lambda each: bool(each.like))
    return next((each for each in named_first if heads & set(getattr(each, kind))), None)


@cache
def kept_out(kind: str) -> frozenset[str]:
    """All names of ``"modules"`` or ``"calls"``, without reading the rest of the file.

    Every process of the system needs them before anything else; reading all of the file would
    cost each of them ten times as long.
    """
    lines = re.findall(rf"^{kind} = \[(.*)\]$", FILE.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(re.findall(r'"([^"]+)"', " ".join(lines)))
