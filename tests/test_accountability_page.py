"""The table of requirements is complete, current, and names tests that there are."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "accountability.md").read_text(encoding="utf-8")


def test_the_page_is_made_from_its_parts_as_they_are() -> None:
    """If not: python tools/accountability_page.py."""
    tool = ROOT / "tools" / "accountability_page.py"
    assert subprocess.run([sys.executable, tool, "--check"], check=False).returncode == 0


def test_every_requirement_and_criticism_has_its_row() -> None:
    numbers = {
        (letter, int(number)) for letter, number in re.findall(r"^\| ([RC])(\d+) ", PAGE, re.M)
    }
    assert numbers == {("R", each) for each in range(1, 43)} | {
        ("C", each) for each in range(1, 23)
    }


def test_every_test_that_is_named_exists() -> None:
    files = list((ROOT / "tests").rglob("test_*.py"))
    sources = "\n".join(each.read_text(encoding="utf-8") for each in files)
    named = {name.rpartition("/")[2] for name in re.findall(r"[\w/]*test_\w+\.py", PAGE)}
    functions = set(re.findall(r"(?<![/\w])test_\w+(?!\w|\.py)", PAGE))
    assert len(named) > 20
    assert named - {each.name for each in files} == set()
    assert {each for each in functions if f"def {each}" not in sources} == set()
