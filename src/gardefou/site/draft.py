"""One camera as somebody edits it, put into its site and checked there.

A hidden password (``***``) stands for the one that the site knows, and only in the very address in
which it was hidden: it never follows an address to another host.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from gardefou.site.check import examine
from gardefou.site.document import Site
from gardefou.site.mistakes import Location, Mistake
from gardefou.site.source import SHOW_SECRETS, Source
from gardefou.site.yaml_text import Parsed, parse

HIDDEN: Final = "***"
"""What stands in the place of a password."""

FIRST_TIMEZONE: Final = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class Draft:
    """A site with a camera put in, its ``index``-th; ``mistakes`` at places within that camera."""

    site: Site | None
    mistakes: list[Mistake]
    index: int = 0


def with_camera(
    site: Site | None, text: str, instead_of: str | None, name: str = "", timezone: str = ""
) -> Draft:
    """The site with one camera, as YAML or JSON ``text``, in the place of another or at the end.

    ``name`` and ``timezone`` for a site that begins with this camera.
    """
    parsed = parse(text)
    cameras = [] if site is None else data_of(site)["cameras"]
    index = _index(site, instead_of)
    if parsed.found or not isinstance(parsed.data, dict):
        _, mistakes = examine(parsed, "")
        return Draft(None, mistakes)
    camera = dict(parsed.data)
    unknown = _reveal(camera, None if site is None else site.camera(instead_of or ""))
    if unknown is not None:
        return Draft(None, [unknown])
    data = {"version": 1, "name": name, "timezone": timezone or FIRST_TIMEZONE}
    if site is not None:
        data = data_of(site)
    whole = {**data, "cameras": [*cameras[:index], camera, *cameras[index + 1 :]]}
    checked, mistakes = examine(Parsed(whole), "")
    return Draft(checked, [_within(each, index) for each in mistakes], index)


def without_camera(site: Site, camera_id: str) -> Draft:
    """The site without one of its cameras."""
    data = data_of(site)
    cameras = [each for each in data["cameras"] if each["id"] != camera_id]
    checked, mistakes = examine(Parsed({**data, "cameras": cameras}), "")
    return Draft(checked, mistakes)


def data_of(site: Site) -> dict[str, Any]:
    """A site as a document's values, passwords and all: for the models, never for a reader."""
    data = site.model_dump(mode="json", exclude_defaults=True, context={SHOW_SECRETS: True})
    return {"version": site.version, "name": site.name, "timezone": site.timezone, **data}


def revealed(source: str, known: Source | None) -> str | None:
    """An address whose hidden password is filled in from the one known; None when it cannot be."""
    if HIDDEN not in source:
        return source
    return known.address if known is not None and known.redacted == source.strip() else None


def _reveal(camera: dict[str, Any], before: Any) -> Mistake | None:
    """Fill in a camera's hidden password, in place; the mistake when it is not known."""
    source = camera.get("source")
    if not isinstance(source, str):
        return None
    address = revealed(source, None if before is None else before.source)
    if address is None:
        return Mistake("", ("source",), None, "site.mistake.password_hidden", {})
    camera["source"] = address
    return None


def _index(site: Site | None, camera_id: str | None) -> int:
    if site is None:
        return 0
    places = [index for index, each in enumerate(site.cameras) if each.id == camera_id]
    return places[0] if places else len(site.cameras)


def _within(mistake: Mistake, index: int) -> Mistake:
    """The same mistake at its place within the camera."""
    location: Location = mistake.location
    if location[:2] == ("cameras", index):
        location = location[2:]
    return Mistake("", location, None, mistake.key, mistake.fields)
