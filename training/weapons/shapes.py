"""Things people hold, drawn as grey shapes: knives, firearms, bats, and what is none of them.

A shape is drawn on a canvas of its own: a grey picture and its opacity, with the point where a
hand grips it. Lengths are in heights of a person; nothing is copied from any picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

CANVAS: Final = 128
"""Side of a canvas, px."""

KNIFE, FIREARM, BAT, NOTHING = 0, 1, 2, -1


@dataclass(frozen=True, slots=True)
class Shape:
    """A drawn thing: ``grey`` and ``opacity`` [128, 128]; ``length`` of the canvas's usable width
    (0.8 of it) in heights of a person; ``grip`` x, y px; ``kind`` 0 to 2, or -1 for harmless."""

    grey: np.ndarray
    opacity: np.ndarray
    length: float
    grip: tuple[float, float]
    kind: int


class _Pencil:
    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.grey = np.zeros((CANVAS, CANVAS), np.float32)
        self.opacity = np.zeros((CANVAS, CANVAS), np.uint8)

    def polygon(self, points: list[tuple[float, float]], shade: float) -> None:
        corners = np.array(points, np.float32) * (0.8 * CANVAS) + (0.1 * CANVAS, 0.5 * CANVAS)
        whole = np.round(corners * 16).astype(np.int32)
        cv2.fillPoly(self.opacity, [whole], 255, cv2.LINE_AA, 4)
        mask = np.zeros_like(self.opacity)
        cv2.fillPoly(mask, [whole], 255, cv2.LINE_AA, 4)
        weight = mask.astype(np.float32) / 255
        self.grey = self.grey * (1 - weight) + shade * weight

    def line(self, points: list[tuple[float, float]], width: float, shade: float) -> None:
        corners = np.array(points, np.float32) * (0.8 * CANVAS) + (0.1 * CANVAS, 0.5 * CANVAS)
        whole = np.round(corners * 16).astype(np.int32)
        mask = np.zeros_like(self.opacity)
        thick = max(1, round(width * 0.8 * CANVAS))
        cv2.polylines(mask, [whole], False, 255, thick, cv2.LINE_AA, 4)
        self.opacity = np.maximum(self.opacity, mask)
        weight = mask.astype(np.float32) / 255
        self.grey = self.grey * (1 - weight) + shade * weight

    def shape(self, length: float, grip: tuple[float, float], kind: int) -> Shape:
        """Light falls on the thing: a gradient across it; its opacity becomes 0..1."""
        angle = self.rng.uniform(0, 2 * np.pi)
        ramp = np.linspace(-1, 1, CANVAS, dtype=np.float32)
        light = np.cos(angle) * ramp[None, :] + np.sin(angle) * ramp[:, None]
        grey = self.grey + self.rng.uniform(0, 40) * light
        at = (0.1 * CANVAS + grip[0] * 0.8 * CANVAS, 0.5 * CANVAS + grip[1] * 0.8 * CANVAS)
        return Shape(
            np.clip(grey, 0, 255), self.opacity.astype(np.float32) / 255, length, at, kind
        )


def _rectangle(x1: float, y1: float, x2: float, y2: float) -> list[tuple[float, float]]:
    return [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]


def knife(rng: np.random.Generator) -> Shape:
    """A blade with a point and one curved edge, on a handle."""
    draw, u = _Pencil(rng), rng.uniform
    handle, wide = u(0.3, 0.45), u(0.06, 0.13)
    half = wide * u(0.3, 0.5)
    steps = np.linspace(0, 1, 8)
    bend, curve = u(0.3, 1.0), u(2.0, 5.0)
    back = [(handle + (1 - handle) * t, -wide * bend * (1 - t**curve)) for t in steps]
    edge = [(handle + (1 - handle) * t, wide * (1 - t**curve)) for t in steps[::-1]]
    blade = u(90, 255) if u() < 0.8 else u(20, 90)
    draw.polygon(back + edge, blade)
    if u() < 0.6:
        draw.polygon(
            [(x, y * 0.3) for x, y in back] + edge, float(np.clip(blade + u(-50, 50), 0, 255))
        )
    draw.polygon(_rectangle(0, -half, handle, half * u(0.8, 1.2)), u(0, 110) if u() < 0.8 else u(110, 230))
    return draw.shape(u(0.11, 0.27), (handle * u(0.4, 0.8), 0.0), KNIFE)


def handgun(rng: np.random.Generator) -> Shape:
    """A slide, a slanted grip and a trigger guard."""
    draw, u = _Pencil(rng), rng.uniform
    shade = u(5, 75) if u() < 0.85 else u(75, 200)
    high, lean, grip_wide, grip_long = u(0.16, 0.25), u(0.0, 0.2), u(0.2, 0.3), u(0.45, 0.7)
    top = -0.2
    bottom = top + high
    left = u(0.0, 0.06)
    draw.polygon(
        [(left, bottom), (left + grip_wide, bottom), (left + grip_wide - lean, bottom + grip_long),
         (left - lean, bottom + grip_long)], shade * u(0.7, 1.2))
    draw.line([(left + grip_wide, bottom + 0.02), (left + grip_wide + 0.06, bottom + 0.16),
               (left + grip_wide + 0.22, bottom + 0.15), (left + grip_wide + 0.26, bottom)],
              0.03, shade)
    draw.polygon(_rectangle(0, top, 1, bottom), shade)
    if u() < 0.5:
        draw.polygon(_rectangle(0.3, top, 1, top + high * 0.5), float(np.clip(shade + u(10, 60), 0, 255)))
    middle = (left + grip_wide / 2 - lean / 2, bottom + grip_long * 0.5)
    return draw.shape(u(0.075, 0.15), middle, FIREARM)


def long_gun(rng: np.random.Generator) -> Shape:
    """A stock, a receiver with grip and perhaps a magazine, and a barrel."""
    draw, u = _Pencil(rng), rng.uniform
    shade, wood = u(5, 80), u(10, 140)
    thick = u(0.05, 0.08)
    draw.polygon([(0, -0.02), (0.28, -thick / 2), (0.28, thick / 2), (0, u(0.1, 0.16))], wood)
    draw.polygon(_rectangle(0.25, -thick / 2, u(0.55, 0.68), thick * 0.7), shade)
    draw.line([(0.5, 0), (1, 0)], u(0.02, 0.04), shade)
    draw.polygon([(0.3, 0), (0.36, 0), (0.32, 0.16), (0.26, 0.16)], wood)
    if u() < 0.6:
        draw.polygon([(0.45, 0), (0.51, 0), (u(0.5, 0.57), 0.22), (0.47, 0.22)], shade)
    return draw.shape(u(0.35, 0.6), (0.33, 0.06), FIREARM)


def bat(rng: np.random.Generator) -> Shape:
    """A rod that thickens towards a round end, with a knob."""
    draw, u = _Pencil(rng), rng.uniform
    thin, thick, shade = u(0.018, 0.026), u(0.045, 0.065), u(20, 240)
    draw.polygon([(0.02, -thin), (0.4, -thin * 1.1), (0.7, -thick), (0.96, -thick), (1.0, -thick * 0.5),
                  (1.0, thick * 0.5), (0.96, thick), (0.7, thick), (0.4, thin * 1.1), (0.02, thin)], shade)
    if u() < 0.5:
        draw.polygon(_rectangle(0.0, -thin, 0.3, thin), u(0, 120))
    draw.polygon(_rectangle(0.0, -thin * 1.6, 0.03, thin * 1.6), shade)
    return draw.shape(u(0.38, 0.58), (u(0.05, 0.15), 0.0), BAT)


def phone(rng: np.random.Generator) -> Shape:
    """A phone, a remote control, a card: a small rectangle, perhaps with a screen."""
    draw, u = _Pencil(rng), rng.uniform
    half, shade = u(0.15, 0.3), u(0, 255)
    draw.polygon(_rectangle(0, -half, 1, half), shade)
    if u() < 0.6:
        draw.polygon(_rectangle(0.06, -half * 0.85, 0.94, half * 0.85), u(0, 255))
    return draw.shape(u(0.05, 0.1), (u(0.2, 0.6), half * u(-1, 1)), NOTHING)


def paper(rng: np.random.Generator) -> Shape:
    """A sheet, a book, a folder."""
    draw, u = _Pencil(rng), rng.uniform
    half = u(0.25, 0.45)
    corners = _rectangle(0, -half, 1, half)
    draw.polygon([(x + u(-0.1, 0.1), y + u(-0.08, 0.08)) for x, y in corners], u(40, 255))
    return draw.shape(u(0.08, 0.2), (u(0.0, 0.3), half * u(-1, 1)), NOTHING)


def stick(rng: np.random.Generator) -> Shape:
    """A stick, a cane, a pipe, a pen, a broom handle: the same width from end to end."""
    draw, u = _Pencil(rng), rng.uniform
    width, shade = u(0.008, 0.035), u(0, 255)
    bend = u(-0.03, 0.03)
    draw.line([(0, 0), (0.5, bend), (1, 0)], width, shade)
    if u() < 0.3:
        draw.line([(0, 0), (-0.04, 0.05), (0.0, 0.1), (0.06, 0.08)], width, shade)
    return draw.shape(u(0.08, 0.9), (u(0.0, 0.4), 0.0), NOTHING)


def umbrella(rng: np.random.Generator) -> Shape:
    """An umbrella, rolled or open."""
    draw, u = _Pencil(rng), rng.uniform
    shade = u(0, 230)
    if u() < 0.5:
        half = u(0.03, 0.07)
        draw.line([(0, 0.08), (-0.03, 0.03), (0.03, 0), (1, 0)], 0.015, u(0, 200))
        draw.polygon([(0.2, 0), (0.3, -half), (0.5, -half * 0.8), (0.93, -0.01), (0.93, 0.01), (0.5, half),
                      (0.3, half)], shade)
        return draw.shape(u(0.4, 0.6), (u(0.02, 0.15), 0.0), NOTHING)
    angles = np.linspace(-np.pi / 2, np.pi / 2, 9)
    dome = [(0.6 + 0.4 * np.cos(a), 0.6 * np.sin(a)) for a in angles]
    draw.line([(0, 0), (0.9, 0)], 0.015, u(0, 200))
    draw.polygon(dome, shade)
    return draw.shape(u(0.5, 0.8), (0.03, 0.0), NOTHING)


def bottle(rng: np.random.Generator) -> Shape:
    """A bottle, a can or a cup."""
    draw, u = _Pencil(rng), rng.uniform
    half, neck, shade = u(0.12, 0.3), u(0.03, 0.08), u(10, 255)
    draw.polygon(_rectangle(0, -half, u(0.55, 0.7), half), shade)
    if u() < 0.7:
        draw.polygon([(0.55, -half), (0.75, -neck), (1, -neck), (1, neck), (0.75, neck), (0.55, half)], shade)
    return draw.shape(u(0.06, 0.15), (u(0.2, 0.5), 0.0), NOTHING)


def bag(rng: np.random.Generator) -> Shape:
    """A bag that hangs from its handle."""
    draw, u = _Pencil(rng), rng.uniform
    half, shade = u(0.2, 0.45), u(0, 255)
    draw.line([(0.3, -half * 0.6), (0, 0), (0.3, half * 0.6)], 0.03, shade)
    draw.polygon([(0.28, -half * 0.9), (0.28, half * 0.9), (1, half), (1, -half)], shade)
    return draw.shape(u(0.12, 0.3), (0.0, 0.0), NOTHING)


def tool(rng: np.random.Generator) -> Shape:
    """A hammer, a screwdriver, a spanner or a brush."""
    draw, u = _Pencil(rng), rng.uniform
    shade, head = u(0, 255), u(0, 255)
    which = rng.integers(4)
    draw.line([(0, 0), (0.9, 0)], u(0.05, 0.1) if which != 1 else 0.03, shade)
    if which == 0:
        draw.polygon(_rectangle(0.82, -u(0.12, 0.22), 0.98, u(0.12, 0.25)), head)
    elif which == 1:
        draw.polygon(_rectangle(0, -0.07, 0.4, 0.07), head)
    elif which == 2:
        draw.line([(1.0, -0.1), (0.88, -0.06), (0.88, 0.06), (1.0, 0.1)], 0.06, shade)
    else:
        draw.polygon(_rectangle(0.7, -0.15, 1, 0.15), head)
    return draw.shape(u(0.1, 0.25), (u(0.1, 0.3), 0.0), NOTHING)


def scrap(rng: np.random.Generator) -> Shape:
    """Any polygon: cloth, a reflection, a thing without a name."""
    draw, u = _Pencil(rng), rng.uniform
    count = int(rng.integers(3, 8))
    angles = np.sort(u(0, 2 * np.pi, count))
    flat = u(0.15, 1.0)
    draw.polygon(
        [(0.5 + u(0.15, 0.5) * np.cos(a), flat * u(0.15, 0.5) * np.sin(a)) for a in angles], u(0, 255)
    )
    return draw.shape(u(0.05, 0.3), (u(0.1, 0.9), 0.0), NOTHING)


WEAPONS: Final[tuple[tuple[Callable[[np.random.Generator], Shape], float], ...]] = (
    (knife, 0.45), (handgun, 0.28), (long_gun, 0.1), (bat, 0.17))
HARMLESS: Final[tuple[tuple[Callable[[np.random.Generator], Shape], float], ...]] = (
    (phone, 0.16), (paper, 0.1), (stick, 0.18), (umbrella, 0.12), (bottle, 0.1), (bag, 0.08),
    (tool, 0.14), (scrap, 0.12))


def draw_one(
    rng: np.random.Generator, menu: tuple[tuple[Callable[[np.random.Generator], Shape], float], ...]
) -> Shape:
    """A shape from a menu of drawers and their shares."""
    shares = np.array([share for _, share in menu])
    return menu[rng.choice(len(menu), p=shares / shares.sum())][0](rng)
