"""Answers without an end: they stop when the reader leaves or the server does."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import anyio
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class OpenStreams:
    """The endless answers being given now, so that a server can end them when it stops."""

    def __init__(self) -> None:
        self._scopes: set[anyio.CancelScope] = set()

    def __len__(self) -> int:
        return len(self._scopes)

    def add(self, scope: anyio.CancelScope) -> None:
        """Note a stream that begins."""
        self._scopes.add(scope)

    def discard(self, scope: anyio.CancelScope) -> None:
        """Forget a stream that ended."""
        self._scopes.discard(scope)

    def end(self) -> None:
        """End them all; call it in the server's event loop."""
        for scope in self._scopes:
            scope.cancel()


class EndlessResponse(StreamingResponse):
    """Streams until the reader leaves or the server stops, then closes its generator at once."""

    def __init__(
        self, content: AsyncGenerator[bytes], streams: OpenStreams, media_type: str | None
    ) -> None:
        super().__init__(content, media_type=media_type)
        self._content = content
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the answer."""
        with anyio.CancelScope() as cancel:
            self._streams.add(cancel)
            try:
                await super().__call__(scope, receive, send)
            finally:
                self._streams.discard(cancel)
                with anyio.CancelScope(shield=True):
                    await self._content.aclose()
        if cancel.cancelled_caught:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
