"""Where the built pages' files stand, by the manifest that the build writes."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import Final

from gardefou.governance.pages import BuiltPage
from gardefou.web.problems import RefusedError

STATIC: Final = Path(__file__).parent / "static"
"""The built pages; their sources stand in ``frontend/``."""

MANIFEST: Final = "manifest.json"
MAP: Final = "src/window/map.ts"
WORKER_ENDING: Final = "maplibre-gl-worker.mjs"


def built_map(folder: Path = STATIC) -> BuiltPage:
    """The public map's files; refuses with 503 where the pages are not built."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        page = manifest[MAP]
        worker = next(each for name, each in manifest.items() if name.endswith(WORKER_ENDING))
        return BuiltPage(
            script=f"/{page['file']}",
            styles=tuple(f"/{each}" for each in page.get("css", ())),
            worker=f"/{worker['file']}",
        )
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.app.not_built") from error
