"""Training pictures: real people from clips whose licence allows it, drawn things in their hands.

Cut, paste and learn (Dwibedi et al., 2017): weapons and harmless things are pasted in the same way,
with the same arm, hand, light, blur and noise, so that only their shape tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from shapes import HARMLESS, NOTHING, WEAPONS, Shape, draw_one

SIDE: Final = 128
"""Side of a training picture, px: about a person's height."""

WEAPON_SHARE: Final = 0.42
HARMLESS_SHARE: Final = 0.33
"""Shares of pictures with a weapon and with a harmless thing; the rest stay as they are."""

CLUTTER_SHARE: Final = 0.5
"""Share of pictures with harmless things lying or hanging about."""

LEAST_CONTRAST: Final = 18.0
"""A weapon that differs less from what is behind it is not drawn as one, grey levels."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person's surroundings, grey, and the person's box in them, px."""

    picture: np.ndarray
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sample:
    """``grey`` [128, 128]; ``box`` x1, y1, x2, y2 px of the weapon; ``kind`` 0 to 2 or -1."""

    grey: np.ndarray
    box: tuple[float, float, float, float]
    kind: int


def sample(rng: np.random.Generator, person: Person) -> Sample:
    """One training picture of a person."""
    grey, body = _framed(rng, person)
    if rng.uniform() < CLUTTER_SHARE:
        grey = _with_clutter(rng, grey, body)
    choice = rng.uniform()
    box, kind = (0.0, 0.0, 0.0, 0.0), NOTHING
    if choice < WEAPON_SHARE + HARMLESS_SHARE:
        menu = WEAPONS if choice < WEAPON_SHARE else HARMLESS
        grey, box, kind = _with_thing(rng, grey, body, draw_one(rng, menu))
    elif choice < WEAPON_SHARE + HARMLESS_SHARE + 0.1:
        grey, _, _, _ = _with_arm(rng, grey, body)
    return Sample(_seen(rng, grey), box, kind)


def _framed(rng: np.random.Generator, person: Person) -> tuple[np.ndarray, np.ndarray]:
    """The crop round a person's upper body, perhaps mirrored and turned, and the box in it."""
    x1, y1, x2, y2 = person.box
    height = max(y2 - y1, (x2 - x1) * 0.9)
    side = height * rng.uniform(0.75, 1.35)
    middle = np.array([(x1 + x2) / 2, y1 + 0.42 * (y2 - y1)]) + rng.uniform(-0.15, 0.15, 2) * height
    scale = SIDE / side
    turn = np.deg2rad(rng.normal(0, 7))
    flip = -1.0 if rng.uniform() < 0.5 else 1.0
    c, s = np.cos(turn) * scale, np.sin(turn) * scale
    linear = np.array([[c * flip, -s], [s * flip, c]])
    matrix = np.column_stack([linear, SIDE / 2 - linear @ middle])
    way = cv2.INTER_AREA if scale < 0.7 else cv2.INTER_LINEAR
    grey = cv2.warpAffine(person.picture, matrix, (SIDE, SIDE), flags=way, borderMode=cv2.BORDER_REPLICATE)
    corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]]) @ linear.T + matrix[:, 2]
    return grey.astype(np.float32), np.concatenate([corners.min(0), corners.max(0)])


def _with_arm(
    rng: np.random.Generator, grey: np.ndarray, body: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Draw an arm from a shoulder: the picture, the hand's place, the arm's angle, its skin."""
    height = max(body[3] - body[1], 20.0)
    middle = (body[0] + body[2]) / 2
    side = rng.choice([-1.0, 1.0])
    shoulder = np.array([middle + side * 0.1 * height, body[1] + 0.2 * height])
    angle = rng.uniform(-0.4 * np.pi, 0.6 * np.pi)
    outward = np.array([side * np.cos(angle), np.sin(angle)])
    elbow = shoulder + 0.16 * height * (outward + rng.normal(0, 0.25, 2))
    hand = np.clip(shoulder + rng.uniform(0.2, 0.36) * height * outward, 0.08 * SIDE, 0.92 * SIDE)
    chest = grey[int(np.clip(body[1] + 0.35 * height, 0, SIDE - 1)), int(np.clip(middle, 0, SIDE - 1))]
    sleeve = float(np.clip(chest + rng.normal(0, 12), 0, 255))
    skin = float(rng.uniform(60, 220))
    layer, mask = np.full_like(grey, sleeve), np.zeros(grey.shape, np.uint8)
    points = [np.round(np.array([shoulder, elbow]) * 16).astype(np.int32),
              np.round(np.array([elbow, hand]) * 16).astype(np.int32)]
    cv2.polylines(mask, [points[0]], False, 255, max(2, round(0.055 * height)), cv2.LINE_AA, 4)
    cv2.polylines(mask, [points[1]], False, 255, max(2, round(0.042 * height)), cv2.LINE_AA, 4)
    if rng.uniform() < 0.5:
        bare = np.zeros_like(mask)
        cv2.polylines(bare, [points[1]], False, 255, max(2, round(0.038 * height)), cv2.LINE_AA, 4)
        layer = np.where(bare > 0, skin, layer)
    weight = mask.astype(np.float32) / 255
    grey = grey * (1 - weight) + layer * weight
    reach = hand - elbow
    return _hand(rng, grey, hand, height, skin), hand, float(np.arctan2(reach[1], reach[0])), skin


def _hand(
    rng: np.random.Generator, grey: np.ndarray, at: np.ndarray, height: float, skin: float
) -> np.ndarray:
    mask = np.zeros(grey.shape, np.uint8)
    radius = height * rng.uniform(0.025, 0.04)
    axes = (max(1, round(radius)), max(1, round(radius * rng.uniform(0.7, 1.0))))
    cv2.ellipse(mask, (round(at[0]), round(at[1])), axes, rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
    weight = mask.astype(np.float32) / 255
    return grey * (1 - weight) + skin * weight


def _with_thing(
    rng: np.random.Generator, grey: np.ndarray, body: np.ndarray, thing: Shape
) -> tuple[np.ndarray, tuple[float, float, float, float], int]:
    """Put a thing into a hand, drawn or guessed; the picture, the thing's box and kind."""
    before = grey
    height = max(body[3] - body[1], (body[2] - body[0]) * 0.9, 20.0)
    if rng.uniform() < 0.65:
        grey, hand, along, skin = _with_arm(rng, grey, body)
        angle = along + rng.normal(0, 0.6)
    else:
        hand = np.array([rng.uniform(body[0] - 0.05 * height, body[2] + 0.05 * height),
                         body[1] + rng.uniform(0.15, 0.65) * height])
        angle, skin = rng.uniform(0, 2 * np.pi), rng.uniform(60, 220)
    behind = grey
    grey, covered = _pasted(rng, grey, thing, hand, angle, height)
    if covered.sum() < 6:
        return before, (0.0, 0.0, 0.0, 0.0), NOTHING
    contrast = float(np.abs(grey - behind)[covered].mean())
    if thing.kind != NOTHING and contrast < LEAST_CONTRAST:
        return before, (0.0, 0.0, 0.0, 0.0), NOTHING
    if rng.uniform() < 0.85:
        grey = _hand(rng, grey, hand, height, skin)
    rows, columns = np.nonzero(covered)
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    return grey, tuple(float(each) for each in box), thing.kind


def _pasted(
    rng: np.random.Generator,
    grey: np.ndarray,
    thing: Shape,
    at: np.ndarray,
    angle: float,
    height: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Put a thing with its grip at a place: the picture, and which pixels it covers."""
    scale = thing.length * height / (0.8 * len(thing.grey))
    flip = rng.choice([-1.0, 1.0])
    narrow = rng.uniform(0.75, 1.0)  # Seen at an angle, a thing is shorter.
    c, s = np.cos(angle) * scale, np.sin(angle) * scale
    linear = np.array([[c * narrow, -s * flip], [s * narrow, c * flip]])
    matrix = np.column_stack([linear, at - linear @ np.array(thing.grip)])
    drawn, opacity = thing.grey, thing.opacity
    if scale < 0.5:
        blur = 0.45 / scale
        drawn, opacity = (cv2.GaussianBlur(each, (0, 0), blur) for each in (drawn * opacity, opacity))
        drawn = drawn / np.maximum(opacity, 1e-3)
    opacity = cv2.warpAffine(opacity, matrix, (SIDE, SIDE))
    drawn = cv2.warpAffine(drawn, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    return grey * (1 - opacity) + drawn * opacity, opacity > 0.5


def _with_clutter(rng: np.random.Generator, grey: np.ndarray, body: np.ndarray) -> np.ndarray:
    """Harmless things that nobody holds, anywhere in the picture."""
    height = max(body[3] - body[1], 20.0)
    for _ in range(rng.integers(0, 4)):
        at = rng.uniform(0, SIDE, 2)
        grey, _ = _pasted(rng, grey, draw_one(rng, HARMLESS), at, rng.uniform(0, 2 * np.pi), height)
    return grey


def _seen(rng: np.random.Generator, grey: np.ndarray) -> np.ndarray:
    """As a camera would show it: blur, light, noise, compression."""
    if rng.uniform() < 0.7:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, 1.3))
    if rng.uniform() < 0.25:
        small = max(50, int(SIDE * rng.uniform(0.35, 0.8)))
        grey = cv2.resize(cv2.resize(grey, (small, small), interpolation=cv2.INTER_AREA), (SIDE, SIDE))
    grey = (grey - 128) * rng.uniform(0.6, 1.4) + 128 + rng.uniform(-35, 35)
    grey = grey + rng.normal(0, rng.uniform(0, 8), grey.shape)
    if rng.uniform() < 0.15:
        specks = rng.uniform(size=grey.shape)
        share = rng.uniform(0, 0.03)
        grey = np.where(specks < share, 0, np.where(specks > 1 - share, 255, grey))
    grey = np.clip(grey, 0, 255).astype(np.uint8)
    if rng.uniform() < 0.6:
        encoded = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(30, 95))])[1]
        grey = cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)
    return grey
