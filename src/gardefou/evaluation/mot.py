"""Sequences in the MOTChallenge layout: truth and detections, read with every line checked."""

from __future__ import annotations

import configparser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gardefou.errors import EvaluationError
from gardefou.geometry.arrays import Floats, Ints, Size
from gardefou.geometry.detections import Detections, ObjectClass

TRUTH = "gt"
"""Name under which the truth's boxes stand in for detections."""

_FRAME, _ID, _BOX, _SCORE = 0, 1, slice(2, 6), 6
_COLUMNS = 7
_WHOLE_SCORE = 0.9
"""Quantile of a file's scores taken as 1 when they are no probabilities (ACF goes beyond 100)."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The bodies of one frame: ``ids`` [N], ``boxes`` [N, 4] x1, y1, x2, y2 px."""

    ids: Ints
    boxes: Floats


@dataclass(frozen=True, slots=True)
class Sequence:
    """A labelled sequence, frame by frame.

    ``times`` [F] s; ``truth`` and ``detections`` of each frame; ``size`` of the picture, px;
    ``frame_rate`` of the file, before thinning, frames/s.
    """

    name: str
    frame_rate: float
    size: Size
    times: Floats
    truth: list[Truth]
    detections: list[Detections]


def sequence_folders(directory: Path) -> list[Path]:
    """The folders with a ``seqinfo.ini``: those inside a folder, or the folder itself.

    Raises `EvaluationError` when there is none.
    """
    if not directory.is_dir():
        raise EvaluationError("evaluation.tracking.no_folder", path=directory)
    if (directory / "seqinfo.ini").is_file():
        return [directory]
    folders = sorted(path.parent for path in directory.glob("*/seqinfo.ini"))
    if not folders:
        raise EvaluationError("evaluation.tracking.no_sequence", path=directory)
    return folders


def detection_names(folder: Path) -> list[str]:
    """Names of a sequence's detection files, ``det`` first."""
    names = {path.stem for path in [*folder.glob("det*.txt"), *folder.glob("det/*.txt")]}
    return sorted(names)


def find_detections(folder: Path, name: str) -> Path | None:
    """The file of a sequence's detections by name, or nothing."""
    if name == TRUTH:
        return _truth_path(folder)
    choices = (f"{name}.txt", f"det_{name}.txt", f"det/{name}.txt")
    return next((folder / choice for choice in choices if (folder / choice).is_file()), None)


def read_sequence(folder: Path, detections: Path, thin: float | None = None) -> Sequence:
    """A sequence with the detections of a file, at ``thin`` frames/s when its own rate is higher.

    Follows the rules of MOT15: a truth line whose seventh value is 0 does not count, classes play
    no part. Truth read as detections has score 1. Raises `EvaluationError`, which names the file
    and the line.
    """
    rate, length, size = _read_info(folder / "seqinfo.ini")
    truth_path = _truth_path(folder)
    truth = _read_rows(truth_path, length, unique_ids=True)
    truth = truth[truth[:, _SCORE] != 0]
    if detections == truth_path:
        found = truth.copy()
        found[:, _SCORE] = 1
    else:
        found = _read_rows(detections, length, unique_ids=False)
        found[:, _SCORE] = _as_probabilities(found[:, _SCORE])
    frames = _kept_frames(length, rate, thin)
    return Sequence(
        name=folder.name,
        frame_rate=rate,
        size=size,
        times=frames / rate,
        truth=[Truth(rows[:, _ID].astype(np.int64), rows[:, _BOX]) for rows in _at(truth, frames)],
        detections=[
            Detections(
                np.ascontiguousarray(rows[:, _BOX]),
                rows[:, _SCORE].copy(),
                np.full(len(rows), ObjectClass.PERSON, dtype=np.int64),
            )
            for rows in _at(found, frames)
        ],
    )


def people_counts(truth: Path) -> list[int]:
    """How many boxes each frame of a truth file has, those left out of tracking figures too.

    A line whose seventh value is 0 is somebody half hidden: no matter for tracking, but there.
    Raises `EvaluationError` as `read_sequence` does.
    """
    _, length, _ = _read_info(truth.parent / "seqinfo.ini")
    frames = _read_rows(truth, length, unique_ids=True)[:, _FRAME].astype(np.int64)
    counts: list[int] = np.bincount(frames - 1, minlength=length).tolist()
    return counts


def _truth_path(folder: Path) -> Path:
    for path in (folder / "gt.txt", folder / "gt" / "gt.txt"):
        if path.is_file():
            return path
    raise EvaluationError("evaluation.tracking.no_truth", path=folder)


def _read_info(path: Path) -> tuple[float, int, Size]:
    """Frame rate, number of frames and picture size of a ``seqinfo.ini``."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8-sig"), source=str(path))
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        raise EvaluationError("evaluation.tracking.bad_info", path=path) from error
    values = []
    for key in ("frameRate", "seqLength", "imWidth", "imHeight"):
        try:
            value = float(parser.get("Sequence", key))
        except (configparser.Error, ValueError):
            value = 0.0
        if not 0 < value < np.inf:
            raise EvaluationError("evaluation.tracking.bad_info_key", path=path, name=key)
        values.append(value)
    rate, length, width, height = values
    return rate, int(length), (int(width), int(height))


def _read_rows(path: Path, length: int, *, unique_ids: bool) -> Floats:
    """Rows of frame, id, x1, y1, x2, y2, score."""
    rows = np.array(list(_parse_lines(path, length, unique_ids)), dtype=np.float64)
    rows = rows.reshape(-1, _COLUMNS)
    rows[:, 4:6] += rows[:, 2:4]
    return rows


def _parse_lines(path: Path, length: int, unique_ids: bool) -> Iterator[list[float]]:
    seen: set[tuple[float, float]] = set()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError("evaluation.tracking.unreadable", path=path) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = [float(field) for field in line.split(",")[:_COLUMNS]]
        except ValueError:
            row = []
        if len(row) < _COLUMNS or not np.isfinite(row).all():
            raise EvaluationError("evaluation.tracking.bad_line", path=path, line=number)
        if not 1 <= row[_FRAME] <= length or row[_FRAME] % 1:
            raise EvaluationError(
                "evaluation.tracking.bad_frame", path=path, line=number, last=length
            )
        if unique_ids and (row[_FRAME], row[_ID]) in seen:
            raise EvaluationError("evaluation.tracking.twice", path=path, line=number)
        seen.add((row[_FRAME], row[_ID]))
        yield row


def _as_probabilities(scores: Floats) -> Floats:
    """Scores in 0..1; when some exceed 1 they are first divided by a high quantile of the file."""
    if len(scores) and scores.max() > 1:
        scores = scores / max(float(np.quantile(scores, _WHOLE_SCORE)), 1.0)
    return np.clip(scores, 0, 1)


def _kept_frames(length: int, rate: float, thin: float | None) -> Ints:
    """Numbers, from 1, of the frames kept so that their rate is ``thin`` frames/s on average."""
    frames = np.arange(1, length + 1)
    if thin is None or thin >= rate:
        return frames
    tick = np.floor((frames - 1) * (thin / rate) + 1e-9)
    kept: Ints = frames[np.diff(tick, prepend=-1.0) > 0]
    return kept


def _at(rows: Floats, frames: Ints) -> Iterator[Floats]:
    """The rows of each frame, in the order of the file."""
    rows = rows[np.argsort(rows[:, _FRAME], kind="stable")]
    starts = np.searchsorted(rows[:, _FRAME], frames, side="left")
    ends = np.searchsorted(rows[:, _FRAME], frames, side="right")
    return (rows[start:end] for start, end in zip(starts, ends, strict=True))
