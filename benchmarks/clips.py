"""The clips that costs are measured on, made from clips anyone can have: one recipe for all.

    python benchmarks/clips.py OUT [--footage DIR]

writes, all 1920x1080 at 25 frames a second, H.264 without B-frames, a keyframe every 2 s, 60 s:

``busy.mp4``       people who walk all the time (`vtest.avi`), 4 Mb/s
``idle-vbr.mp4``   a street where nothing moves but the sensor's noise, variable rate
``idle-cbr.mp4``   the same at a constant 4 Mb/s, filled up as many cameras do

``busy.mp4`` is made from the demonstration clip (``gardefou models install vtest``). The idle ones
come from the first seconds of ``intel_onebyone.mp4`` of the footage, before anybody comes, played
to and fro, with Gaussian noise of 1.5 grey levels; without the footage they are left out. A clip
that is there already is kept.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt

from gardefou.perception.store import data_dir

SIZE: Final = (1920, 1080)
FPS: Final = 25
SECONDS: Final = 60
KEYFRAME_EVERY: Final = 50
"""Frames from one keyframe to the next: 2 s."""

BITS_A_SECOND: Final = 4_000_000
"""What many IP cameras send."""

STILL_S: Final = (0.6, 4.6)
"""Where nothing moves in ``intel_onebyone.mp4``: found by the largest difference of small pictures
0.6 s apart, s."""

NOISE: Final = 1.5
"""Standard deviation of the noise of a sensor by daylight, grey levels."""

_BASE: Final = {"preset": "veryfast", "bf": "0", "g": str(KEYFRAME_EVERY), "sc_threshold": "0"}
VARIABLE: Final = {**_BASE, "crf": "23", "maxrate": "4M", "bufsize": "8M"}
AVERAGE: Final = dict(_BASE)
CONSTANT: Final = {
    **_BASE,
    "maxrate": "4M",
    "bufsize": "2M",
    "minrate": "4M",
    "x264-params": "nal-hrd=cbr:force-cfr=1",
}

Planes = npt.NDArray[np.uint8]
"""A picture in 4:2:0, [H * 3 / 2, W]."""

IDLE: Final = {"idle-vbr.mp4": VARIABLE, "idle-cbr.mp4": CONSTANT}


def pictures(video: Path, start_s: float = 0.0, end_s: float = float("inf")) -> Iterator[Planes]:
    """The pictures of a stretch of a video at the clips' size, as they come."""
    with av.open(str(video)) as source:
        for frame in source.decode(video=0):
            at = frame.time or 0.0
            if at >= end_s:
                return
            if at >= start_s:
                yield (
                    frame.reformat(*SIZE, format="yuv420p")
                    .to_ndarray()
                    .astype(np.uint8, copy=False)
                )


def rate(video: Path) -> float:
    """Pictures a second of a video."""
    with av.open(str(video)) as source:
        return float(source.streams.video[0].average_rate or FPS)


def shown(source: Iterable[Planes], fps: float) -> Iterator[Planes]:
    """Pictures made at ``fps`` shown at `FPS`: each as often as its time lasts."""
    count = 0
    for index, picture in enumerate(source, start=1):
        while count < index * FPS / fps:
            yield picture
            count += 1


def to_and_fro(source: Iterable[Planes]) -> Iterator[Planes]:
    """Pictures forwards and backwards for ever, so that the scene never jumps."""
    kept = list(source)
    return itertools.cycle(kept + kept[-2:0:-1])


def noisy(source: Iterable[Planes], seed: int = 7) -> Iterator[Planes]:
    """Light noise on the brightness, new for each picture; drawn from one large sheet of it."""
    draw = np.random.default_rng(seed)
    width, height = SIZE
    sheet = draw.normal(0.0, NOISE, (2 * height, 2 * width)).round().astype(np.int16)
    for picture in source:
        top, left = draw.integers(height), draw.integers(width)
        changed = picture.copy()
        bright = changed[:height].astype(np.int16) + sheet[top : top + height, left : left + width]
        changed[:height] = bright.clip(0, 255)
        yield changed


def encode(
    source: Iterable[Planes], to: Path, options: dict[str, str], bits: int | None = BITS_A_SECOND
) -> None:
    """Encode pictures as an IP camera does; the file is there whole or not at all.

    ``bits`` a second, None where the options say how good pictures are instead.
    """
    partial = to.with_suffix(".partial.mp4")
    with av.open(str(partial), "w") as target:
        stream: Any = target.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        if bits is not None:
            stream.bit_rate = bits
        for index, picture in enumerate(source):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    partial.replace(to)


def busy(out: Path, seconds: int = SECONDS) -> Path:
    """The busy clip, made if it is not there. Raises `FileNotFoundError` without its source."""
    to = out / "busy.mp4"
    if not to.is_file():
        source = data_dir() / "clips" / "vtest.avi"
        if not source.is_file():
            raise FileNotFoundError(f"{source}: not there; run: gardefou models install vtest")
        frames = shown(pictures(source), rate(source))
        encode(itertools.islice(frames, seconds * FPS), to, AVERAGE)
    return to


def idle(out: Path, footage: Path, name: str = "idle-vbr.mp4", seconds: int = SECONDS) -> Path:
    """An idle clip, made if it is not there. Raises `FileNotFoundError` without its source."""
    to = out / name
    if not to.is_file():
        source = footage / "intel_onebyone.mp4"
        if not source.is_file():
            raise FileNotFoundError(f"{source}: not there; see the footage's README")
        frames = shown(to_and_fro(pictures(source, *STILL_S)), rate(source))
        bits = None if name == "idle-vbr.mp4" else BITS_A_SECOND
        encode(noisy(itertools.islice(frames, seconds * FPS)), to, IDLE[name], bits)
    return to


def make(out: Path, footage: Path | None) -> dict[str, Path]:
    """All clips that can be made here, by name without suffix; says on stderr what cannot."""
    out.mkdir(parents=True, exist_ok=True)
    made = {"busy": busy(out)}
    for name in IDLE:
        if footage is None:
            print(f"{name}: left out, it needs the footage ($GARDEFOU_FOOTAGE)", file=sys.stderr)
        else:
            made[name.removesuffix(".mp4")] = idle(out, footage, name)
    return made


def footage_dir(given: Path | None = None) -> Path | None:
    """The folder of footage: as given, else ``$GARDEFOU_FOOTAGE``, else none."""
    named = os.environ.get("GARDEFOU_FOOTAGE")
    return given or (Path(named) if named else None)


def main() -> int:
    """Make the clips and say how large they are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--footage", type=Path)
    arguments = parser.parse_args()
    try:
        made = make(arguments.out, footage_dir(arguments.footage))
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    for path in made.values():
        print(f"{path}  {path.stat().st_size * 8 / SECONDS / 1e6:.2f} Mb/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
