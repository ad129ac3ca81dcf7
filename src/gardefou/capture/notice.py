"""Something a person should know about a stream, which stops nothing."""

from __future__ import annotations

from dataclasses import dataclass

from gardefou.errors import one_line
from gardefou.i18n import text


@dataclass(frozen=True, slots=True)
class Notice:
    """A text of the catalogues with its fields; its `str` is one line in the reader's language."""

    key: str
    fields: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, key: str, **fields: object) -> Notice:
        """The text ``key`` filled with ``fields``."""
        return cls(key, tuple(fields.items()))

    def in_language(self, language: str | None = None) -> str:
        """The text in the given language (``"en"`` or ``"fr"``), the reader's by default."""
        return one_line(text(self.key, language, **dict(self.fields)))

    def __str__(self) -> str:
        return self.in_language()
