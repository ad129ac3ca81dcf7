"""HOTA, CLEAR and Identity figures, computed by TrackEval on arrays in memory."""

from __future__ import annotations

import contextlib
import io
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from gardefou.errors import EvaluationError
from gardefou.evaluation.mot import Truth
from gardefou.geometry.arrays import Ints
from gardefou.geometry.boxes import iou
from gardefou.tracking.tracks import Tracks

_MATCH = 0.5  # least overlap of a match for CLEAR and Identity, as MOTChallenge has it


class MotScores(NamedTuple):
    """HOTA, IDF1, MOTA in percent; number of identity switches."""

    hota: float
    idf1: float
    mota: float
    identity_switches: int


class MotMetrics:
    """Collects the figures of sequences and combines them as TrackEval's ``COMBINED_SEQ``.

    HOTA: Luiten et al. 2020; CLEAR (MOTA, IDSW): Bernardin and Stiefelhagen 2008; IDF1: Ristani
    et al. 2016. Raises `EvaluationError` when TrackEval is not installed.
    """

    def __init__(self) -> None:
        metrics = _trackeval().metrics
        settings = {"THRESHOLD": _MATCH, "PRINT_CONFIG": False}
        self._metrics = (metrics.HOTA(), metrics.Identity(settings), metrics.CLEAR(settings))
        self._results: list[dict[str, Any]] = [{} for _ in self._metrics]

    def add(self, name: str, truth: list[Truth], tracks: list[Tracks]) -> MotScores:
        """The figures of one sequence, frame by frame."""
        data = _trackeval_data(truth, tracks)
        results = [metric.eval_sequence(data) for metric in self._metrics]
        for collected, result in zip(self._results, results, strict=True):
            collected[name] = result
        return _scores(results)

    def combined(self) -> MotScores:
        """The figures of all sequences together."""
        pairs = zip(self._metrics, self._results, strict=True)
        return _scores([metric.combine_sequences(results) for metric, results in pairs])


def _trackeval() -> ModuleType:
    """TrackEval, imported when first needed; it prints about optional parts it lacks."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            import trackeval
    except ImportError as error:
        raise EvaluationError("evaluation.tracking.no_trackeval") from error
    module: ModuleType = trackeval
    return module


def _scores(results: list[dict[str, Any]]) -> MotScores:
    hota, identity, clear = results
    return MotScores(
        100 * float(np.mean(hota["HOTA"])),
        100 * float(identity["IDF1"]),
        100 * float(clear["MOTA"]),
        int(clear["IDSW"]),
    )


def _trackeval_data(truth: list[Truth], tracks: list[Tracks]) -> dict[str, object]:
    """A sequence as TrackEval's metrics take it: ids counted from 0, overlaps of each frame."""
    truth_ids, truth_total = _renumbered([frame.ids for frame in truth])
    track_ids, track_total = _renumbered([frame.ids for frame in tracks])
    pairs = zip(truth, tracks, strict=True)
    return {
        "num_timesteps": len(truth),
        "num_gt_ids": truth_total,
        "num_tracker_ids": track_total,
        "num_gt_dets": sum(len(ids) for ids in truth_ids),
        "num_tracker_dets": sum(len(ids) for ids in track_ids),
        "gt_ids": truth_ids,
        "tracker_ids": track_ids,
        "similarity_scores": [iou(known.boxes, found.boxes) for known, found in pairs],
    }


def _renumbered(frames: list[Ints]) -> tuple[list[Ints], int]:
    """The same ids counted from 0, and how many there are."""
    distinct, numbers = np.unique(np.concatenate([*frames]), return_inverse=True)
    ends = np.cumsum([len(ids) for ids in frames])
    return np.split(numbers, ends[:-1]), len(distinct)
