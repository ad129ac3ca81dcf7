"""What the journal may be looked at for, and nothing else (LIL 101; requirement R31)."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Purpose(StrEnum):
    """Reasons to consult the journal; names in the catalogue under ``log.purpose.<value>``."""

    LAWFULNESS = "lawfulness"
    SELF_MONITORING = "self-monitoring"
    INTEGRITY = "integrity"
    CRIMINAL_PROCEDURE = "criminal-procedure"
