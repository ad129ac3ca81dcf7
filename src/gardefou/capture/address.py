"""Addresses of cameras as they may be shown: without name and password."""

from __future__ import annotations

import re

_CREDENTIALS = re.compile(r"(?<=://)(?:[^/?#\s]*|(?![^/?#\s:]*:\d+/)[^:@/?#\s]*:\S*)@")
"""Everything before the host; a password with an unescaped / ? or # ends at the last @, unless
what stands before it is a host with its port."""

_QUERY_SECRET = re.compile(
    r"([?&;](?:user|username|usr|pwd|password|pass|passwd|token|auth|key|secret|sig)=)[^&#\s]*",
    re.IGNORECASE,
)


def without_password(text: str) -> str:
    """The text with the credentials of every address in it taken out.

    >>> without_password("rtsp://admin:p@ss@10.0.0.7:554/cam?channel=1&password=p")
    'rtsp://***@10.0.0.7:554/cam?channel=1&password=***'
    >>> without_password("rtsp://admin:p/ss@10.0.0.7/x")
    'rtsp://***@10.0.0.7/x'
    """
    return _QUERY_SECRET.sub(r"\1***", _CREDENTIALS.sub("***@", text))
