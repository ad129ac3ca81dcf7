"""Writes docs/accountability.md from the parts in docs/accountability: a row a requirement.

    python tools/accountability_page.py [--check]

Each part is a table whose first cell begins with identifiers of the law file's requirements (R1 to
R42) or criticisms (C1 to C22). ``--check`` writes nothing and fails when the page is not current.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "accountability.md"
IDENTIFIER = re.compile(r"\b([RC])(\d{1,2})\b")
HEAD = """# Accountability: every requirement, where it stands, and the test that shows it

R1 to R42 are what the law asks of such a system, made testable; C1 to C22 are what press and courts
found in the systems that towns bought, each with its countermeasure. "Partly" and "not" mean what
they say, and the text beside says what is left; "met" means that a test shows it. This page is made
from the parts in `docs/accountability` by `tools/accountability_page.py`. It is no legal advice,
and no claim that a use is lawful.
"""
STATES = ("not", "partly", "met")
"""How a requirement stands, the worst first: that of a row of several is its worst part's."""


def rows() -> Iterator[tuple[str, int, str, str]]:
    """Letter, number, where it stands and test of every row; a row with two identifiers twice."""
    for part in sorted((DOCS / "accountability").glob("*.md")):
        for line in part.read_text(encoding="utf-8").splitlines():
            cells = [each.strip() for each in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
            names = IDENTIFIER.findall(cells[0])
            if len(cells) == 3 and names:
                for letter, number in names:
                    yield letter, int(number), cells[1].replace("](../", "]("), cells[2]


def state(stands: str) -> str:
    """How one part of a row stands, by its first word; a part without such a word is met."""
    first = stands.replace("*", "").partition(" ")[0].rstrip(":,;")
    return first if first in STATES else "met"


def page() -> str:
    """The whole page."""
    found: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for letter, number, stands, test in rows():
        found.setdefault((letter, number), []).append((stands, test))
    parts, counts = [HEAD, ""], dict.fromkeys(STATES, 0)
    for letter, title, last in (("R", "Requirements", 42), ("C", "Criticisms", 22)):
        parts.append(f"\n## {title}\n\n| | | where it stands | test |\n| --- | --- | --- | --- |\n")
        for number in range(1, last + 1):
            entries = found.get((letter, number), [("**not built**", "none")])
            worst = min((state(each[0]) for each in entries), key=STATES.index)
            counts[worst] += 1
            stands = "<br>".join(each[0] for each in entries)
            tests = "<br>".join(each[1] for each in entries)
            parts.append(f"| {letter}{number} | {worst} | {stands} | {tests} |\n")
    parts[1] = "\n" + ", ".join(f"{counts[each]} {each}" for each in reversed(STATES)) + ".\n"
    return "".join(parts)


def main() -> int:
    """Write the page, or say that it is not current."""
    if "--check" in sys.argv[1:]:
        return int(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
