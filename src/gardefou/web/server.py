"""The server: the application behind a socket, in a thread of its own."""

from __future__ import annotations

import socket
import ssl
from threading import Event, Thread
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from gardefou.errors import UsageError
from gardefou.web.api.context import Context
from gardefou.web.tls import Tls

GRACE_S: Final = 3
"""How long answers under way may take to end when the server stops, s."""


class WebServer:
    """Serves an application until `stop`; use it as a context manager or call `start`.

    ``port`` 0 takes a free one; with ``tls`` it speaks https only. Raises `UsageError` when the
    address cannot be used.
    """

    def __init__(
        self, app: FastAPI, host: str = "127.0.0.1", port: int = 0, tls: Tls | None = None
    ) -> None:
        self._socket = _listen(host, port)
        self._host = host
        self._tls = tls
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_S,
            **_options(tls),
        )
        self._server = _Server(config, app.state.context)
        self._thread = Thread(target=self._run, name="web")

    def _run(self) -> None:
        try:
            self._server.run([self._socket])
        finally:
            self._server.ready.set()

    @property
    def url(self) -> str:
        """Where the desk is."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{host}:{self._socket.getsockname()[1]}/"

    def start(self) -> None:
        """Begin to serve; returns when requests are answered, or the server gave up."""
        self._thread.start()
        self._server.ready.wait()

    def stop(self) -> None:
        """End open streams, let other answers end, close the socket."""
        self._server.should_exit = True
        self._thread.join()

    def __enter__(self) -> WebServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(uvicorn.Server):
    """Says when it is ready, and ends the endless answers when it stops."""

    def __init__(self, config: uvicorn.Config, context: Context) -> None:
        super().__init__(config)
        self.ready = Event()
        self._context = context

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._context.streams.end()
        await super().shutdown(sockets)


def _options(tls: Tls | None) -> dict[str, Any]:
    """How uvicorn is told; a client's certificate is required where its authority is named."""
    if tls is None:
        return {}
    options: dict[str, Any] = {"ssl_certfile": tls.cert, "ssl_keyfile": tls.key}
    if tls.client_ca is not None:
        options |= {"ssl_ca_certs": str(tls.client_ca), "ssl_cert_reqs": ssl.CERT_REQUIRED}
    return options


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UsageError("web.error.port", host=host, port=port, reason=error.strerror) from error
    return listener
