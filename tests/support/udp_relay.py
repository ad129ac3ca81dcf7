"""A relay between an RTSP client and its server that records requests and loses UDP packets."""

from __future__ import annotations

import random
import re
import selectors
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

LOCAL = "127.0.0.1"
_PORTS = rb"=(\d+)-(\d+)"


def _udp() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((LOCAL, 0))
    made.setblocking(False)
    return made


def _port(made: socket.socket) -> int:
    return int(made.getsockname()[1])


@dataclass
class _Media:
    """The two pairs of UDP sockets of one stream, and who is at their other ends."""

    client_ports: tuple[int, int]
    server_ports: tuple[int, int] | None = None
    to_server: list[socket.socket] = field(default_factory=lambda: [_udp(), _udp()])
    to_client: list[socket.socket] = field(default_factory=lambda: [_udp(), _udp()])


class UdpRelay:
    """Stands before a server on ``target`` port; loses the share ``loss`` of its RTP packets.

    RTSP requests and replies pass through it with their UDP ports rewritten, so that RTP does
    too. ``requests`` are the first lines of what clients asked; ``refused``
    counts connections while the server was away.
    """

    def __init__(self, target: int, loss: float = 0.0) -> None:
        self.loss = loss
        self.requests: list[str] = []
        self.lost = 0
        self.refused = 0
        self._target = target
        self._chance = random.Random(11)
        self._listener = socket.create_server((LOCAL, 0))
        self.port = _port(self._listener)
        self._selector = selectors.DefaultSelector()
        self._closing = threading.Event()
        self._media: list[_Media] = []
        self._watch(self._listener, self._accept)
        self._thread = threading.Thread(target=self._serve, name="relay", daemon=True)

    @property
    def url(self) -> str:
        return f"rtsp://{LOCAL}:{self.port}/cam"

    def __enter__(self) -> UdpRelay:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._selector.close()

    def _watch(self, source: socket.socket, act: Callable[[], None]) -> None:
        self._selector.register(source, selectors.EVENT_READ, act)

    def _serve(self) -> None:
        while not self._closing.is_set():
            for key, _ in self._selector.select(0.05):
                key.data()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        try:
            server = socket.create_connection((LOCAL, self._target))
        except ConnectionRefusedError:
            self.refused += 1
            client.close()
            return
        self._pipe(client, server, self._request)
        self._pipe(server, client, self._reply)

    def _pipe(
        self, source: socket.socket, sink: socket.socket, rewrite: Callable[[bytes], bytes]
    ) -> None:
        def forward() -> None:
            try:
                data = source.recv(65536)
                # Ports stand in short messages of the control connection; each comes whole.
                sink.sendall(rewrite(data) if data else b"")
            except OSError:
                data = b""
            if not data:
                for end in (source, sink):
                    if end.fileno() >= 0 and end.fileno() in self._selector.get_map():
                        self._selector.unregister(end)
                    end.close()

        self._watch(source, forward)

    def _request(self, data: bytes) -> bytes:
        if data[:1] != b"$":
            self.requests.append(data.split(b"\r\n", 1)[0].decode(errors="replace"))
        found = re.search(rb"client_port" + _PORTS, data)
        if not found:
            return data
        media = _Media((int(found[1]), int(found[2])))
        self._media.append(media)
        for index in (0, 1):
            self._watch(media.to_server[index], self._down(media, index))
            self._watch(media.to_client[index], self._up(media, index))
        ours = b"client_port=%d-%d" % tuple(_port(one) for one in media.to_server)
        return data[: found.start()] + ours + data[found.end() :]

    def _reply(self, data: bytes) -> bytes:
        found = re.search(rb"server_port" + _PORTS, data)
        if not found or data[:1] == b"$" or not self._media:
            return data
        media = self._media[-1]
        media.server_ports = (int(found[1]), int(found[2]))
        ours = b"server_port=%d-%d" % tuple(_port(one) for one in media.to_client)
        data = data[: found.start()] + ours + data[found.end() :]
        theirs = b"client_port=%d-%d" % media.client_ports
        return re.sub(rb"client_port" + _PORTS, theirs, data)

    def _down(self, media: _Media, index: int) -> Callable[[], None]:
        def forward() -> None:
            data = media.to_server[index].recv(65536)
            if index == 0 and self._chance.random() < self.loss:
                self.lost += 1
            else:
                media.to_client[index].sendto(data, (LOCAL, media.client_ports[index]))

        return forward

    def _up(self, media: _Media, index: int) -> Callable[[], None]:
        def forward() -> None:
            data = media.to_client[index].recv(65536)
            if media.server_ports is not None:
                media.to_server[index].sendto(data, (LOCAL, media.server_ports[index]))

        return forward
