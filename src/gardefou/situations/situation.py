"""The closed list of what may be signalled: exactly eight situations."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Situation(StrEnum):
    """The eight situations of décret n° 2023-828, article 3; nothing can add a ninth.

    Names and legal wording in both languages: catalogue keys ``situations.<value>.name`` and
    ``situations.<value>.legal``.
    """

    ABANDONED_OBJECT = "abandoned_object"
    WEAPON = "weapon"
    WRONG_WAY = "wrong_way"
    ZONE_INTRUSION = "zone_intrusion"
    PERSON_DOWN = "person_down"
    CROWD_MOVEMENT = "crowd_movement"
    CROWD_DENSITY = "crowd_density"
    FIRE = "fire"
