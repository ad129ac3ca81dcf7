"""Errors that a person can act on: they name the thing, the place and the cure."""

from __future__ import annotations

import re

from gardefou.i18n import current_language, text
from gardefou.refusals import Refusal


def one_line(words: str) -> str:
    r"""The words without line breaks; no-break spaces, which French puts before « : », stay.

    >>> one_line("a\n  b")
    'a b'
    """
    return re.sub(r"[ \t\r\n\v\f\x85\u2028\u2029]+", " ", words).strip(" ")


class GardefouError(Exception):
    """A failure with a text in the catalogues; its `str` is one line in the reader's language.

    ``key`` is the catalogue key, ``fields`` fill the text. The command line prints the line on
    stderr and leaves with `exit_status`.

    >>> str(CaptureError("capture.missing_file", path="a.mp4"))  # doctest: +SKIP
    'a.mp4: no such file; check the name and the folder'
    """

    exit_status = 1

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key, fields)
        self.key = key
        self.fields = fields

    def __str__(self) -> str:
        """The text in the reader's language, on one line."""
        return one_line(text(self.key, **self.fields))

    def in_language(self, language: str) -> str:
        """The text in the given language (``"en"`` or ``"fr"``), on one line."""
        return one_line(text(self.key, language, **self.fields))


class UsageError(GardefouError):
    """The command was called in a way that cannot work."""

    exit_status = 2


class CaptureError(GardefouError):
    """A stream or file cannot be read."""


class SiteError(GardefouError):
    """A site document cannot be used."""


class ModelError(GardefouError):
    """A model is missing, altered or cannot be loaded."""


class OutputError(GardefouError):
    """A result cannot be written."""


class EvaluationError(GardefouError):
    """Labelled footage cannot be read or measured."""


class TrialError(GardefouError):
    """A situation cannot be tried on what a camera last showed."""


class StorageError(GardefouError):
    """Alerts cannot be kept or read back: database, spool or disk."""


class StorageBusyError(StorageError):
    """Another process holds the database; the same call may succeed later."""


class UnknownAlertError(StorageError):
    """No alert has this id."""


class HeldError(StorageError):
    """A legal hold lasts on the alert: it must not be destroyed."""


class ReviewConflictError(StorageError):
    """Somebody else reviewed the alert first; look again, then decide."""


class JournalError(GardefouError):
    """The journal cannot be written or read, so what it should record must not happen."""


class KeysError(GardefouError):
    """A secret key is missing, is another one than before, or cannot be kept."""


class AccountError(GardefouError):
    """An account cannot be made or changed like that."""


class RefusedError(GardefouError, ImportError):
    """A refused capability was asked for: a module, or a call of a library."""

    def __init__(self, name: str, refusal: Refusal) -> None:
        articles = ", ".join(refusal.articles)
        super().__init__("absence.refused", name=name, articles=articles)
        self.refusal = refusal
        self.name = name

    def __str__(self) -> str:
        """What was asked for, and why it is refused."""
        return self.in_language(current_language())

    def in_language(self, language: str) -> str:
        """The same in the given language."""
        capability, why = self.refusal.name(language), self.refusal.why(language)
        filled = text(self.key, language, capability=capability, why=why, **self.fields)
        return one_line(filled)


class DocumentError(GardefouError):
    """A document of accountability cannot be made: facts are missing, unreadable or wrong."""
