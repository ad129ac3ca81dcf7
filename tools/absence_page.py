"""Writes the list of refused capabilities into docs/absence.md, from refusals.toml."""

from __future__ import annotations

from pathlib import Path

from gardefou.refusals import Refusal, refusals

PAGE = Path(__file__).resolve().parents[1] / "docs" / "absence.md"
HEADING = "## The refused capabilities\n"


def entry(refusal: Refusal) -> str:
    """One capability as the page shows it."""
    lines = [
        f"### {refusal.en} · {refusal.fr}",
        "",
        f"`{refusal.id}` — {refusal.why_en} *{refusal.why_fr}*",
        "",
        f"- {'; '.join(refusal.articles)}",
        *(f"- {each}" for each in refusal.press),
        "",
    ]
    return "\n".join(lines)


def page(written: str) -> str:
    """The page with its list as the refusals are now."""
    before = written.partition(HEADING)[0]
    return before + HEADING + "\n" + "\n".join(entry(each) for each in refusals().values())


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
