"""Pages and papers for people, in each language: plain HTML that prints, without any script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from gardefou.governance import registration
from gardefou.governance.camera_map import camera_map, position
from gardefou.governance.facts import Facts
from gardefou.governance.map_drawing import drawn
from gardefou.governance.rights import route
from gardefou.governance.stoppages import stoppages
from gardefou.i18n import LANGUAGES, text
from gardefou.situations.situation import Situation

STYLE: Final = "/public/style.css"
"""Where the public page's style is served: the content policy lets no page carry its own."""


@dataclass(frozen=True, slots=True)
class BuiltPage:
    """Addresses of a built page's files: its script, the styles it needs, the map's worker."""

    script: str
    styles: tuple[str, ...]
    worker: str


_environment: Final = Environment(
    loader=PackageLoader("gardefou.governance"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def style() -> str:
    """The style of all pages."""
    return files("gardefou.governance").joinpath("templates/paper.css").read_text(encoding="utf-8")


def public_page(facts: Facts, language: str, served: bool) -> str:
    """The public register as a page; ``served`` by the web server, else a file of its own."""
    details = registration.details(facts, language)
    gaps = details["contract"]["missing"]
    return rendered(
        "public.html.j2",
        language,
        {
            "facts": facts,
            "served": served,
            "style_at": STYLE,
            "others": [each for each in LANGUAGES if each != language],
            "details": details,
            "contract_gaps": [text(f"register.contract_field.{each}", language) for each in gaps],
            "map": camera_map(facts),
            "drawing": drawn(facts),
            "stoppages": stoppages(facts.status),
            "lasting": partial(lasting, language),
            "situations": list(Situation),
            "status": registration.use_status(facts).value,
            "deliberation": registration.deliberation(facts, language),
            "evaluation_words": partial(registration.evaluation_words, facts, language=language),
            "field_words": partial(registration.field_words, facts, language=language),
            "drill_words": partial(registration.drill_words, facts, language=language),
            "maturity": partial(registration.maturity_words, facts, language=language),
            "route": route(facts.town.data_protection, language),
            "when": partial(moment, facts.site.timezone),
        },
    )


def map_page(facts: Facts, language: str, built: BuiltPage, tiles: str | None) -> str:
    """The page on which the map of the cameras can be moved; its script comes with it.

    ``tiles`` the words to show with the town's own ground map, None where there is none.
    """
    return rendered(
        "map.html.j2",
        language,
        {
            "facts": facts,
            "style_at": STYLE,
            "built": built,
            "tiles": tiles,
            "situations": list(Situation),
            "placed": [each for each in facts.site.cameras if position(each) is not None],
        },
    )


def rendered(template: str, language: str, values: Mapping[str, Any]) -> str:
    """A template filled in; texts in it come from the catalogues."""
    return _environment.get_template(template).render(
        language=language,
        style=style(),
        t=partial(_translated, language),
        filled=partial(_filled, language),
        **values,
    )


def moment(timezone: str, at: datetime | str) -> str:
    """A moment as people of a place write it: date, hour and minute, local.

    >>> moment("Europe/Paris", "2026-07-01T10:00:00+00:00")
    '2026-07-01 12:00'
    """
    time = datetime.fromisoformat(at) if isinstance(at, str) else at
    return time.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")


def lasting(language: str, minutes: int) -> str:
    """A length of time in words.

    >>> lasting("en", 125)
    '2 h 05 min'
    """
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return text("window.minutes", language, minutes=rest)
    return text("window.hours", language, hours=hours, minutes=f"{rest:02}")


def _translated(language: str, key: str, **fields: object) -> str:
    return text(key, language, **fields)


def _filled(language: str, words: str) -> str:
    return registration.filled(words, language)
