"""The site document: cameras, zones, masks, lines and calibration, as people write them in YAML."""

from gardefou.site.check import SiteDocumentError, check_site, load_site
from gardefou.site.coverage import AreaCoverage, MaskCoverage, mask_coverage
from gardefou.site.document import (
    Analysis,
    Calibration,
    Camera,
    CountingLine,
    Mask,
    Place,
    PointPair,
    SensitiveArea,
    SensitiveKind,
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
    "AreaCoverage",
    "Calibration",
    "Camera",
    "CountingLine",
    "Mask",
    "MaskCoverage",
    "Mistake",
    "Place",
    "PointPair",
    "SensitiveArea",
    "SensitiveKind",
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
    "mask_coverage",
    "write",
]
