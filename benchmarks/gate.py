"""What the wake gate costs and saves: cameras on which nothing happens, then something does.

    python benchmarks/gate.py FOOTAGE [CASE ...] [--idle-only | --no-idle] [--plot SVG]
                              [--conditions day night rain clock] [--work FOLDER]
                              [--sleep keyframes packets sure] [--until SECONDS]
                              [--visit SECONDS] [--times N] [--alone]

Idle: a still part of `intel_onebyone.mp4` with a sensor's noise, 1080p25 without B-frames, at a
variable and at a constant rate of 4 Mb/s, and with long groups of pictures. Events: a minute of
each case's own scene with nobody in it (the median of its pictures, in a sensor's noise) is joined
to the clip, by day, night, in rain and under a running clock, at both rates. Each is played
without the gate and once with each of the ways to sleep that are named. The case `weapon-room` is
made of labelled stills (`armed_clip.py`): N armed people come into an empty room. With `--visit`
only so many seconds of a case's first event are shown, and the empty scene again, N times, each
later in its group of pictures than the one before: the shortest visits that are still alerts. With
`--alone` there is no network: the analysis says that nothing is under way but while somebody is
there, so that the camera is asleep again before each visit, and what is counted is how many of the
visits that found it asleep were analysed from their first picture to their last. The
exit status is 1 when an event was lost or an alert was false that was not without the gate. Costs
are CPU seconds of the whole process for each second of video, and ratios to decoding every frame on
one thread in the same run.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import av
import cv2
import numpy as np

from analysis_cost import decode
from armed_clip import CASE_ID as ARMED
from armed_clip import armed_case, armed_people, empty_room, surest
from armed_clip import pictures as armed_pictures
from gardefou.alerting.alert import AlertEvent
from gardefou.capture.file import FileSource
from gardefou.capture.frame import Role
from gardefou.capture.gate import LOOK_S, GateCounts, Sleep
from gardefou.evaluation.case_camera import camera_for
from gardefou.evaluation.cases import Case, read_cases
from gardefou.evaluation.scoring import CaseScore, score, signalled
from gardefou.geometry.arrays import Image
from gardefou.perception.engine import InferenceEngine
from gardefou.runtime.assembly import camera_pipeline, read_settings
from gardefou.runtime.stream import analysed_frames

STILL_S: Final = 61.0
"""Nothing happens for so long before each event, s: it begins in the middle of a group."""

GROUP_S: Final = 2.0
LONG_GROUP_S: Final = 10.0
"""Time from keyframe to keyframe, s."""

IDLE_CLIP: Final = "intel_onebyone.mp4"
IDLE_SIZE: Final = (1920, 1080)
IDLE_FPS: Final = 25
IDLE_BITS: Final = 4_000_000

CASES: Final = (
    "office-table",
    "hazard-tape",
    "aisle-allowed-down",
    "motorway-allowed-up",
    "assist-fall-05-faint",
    "aboda-v04-full",
    ARMED,
)
"""Cases played unless others are named: two intrusions, two wrong ways, a fall, a bag, weapons."""

CONDITIONS: Final = ("day", "night", "rain", "clock")
RATES: Final = ("variable", "constant")

LEAST_PICTURES: Final = 5
"""A median needs so many pictures; where an event leaves fewer, those of the event serve too."""

LONGEST_EVENT_S: Final = 16.0
"""Of longer clips only the beginning is joined unless more is asked for, s; a bag needs more."""

VISIT_AT_S: Final = 60.3
"""When the first short visit begins, s: soon after a keyframe."""

VISIT_EVERY_S: Final = 24.0
"""From one visit to the next, s: long enough to sleep again."""

TURN: Final = 0.618
"""Part of a group of pictures by which each visit begins later in it than the one before: however
many there are, they are spread over the group."""

ARMED_STAY_S: Final = 5.0
"""How long each armed person stays, s: a weapon is an alert after 2 s or so of looks that agree."""

ARMED_FPS: Final = 12
"""Frames a second of the room of armed people."""


class Weather:
    """Makes a picture look as under a condition, with a sensor's noise, each one another."""

    def __init__(self, condition: str, size: tuple[int, int], seed: int = 1) -> None:
        self._condition = condition
        self._random = np.random.default_rng(seed)
        spread = 5.0 if condition == "night" else 1.5
        shape = (size[1] + 64, size[0] + 64, 1)
        noise = self._random.normal(0, spread, (4, *shape)).round().astype(np.int16)
        self._noise = noise.repeat(3, axis=3)

    def __call__(self, image: Image, seconds: float) -> Image:
        """The picture [H, W, 3] at a time, s, as this condition shows it."""
        height, width = image.shape[:2]
        seen = image
        if self._condition == "night":
            seen = np.asarray(cv2.convertScaleAbs(seen, alpha=0.3, beta=6), dtype=np.uint8)
        if self._condition == "rain":
            seen = self._rained_on(seen)
        if self._condition == "clock":
            seen = self._with_clock(seen, seconds)
        x, y = self._random.integers(0, 64, 2)
        noise = self._noise[self._random.integers(4), y : y + height, x : x + width]
        return np.asarray(cv2.add(seen, noise, dtype=cv2.CV_8U), dtype=np.uint8)

    def _rained_on(self, image: Image) -> Image:
        wet = image.copy()
        height, width = wet.shape[:2]
        length = max(height // 25, 6)
        for x, y in self._random.integers(0, (width, height), (width * height // 6000, 2)):
            cv2.line(wet, (int(x), int(y)), (int(x) + 1, int(y) + length), (190, 190, 190), 1)
        return np.asarray(cv2.addWeighted(image, 0.65, wet, 0.35, 0), dtype=np.uint8)

    def _with_clock(self, image: Image, seconds: float) -> Image:
        text = f"22-11-2026 17:{int(seconds) // 60 + 41:02d}:{int(seconds) % 60:02d}"
        shown = image.copy()
        size = shown.shape[0] / 600
        place = (10, int(40 * size))
        cv2.putText(shown, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), 2)
        return np.asarray(shown, dtype=np.uint8)


def empty_scene(video: Path, case: Case) -> Image:
    """The scene with nobody in it: the median of pictures spread over the time between events."""
    taken: list[Image] = []
    others: list[Image] = []
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        step = max(stream.frames // 80, 1)
        for index, frame in enumerate(container.decode(stream)):
            if index % step == 0:
                at = frame.time or 0.0
                is_event = any(each.start_s <= at <= each.end_s for each in case.expect)
                (others if is_event else taken).append(_image(frame))
    chosen = taken if len(taken) >= LEAST_PICTURES else taken + others
    return np.asarray(np.median(np.stack(chosen), axis=0), dtype=np.uint8)


def joined(video: Path, still: Image, fps: int, until_s: float) -> Iterator[Image]:
    """A minute of the empty scene, then the clip, at an even rate."""
    for _ in range(round(STILL_S * fps)):
        yield still
    count = 0
    with av.open(str(video)) as container:
        for frame in container.decode(container.streams.video[0]):
            if (frame.time or 0.0) > until_s:
                return
            image = _image(frame)
            while count / fps <= (frame.time or 0.0):
                yield image
                count += 1


def visits(times: int) -> list[float]:
    """When so many short visits begin, s, each at another place in its group of pictures."""
    late = (index * TURN % 1.0 * GROUP_S for index in range(times))
    return [VISIT_AT_S + index * VISIT_EVERY_S + each for index, each in enumerate(late)]


def visited(
    video: Path, still: Image, fps: int, start_s: float, visit_s: float, times: int
) -> Iterator[Image]:
    """The empty scene, ``visit_s`` of a clip from ``start_s`` on, the empty scene, and so on."""
    visit: list[Image] = []
    with av.open(str(video)) as container:
        for frame in container.decode(container.streams.video[0]):
            while len(visit) < visit_s * fps and start_s + len(visit) / fps <= (frame.time or 0.0):
                visit.append(_image(frame))
    starts = [round(each * fps) for each in visits(times)]
    for index in range(starts[-1] + round(VISIT_EVERY_S * fps)):
        at = [index - each for each in starts if 0 <= index - each < len(visit)]
        yield visit[at[0]] if at else still


def _image(frame: av.VideoFrame) -> Image:
    return np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)


def encode(
    pictures: Iterable[Image], to: Path, fps: int, bits: int | None, group_s: float = GROUP_S
) -> Path:
    """H.264 without B-frames, at a constant rate where ``bits`` a second are given."""
    options = {"preset": "veryfast", "bf": "0", "g": str(round(group_s * fps)), "sc_threshold": "0"}
    if bits is None:
        options["crf"] = "24"
    else:
        options |= {"nal-hrd": "cbr", "maxrate": str(bits), "bufsize": str(bits)}
    with av.open(str(to), "w") as target:
        stream = target.add_stream("libx264", rate=fps, options=options)
        stream.pix_fmt = "yuv420p"
        if bits is not None:
            stream.bit_rate = bits
        for index, image in enumerate(pictures):
            if index == 0:
                stream.height, stream.width = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
            picture = av.VideoFrame.from_ndarray(image, format="bgr24")
            picture.pts, picture.time_base = index, Fraction(1, fps)
            target.mux(stream.encode(picture))
        target.mux(stream.encode())
    return to


def decoding(video: Path) -> float:
    """CPU seconds to decode every frame on one thread and nothing else."""
    before = time.process_time()
    decode(video)
    return time.process_time() - before


@dataclass(frozen=True, slots=True)
class Played:
    """One video played once: what was signalled, the cost in CPU seconds, what the gate did."""

    events: list[AlertEvent]
    cpu_s: float
    length_s: float
    gate: GateCounts
    tells: bool


def play(video: Path, case: Case, engine: InferenceEngine, sleep: Sleep) -> Played:
    """Play a video as a case's camera, with all eight situations on."""
    camera = camera_for(case)
    pipeline = camera_pipeline(camera, engine)
    events: list[AlertEvent] = []
    began = time.process_time()
    with FileSource(video, replace(read_settings(camera), sleep=sleep)) as source:
        answer = source.gate.answer if source.gate else None
        for analysed in analysed_frames(source.frames(), pipeline, source, answer):
            events.extend(analysed.events)
        gate = source.gate.counts if source.gate else GateCounts()
        tells = source.gate.sizes_tell if source.gate else False
        length_s = source.report.duration_s
    events.extend(pipeline.close())
    return Played(events, time.process_time() - began, length_s, gate, tells)


@dataclass(frozen=True, slots=True)
class Visits:
    """How many events came, how many to a sleeping camera, and how many of those it saw whole."""

    came: int
    asleep: int
    seen: int
    share: float


def watch_alone(video: Path, case: Case, sleep: Sleep) -> Visits:
    """Play a video through the gate alone, its answers taken from the labels."""
    settings = replace(read_settings(camera_for(case)), sleep=sleep, bursts=False)
    analysed: list[float] = []
    deep: list[tuple[float, bool]] = []
    with FileSource(video, settings) as source:
        gate = source.gate
        assert gate is not None
        for frame in source.frames():
            if frame.role is Role.LOOK:
                deep.append((frame.time, True))
                continue
            deep.append((frame.time, False))
            analysed.append(frame.time)
            here = any(each.start_s <= frame.time <= each.end_s for each in case.expect)
            gate.answer(frame.time, not here)
        share = (gate.counts.asleep_s + gate.counts.dozing_s) / gate.counts.watched_s
    asleep = seen = 0
    for each in case.expect:
        before = [is_look for at, is_look in deep if each.start_s - 2 * LOOK_S <= at < each.start_s]
        if not any(before):
            continue
        asleep += 1
        inside = [at for at in analysed if each.start_s <= at <= each.end_s]
        seen += len(inside) >= int((each.end_s - each.start_s) * settings.analysis_fps)
    return Visits(len(case.expect), asleep, seen, share)


def alone(joining: Joined, videos: Sequence[tuple[str, str, Path]], sleeps: Sequence[Sleep]) -> int:
    """Print what the gate alone sees of a clip's events, by condition and rate; returns losses."""
    lost = 0
    for condition, mode, video in videos:
        for sleep in sleeps:
            got = watch_alone(video, joining.case, sleep)
            lost += got.asleep - got.seen
            cells = [joining.case.id, condition, mode, sleep.value, str(got.came)]
            cells += [str(got.asleep), str(got.seen), f"{got.share:.0%}"]
            print(f"| {' | '.join(cells)} |", flush=True)
    return lost


def shifted(case: Case, until_s: float) -> Case:
    """A case whose clip comes after the still minute."""
    expect = [
        each.model_copy(
            update={"start_s": each.start_s + STILL_S, "end_s": min(each.end_s, until_s) + STILL_S}
        )
        for each in case.expect
        if each.start_s <= until_s - 2.0
    ]
    return case.model_copy(update={"expect": expect, "hold_first_s": 0.0, "hold_last_s": 0.0})


def cut_short(case: Case, visit_s: float, times: int) -> Case:
    """A case of whose first event only so much is shown, from `VISIT_AT_S` on."""
    expect = [
        case.expect[0].model_copy(update={"start_s": each, "end_s": each + visit_s})
        for each in visits(times)
    ]
    return case.model_copy(update={"expect": expect, "hold_first_s": 0.0, "hold_last_s": 0.0})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One joined clip without the gate and with it: events, found, false; cost; delay added.

    ``first_s`` is the delay that the gate adds to the first event, the one it wakes for.
    """

    case: str
    condition: str
    rate: str
    sleep: Sleep
    events: int
    found: tuple[int, int]
    false: tuple[int, int]
    first_s: float | None
    longest_s: float | None
    asleep: float
    cost: tuple[float, float]

    @property
    def lost(self) -> int:
        """Events that only the camera that never sleeps found, and alerts false only with it."""
        return max(self.found[0] - self.found[1], 0) + max(self.false[1] - self.false[0], 0)


def compare(
    moved: Case,
    video: Path,
    condition: str,
    rate: str,
    engine: InferenceEngine,
    sleep: Sleep,
    off: Played,
) -> Outcome:
    """Play one joined clip with the gate, and hold it against ``off``, without."""
    on = play(video, moved, engine, sleep)
    scores = [score(moved, signalled(each.events), each.length_s) for each in (off, on)]
    delays = _added(*scores)
    still_s = STILL_S if len(moved.expect) < 2 else on.length_s  # Between visits it sleeps again.
    return Outcome(
        moved.id,
        condition,
        rate,
        sleep,
        len(moved.expect),
        _pair([sum(each.found for each in one.events) for one in scores]),
        _pair([len(one.false) for one in scores]),
        delays[0] if delays else None,
        max(delays, default=None),
        (on.gate.asleep_s + on.gate.dozing_s) / still_s,
        (off.cpu_s / off.length_s, on.cpu_s / on.length_s),
    )


def _pair(values: Sequence[int]) -> tuple[int, int]:
    return values[0], values[1]


def _added(off: CaseScore, on: CaseScore) -> list[float]:
    """What the gate added to the delay of each event found both ways, s."""
    return [
        b.delay_s - a.delay_s
        for a, b in zip(off.events, on.events, strict=True)
        if a.delay_s is not None and b.delay_s is not None
    ]


def idle(
    footage: Path, work: Path, engine: InferenceEngine, seconds: float, sleep: Sleep
) -> list[str]:
    """Table rows: what an idle 1080p camera costs, by its stream."""
    case = Case(id="idle", clip=IDLE_CLIP)
    still = cv2.resize(empty_scene(footage / IDLE_CLIP, case), IDLE_SIZE)
    titles = ("decoding", "without gate", "asleep", "ratio to decoding", "time asleep")
    rows = [table("idle 1080p25 stream", *titles)]
    for name, bits, group_s in (
        ("variable rate", None, GROUP_S),
        ("constant 4 Mb/s", IDLE_BITS, GROUP_S),
        ("variable rate, keyframe every 10 s", None, LONG_GROUP_S),
    ):
        video = work / f"idle-{bits}-{group_s:g}-{seconds:g}.mp4"
        if not video.is_file():
            weather = Weather("day", IDLE_SIZE)
            pictures = (
                weather(np.asarray(still, dtype=np.uint8), each / IDLE_FPS)
                for each in range(round(seconds * IDLE_FPS))
            )
            encode(pictures, video, IDLE_FPS, bits, group_s)
        floor = decoding(video)
        off, on = (play(video, case, engine, each) for each in (Sleep.NEVER, sleep))
        asleep = (on.gate.asleep_s + on.gate.dozing_s) / on.gate.watched_s
        # What a day costs is what a second asleep costs: the rest is falling asleep once.
        rest = _asleep_cost(video, case, engine, on)
        cells = [name, *(f"{each / on.length_s:.4f}" for each in (floor, off.cpu_s))]
        ratio = rest / (floor / on.length_s)
        rows.append(f"| {' | '.join([*cells, f'{rest:.4f}', f'{ratio:.2f}', f'{asleep:.0%}'])} |")
    return rows


def _asleep_cost(video: Path, case: Case, engine: InferenceEngine, whole: Played) -> float:
    """CPU seconds a second once it sleeps: the whole less as much as is awake at the beginning."""
    awake_s = whole.gate.watched_s - whole.gate.asleep_s - whole.gate.dozing_s
    camera = camera_for(case)
    pipeline = camera_pipeline(camera, engine)
    began = time.process_time()
    with FileSource(video, read_settings(camera)) as source:
        for analysed in analysed_frames(source.frames(), pipeline, source):
            if analysed.percept.time >= awake_s:
                break
    awake = time.process_time() - began
    return (whole.cpu_s - awake) / max(whole.length_s - awake_s, 1e-9)


def table(*titles: str) -> str:
    return f"| {' | '.join(titles)} |\n|{' --- |' * len(titles)}"


def row_of(each: Outcome) -> str:
    """Table row of one joined clip."""
    delay = [
        "–" if value is None else f"{value:+.1f} s" for value in (each.first_s, each.longest_s)
    ]
    found = " / ".join(str(count) for count in each.found)
    cost = f"{each.cost[0]:.3f} | {each.cost[1]:.3f} | {each.cost[1] / each.cost[0]:.2f}"
    cells = [each.case, each.condition, each.rate, each.sleep.value, str(each.events), found]
    cells += [" / ".join(str(count) for count in each.false), *delay, f"{each.asleep:.0%}", cost]
    return f"| {' | '.join(cells)} |"


def summary(outcomes: Sequence[Outcome]) -> list[str]:
    """Table rows: recall, delay and saving by condition, rate and sleep."""
    titles = ("found without / with", "false without / with", "longest delay added", "CPU left")
    rows = [table("condition", "rate", "sleep", *titles)]
    for kind in dict.fromkeys((each.condition, each.rate, each.sleep) for each in outcomes):
        some = [each for each in outcomes if (each.condition, each.rate, each.sleep) == kind]
        found = [str(sum(each.found[index] for each in some)) for index in (0, 1)]
        false = [str(sum(each.false[index] for each in some)) for index in (0, 1)]
        delays = [each.longest_s for each in some if each.longest_s is not None]
        left = sum(each.cost[1] for each in some) / sum(each.cost[0] for each in some)
        cells = [*kind, " / ".join(found), " / ".join(false)]
        cells += [f"{max(delays):+.1f} s" if delays else "–", f"{left:.0%}"]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def plot(outcomes: Sequence[Outcome]) -> str:
    """An SVG of the cost of each joined clip without the gate and with it."""
    highest = max(max(each.cost) for each in outcomes)
    high, wide = 14, 420
    parts = []
    for index, each in enumerate(outcomes):
        y = 30 + index * (2 * high + 8)
        label = escape(f"{each.case}, {each.condition}, {each.rate}, {each.sleep}")
        parts.append(f'<text x="290" y="{y + 18}" text-anchor="end">{label}</text>')
        for line, (cost, colour) in enumerate(zip(each.cost, ("#9aa5b1", "#0b6e4f"), strict=True)):
            width = cost / highest * wide
            top = y + line * high
            parts.append(
                f'<rect x="300" y="{top}" width="{width:.1f}" height="{high - 2}" fill="{colour}"/>'
                f'<text x="{305 + width:.1f}" y="{top + 10}">{cost:.3f}</text>'
            )
    height = 40 + len(outcomes) * (2 * high + 8)
    title = "CPU seconds a second of video: grey without the gate, green with it"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 {height}" '
        f'font-family="sans-serif" font-size="11"><text x="10" y="16">{title}</text>'
        f"{''.join(parts)}</svg>\n"
    )


@dataclass(frozen=True, slots=True)
class Joined:
    """A clip to be made: its case, what its file is called after, and its pictures."""

    case: Case
    part: str
    fps: int
    size: tuple[int, int]
    shown: Callable[[], Iterator[Image]]

    def encode(self, condition: str, mode: str, to: Path) -> None:
        """Make the file under a condition, at a variable or constant rate."""
        width, height = self.size
        weather = Weather(condition, self.size)
        bits = max(round(IDLE_BITS * width * height / (1920 * 1080) * 2), 500_000)
        images = (weather(each, index / self.fps) for index, each in enumerate(self.shown()))
        encode(images, to, self.fps, None if mode == "variable" else bits)


def _clip(footage: Path, case: Case, visit: tuple[float | None, int], until_s: float) -> Joined:
    """A labelled clip, or short visits cut from it, behind a minute of its empty scene."""
    video = footage / case.clip
    with av.open(str(video)) as container:
        rate = container.streams.video[0].average_rate or Fraction(25)
    fps = min(max(round(float(rate)), 5), 25)
    still = empty_scene(video, case)
    size = (still.shape[1], still.shape[0])
    visit_s, times = visit
    if visit_s is None:
        shown = partial(joined, video, still, fps, until_s)
        return Joined(shifted(case, until_s), f"{until_s:g}", fps, size, shown)
    shown = partial(visited, video, still, fps, case.expect[0].start_s, visit_s, times)
    return Joined(cut_short(case, visit_s, times), f"visit-{visit_s:g}-{times}", fps, size, shown)


def _armed(footage: Path, times: int, engine: InferenceEngine) -> Joined:
    """So many armed people, one after the other in an empty room."""
    everybody = armed_people(footage)
    people = surest(everybody, times, engine)
    starts = visits(times)
    length_s = starts[-1] + VISIT_EVERY_S
    room = empty_room(everybody)
    size = (room.shape[1], room.shape[0])
    shown = partial(armed_pictures, room, people, ARMED_FPS, starts, ARMED_STAY_S, length_s)
    return Joined(armed_case(starts, ARMED_STAY_S), f"people-{times}", ARMED_FPS, size, shown)


def events(
    footage: Path,
    work: Path,
    engine: InferenceEngine,
    cases: Sequence[Case],
    conditions: Sequence[str],
    svg: Path | None,
    sleeps: Sequence[Sleep],
    visit: tuple[float | None, int],
    until_s: float,
    is_alone: bool,
) -> int:
    """Play every joined clip; prints tables, returns what the gate lost or added."""
    titles = ("events", "found without / with", "false without / with", "first", "longest added")
    costs = ("asleep", "CPU without", "with", "ratio")
    columns = ("events", "while asleep", "seen whole", "asleep") if is_alone else (*titles, *costs)
    print(table("case", "condition", "rate", "sleep", *columns))
    outcomes: list[Outcome] = []
    lost = 0
    for case in cases:
        joining = (
            _armed(footage, visit[1], engine)
            if case.id == ARMED
            else _clip(footage, case, visit, until_s)
        )
        for condition in conditions:
            for mode in RATES:
                to = work / f"{case.id}-{condition}-{mode}-{joining.part}.mp4"
                if not to.is_file():
                    joining.encode(condition, mode, to)
                if is_alone:
                    lost += alone(joining, [(condition, mode, to)], sleeps)
                    continue
                off = play(to, joining.case, engine, Sleep.NEVER)
                for sleep in sleeps:
                    each = compare(joining.case, to, condition, mode, engine, sleep, off)
                    outcomes.append(each)
                    print(row_of(each), flush=True)
    if is_alone:
        return lost
    print("", *summary(outcomes), sep="\n")
    if svg is not None:
        svg.write_text(plot(outcomes), encoding="utf-8")
    return sum(each.lost for each in outcomes)


def main() -> int:
    """Print the tables; exit status 1 when the gate lost an event."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("footage", nargs="?", default=os.environ.get("GARDEFOU_FOOTAGE"))
    parser.add_argument("only", nargs="*", default=CASES)
    parser.add_argument("--idle-only", action="store_true")
    parser.add_argument("--no-idle", action="store_true")
    parser.add_argument("--conditions", nargs="+", choices=CONDITIONS, default=CONDITIONS)
    parser.add_argument("--idle-s", type=float, default=120.0)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--work", type=Path)
    ways = [each.value for each in Sleep if each is not Sleep.NEVER]
    parser.add_argument("--sleep", nargs="+", choices=ways, default=[Sleep.SURE.value])
    parser.add_argument(
        "--until", type=float, default=LONGEST_EVENT_S, help="seconds of each clip that are joined"
    )
    parser.add_argument("--visit", type=float, help="seconds of the first event that are shown")
    parser.add_argument(
        "--times", type=int, default=1, help="how many such visits, or armed people"
    )
    parser.add_argument("--alone", action="store_true", help="the gate without a network")
    arguments = parser.parse_args()
    if not arguments.footage:
        parser.error("name the folder of the labelled footage, or set GARDEFOU_FOOTAGE")
    footage = Path(arguments.footage)
    cases = {case.id: case for case in read_cases(footage / "cases.yaml")}
    cases[ARMED] = armed_case([], 0.0)
    with TemporaryDirectory() as folder, InferenceEngine(threads=1) as engine:
        work = arguments.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        if not arguments.no_idle:
            sleep = Sleep(arguments.sleep[0])
            rows = idle(footage, work, engine, arguments.idle_s, sleep)
            print("\n".join(rows), "\n", flush=True)
        if arguments.idle_only:
            return 0
        chosen = [cases[name] for name in arguments.only]
        lost = events(
            footage,
            work,
            engine,
            chosen,
            arguments.conditions,
            arguments.plot,
            [Sleep(each) for each in arguments.sleep],
            (arguments.visit, arguments.times),
            arguments.until,
            arguments.alone,
        )
    return int(lost > 0)


if __name__ == "__main__":
    sys.exit(main())
