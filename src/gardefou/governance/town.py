"""What only the town can say of itself: `town.yaml` in the home folder.

It stands beside the site document and not in it: a new telephone number must not look like a change
of what is watched. `docs/register.md` explains each field.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum, unique
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gardefou.errors import DocumentError

FILE_NAME: Final = "town.yaml"
"""Its name within the home folder."""

Words = Annotated[str, Field(max_length=4000)]
Email = Annotated[str, Field(pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Address = Annotated[str, Field(pattern=r"^$|^https?://\S+$", max_length=500)]


@unique
class DataProtection(StrEnum):
    """Which title of loi n° 78-17 governs the processing (R253-6 II CSI).

    Names under ``rights.title.<value>``.
    """

    TITLE_II = "title_ii"
    TITLE_III = "title_iii"
    TITLE_IV = "title_iv"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Controller(_Part):
    """Who is responsible."""

    name: Words = ""
    department: Words = ""
    address: Words = ""
    representative: Words = ""


class Contact(_Part):
    """Where a resident writes to."""

    name: Words = ""
    email: Email = ""
    phone: Words = ""
    address: Words = ""


class Recorder(_Part):
    """The town's own recorder of continuous pictures, which is not part of this system."""

    name: Words = ""
    retention_days: Annotated[int, Field(ge=0, le=30)] | None = None


class Statements(_Part):
    """Judgements that no machine can write."""

    proportionality: Words = ""
    benefit: Words = ""
    alternatives: Words = ""
    harms: Words = ""
    complaints: Words = ""
    persons_heard: Words = ""


class Town(_Part):
    """The town's facts, version 1; an empty text is one that is still to be written."""

    version: Literal[1] = 1
    controller: Controller = Controller()
    contact: Contact = Contact()
    dpo: Contact = Contact()
    committee: Words = ""
    area: Words = ""
    website: Address = ""
    data_protection: DataProtection | None = None
    retention_days: Annotated[int, Field(ge=1, le=30)] | None = None
    recorder: Recorder = Recorder()
    maintenance: Words = ""
    technical_norms: Words = ""
    statements: Statements = Statements()
    publish_findings_after_days: Annotated[int, Field(ge=1, le=90)] = 30
    most_views_a_day: Annotated[int, Field(ge=1)] = 60
    most_refusals_a_day: Annotated[int, Field(ge=1)] = 10

    @property
    def missing(self) -> list[str]:
        """The fields that are still to be written, by dotted name, in their order."""
        return list(_empty(self, ""))


NEEDLESS: Final = frozenset(
    {
        "contact.name",
        "contact.phone",
        "dpo.phone",
        "dpo.address",
        "controller.representative",
        "website",
    }
)
"""Fields that may stay empty without anything being unfinished."""


def _empty(part: BaseModel, prefix: str) -> Iterator[str]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from _empty(value, f"{prefix}{name}.")
        elif value in ("", None) and f"{prefix}{name}" not in NEEDLESS:
            yield f"{prefix}{name}"


def load_town(path: Path) -> Town:
    """The town's facts; an empty `Town` when there is no file. Raises `DocumentError`."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Town()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DocumentError("register.town_unreadable", path=path, detail=error) from error
    try:
        return Town.model_validate({} if document is None else document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "-"
        raise DocumentError(
            "register.town_invalid", path=path, place=place, detail=first["msg"]
        ) from error
