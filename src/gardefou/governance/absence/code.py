"""The sources: what they import, which parts of libraries they use, what they connect to."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Final

import gardefou
from gardefou.governance.absence.allowed import allowed
from gardefou.governance.absence.dependencies import required
from gardefou.governance.absence.findings import Examination, Surface, Trace
from gardefou.governance.absence.programme import Programme
from gardefou.governance.absence.source import Sources, Use
from gardefou.refusals import refusals

WATCHED: Final = ("cv2", "av", "openvino")
"""Libraries that could do what is refused: no part of them is named at run time only."""

CONNECTING: Final = frozenset(
    {
        "socket",
        "ssl",
        "http.client",
        "urllib.request",
        "urllib3",
        "smtplib",
        "ftplib",
        "imaplib",
        "poplib",
        "telnetlib",
        "nntplib",
        "xmlrpc",
        "socketserver",
        "requests",
        "httpx",
        "httpx2",
        "aiohttp",
        "websockets",
        "websocket",
        "paho",
        "aiomqtt",
        "grpc",
        "zmq",
        "pika",
        "kafka",
        "redis",
        "psycopg",
        "pymongo",
        "paramiko",
        "asyncssh",
        "subprocess",
        "pty",
        "webbrowser",
        "uvicorn",
        "asyncio.open_connection",
        "asyncio.start_server",
        "asyncio.create_subprocess_exec",
        "asyncio.create_subprocess_shell",
        "os.system",
        "os.popen",
        "os.execv",
        "os.execvp",
        "os.spawnv",
        "av.open",
        "multiprocessing.connection.Client",
    }
)
"""Modules and calls that open a connection, serve one or start another programme."""


def examine_imports(programme: Programme, sources: Sources) -> Examination:
    """No refused module is imported, none that is not declared, none under a hidden name."""
    traces = [*_refused("modules", sources.imports), *_undeclared(programme, sources)]
    checks = frozenset({"modules", "declared"})
    return Examination(Surface.IMPORTS, len(sources.imports), checks, tuple(traces))


def examine_calls(sources: Sources) -> Examination:
    """No refused part of a library is used, and none of a watched library by a hidden name."""
    named = [*sources.uses, *sources.imports]
    hidden = (
        Trace("hidden", use.name, use.where, tuple(refusals()))
        for use in sources.uses
        if use.name.endswith(".*") and use.name.partition(".")[0] in WATCHED
    )
    traces = (*_refused("calls", named), *hidden)
    return Examination(Surface.CALLS, len(named), frozenset({"calls"}), traces)


def examine_connections(sources: Sources) -> Examination:
    """Only the named files connect to anything, each by the named means."""
    permitted = allowed().connections
    named = [*sources.imports, *sources.uses]
    means = [(each, use) for use in named if (each := _means(use.name)) is not None]
    traces = tuple(
        Trace("connections", each, use.where)
        for each, use in means
        if each not in permitted.get(use.file, frozenset())
    )
    return Examination(Surface.CONNECTIONS, len(named), frozenset({"connections"}), traces)


def _means(name: str) -> str | None:
    """The connecting module or call that a dotted name is or stands within."""
    parts = name.split(".")
    heads = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((head for head in heads if head in CONNECTING), None)


def _refused(kind: str, uses: Iterable[Use]) -> Iterator[Trace]:
    """Uses of what a refusal names among its ``"modules"`` or ``"calls"``."""
    for use in uses:
        parts = use.name.split(".")
        heads = {".".join(parts[:count]) for count in range(1, len(parts) + 1)}
        found = tuple(each.id for each in refusals().values() if heads & set(getattr(each, kind)))
        if found:
            yield Trace(kind, use.name, use.where, found)


def _undeclared(programme: Programme, sources: Sources) -> Iterator[Trace]:
    lists = allowed()
    known = {*sys.stdlib_module_names, gardefou.__name__, *lists.optional_modules}
    for package in required(programme.packages):
        known.update(package.modules)
    for use in sources.imports:
        if use.name.partition(".")[0] not in known:
            yield Trace("declared", use.name, use.where)
    for use in sources.dynamic:
        if use.file not in lists.dynamic_imports:
            yield Trace("declared", f"{use.name}(…)", use.where)
