"""The site document: cameras, zones, masks, lines and calibration, as people write them in YAML."""

from gardefou.site.check import SiteDocumentError, check_site, load_site
from gardefou.site.document import (
    Analysis,
    Calibration,
    Camera,
    CountingLine,
    Mask,
    Place,
    PointPair,
    Site,
    Zone,
    ZoneClass,
)
from gardefou.site.mistakes import Mistake
from gardefou.site.schema import json_schema
from gardefou.site.settings import AVAILABLE, Situations
from gardefou.site.source import Source, SourceKind
from gardefou.site.yaml_text import write

__all__ = [
    "AVAILABLE",
    "Analysis",
    "Calibration",
    "Camera",
    "CountingLine",
    "Mask",
    "Mistake",
    "Place",
    "PointPair",
    "Site",
    "SiteDocumentError",
    "Situations",
    "Source",
    "SourceKind",
    "Zone",
    "ZoneClass",
    "check_site",
    "json_schema",
    "load_site",
    "write",
]
