"""The software bill of materials: CycloneDX 1.6 JSON of Gardefou, what it requires, its networks.

The same installation gives the same bytes: no time and no random serial number stand in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from gardefou.governance.absence.dependencies import ROOT, required
from gardefou.governance.absence.programme import Package
from gardefou.perception.store import InstalledModel

Json = dict[str, object]


def bill_of_materials(packages: Sequence[Package], models: Iterable[InstalledModel]) -> str:
    """The bill of what is installed, as JSON text."""
    needed = required(packages)
    root = next((each for each in needed if each.name == ROOT), Package(ROOT, "", "Apache-2.0"))
    here = {each.name for each in needed}
    bill: Json = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**_library(root), "type": "application"}},
        "components": [
            *(_library(each) for each in needed if each.name != ROOT),
            *(_network(each) for each in models),
        ],
        "dependencies": [
            {
                "ref": _url(each),
                "dependsOn": sorted(
                    _url(other)
                    for other in needed
                    if other.name in here and other.name in {name for name, _, _ in each.requires}
                ),
            }
            for each in needed
        ],
    }
    return json.dumps(bill, indent=2, ensure_ascii=False) + "\n"


def _url(package: Package) -> str:
    return f"pkg:pypi/{package.name}@{package.version}"


def _library(package: Package) -> Json:
    return {
        "type": "library",
        "bom-ref": _url(package),
        "name": package.name,
        "version": package.version,
        "licenses": _licence(package.licence),
        "purl": _url(package),
    }


def _licence(stated: str) -> list[Json]:
    return [{"license": {"name": stated}}] if stated else []


def _network(model: InstalledModel) -> Json:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{model.name}",
        "name": model.name,
        "version": model.recipe[:12] or "unstated",
        "licenses": _licence(model.licence),
        "externalReferences": [{"type": "distribution", "url": model.origin}],
        "components": [
            {
                "type": "file",
                "name": name,
                "version": content[:12],
                "hashes": [{"alg": "SHA-256", "content": content}],
            }
            for name, content in sorted(model.files.items())
        ],
    }
