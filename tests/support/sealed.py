"""A command in a network of its own, with everything it would send to the world caught.

Run as a program inside ``unshare --map-root-user --net``: it makes a way out (a virtual cable with
a default route), listens at the cable's far end, runs the command, then sends one packet itself to
show that the listener hears. It prints ``{"status", "sent", "asked", "heard"}``: the command's
exit status, packets that left, packets to a name server, and whether its own packet was caught.
"""

from __future__ import annotations

import json
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

ETH_P_ALL = 0x0003
PACKET_OUTGOING = 4
IPV4, IPV6, ICMPV6 = 0x0800, 0x86DD, 58
NAMES = 53
WORLD = "203.0.113.1"
"""An address of the world that belongs to nobody (RFC 5737)."""

RIGHTS = (
    "needs a network namespace: run as root with CAP_SYS_ADMIN, or allow them to every user with "
    "`sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=1000`"
)

CABLE = "link add out type veth peer name far"

UNSHARE = ["unshare", "--map-root-user", "--net"]


@dataclass(frozen=True, slots=True)
class Sealed:
    """How a command went, and what it sent: the first bytes of each packet, in hexadecimal."""

    status: int
    sent: list[str]
    asked: list[str]
    heard: bool


def run_sealed(command: Sequence[object], **options: object) -> Sealed:
    """Run a command without a way to the world that nobody watches; skips where that needs rights.

    ``options`` are those of `subprocess.run`.
    """
    if shutil.which("ip") is None:
        pytest.skip("needs the command `ip`: apt-get install -y iproute2")
    may = subprocess.run([*UNSHARE, "ip", *CABLE.split()], capture_output=True)
    if may.returncode:
        pytest.skip(f"{RIGHTS} ({may.stderr.decode().strip()})")
    done = subprocess.run(  # type: ignore[call-overload]
        [*UNSHARE, sys.executable, __file__, *map(str, command)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        **options,
    )
    return Sealed(**json.loads(done.stdout.splitlines()[-1]))


class Listener:
    """Keeps the packets that arrive at an interface."""

    def __init__(self, interface: str) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self._socket.bind((interface, 0))
        self._lock = threading.Condition()
        self._packets: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            packet, where = self._socket.recvfrom(256)
            if where[2] != PACKET_OUTGOING:
                with self._lock:
                    self._packets.append(packet)
                    self._lock.notify_all()

    def packets(self) -> list[bytes]:
        """What arrived so far."""
        with self._lock:
            return list(self._packets)

    def waits_for(self, content: bytes, seconds: float) -> bool:
        """Whether a packet with this content arrives in time."""
        with self._lock:
            return self._lock.wait_for(
                lambda: any(content in each for each in self._packets), seconds
            )


def is_neighbours_talk(packet: bytes) -> bool:
    """Whether a packet is the kernel's own look-out for neighbours over IPv6 (RFC 4861, 3810)."""
    (kind,) = struct.unpack_from("!H", packet, 12)
    if kind != IPV6 or len(packet) < 55:
        return False
    header = packet[20]
    after = 54 if header == ICMPV6 else 62
    is_icmp = header == ICMPV6 or (header == 0 and packet[54] == ICMPV6)
    return is_icmp and len(packet) > after and packet[after] in {130, 131, 132, 133, 135, 136, 143}


def asks_a_name(packet: bytes) -> bool:
    """Whether a packet over IPv4 goes to a name server."""
    (kind,) = struct.unpack_from("!H", packet, 12)
    if kind != IPV4 or packet[23] not in {socket.IPPROTO_UDP, socket.IPPROTO_TCP}:
        return False
    (port,) = struct.unpack_from("!H", packet, 14 + (packet[14] & 15) * 4 + 2)
    return bool(port == NAMES)


def _ip(words: str) -> None:
    subprocess.run(["ip", *words.split()], check=True)


def main(command: list[str]) -> None:
    """Make the network, run the command, and tell."""
    _ip("link set lo up")
    _ip(CABLE)
    _ip("addr add 10.9.0.1/24 dev out")
    _ip("link set out up")
    _ip("link set far up")
    _ip("route add default via 10.9.0.2")
    _ip("neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev out nud permanent")
    far, inside = Listener("far"), Listener("lo")
    status = subprocess.run(command, stdout=sys.stderr).returncode
    sent = [each.hex() for each in far.packets() if not is_neighbours_talk(each)]
    asked = [each.hex() for each in inside.packets() if asks_a_name(each)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.sendto(b"is anybody listening?", (WORLD, 9))
    heard = far.waits_for(b"is anybody listening?", 10.0)
    print(json.dumps({"status": status, "sent": sent, "asked": asked, "heard": heard}))


if __name__ == "__main__":
    main(sys.argv[1:])
