"""Installed packages: none that does what is refused, each with a licence that is free."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from gardefou.governance.absence.allowed import allowed
from gardefou.governance.absence.findings import Examination, Surface, Trace
from gardefou.governance.absence.programme import Package, Programme, normal
from gardefou.refusals import refusals

ROOT: Final = "gardefou"

_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_EXTRA: Final = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")


def examine_dependencies(programme: Programme) -> Examination:
    """What is installed beside Gardefou, and what Gardefou itself requires."""
    traces = (
        *_refused(programme.packages),
        *_unfree(programme.packages),
        *_unpinned(programme.packages, programme.lock),
    )
    checks = frozenset({"packages", "licences", "declared"})
    return Examination(Surface.DEPENDENCIES, len(programme.packages), checks, traces)


def _refused(packages: Sequence[Package]) -> Iterator[Trace]:
    for package in packages:
        found = tuple(each.id for each in refusals().values() if package.name in each.packages)
        if found:
            yield Trace("packages", package.name, f"{package.name} {package.version}", found)


def _unfree(packages: Sequence[Package]) -> Iterator[Trace]:
    for package in required(packages):
        if package.licence not in allowed().licences:
            stated = package.licence or "—"
            yield Trace("licences", stated, f"{package.name} {package.version}")


def _unpinned(
    packages: Sequence[Package], lock: Mapping[str, frozenset[str]] | None
) -> Iterator[Trace]:
    """Packages that Gardefou requires and that a lock does not name at this version."""
    if lock is None:
        return
    for package in required(packages):
        if package.name != ROOT and package.version not in lock.get(package.name, frozenset()):
            yield Trace("declared", f"{package.name} {package.version}", "requirements.lock")


def read_lock(path: Path) -> Mapping[str, frozenset[str]]:
    """The versions of each package that a lock pins; raises `OSError`."""
    found: dict[str, frozenset[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        pinned = _PIN.match(line)
        if pinned:
            name = normal(pinned[1])
            found[name] = found.get(name, frozenset()) | {pinned[2]}
    return found


def required(packages: Sequence[Package]) -> tuple[Package, ...]:
    """Gardefou and every installed package that it requires, by name.

    What a package requires on other systems only, or for an extra nobody asks for, is left out
    because it is not installed or not asked for.
    """
    by_name = {package.name: package for package in packages}
    found: dict[str, Package] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(ROOT, frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen or name not in by_name:
            continue
        seen.add((name, extras))
        found[name] = by_name[name]
        waiting += (
            (other, others)
            for other, others, condition in by_name[name].requires
            if _asked_for(condition, extras)
        )
    return tuple(found[name] for name in sorted(found))


def _asked_for(condition: str, extras: frozenset[str]) -> bool:
    named = _EXTRA.search(condition)
    return named is None or named[1] in extras
