"""Mandates as YAML files: read with every mistake named, signed, written."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from gardefou.errors import OutputError
from gardefou.governance.mandate import Mandate
from gardefou.governance.refusal import MandateError, Reason, Refusal
from gardefou.governance.signing import PrivateKey, PublicKey
from gardefou.i18n import catalogue, text
from gardefou.site.mistakes import place
from gardefou.site.yaml_text import parse
from gardefou.storage.files import write_durably

MOST_BYTES: Final = 256 * 1024
"""Size of a mandate; a perimeter of a thousand corners takes some 40 kB."""


class Signature(BaseModel):
    """Who signed, and the signature: 64 bytes in base64."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class SignedMandate:
    """A mandate as it stands in a file; ``signature`` None while nobody signed."""

    mandate: Mandate
    signature: Signature | None = None

    @property
    def signer(self) -> PublicKey | None:
        """The key whose signature is genuine, else None."""
        if self.signature is None:
            return None
        try:
            key = PublicKey.parse(self.signature.key)
            value = base64.b64decode(self.signature.value, validate=True)
        except ValueError:
            return None
        return key if key.accepts(value, self.mandate.signed_bytes) else None

    def signed(self, key: PrivateKey) -> SignedMandate:
        """The same mandate under this key's signature."""
        value = base64.b64encode(key.sign(self.mandate.signed_bytes)).decode()
        return SignedMandate(self.mandate, Signature(key=str(key.public), value=value))

    def refusals(self, trusted: PublicKey | None = None) -> list[Refusal]:
        """What is wrong with the signature; ``trusted`` the controller's key where it is known."""
        if self.signature is None:
            return [Refusal.of(Reason.UNSIGNED, mandate=self.mandate.id)]
        signer = self.signer
        if signer is None:
            return [Refusal.of(Reason.SIGNATURE_WRONG, mandate=self.mandate.id)]
        if trusted is not None and signer != trusted:
            return [
                Refusal.of(
                    Reason.KEY_NOT_TRUSTED, mandate=self.mandate.id, signer=signer.fingerprint[:16]
                )
            ]
        return []

    def to_yaml(self) -> str:
        """The file's text."""
        data = self.mandate.model_dump(mode="json", exclude_none=True)
        if self.signature is not None:
            data["signature"] = self.signature.model_dump()
        return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)


def read_yaml(path: Path) -> dict[str, object]:
    """The mapping of a YAML file; raises `MandateError` for anything else."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise MandateError([Refusal.of(Reason.TOO_LARGE, path=path, most=MOST_BYTES)])
        words = data.decode("utf-8-sig")
    except OSError as error:
        fields = {"path": path, "reason": error.strerror}
        raise MandateError([Refusal(Reason.NO_FILE, fields)]) from error
    except UnicodeDecodeError as error:
        raise MandateError([Refusal.of(Reason.NOT_YAML, path=path, line=1)]) from error
    parsed = parse(words)
    if parsed.found or not isinstance(parsed.data, dict):
        line = parsed.found[0].line if parsed.found else None
        raise MandateError([Refusal.of(Reason.NOT_YAML, path=path, line=line or 1)])
    return parsed.data


def load_mandate(path: Path) -> SignedMandate:
    """The mandate of a file, its signature not yet judged; raises `MandateError`."""
    data = read_yaml(path)
    signature = data.pop("signature", None)
    found: list[Refusal] = []
    signed: Signature | None = None
    if signature is not None:
        try:
            signed = Signature.model_validate(signature)
        except ValidationError as error:
            found += explained(error, path, ("signature",))
    try:
        mandate = Mandate.model_validate(data)
    except ValidationError as error:
        raise MandateError(explained(error, path) + found) from error
    if found:
        raise MandateError(found)
    return SignedMandate(mandate, signed)


def write_mandate(path: Path, signed: SignedMandate) -> None:
    """Write the file whole or not at all; raises `OutputError`."""
    try:
        write_durably(path.absolute().parent, path.name, signed.to_yaml().encode())
    except OSError as error:
        raise OutputError("mandate.unwritable", path=path, reason=error.strerror) from error


def explained(error: ValidationError, path: object, below: tuple[str, ...] = ()) -> list[Refusal]:
    """What pydantic says, a refusal for each field."""
    return [_explained(each, path, below) for each in error.errors(include_url=False)]


def _explained(error: ErrorDetails, path: object, below: tuple[str, ...]) -> Refusal:
    location = (*below, *(step for step in error["loc"] if step != "[key]"))
    where, kind = place(location), error["type"]
    if kind == "missing":
        return Refusal.of(Reason.FIELD_MISSING, path=path, field=where, ask=question(location))
    if kind == "extra_forbidden":
        return Refusal.of(Reason.FIELD_UNKNOWN, path=path, field=where)
    key = f"mandate.problem.{kind}"
    problem = text(key if key in catalogue("en") else "mandate.problem.other")
    return Refusal.of(
        Reason.FIELD_WRONG, path=path, field=where, problem=problem, ask=question(location)
    )


def question(location: tuple[int | str, ...]) -> str:
    """What the law asks at a place, in the reader's language; "" where the name says it all."""
    names = [step for step in location if isinstance(step, str)]
    for length in range(len(names), 0, -1):
        key = f"mandate.ask.{'_'.join(names[-length:])}"
        if key in catalogue("en"):
            return text(key)
    return ""
