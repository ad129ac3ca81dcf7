"""A mistake in a site document: where it stands, what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from gardefou.errors import one_line
from gardefou.i18n import current_language, text

Location = tuple[int | str, ...]
"""Keys and list positions from the document's root, as pydantic gives them."""

Finding = tuple[Location, PydanticCustomError]
"""A mistake that a validator found, at a place below the value it validates."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake of one document; its `str` is one line in the reader's language.

    ``file`` as the caller named it; ``location`` in the document; ``line`` of the file, from 1,
    or None when it cannot be had; ``key`` and ``fields`` of the text in the catalogues.
    """

    file: str
    location: Location
    line: int | None
    key: str
    fields: Mapping[str, object]

    @property
    def place(self) -> str:
        """The location as people write it, such as ``cameras[2].zones[0].polygon``."""
        return place(self.location)

    def in_language(self, language: str) -> str:
        """The whole line: file, place, mistake and line number."""
        head = f"{self.file}: {self.place}: " if self.location else f"{self.file}: "
        tail = "" if self.line is None else text("site.line", language, line=self.line)
        return head + self.explanation(language) + tail

    def explanation(self, language: str | None = None) -> str:
        """What is wrong and how to mend it, without the place."""
        return one_line(text(self.key, language, **self.fields))

    def __str__(self) -> str:
        """The whole line in the reader's language."""
        return self.in_language(current_language())


def place(location: Location) -> str:
    """A location as people write it.

    >>> place(("cameras", 2, "zones", 0, "polygon"))
    'cameras[2].zones[0].polygon'
    """
    written = ""
    for step in location:
        written += f"[{step}]" if isinstance(step, int) else f".{step}"
    return written.removeprefix(".")


def mistake(key: str, **fields: object) -> PydanticCustomError:
    """A mistake for a validator to raise; its type is the key of its text in the catalogues."""
    return PydanticCustomError(key, key, fields)  # type: ignore[arg-type, unused-ignore]


def raise_all(findings: Sequence[Finding]) -> None:
    """Raise every finding at once, where a validator may else raise only the first."""
    if findings:
        raise ValidationError.from_exception_data(
            "site", [InitErrorDetails(type=what, loc=where, input=None) for where, what in findings]
        )
