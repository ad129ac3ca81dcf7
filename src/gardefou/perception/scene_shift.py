"""A camera that moved: its background's edges against those that a person approved.

Edges are compared by direction, not by brightness (doubled angles, as in the structure tensor:
Bigün and Granlund, 1987), averaged over looks so that whoever passes by fades, in blocks that may
each have shifted (normalised correlation: Lewis, 1995). Shifts too small to tell alone count when
most blocks agree on one shift, turn and scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum, unique
from itertools import pairwise
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from gardefou.geometry.arrays import Image
from gardefou.geometry.similarity import fitted_similarity

LOOK_S: Final = 2.0
"""Time between two looks, s."""

LEARNING_LOOKS: Final = 8
"""Looks that make a reference: 16 s, in which whoever passes by fades."""

WIDTH: Final = 160
"""Width of the picture that is compared, px; a shift of `LEAST_SHIFT` of them shows."""

LEAST_SHIFT: Final = 2
"""A block, or a corner of the whole, that moved by so much has shifted, px: 1.25 % of the width."""

MOST_SHIFT: Final = 8
"""How far a block is looked for, px; beyond, the view is another one."""

BLOCKS: Final = (8, 6)
"""Blocks across and down."""

# Tuned on all clips of the labelled footage with a fixed camera, with light changed by hand, and on
# the same clips shifted, cropped, turned and swapped (benchmarks/scene_shift.py).
_MEMORY_LOOKS: Final = 6.0
_DARK: Final = 12.0
_SOFT: Final = 0.25
_STRUCTURE: Final = 0.02
_KEPT: Final = 0.5
_FOUND: Final = 0.55
_BETTER: Final = 0.15
_LEAST_BLOCKS: Final = 5
_FEW_KEPT: Final = 0.35
_MANY_SHIFTED: Final = 0.3
_AS_MUCH: Final = 0.5
_IN_A_ROW: Final = 3
_SOFT_PX: Final = 0.5
_AGREES_PX: Final = 0.75
_LEAST_AGREEING: Final = 8
_MANY_AGREEING: Final = 0.4

Field: TypeAlias = npt.NDArray[np.float32]
"""Edges of a picture: [H, W, 2], direction by doubled angle, length 0..1."""


@unique
class View(StrEnum):
    """What the last look said."""

    LEARNING = "learning"
    SAME = "same"
    UNDECIDED = "undecided"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Look:
    """One comparison: shares of the blocks with edges that are kept, and that shifted, 0..1.

    ``structure`` edges now in those blocks, as a share of the reference's; ``blocks`` how many
    blocks have edges; ``moved`` by how much the corner that moved most did, if the blocks agree, px
    of `WIDTH`.
    """

    view: View
    kept: float = 1.0
    shifted: float = 0.0
    structure: float = 1.0
    blocks: int = 0
    moved: float = 0.0


class SceneShift:
    """Compares one camera's background with an approved one.

    ``hidden`` [H, W] of any size, not 0 where masks are: their own edges do not move with the
    camera. ``reference`` of an earlier life, None to learn one.
    """

    def __init__(
        self,
        hidden: npt.NDArray[np.uint8] | None = None,
        reference: Field | None = None,
        look_s: float = LOOK_S,
    ) -> None:
        self.reference = reference
        self._hidden = hidden
        self._look_s = look_s
        self._next = -float("inf")
        self._current: Field | None = None
        self._newest: Field | None = None
        self._looks = 0
        self._doubts = 0
        self._weights: Field | None = None

    def restart(self) -> None:
        """Begin to look anew, as after a break in the stream; the reference stays."""
        self._current, self._looks, self._doubts = None, 0, 0
        self._next = -float("inf")

    def update(self, image: Image, time: float) -> Look | None:
        """Look at a picture [H, W, 3] at a stream time, s; None where it is too soon to."""
        if time < self._next and self._next - time <= self._look_s:
            return None
        self._next = time + self._look_s
        seen = self._newest = self._seen(image)
        if self._current is None or self._current.shape != seen.shape:
            self._current, self._looks = seen, 0
        self._looks += 1
        rate = max(1.0 / self._looks, 1.0 / _MEMORY_LOOKS)
        self._current += (seen - self._current) * np.float32(rate)
        if self._looks < LEARNING_LOOKS:
            return Look(View.LEARNING)
        if self.reference is None:
            self.reference = self._current.copy()
            return Look(View.SAME)
        return self._concluded(compared(self._current, self.reference))

    @property
    def newest(self) -> Look:
        """What the picture looked at last says alone, nothing averaged: `View.LEARNING` without a
        reference to hold it against."""
        if self.reference is None or self._newest is None:
            return Look(View.LEARNING)
        return compared(self._newest, self.reference)

    def _concluded(self, look: Look) -> Look:
        """A view counts as another one only when several looks in a row say so."""
        self._doubts = self._doubts + 1 if look.view is View.MOVED else 0
        if look.view is View.MOVED and self._doubts < _IN_A_ROW:
            return replace(look, view=View.UNDECIDED)
        return look

    def _seen(self, image: Image) -> Field:
        field = edges(image)
        if self._hidden is None:
            return field
        if self._weights is None or self._weights.shape[:2] != field.shape[:2]:
            self._weights = shown_edges(self._hidden, field)
        weighted: Field = field * self._weights
        return weighted


def compared(current: Field, reference: Field) -> Look:
    """Hold edges, of one picture or averaged, against those of the approved view."""
    if current.shape != reference.shape:
        return Look(View.MOVED, 0.0, 0.0, 1.0, _LEAST_BLOCKS)
    matches = [
        _matched(reference, current, rows, columns) for rows, columns in _grid(reference.shape[:2])
    ]
    seen = [each for each in matches if each.then >= _STRUCTURE]
    blocks = len(seen)
    if blocks < _LEAST_BLOCKS:
        return Look(View.UNDECIDED, blocks=blocks)
    kept = sum(each.is_kept for each in seen) / blocks
    shifted = sum(each.has_shifted for each in seen) / blocks
    structure = sum(each.now for each in seen) / sum(each.then for each in seen)
    moved = _moved_as_a_whole(seen, reference.shape[:2])
    shares = kept, shifted, structure, blocks, moved
    if shifted >= _MANY_SHIFTED or moved >= LEAST_SHIFT:
        return Look(View.MOVED, *shares)
    if kept > _FEW_KEPT:
        return Look(View.SAME, *shares)
    # Edges fewer than before are the night or fog; as many, but others, are another view.
    return Look(View.MOVED if structure >= _AS_MUCH else View.UNDECIDED, *shares)


def shown_edges(hidden: npt.NDArray[np.uint8], field: Field) -> Field:
    """Weights [H, W, 1] of the edges of a field: 0 on masks [any size, not 0] and beside them."""
    resized = cv2.resize(hidden, (field.shape[1], field.shape[0]), interpolation=cv2.INTER_AREA)
    grown = cv2.dilate((resized > 0).astype(np.uint8), np.ones((5, 5), np.uint8))
    weights: Field = (grown == 0).astype(np.float32)[..., np.newaxis]
    return weights


def edges(image: Image, height: int | None = None) -> Field:
    """Edges of a picture [H, W, 3]: doubled directions, lengths that brightness does not change.

    ``height`` of the field, px, by default as the picture's shape has it.
    """
    if height is None:
        height = max(2 * BLOCKS[1], round(image.shape[0] * WIDTH / image.shape[1]))
    small = cv2.resize(image, (WIDTH, height), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)
    grey = np.log(cv2.GaussianBlur(grey, (3, 3), 0) + np.float32(_DARK))
    across = cv2.Scharr(grey, cv2.CV_32F, 1, 0, scale=1 / 32)
    down = cv2.Scharr(grey, cv2.CV_32F, 0, 1, scale=1 / 32)
    square = across * across + down * down
    soft = square + np.float32((_SOFT / 10) ** 2)
    field = np.empty((*grey.shape, 2), np.float32)
    field[..., 0] = (across * across - down * down) / soft
    field[..., 1] = 2 * across * down / soft
    return field


def _grid(shape: tuple[int, ...]) -> list[tuple[slice, slice]]:
    """Blocks within the margin that a shift needs."""
    height, width = shape[0] - 2 * MOST_SHIFT, shape[1] - 2 * MOST_SHIFT
    rows = [MOST_SHIFT + height * step // BLOCKS[1] for step in range(BLOCKS[1] + 1)]
    columns = [MOST_SHIFT + width * step // BLOCKS[0] for step in range(BLOCKS[0] + 1)]
    return [
        (slice(top, bottom), slice(left, right))
        for top, bottom in pairwise(rows)
        for left, right in pairwise(columns)
    ]


@dataclass(frozen=True, slots=True)
class _Match:
    """A block of the reference found again: its middle and how far away it is, px.

    ``here`` and ``best`` how well it fits where it was and at best; ``then`` and ``now`` its edges.
    """

    middle: tuple[float, float]
    shift: tuple[float, float]
    here: float
    best: float
    then: float
    now: float

    @property
    def is_kept(self) -> bool:
        near = max(abs(each) for each in self.shift) < LEAST_SHIFT - 0.5
        return self.here >= _KEPT or (self.best >= _KEPT and near)

    @property
    def has_shifted(self) -> bool:
        better = self.best >= _FOUND and self.best - self.here >= _BETTER
        return better and not self.is_kept


def _matched(reference: Field, current: Field, rows: slice, columns: slice) -> _Match:
    """A block sought in the current edges around where it was."""
    block = reference[rows, columns]
    around = current[
        rows.start - MOST_SHIFT : rows.stop + MOST_SHIFT,
        columns.start - MOST_SHIFT : columns.stop + MOST_SHIFT,
    ]
    fits = np.asarray(cv2.matchTemplate(around, block, cv2.TM_CCORR_NORMED), np.float32)
    _, best, _, (x, y) = cv2.minMaxLoc(fits)
    return _Match(
        ((columns.start + columns.stop) / 2, (rows.start + rows.stop) / 2),
        (_top(fits[y], x) - MOST_SHIFT, _top(fits[:, x], y) - MOST_SHIFT),
        float(fits[MOST_SHIFT, MOST_SHIFT]),
        float(best),
        _strength(block),
        _strength(current[rows, columns]),
    )


def _strength(block: Field) -> float:
    return float(np.square(block).sum(axis=2).mean())


def _top(line: npt.NDArray[np.float32], at: int) -> float:
    """Where a parabola through a maximum and its neighbours is highest, px."""
    if not 0 < at < len(line) - 1:
        return float(at)
    before, middle, after = (float(each) for each in line[at - 1 : at + 2])
    bend = before - 2 * middle + after
    return at if bend >= 0 else at + min(0.5, max(-0.5, (before - after) / (2 * bend)))


def _moved_as_a_whole(seen: Sequence[_Match], shape: tuple[int, ...]) -> float:
    """By how much a corner of the picture moved at most, px; 0 where the blocks do not agree."""
    good = [each for each in seen if each.best >= _FOUND]
    if len(good) < _LEAST_AGREEING:
        return 0.0
    centre = np.array([shape[1] / 2, shape[0] / 2])
    points = np.array([each.middle for each in good]) - centre
    shifts = np.array([each.shift for each in good])
    found = fitted_similarity(points, shifts, _SOFT_PX)
    agreeing = int((np.hypot(*(shifts - found.moves(points)).T) < _AGREES_PX).sum())
    if agreeing < max(_LEAST_AGREEING, _MANY_AGREEING * len(seen)):
        return 0.0
    corners = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]) * centre
    return float(np.hypot(*found.moves(corners).T).max())
