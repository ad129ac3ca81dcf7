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


def test_each_row_says_how_it_stands_and_none_claims_more_than_its_parts() -> None:
    rows = re.findall(r"^\| [RC]\d+ \| (\w+) \| (.*) \| ", PAGE, re.M)
    assert len(rows) == 64
    for worst, stands in rows:
        parts = [each.partition(" ")[0].strip("*:,") for each in stands.split("<br>")]
        assert worst in {"met", "partly", "not"}
        assert (worst == "met") == (not {"partly", "not"} & set(parts)), stands
    told = re.findall(r"(\d+) (?:met|partly|not)\b", PAGE.partition("\n## ")[0])
    assert sum(map(int, told)) == len(rows)


def test_every_function_that_is_named_with_its_file_stands_in_it() -> None:
    sources: dict[str, str] = {}
    for each in (ROOT / "tests").rglob("test_*.py"):
        sources[each.name] = sources.get(each.name, "") + each.read_text(encoding="utf-8")
    pairs = re.findall(r"(test_\w+\.py)::(test_\w+)", PAGE)
    assert len(pairs) > 20
    for name, function in pairs:
        assert f"def {function}(" in sources.get(name, ""), (name, function)


def test_every_test_that_is_named_exists() -> None:
    files = list((ROOT / "tests").rglob("test_*.py"))
    sources = "\n".join(each.read_text(encoding="utf-8") for each in files)
    named = {name.rpartition("/")[2] for name in re.findall(r"[\w/]*test_\w+\.py", PAGE)}
    functions = set(re.findall(r"(?<![/\w])test_\w+(?!\w|\.py)", PAGE))
    assert len(named) > 20
    assert named - {each.name for each in files} == set()
    assert {each for each in functions if f"def {each}" not in sources} == set()
