"""Refusals: why nothing may be processed, each with a code a program can test and a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique

from gardefou.capture.notice import Notice
from gardefou.errors import GardefouError, one_line
from gardefou.i18n import current_language, text


@unique
class Reason(StrEnum):
    """Why a mandate gives no authority; texts under ``mandate.refusal.<value>``."""

    NO_FILE = "no_file"
    NOT_YAML = "not_yaml"
    TOO_LARGE = "too_large"
    FIELD_MISSING = "field_missing"
    FIELD_UNKNOWN = "field_unknown"
    FIELD_WRONG = "field_wrong"

    UNSIGNED = "unsigned"
    SIGNATURE_WRONG = "signature_wrong"
    KEY_NOT_TRUSTED = "key_not_trusted"

    REGIME_UNKNOWN = "regime_unknown"
    REGIME_EXPIRED = "regime_expired"
    REGIME_NOT_YET = "regime_not_yet"
    REGIME_OUTLIVED = "regime_outlived"
    REGIME_UNVERIFIED = "regime_unverified"
    BASIS_WIDER = "basis_wider"
    SITUATION_NOT_LISTED = "situation_not_listed"
    CONTROLLER_NOT_LISTED = "controller_not_listed"
    TOO_LONG = "too_long"

    DPIA_MISSING = "dpia_missing"
    DPIA_TOO_OLD = "dpia_too_old"
    DPO_OPINION_MISSING = "dpo_opinion_missing"
    CNIL_COMMITMENT_MISSING = "cnil_commitment_missing"
    VIDEO_AUTHORISATION_MISSING = "video_authorisation_missing"
    VIDEO_AUTHORISATION_TOO_OLD = "video_authorisation_too_old"
    ATTESTATION_MISSING = "attestation_missing"
    TRAININGS_MISSING = "trainings_missing"
    DOCUMENT_LATE = "document_late"

    CAMERA_UNKNOWN = "camera_unknown"
    CAMERA_WITHOUT_POSITION = "camera_without_position"
    CAMERA_OUTSIDE = "camera_outside"
    CAMERA_NOT_COVERED = "camera_not_covered"
    SITUATION_NOT_COVERED = "situation_not_covered"
    AREA_UNCOVERED = "area_uncovered"
    WALKWAYS_UNKNOWN = "walkways_unknown"

    NO_MANDATE = "no_mandate"
    NOT_BEGUN = "not_begun"
    ENDED = "ended"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    CLOCK_TURNED_BACK = "clock_turned_back"

    SOFTWARE_DIFFERS = "software_differs"
    MODEL_DIFFERS = "model_differs"
    SITE_DIFFERS = "site_differs"
    REGISTER_MISSING = "register_missing"
    REGISTER_DIFFERS = "register_differs"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason, and what its text needs; its `str` is one line in the reader's language."""

    reason: Reason
    fields: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, reason: Reason, **fields: object) -> Refusal:
        """The refusal for a reason."""
        return cls(reason, fields)

    @property
    def key(self) -> str:
        """The key of its text."""
        return f"mandate.refusal.{self.reason.value}"

    @property
    def notice(self) -> Notice:
        """The same as a notice."""
        return Notice.of(self.key, **self.fields)

    def in_language(self, language: str) -> str:
        """What is missing and how to mend it."""
        return one_line(text(self.key, language, **self.fields))

    def __str__(self) -> str:
        return self.in_language(current_language())


class MandateError(GardefouError):
    """No authority; ``refusals`` says all that is missing."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(refusals[0].key, **refusals[0].fields)
        self.refusals = list(refusals)

    def in_language(self, language: str) -> str:
        """The first refusal, and how many more there are."""
        first = self.refusals[0].in_language(language)
        more = len(self.refusals) - 1
        return f"{first}{text('mandate.more', language, count=more)}" if more else first

    def __str__(self) -> str:
        return self.in_language(current_language())
