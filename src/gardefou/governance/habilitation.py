"""Habilitation: an individual, dated leave to see alerts and images, tied to two trainings.

Decree 2023-828: persons are individually designated and specially habilitated, and both trainings,
in data protection and in how the processing works, are a condition of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique


@dataclass(frozen=True, slots=True)
class Training:
    """A training that was followed: on which day, good until which day (included), which paper."""

    done: date
    expires: date
    certificate: str


@dataclass(frozen=True, slots=True)
class Habilitation:
    """One leave; days are local and included. ``granted_by`` the mayor or head of service."""

    granted_by: str
    start: date
    end: date
    data_protection: Training
    processing: Training
    revoked: bool = False


@unique
class Obstacle(StrEnum):
    """Why nobody may see alerts with it; said under ``accounts.obstacle.<value>``."""

    NONE_GIVEN = "none_given"
    NOT_YET = "not_yet"
    ENDED = "ended"
    REVOKED = "revoked"
    DATA_PROTECTION = "data_protection"
    PROCESSING = "processing"


def obstacle(habilitations: Sequence[Habilitation], today: date) -> Obstacle | None:
    """What stands between a person and the alerts today; None when one habilitation is current.

    When several fail, the last one given says why.
    """
    found = [_obstacle(each, today) for each in habilitations]
    if not found:
        return Obstacle.NONE_GIVEN
    return None if None in found else found[-1]


def _obstacle(given: Habilitation, today: date) -> Obstacle | None:
    if given.revoked:
        return Obstacle.REVOKED
    if today < given.start:
        return Obstacle.NOT_YET
    if today > given.end:
        return Obstacle.ENDED
    if not _holds(given.data_protection, today):
        return Obstacle.DATA_PROTECTION
    if not _holds(given.processing, today):
        return Obstacle.PROCESSING
    return None


def _holds(training: Training, today: date) -> bool:
    return training.done <= today <= training.expires
