"""An entry of the journal: who did what to what, why and when; and its link to the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from gardefou.governance.canonical import Json, canonical

GENESIS: Final = "0" * 64
"""What the first entry is linked to."""

OPTIONAL: Final = ("role", "recipients", "authorisation_id")
"""Fields that a line has only where they say something."""

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@unique
class Operation(StrEnum):
    """What can be journalled; names in the catalogue under ``governance.operation.<value>``."""

    START = "start"
    STOP = "stop"
    CONFIGURATION = "configuration"
    EVALUATION = "evaluation"
    REHEARSAL = "rehearsal"
    VIEW = "view"
    CONSULTATION = "consultation"
    REVIEW = "review"
    EXPORT = "export"
    ERASURE = "erasure"
    SUSPENSION = "suspension"
    RESUMPTION = "resumption"
    ACCESS = "access"
    REJECTED_FILE = "rejected_file"
    DISK_FULL = "disk_full"
    FAILURE = "failure"
    RECOVERY = "recovery"
    DESTRUCTION = "destruction"
    HOLD = "hold"
    WITNESS = "witness"
    VIEW_REFUSED = "view_refused"
    ACTION_REFUSED = "action_refused"
    LOG_IN = "log_in"
    LOG_IN_REFUSED = "log_in_refused"
    LOG_OUT = "log_out"
    ACCOUNT = "account"
    HABILITATION = "habilitation"
    MANDATE = "mandate"
    CAMERA_MOVED = "camera_moved"
    FINDING = "finding"
    RIGHTS = "rights"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be journalled.

    ``actor`` an account, or the part of the software that acts by itself; ``object_ref`` what it
    is about (an alert, a camera, a file); ``motif`` the reason given; ``details`` the rest;
    ``role`` in which the actor acted, ``recipients`` who receives what is handed over and
    ``authorisation_id`` under which it happened, where there are any.
    """

    actor: str
    operation: Operation
    object_ref: str = ""
    motif: str = ""
    details: Mapping[str, Json] = field(default_factory=dict)
    role: str = ""
    recipients: Sequence[str] = ()
    authorisation_id: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the chain: the number of an entry (from 1) and its hash, SHA-256 in hex."""

    seq: int
    hash: str

    def __str__(self) -> str:
        """A text that `parse` reads, to note down outside and verify against later."""
        return f"{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Link:
        """Read back what `str` wrote; raises `ValueError` for anything else."""
        seq, _, digest = text.partition(":")
        if len(digest) != len(GENESIS) or set(digest) - set("0123456789abcdef"):
            raise ValueError(f"{text!r} is no link of a journal")
        return cls(int(seq), digest)


START: Final = Link(0, GENESIS)
"""What the first entry follows."""


class Line(BaseModel):
    """One line of the journal, as it stands in the file.

    ``hash`` is SHA-256 over the canonical JSON of all the other fields. ``role``, ``recipients``
    and ``authorisation_id`` are absent where there is nothing to say, as in lines of old.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    seq: Annotated[int, Field(ge=1)]
    ts: str
    actor: str
    operation: str
    object_ref: str
    motif: str
    details: dict[str, JsonValue]
    role: Annotated[str, Field(min_length=1)] | None = None
    recipients: Annotated[list[str], Field(min_length=1)] | None = None
    authorisation_id: Annotated[str, Field(min_length=1)] | None = None
    prev: Hash
    hash: Hash

    @property
    def link(self) -> Link:
        """Its place in the chain."""
        return Link(self.seq, self.hash)

    def encode(self) -> bytes:
        """Its bytes, with the end of the line."""
        return canonical(self._content()) + b"\n"

    @property
    def is_genuine(self) -> bool:
        """Whether its hash is that of its content."""
        return self.hash == digest(self._content(exclude={"hash"}))

    def _content(self, exclude: set[str] | None = None) -> dict[str, Any]:
        content = self.model_dump(exclude=exclude)
        for name in OPTIONAL:
            if content[name] is None:
                del content[name]
        return content


def next_line(entry: Entry, ts: str, before: Link) -> Line:
    """The line that follows ``before`` in the chain; ``ts`` UTC, ISO 8601.

    Raises `ValueError` for details without a canonical form.
    """
    content: dict[str, Any] = {
        "seq": before.seq + 1,
        "ts": ts,
        "actor": entry.actor,
        "operation": entry.operation.value,
        "object_ref": entry.object_ref,
        "motif": entry.motif,
        "details": dict(entry.details),
        "prev": before.hash,
    }
    content |= {name: value for name in OPTIONAL if (value := getattr(entry, name))}
    return decode(canonical({**content, "hash": digest(content)}))


def decode(data: bytes) -> Line:
    """Read a line without its end; raises `ValueError` unless it is in canonical form."""
    try:
        line = Line.model_validate_json(data)
    except ValidationError as error:
        raise ValueError("no journal line") from error
    if line.encode() != data + b"\n":
        raise ValueError("not in canonical form")
    return line


def digest(content: Mapping[str, Json]) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(content)).hexdigest()
