"""Plots for the documents: lines over a number of streams or minutes, as SVG, without a library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 360
LEFT: Final = 64
RIGHT: Final = 16
TOP: Final = 40
BOTTOM: Final = 72
COLOURS: Final = ("#1f5fa8", "#b3541e", "#2e7d4f", "#7a3b8f")


@dataclass(frozen=True, slots=True)
class Line:
    """Points (x, y) under a name."""

    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


def line_plot(title: str, x_name: str, y_name: str, lines: Sequence[Line]) -> str:
    """An SVG of the lines, both axes from zero."""
    points = [point for line in lines for point in line.points]
    x_step, y_step = (_step(max(each[axis] for each in points)) for axis in (0, 1))
    x_end = math.ceil(max(x for x, _ in points) / x_step) * x_step
    y_end = math.ceil(max(y for _, y in points) / y_step + 1e-9) * y_step

    def place(x: float, y: float) -> tuple[float, float]:
        across = LEFT + x / x_end * (WIDTH - LEFT - RIGHT)
        return across, HEIGHT - BOTTOM - y / y_end * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="22" font-size="14" font-weight="bold">{escape(title)}</text>'
    ]
    for index in range(round(x_end / x_step) + 1):
        across, down = place(index * x_step, 0)
        parts.append(_label(across, down + 16, f"{index * x_step:g}", "middle"))
    for index in range(round(y_end / y_step) + 1):
        across, down = place(0, index * y_step)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{down:.1f}" y2="{down:.1f}" '
            'stroke="#ddd"/>' + _label(across - 6, down + 4, f"{index * y_step:.4g}", "end")
        )
    parts.append(_label((LEFT + WIDTH) / 2, HEIGHT - BOTTOM + 34, x_name, "middle"))
    parts.append(_label(LEFT - 48, TOP - 8, y_name, "start"))
    for index, line in enumerate(lines):
        colour = COLOURS[index % len(COLOURS)]
        drawn = [place(x, y) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in drawn)
        dash = ' stroke-dasharray="6 4"' if line.dashed else ""
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
        )
        if not line.dashed:
            parts += [
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in drawn
            ]
        key = LEFT + index * 190
        parts.append(
            f'<line x1="{key}" x2="{key + 20}" y1="{HEIGHT - 14}" y2="{HEIGHT - 14}" '
            f'stroke="{colour}" stroke-width="2"{dash}/>'
            + _label(key + 26, HEIGHT - 10, line.name, "start")
        )
    return "\n".join([*parts, "</svg>", ""])


def write_plot(path: Path, svg: str) -> None:
    """Write a plot, its folder made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg, encoding="utf-8")
    print(f"plot: {path}")


def _label(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _step(largest: float) -> float:
    """A round distance between marks that gives four to ten of them."""
    if largest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    steps = (power * each for each in (0.1, 0.2, 0.5, 1.0))
    return next(float(step) for step in steps if largest / step <= 10)
