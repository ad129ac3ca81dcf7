"""Heads of real people are blurred, measured against the truth of PETS 2009 S2.L1."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "evidence_heads.py"

SECONDS = 12


@pytest.fixture(scope="module")
def coverage(footage: Path, models_dir: Path) -> dict[str, dict[str, float]]:
    """The benchmark's figures over the first seconds, by way of finding heads."""
    command = [sys.executable, str(BENCHMARK), "--json", "--seconds", str(SECONDS)]
    command += ["--footage", str(footage)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return {figures["way"]: figures for figures in json.loads(done.stdout)}


def test_at_least_99_of_100_heads_are_blurred(coverage: dict[str, dict[str, float]]) -> None:
    assert coverage["both"]["heads"] > 400
    assert coverage["both"]["covered"] >= 0.99


def test_analysis_alone_already_knows_most_heads(coverage: dict[str, dict[str, float]]) -> None:
    assert coverage["trail"]["covered"] >= 0.98


def test_most_of_the_picture_stays_to_be_seen(coverage: dict[str, dict[str, float]]) -> None:
    assert coverage["both"]["blurred"] < 0.10
