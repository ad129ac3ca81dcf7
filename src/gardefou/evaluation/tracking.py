"""How well the tracker follows: TrackEval's HOTA, CLEAR and Identity figures, and its speed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol

from gardefou.errors import EvaluationError
from gardefou.evaluation.mot import (
    Sequence,
    detection_names,
    find_detections,
    read_sequence,
    sequence_folders,
)
from gardefou.evaluation.mot_metrics import MotMetrics
from gardefou.geometry.arrays import Size
from gardefou.geometry.detections import Detections
from gardefou.tracking.tracker import Tracker
from gardefou.tracking.tracks import Tracks

_SEED = 0


class Follower(Protocol):
    """Whatever turns detections into tracks, frame after frame."""

    def update(self, detections: Detections, time: float, size: Size | None = None) -> Tracks:
        """The tracks after one frame's detections."""
        ...


@dataclass(frozen=True, slots=True)
class TrackingFigures:
    """Figures of one sequence or of several: HOTA, IDF1 and MOTA in percent.

    ``identity_switches`` as CLEAR counts them (IDSW); ``frames`` processed and ``seconds`` spent
    inside the tracker.
    """

    hota: float
    idf1: float
    mota: float
    identity_switches: int
    frames: int
    seconds: float

    @property
    def fps(self) -> float:
        """Frames per second of the tracker alone."""
        return self.frames / max(self.seconds, 1e-9)

    def as_json(self) -> dict[str, object]:
        """The figures under the names the field uses."""
        return {
            "HOTA": round(self.hota, 3),
            "IDF1": round(self.idf1, 3),
            "MOTA": round(self.mota, 3),
            "IDSW": self.identity_switches,
            "frames": self.frames,
            "fps": round(self.fps, 1),
        }


@dataclass(frozen=True, slots=True)
class TrackingReport:
    """Figures of all sequences together, combined as TrackEval does, and of each.

    ``detections`` the name of the detection files; ``thin`` the frame rate asked for, if any;
    ``skipped`` the sequences without such a file.
    """

    detections: str
    thin: float | None
    combined: TrackingFigures
    sequences: dict[str, TrackingFigures]
    skipped: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """What ``gardefou evaluate-tracking --json`` prints."""
        return {
            **self.combined.as_json(),
            "detections": self.detections,
            "thin": self.thin,
            "skipped": list(self.skipped),
            "sequences": {name: figures.as_json() for name, figures in self.sequences.items()},
        }


def evaluate_tracking(
    directory: Path, detections: str | None = None, thin: float | None = None
) -> TrackingReport:
    """Figures of the tracker on the sequences of a folder in the MOTChallenge layout.

    ``detections`` names the files to track (``det_sort_frcnn`` for ``det_sort_frcnn.txt``, ``gt``
    for the truth's own boxes); by default the first ``det*.txt`` that every sequence has.
    ``thin`` lowers the frame rate, frames/s. Raises `EvaluationError`.
    """
    if thin is not None and not thin > 0:
        raise EvaluationError("evaluation.tracking.bad_rate", rate=thin)
    folders = sequence_folders(directory)
    name = detections or _common_name(directory, folders)
    files = {folder: find_detections(folder, name) for folder in folders}
    sequences = [read_sequence(folder, path, thin) for folder, path in files.items() if path]
    if not sequences:
        raise EvaluationError(
            "evaluation.tracking.no_detections",
            path=directory,
            name=name,
            names=", ".join(sorted({n for folder in folders for n in detection_names(folder)}))
            or "gt",
        )
    skipped = tuple(folder.name for folder, path in files.items() if path is None)
    combined, each = measure(sequences, lambda _: Tracker(seed=_SEED))
    return TrackingReport(name, thin, combined, each, skipped)


def measure(
    sequences: list[Sequence], start: Callable[[Sequence], Follower]
) -> tuple[TrackingFigures, dict[str, TrackingFigures]]:
    """Figures of a tracker, begun afresh on each sequence: combined, and of each by name."""
    metrics = MotMetrics()
    each: dict[str, TrackingFigures] = {}
    for sequence in sequences:
        tracks, seconds = _follow(sequence, start(sequence))
        scores = metrics.add(sequence.name, sequence.truth, tracks)
        each[sequence.name] = TrackingFigures(*scores, frames=len(tracks), seconds=seconds)
    combined = TrackingFigures(
        *metrics.combined(),
        frames=sum(figures.frames for figures in each.values()),
        seconds=sum(figures.seconds for figures in each.values()),
    )
    return combined, each


def _follow(sequence: Sequence, tracker: Follower) -> tuple[list[Tracks], float]:
    """The tracks of each frame, and the seconds spent inside the tracker."""
    tracks = []
    seconds = 0.0
    for detections, time in zip(sequence.detections, sequence.times.tolist(), strict=True):
        begun = perf_counter()
        found = tracker.update(detections, time, sequence.size)
        seconds += perf_counter() - begun
        tracks.append(found)
    return tracks, seconds


def _common_name(directory: Path, folders: list[Path]) -> str:
    """The first name of detections that every sequence has."""
    common = set.intersection(*(set(detection_names(folder)) for folder in folders))
    if not common:
        raise EvaluationError("evaluation.tracking.no_common_detections", path=directory)
    return min(common)
