"""What the public may read of a mandate: its facts, from the file that was signed.

Nothing is judged here: whether a mandate holds is for the gate. A field that is missing stays empty
and is shown as missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from gardefou.errors import DocumentError
from gardefou.situations.situation import Situation

FOLDER: Final = "mandates"
"""Where mandates stand within the home folder."""

REVOKED_SUFFIX: Final = ".revoked"
"""Ending of the file beside a mandate whose presence revokes it."""


def _words(value: object) -> str:
    return "" if value is None else str(value)


def _commitment(value: object) -> str:
    """A reference, given as words or as a document with its reference."""
    return _words(value.get("reference")) if isinstance(value, Mapping) else _words(value)


Words = Annotated[str, BeforeValidator(_words)]


class _Facts(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class DocumentFacts(_Facts):
    """A document that exists elsewhere."""

    reference: Words = ""
    date: Words = ""
    sha256: Words = ""


class VideoFacts(_Facts):
    """The prefect's authorisation of the cameras themselves."""

    number: Words = ""
    date: Words = ""


class ContractFacts(_Facts):
    """How the system was bought."""

    reference: Words = ""
    price: Words = ""
    supplier_siret: Words = ""
    functions: tuple[Words, ...] = ()

    @property
    def missing(self) -> list[str]:
        """The fields that nobody filled in."""
        return [name for name in type(self).model_fields if not getattr(self, name)]


class AttestationFacts(_Facts):
    """What was examined."""

    reference: Words = ""
    software_sha256: Words = ""
    site_sha256: Words = ""


class AuthorisationFacts(_Facts):
    """What was decided."""

    act_number: Words = ""
    act_date: Words = ""
    publication_url: Words = ""
    controller: Words = ""
    services: tuple[Words, ...] = ()
    event: Words = ""
    reasons: Words = ""
    perimeter: dict[str, Any] | None = None
    cameras: tuple[Words, ...] = ()
    situations: tuple[Situation, ...] = ()
    information: Words = ""
    start: datetime
    end: datetime
    deliberation: Words = ""
    dpia: DocumentFacts | None = None
    dpo_opinion: DocumentFacts | None = None
    cnil_commitment: Annotated[str, BeforeValidator(_commitment)] = ""
    video_authorisation: VideoFacts | None = None
    attestation: AttestationFacts | None = None
    contract: ContractFacts | None = None


class MandateFacts(_Facts):
    """A mandate as the register shows it."""

    id: Words
    regime: Words = ""
    texts: tuple[Words, ...] = ()
    authorisation: AuthorisationFacts
    revoked: bool = False

    def is_current(self, at: datetime) -> bool:
        """Whether it covers a moment."""
        span = self.authorisation
        return not self.revoked and _aware(span.start) <= at < _aware(span.end)

    @property
    def start(self) -> datetime:
        """Its first moment, UTC."""
        return _aware(self.authorisation.start)

    @property
    def end(self) -> datetime:
        """The moment it ends, UTC."""
        return _aware(self.authorisation.end)

    @property
    def contract(self) -> ContractFacts:
        """How the system was bought; empty where the mandate does not say."""
        return self.authorisation.contract or ContractFacts()


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def facts_of(document: Mapping[str, Any], revoked: bool = False) -> MandateFacts:
    """The facts of a mandate's plain values, as `model_dump(mode="json")` or its file give them.

    Raises pydantic's `ValidationError` for what is no mandate.
    """
    basis = document.get("legal_basis")
    legal = basis if isinstance(basis, Mapping) else {}
    return MandateFacts.model_validate(
        {
            "id": document.get("id"),
            "regime": document.get("regime") or legal.get("regime"),
            "texts": legal.get("texts", ()),
            "authorisation": document.get("authorisation"),
            "revoked": revoked,
        }
    )


def read_mandates(home: Path) -> Sequence[MandateFacts]:
    """The mandates of a home folder, the oldest first; raises `DocumentError`."""
    mandates = []
    for path in sorted((home / FOLDER).glob("*.yaml")):
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
            revoked = path.with_suffix(REVOKED_SUFFIX).exists()
            mandates.append(facts_of(document if isinstance(document, dict) else {}, revoked))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
            raise DocumentError("register.mandate_unreadable", path=path) from error
    return sorted(mandates, key=lambda each: (each.start, each.id))
