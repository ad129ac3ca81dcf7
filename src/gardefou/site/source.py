"""Where a camera's pictures come from: an address or a file, whose password is never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, SerializationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from gardefou.site.mistakes import mistake

SHOW_SECRETS = "show_secrets"
"""Serialisation context key: only with it do passwords leave a document."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_USER_PASSWORD = re.compile(r"(?<=://)([^:@/?#]*):.*@", re.DOTALL)
"""Greedy up to the last @: a password may hold any character, unescaped by mistake."""

_SECRET_PARAMETER = re.compile(
    r"([?&;][^=&;#]*(?:pass|pwd|token|key|secret|auth|credential|sig)[^=&;#]*=)[^&;#]*",
    re.IGNORECASE,
)
_AUDIO_SUFFIXES = frozenset(
    {".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav", ".wma"}
)


@unique
class SourceKind(StrEnum):
    """How a source is read."""

    RTSP = "rtsp"
    HTTP = "http"
    FILE = "file"


_KINDS = {
    "rtsp": SourceKind.RTSP,
    "rtsps": SourceKind.RTSP,
    "http": SourceKind.HTTP,
    "https": SourceKind.HTTP,
}


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """An RTSP or HTTP address, or the path of a video file.

    ``address`` is the whole of it, password included: for the reader of the stream alone. `str`
    and `repr` hide passwords.

    >>> Source("rtsp://admin:s3cret@10.0.0.8/live")
    Source('rtsp://admin:***@10.0.0.8/live')
    """

    address: str

    @property
    def kind(self) -> SourceKind:
        """How it is read."""
        scheme = _SCHEME.match(self.address)
        return _KINDS[scheme[1].lower()] if scheme else SourceKind.FILE

    @property
    def redacted(self) -> str:
        """The address with ``***`` in place of every password, for people and logs."""
        shown = _USER_PASSWORD.sub(r"\1:***@", self.address)
        return _SECRET_PARAMETER.sub(r"\1***", shown)

    def __str__(self) -> str:
        return self.redacted

    def __repr__(self) -> str:
        return f"Source({self.redacted!r})"

    @classmethod
    def parse(cls, value: object) -> Source:
        """A source from a document's value; raises a `site.mistake` error for any other kind."""
        if isinstance(value, Source):
            return value
        if not isinstance(value, str) or not value.strip():
            raise mistake("site.mistake.source_text")
        address = value.strip()
        scheme = _SCHEME.match(address)
        if _is_device(address, scheme):
            raise mistake("site.mistake.source_device")
        if scheme and scheme[1].lower() not in _KINDS:
            raise mistake("site.mistake.source_scheme", scheme=scheme[1])
        if scheme and not re.match(r"[^:]+://[^/?#]*[^/?#:@]", address):
            raise mistake("site.mistake.source_host", scheme=scheme[1])
        if scheme and not _has_sound_port(address):
            raise mistake("site.mistake.source_port")
        if PurePath(address.partition("?")[0]).suffix.lower() in _AUDIO_SUFFIXES:
            raise mistake("site.mistake.source_audio")
        return cls(address)

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        """Read from text; written without passwords unless the context asks for them."""
        return core_schema.no_info_plain_validator_function(
            cls.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(
                _written, info_arg=True, return_schema=core_schema.str_schema()
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Text, in a JSON Schema."""
        return {"type": "string", "minLength": 1}


def _written(source: Source, info: SerializationInfo) -> str:
    return source.address if SHOW_SECRETS in (info.context or {}) else source.redacted


def _has_sound_port(address: str) -> bool:
    """False where a password's own / ? or # ends the address's host part too soon."""
    try:
        port = urlsplit(address).port
    except ValueError:
        return False
    return port != 0


def _is_device(address: str, scheme: re.Match[str] | None) -> bool:
    """Device files, and the notations by which FFmpeg names a device or a pipe."""
    if scheme:
        return scheme[1].lower() in {"alsa", "audio", "pulse", "v4l2", "video", "fd", "pipe"}
    looks = address.lower()
    return looks == "-" or looks.startswith(("/dev/", "/proc/", "\\\\.\\", "video=", "audio="))
