"""The register on the disk: everything that is public, written from the facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from gardefou.evidence.files import whole_file
from gardefou.governance.camera_map import camera_map
from gardefou.governance.facts import Facts
from gardefou.governance.pages import public_page
from gardefou.governance.registration import registration
from gardefou.governance.status import publish_status
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


def as_text(value: Any) -> str:
    """JSON that people can read."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
