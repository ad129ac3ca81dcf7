"""The sign at the place (R253-6 CSI): pictogram, controller, purposes, rights, and a printed code.

What must stand on a sign and is not known is refused: a sign with a gap informs nobody.
"""

from __future__ import annotations

from html import escape
from textwrap import wrap
from typing import Final

import segno

from gardefou.errors import DocumentError
from gardefou.governance.facts import Facts
from gardefou.governance.pages import rendered
from gardefou.i18n import text

WIDTH: Final = 210
HEIGHT: Final = 297
"""Size of the sign, mm: A4."""

CODE: Final = 58
"""Width of the printed code, mm."""

LINE_CHARACTERS: Final = 62
"""Characters of 5 mm that a line holds."""

_CAMERA: Final = (
    '<g fill="#fff" stroke="none"><rect x="62" y="34" width="62" height="30" rx="4"/>'
    '<path d="M126 42 l22 -10 v34 l-22 -10 z"/><rect x="86" y="64" width="8" height="16"/>'
    '<rect x="72" y="78" width="36" height="6" rx="2"/><circle cx="78" cy="49" r="6" '
    'fill="#0b3d91"/></g>'
)
"""The pictogram: a camera on its foot."""


def sign_svg(facts: Facts, language: str = "fr") -> str:
    """The sign as SVG; raises `DocumentError` that names what is missing."""
    code = segno.make(_needed(facts)["website"], error="m")
    scale = CODE / code.symbol_size(border=2)[0]
    lines = _lines(facts, language)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{HEIGHT}mm" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" lang="{language}">',
        f"<title>{escape(text('documents.sign.title', language))}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<rect width="{WIDTH}" height="96" fill="#0b3d91"/>{_CAMERA}',
        f'<g transform="translate({WIDTH - CODE - 8} {HEIGHT - CODE - 8}) scale({scale:.4f})">'
        f"{code.svg_inline(border=2)}</g>",
        '<g font-family="sans-serif" fill="#111">',
        f'<text x="12" y="112" font-size="9" font-weight="bold">'
        f"{escape(text('documents.sign.title', language))}</text>",
    ]
    for number, line in enumerate(lines):
        parts.append(
            f'<text x="12" y="{122 + 6.4 * number:.1f}" font-size="5">{escape(line)}</text>'
        )
    return "".join([*parts, "</g></svg>\n"])


def sign_html(facts: Facts, language: str = "fr") -> str:
    """The sign as a page that prints; raises `DocumentError` that names what is missing."""
    return rendered("sign.html.j2", language, {"svg": sign_svg(facts, language)})


def _needed(facts: Facts) -> dict[str, str]:
    """What the law wants on a sign."""
    town = facts.town
    needed = {
        "controller.name": town.controller.name,
        "contact.email": town.contact.email,
        "dpo.email": town.dpo.email,
        "website": town.website,
        "data_protection": town.data_protection or "",
        "retention_days": str(town.retention_days or ""),
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise DocumentError("documents.sign.missing", missing=", ".join(missing))
    return needed


def _lines(facts: Facts, language: str) -> list[str]:
    town = facts.town
    words = [
        text("documents.sign.controller", language, controller=town.controller.name),
        text("documents.sign.purposes", language),
        text("documents.sign.rights", language, contact=town.contact.email, dpo=town.dpo.email),
        text("documents.sign.retention", language, days=town.retention_days),
        text("documents.sign.more", language, url=town.website),
    ]
    return [line for part in words for line in (*wrap(part, LINE_CHARACTERS), "")][:-1]
