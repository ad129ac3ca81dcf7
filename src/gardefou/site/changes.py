"""What differs between two versions of a site: by place, and as lines; never a password."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from gardefou.site.document import Site
from gardefou.site.yaml_text import write


def changed_places(before: Site | None, after: Site) -> list[str]:
    """Places that were added (``+``), taken away (``-``) or changed (``~``), in order.

    A place names cameras, zones and the like by their ids: ``~ cameras.gate.zones.yard.polygon``.
    """
    old = {} if before is None else dict(_leaves(_plain(before)))
    new = dict(_leaves(_plain(after)))
    marks = {
        **dict.fromkeys(old.keys() - new.keys(), "-"),
        **dict.fromkeys(new.keys() - old.keys(), "+"),
        **{place: "~" for place in old.keys() & new.keys() if old[place] != new[place]},
        **dict.fromkeys(_new_passwords(before, after), "~"),
    }
    return [f"{marks[place]} {place}" for place in sorted(marks)]


def difference(before: Site | None, after: Site) -> str:
    """The difference of the two normal forms as unified lines, passwords hidden."""
    old = "" if before is None else write(before)
    lines = difflib.unified_diff(old.splitlines(), write(after).splitlines(), lineterm="", n=2)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))


def _plain(site: Site) -> dict[str, Any]:
    return site.model_dump(mode="json", exclude_defaults=True)


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Place and value of everything that is no group: polygons and other lists are whole."""
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from _leaves(each, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list) and value and all(_has_id(each) for each in value):
        for each in value:
            rest = {key: part for key, part in each.items() if key != "id"}
            yield from _leaves(rest, f"{place}.{each['id']}")
    else:
        yield place, repr(value)


def _has_id(value: Any) -> bool:
    return isinstance(value, dict) and "id" in value


def _new_passwords(before: Site | None, after: Site) -> Iterator[str]:
    """Sources that look the same with passwords hidden, and are not."""
    for camera in after.cameras:
        old = None if before is None else before.camera(camera.id)
        if old is None or old.source is None or camera.source is None:
            continue
        same = old.source.redacted == camera.source.redacted
        if same and old.source.address != camera.source.address:
            yield f"cameras.{camera.id}.source.password"
