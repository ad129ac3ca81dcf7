"""A sealed file, or bytes, as an answer, whole or by range; decrypted while it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Protocol

from fastapi.responses import Response, StreamingResponse
from starlette.background import BackgroundTask

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Content(Protocol):
    """What can be sent in parts: a sealed file, or bytes in memory."""

    @property
    def size(self) -> int:
        """Bytes of it."""
        ...

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start`` to ``end`` (not included)."""
        ...

    def close(self) -> None:
        """It is not needed any more."""
        ...


class InMemory:
    """Bytes as content to be sent in parts."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """Bytes of it."""
        return len(self._data)

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start`` to ``end`` (not included), at once."""
        yield self._data[start:end]

    def close(self) -> None:
        """Nothing is open."""


def sealed_response(sealed: Content, media_type: str, wanted: str | None) -> Response:
    """Answer with a file, or with the one range of it that a ``Range`` header asks for.

    A header that asks for several ranges, or says something else, is ignored (RFC 9110, 14.2). The
    file is closed when the answer is sent.
    """
    size = sealed.size
    asked = None if wanted is None else _RANGE.fullmatch(wanted.strip())
    bounds = (0, size) if asked is None else _bounds(asked[1], asked[2], size)
    if bounds is None:
        sealed.close()
        status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        return Response(status_code=status, headers={"Content-Range": f"bytes */{size}"})
    start, end = bounds
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(end - start)}
    status = HTTPStatus.OK
    if (start, end) != (0, size) or (asked is not None and (asked[1] or asked[2])):
        status = HTTPStatus.PARTIAL_CONTENT
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return StreamingResponse(
        _content(sealed, start, end),
        status,
        headers,
        media_type,
        background=BackgroundTask(sealed.close),
    )


def _content(sealed: Content, start: int, end: int) -> Iterator[bytes]:
    try:
        yield from sealed.read(start, end)
    finally:
        sealed.close()


def _bounds(first: str, last: str, size: int) -> tuple[int, int] | None:
    """Start and end (not included) of a range; None when it lies beyond the end.

    >>> _bounds("2", "3", 10), _bounds("2", "", 10), _bounds("", "3", 10), _bounds("10", "", 10)
    ((2, 4), (2, 10), (7, 10), None)
    """
    if not first and not last:
        return 0, size
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else None
    start, end = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return 0, size
    return (start, end) if start < size else None
