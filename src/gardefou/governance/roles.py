"""Who may do what: five roles, a closed list of actions, one table.

There is no role for a vendor; the administrator sees no images; the auditor only reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from types import MappingProxyType
from typing import Final


@unique
class Role(StrEnum):
    """What a person is here; names in the catalogue under ``accounts.role.<value>``."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    DPO = "dpo"
    AUDITOR = "auditor"
    ADMIN = "admin"


@unique
class Action(StrEnum):
    """What a person may do; names in the catalogue under ``accounts.action.<value>``."""

    SEE_STATE = "see_state"
    SEE_ALERTS = "see_alerts"
    SEE_IMAGES = "see_images"
    LIVE_VIEW = "live_view"
    REVIEW = "review"
    SUSPEND = "suspend"
    PROPOSE_RESUMPTION = "propose_resumption"
    CONFIRM_RESUMPTION = "confirm_resumption"
    APPROVE_CAMERA = "approve_camera"
    CONFIGURE_SITE = "configure_site"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_JOURNAL = "read_journal"
    PROPOSE_EXPORT = "propose_export"
    APPROVE_EXPORT = "approve_export"
    LEGAL_HOLD = "legal_hold"
    PURGE = "purge"
    REQUESTS = "requests"
    READ_FINDINGS = "read_findings"
    ANSWER_FINDINGS = "answer_findings"
    READ_MEASURES = "read_measures"
    PUBLISH_REGISTER = "publish_register"


_OPERATOR: Final = frozenset(
    {
        Action.SEE_STATE,
        Action.SEE_ALERTS,
        Action.SEE_IMAGES,
        Action.LIVE_VIEW,
        Action.REVIEW,
        Action.SUSPEND,
        Action.PROPOSE_RESUMPTION,
        Action.PROPOSE_EXPORT,
    }
)

TABLE: Final[Mapping[Role, frozenset[Action]]] = MappingProxyType(
    {
        Role.OPERATOR: _OPERATOR,
        Role.SUPERVISOR: _OPERATOR
        | {
            Action.CONFIRM_RESUMPTION,
            Action.APPROVE_CAMERA,
            Action.APPROVE_EXPORT,
            Action.LEGAL_HOLD,
            Action.READ_FINDINGS,
            Action.READ_MEASURES,
        },
        Role.DPO: frozenset(
            {
                Action.SEE_STATE,
                Action.SUSPEND,
                Action.READ_JOURNAL,
                Action.LEGAL_HOLD,
                Action.PURGE,
                Action.REQUESTS,
                Action.READ_FINDINGS,
                Action.ANSWER_FINDINGS,
                Action.READ_MEASURES,
                Action.PUBLISH_REGISTER,
            }
        ),
        Role.AUDITOR: frozenset(
            {Action.SEE_STATE, Action.READ_JOURNAL, Action.READ_FINDINGS, Action.READ_MEASURES}
        ),
        Role.ADMIN: frozenset(
            {Action.SEE_STATE, Action.SUSPEND, Action.CONFIGURE_SITE, Action.MANAGE_ACCOUNTS}
        ),
    }
)
"""The whole matrix: what is not here is refused."""

SHOWING_IMAGES: Final = frozenset(
    {
        Action.SEE_IMAGES,
        Action.LIVE_VIEW,
        Action.PROPOSE_EXPORT,
        Action.APPROVE_EXPORT,
        Action.APPROVE_CAMERA,
    }
)
"""Actions that put pictures before somebody's eyes or into their hands."""

HABILITATED: Final = SHOWING_IMAGES | {Action.SEE_ALERTS, Action.REVIEW}
"""Actions that also need a current habilitation with both trainings (decree 2023-828)."""


def allowed(role: Role, action: Action) -> bool:
    """Whether the role may do it at all.

    >>> allowed(Role.ADMIN, Action.SEE_IMAGES)
    False
    """
    return action in TABLE[role]
