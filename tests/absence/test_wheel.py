"""The wheel is the same wherever and whenever it is built from the same sources."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EPOCH = "1700000000"


def built(sources: Path, age: int) -> Path:
    """A wheel from a copy of the sources whose files are of a certain age."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources / name)
    ignored = shutil.ignore_patterns("__pycache__", "static")
    shutil.copytree(ROOT / "src", sources / "src", ignore=ignored)
    for path in sources.rglob("*"):
        os.utime(path, (age, age))
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(sources / "dist")],
        cwd=sources,
        env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH, "TZ": f"UTC+{age % 7}"},
        check=True,
        capture_output=True,
    )
    (wheel,) = (sources / "dist").glob("*.whl")
    return wheel


def test_two_builds_give_the_same_bytes_which_hold_the_lists_of_refusals(tmp_path: Path) -> None:
    wheels = []
    for name, age in (("one", 1_000_000_000), ("other", 1_500_000_003)):
        (tmp_path / name).mkdir()
        wheels.append(built(tmp_path / name, age))
    one, other = (hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels)
    assert one == other
    names = zipfile.ZipFile(wheels[0]).namelist()
    assert "gardefou/refusals.toml" in names
    assert "gardefou/governance/absence/allowed.toml" in names
