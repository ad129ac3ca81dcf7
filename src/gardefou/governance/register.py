"""The register on the disk, and whether what is published is what runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from gardefou.capture.notice import Notice
from gardefou.evidence.files import whole_file
from gardefou.governance.camera_map import camera_map
from gardefou.governance.facts import Facts
from gardefou.governance.pages import public_page
from gardefou.governance.status import publish_status
from gardefou.governance.transparency import registration
from gardefou.i18n import LANGUAGES

FOLDER: Final = "public"
"""Where what is public stands within the home folder."""

REGISTER: Final = "register.json"
CAMERAS: Final = "cameras.geojson"


def register_json(facts: Facts, language: str = "fr") -> str:
    """The register's entry as text; raises `DocumentError` when it would not be valid."""
    return as_text(registration(facts, language).model_dump(mode="json", exclude_none=True))


def map_json(facts: Facts) -> str:
    """The map of the cameras as text."""
    return as_text(camera_map(facts))


def publish(home: Path, facts: Facts) -> Path:
    """Write everything public into the home folder; the answer is the folder.

    Raises `DocumentError` when the entry would not be valid or the status lines were changed,
    `OutputError` when the folder cannot be written.
    """
    folder = home / FOLDER
    publish_status(folder, facts.status)
    contents = {REGISTER: register_json(facts), CAMERAS: map_json(facts)}
    for language in LANGUAGES:
        contents[f"register-{language}.html"] = public_page(facts, language, served=False)
    for name, content in contents.items():
        with whole_file(folder / name) as unfinished:
            unfinished.write_text(content, encoding="utf-8")
    return folder


def unpublished(home: Path, site_sha256: str) -> Notice | None:
    """Why the register does not describe what is about to run; None when it does.

    ``site_sha256`` of the site document that is to run. For the gate: a use that the public cannot
    read of does not begin.
    """
    path = home / FOLDER / REGISTER
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Notice.of("register.not_published", path=path)
    extension = entry.get("gardefou") if isinstance(entry, dict) else None
    known = extension.get("site_sha256") if isinstance(extension, dict) else None
    return None if known == site_sha256 else Notice.of("register.out_of_date", path=path)


def as_text(value: Any) -> str:
    """JSON that people can read."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
