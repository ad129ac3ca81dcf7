"""A room and armed people who come into it one after the other, made from labelled stills.

No labelled clip shows a weapon. The stills of the scene `room_or_street` in `weapons_cctv_staged`
show one room from one place: the empty room is the median of what no person covers, and each
person, with the weapon, is laid over it and sways a little, as who stands and threatens does.
Pictures that their publisher turned or sprinkled with noise are left out. Real pixels, made
movement: such clips tell whether a camera wakes in time, not how often weapons are found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, sin
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from gardefou.evaluation.cases import Case, ExpectedEvent
from gardefou.geometry.arrays import Image
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.weapons import people_to_look_at, weapon_looker, weapons_in
from gardefou.situations.situation import Situation

CASE_ID: Final = "weapon-room"
"""What the benchmark calls the made case."""

STILLS: Final = "weapons_cctv_staged"
SCENE: Final = "room_or_street"

GROWN: Final = 0.08
"""Share of its size by which what is laid over the room reaches beyond the labelled boxes."""

SWAY_PX: Final = 2.0
"""How far somebody sways to each side."""

SWAYS_S: Final = (0.0, 0.6, 1.3)
"""When of its sway a person is looked at to see how sure a weapon is, s."""

CORNER: Final = 12
"""Side of a corner that is black where a picture was turned, px."""

MOST_SPRINKLED: Final = 0.003
"""Share of pixels far from their neighbourhood from which a picture was sprinkled with noise."""


@dataclass(frozen=True, slots=True)
class Armed:
    """One still [H, W, 3] and the box x1, y1, x2, y2 round person and weapon, px."""

    name: str
    picture: Image
    box: tuple[int, int, int, int]

    def laid_over(self, room: Image, seconds: float) -> Image:
        """The room with this person in it, swaying, at a time, s."""
        shift = np.array(
            [[1, 0, SWAY_PX * sin(4 * seconds)], [0, 1, SWAY_PX * cos(3 * seconds)]], np.float32
        )
        size = (room.shape[1], room.shape[0])
        mask = np.zeros(room.shape[:2], np.float32)
        x1, y1, x2, y2 = self.box
        mask[y1:y2, x1:x2] = 1.0
        here = np.asarray(cv2.warpAffine(cv2.GaussianBlur(mask, (15, 15), 0), shift, size))
        moved = cv2.warpAffine(self.picture, shift, size, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cv2.blendLinear(moved, room, here, 1 - here), dtype=np.uint8)


def armed_people(footage: Path) -> list[Armed]:
    """Everybody armed in the room, by name of the still."""
    labels = json.loads((footage / STILLS / "annotations.json").read_text(encoding="utf-8"))
    people = []
    for name, each in sorted(labels["images"].items()):
        boxes = each["person_boxes_xyxy"] + each["weapon_boxes_xyxy"]
        if each["scene"] != SCENE or not each["weapon_boxes_xyxy"]:
            continue
        picture = np.asarray(cv2.imread(str(footage / STILLS / name)), dtype=np.uint8)
        if not _is_altered(picture):
            people.append(Armed(name, picture, _around(boxes, picture)))
    return people


def surest(people: Sequence[Armed], count: int, engine: InferenceEngine) -> list[Armed]:
    """Those whose weapon the engine sees most surely in single pictures, at the worst of a few.

    What nobody finds without the gate cannot be lost with it.
    """
    looker, room = weapon_looker(engine), empty_room(people)
    scores = []
    for each in people:
        seen = []
        for seconds in SWAYS_S:
            picture = each.laid_over(room, seconds)
            bodies = people_to_look_at(engine.detect(picture))
            seen.append(float(weapons_in(looker, picture, bodies).scores.max(initial=0.0)))
        scores.append(min(seen))
    best = sorted(range(len(people)), key=lambda row: -scores[row])[:count]
    return [people[row] for row in sorted(best)]


def empty_room(people: Sequence[Armed]) -> Image:
    """The median of what nobody covers; where somebody always does, filled from around."""
    stack = np.stack([each.picture for each in people]).astype(np.float32)
    for row, each in enumerate(people):
        x1, y1, x2, y2 = each.box
        stack[row, y1:y2, x1:x2] = np.nan
    never = np.isnan(stack[..., 0]).all(axis=0)
    stack[:, never] = 0.0
    room = np.asarray(np.nanmedian(stack, axis=0), dtype=np.uint8)
    hole = np.asarray(never, dtype=np.uint8)
    return np.asarray(cv2.inpaint(room, hole, 9, cv2.INPAINT_TELEA), dtype=np.uint8)


def armed_case(starts: Sequence[float], stay_s: float) -> Case:
    """The case of people who come at these times, s, and stay so long."""
    expect = [
        ExpectedEvent(situation=Situation.WEAPON, start_s=each, end_s=each + stay_s)
        for each in starts
    ]
    return Case(id=CASE_ID, clip=STILLS, expect=expect)


def pictures(
    room: Image,
    people: Sequence[Armed],
    fps: int,
    starts: Sequence[float],
    stay_s: float,
    length_s: float,
) -> Iterator[Image]:
    """The room, and from each start on, s, the next of the people for so long."""
    for index in range(round(length_s * fps)):
        at = index / fps
        here = [who for who, start in zip(people, starts, strict=True) if 0 <= at - start < stay_s]
        yield here[0].laid_over(room, at) if here else room


def _is_altered(picture: Image) -> bool:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    corners = [grey[:CORNER, :CORNER], grey[:CORNER, -CORNER:]]
    corners += [grey[-CORNER:, :CORNER], grey[-CORNER:, -CORNER:]]
    is_turned = any(float(each.mean()) < 12 for each in corners)
    odd = cv2.absdiff(grey, cv2.medianBlur(grey, 3)) > 40
    return is_turned or float(odd.mean()) > MOST_SPRINKLED


def _around(boxes: Sequence[Sequence[float]], picture: Image) -> tuple[int, int, int, int]:
    edges = np.array(boxes)
    x1, y1 = edges[:, :2].min(axis=0)
    x2, y2 = edges[:, 2:].max(axis=0)
    by_x, by_y = GROWN * (x2 - x1), GROWN * (y2 - y1)
    height, width = picture.shape[:2]
    left, top = max(round(x1 - by_x), 0), max(round(y1 - by_y), 0)
    return left, top, min(round(x2 + by_x), width), min(round(y2 + by_y), height)
