"""What every request must satisfy and every answer says: host, origin, content policy."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gardefou.web.problems import RefusedError, problem_response

LOGGER: Final = logging.getLogger(__name__)

LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names by which a browser on this machine may call the server."""

CONTENT_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types svelte-trusted-html",
    )
)
"""Only files of this server; no inline script or style; no other page may frame the desk."""

MAP_PAGE: Final = re.compile(r"/public/[a-z]{2}/map")
MAP_POLICY: Final = CONTENT_POLICY.replace(
    "trusted-types svelte-trusted-html", "worker-src 'self'; trusted-types default"
)
"""For the public map alone: its script lets MapLibre start one worker, a file of this server."""

HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
}

IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""For built files whose name holds their hash; everything else is never kept by a browser."""

READING: Final = frozenset({"GET", "HEAD"})
GUARDED: Final = ("/api", "/media")
"""What another site may not even ask for: it would be written in the journal as a view."""


class Guard:
    """Refuses what does not come from the desk's own page, and seals every answer.

    ``hosts`` are the names the server may be called by, without port: a page elsewhere that points
    its own name at this machine is refused.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = LOCAL_HOSTS) -> None:
        self._app = app
        self._hosts = frozenset(each.lower() for each in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = False

        async def sealed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _seal(MutableHeaders(scope=message), scope["path"])
            await send(message)

        problem = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        if problem is None:
            try:
                await self._app(scope, receive, sealed)
                return
            except Exception:
                LOGGER.exception("%s %s", scope["method"], scope["path"])
                if started:
                    raise
                problem = RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "web.error.unexpected")
        await problem_response(problem)(scope, receive, sealed)

    def _refusal(self, method: str, path: str, headers: Headers) -> RefusedError | None:
        host = headers.get("host", "")
        if _hostname(host) not in self._hosts:
            return RefusedError(HTTPStatus.MISDIRECTED_REQUEST, "web.error.host", host=host[:80])
        reading = method in READING
        if (not reading or path.startswith(GUARDED)) and _from_elsewhere(headers, host, reading):
            return RefusedError(HTTPStatus.FORBIDDEN, "web.error.origin")
        if not reading and not _is_json(headers):
            return RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "web.error.not_json")
        return None


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _from_elsewhere(headers: Headers, host: str, reading: bool) -> bool:
    """Whether a browser says that another page made the request.

    A person may type the address of something to read; nothing but the desk may change anything.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ({"same-origin", "none"} if reading else {"same-origin"}):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != host


def _is_json(headers: Headers) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _seal(headers: MutableHeaders, path: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    if MAP_PAGE.fullmatch(path):
        headers["Content-Security-Policy"] = MAP_POLICY
    headers["Cache-Control"] = IMMUTABLE if path.startswith("/assets/") else "no-store"
