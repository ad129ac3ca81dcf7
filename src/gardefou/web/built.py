"""Where the built pages' files stand, by the manifest that the build writes."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from gardefou.governance.pages import BuiltPage
from gardefou.web.problems import RefusedError

STATIC: Final = Path(__file__).parent / "static"
"""The built pages; their sources stand in ``frontend/``."""

MANIFEST: Final = "manifest.json"
MAP: Final = "src/window/map.ts"
WORKER_ENDING: Final = "maplibre-gl-worker.mjs"


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    file: str
    css: tuple[str, ...] = ()


_MANIFEST: Final = TypeAdapter(dict[str, _File])


def built_map(folder: Path = STATIC) -> BuiltPage:
    """The public map's files; refuses with 503 where the pages are not built."""
    try:
        files = _MANIFEST.validate_json((folder / MANIFEST).read_bytes())
        page = files[MAP]
        worker = next(each for name, each in files.items() if name.endswith(WORKER_ENDING))
    except (OSError, ValidationError, KeyError, StopIteration) as error:
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.app.not_built") from error
    styles = tuple(f"/{each}" for each in page.css)
    return BuiltPage(f"/{page.file}", styles, f"/{worker.file}")
