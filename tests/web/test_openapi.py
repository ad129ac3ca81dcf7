"""The routes are these and no others, with these parameters and no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gardefou.web.openapi import document

ROOT = Path(__file__).resolve().parents[2]

ROUTES = {
    ("get", "/healthz"): set(),
    ("get", "/api/state"): set(),
    ("get", "/api/load"): set(),
    ("get", "/api/texts/{lang}"): {"lang"},
    ("get", "/api/alerts"): {"state", "camera", "situation", "before", "limit"},
    ("get", "/api/alerts/{alert_id}"): {"alert_id"},
    ("get", "/api/alerts/{alert_id}/marking"): {"alert_id"},
    ("post", "/api/alerts/{alert_id}/review"): {"alert_id"},
    ("post", "/api/alerts/{alert_id}/view"): {"alert_id"},
    ("post", "/api/alerts/{alert_id}/exports"): {"alert_id"},
    ("get", "/api/counts"): {"camera", "since", "until"},
    ("get", "/api/counts/table.csv"): {"camera", "since", "until"},
    ("get", "/api/exports"): set(),
    ("post", "/api/exports/{export_id}/approval"): {"export_id"},
    ("get", "/api/exports/{export_id}/file"): {"export_id"},
    ("get", "/api/session"): set(),
    ("post", "/api/session"): set(),
    ("post", "/api/session/second-factor"): set(),
    ("post", "/api/session/end"): set(),
    ("get", "/media/{alert_id}/{file}"): {"alert_id", "file", "viewer"},
    ("post", "/api/live/{camera_id}"): {"camera_id"},
    ("get", "/api/live/{camera_id}"): {"camera_id", "ticket"},
    ("get", "/api/events"): {"desk", "last-event-id"},
    ("post", "/api/presence"): set(),
    ("get", "/api/shift"): {"hours", "viewer"},
    ("get", "/api/suspension"): set(),
    ("post", "/api/suspension"): set(),
    ("post", "/api/suspension/resumption"): set(),
    ("get", "/api/accountability/findings"): set(),
    ("post", "/api/accountability/findings/{number}/answer"): {"number"},
    ("get", "/api/accountability/measures"): set(),
    ("get", "/api/accountability/requests"): set(),
    ("post", "/api/accountability/requests"): set(),
    ("post", "/api/accountability/requests/{number}/answer"): {"number"},
    ("post", "/api/accountability/alerts/{alert_id}/label"): {"alert_id"},
    ("get", "/api/accountability/documents/{kind}/{name}"): {"kind", "name", "reader"},
    ("get", "/api/workshop/site"): set(),
    ("post", "/api/workshop/cameras"): set(),
    ("post", "/api/workshop/cameras/{camera_id}/withdrawal"): {"camera_id"},
    ("post", "/api/workshop/cameras/{camera_id}/place"): {"camera_id"},
    ("post", "/api/workshop/cameras/{camera_id}/minute"): {"camera_id"},
    ("post", "/api/workshop/cameras/{camera_id}/trial"): {"camera_id"},
    ("get", "/api/workshop/cameras/{camera_id}/health"): {"camera_id"},
    ("post", "/api/workshop/probe"): set(),
    ("post", "/api/workshop/ground"): set(),
    ("get", "/api/workshop/versions"): set(),
    ("get", "/api/workshop/versions/{number}"): {"number"},
    ("post", "/api/workshop/versions/{number}/restoration"): {"number"},
    ("get", "/public/register.json"): set(),
    ("get", "/public/cameras.geojson"): set(),
    ("get", "/public/status.jsonl"): set(),
    ("get", "/public/map.geojson"): set(),
    ("get", "/api/accounts"): set(),
    ("post", "/api/accounts"): set(),
    ("post", "/api/accounts/{name}/role"): {"name"},
    ("post", "/api/accounts/{name}/closing"): {"name"},
    ("post", "/api/accounts/{name}/password"): {"name"},
    ("post", "/api/accounts/{name}/second-factor"): {"name"},
    ("post", "/api/accounts/{name}/habilitations"): {"name"},
    ("post", "/api/accounts/{name}/habilitations/end"): {"name"},
    ("post", "/api/session/password"): set(),
    ("get", "/api/oversight/mandates"): set(),
    ("post", "/api/oversight/journal"): set(),
    ("post", "/api/oversight/verification"): set(),
    ("get", "/api/oversight/checkpoint"): set(),
    ("post", "/api/oversight/proof"): set(),
    ("get", "/api/oversight/holds"): set(),
    ("get", "/api/measures"): set(),
    ("get", "/api/measures/field.csv"): set(),
    ("get", "/public/tiles/{zoom}/{x}/{y}.png"): {"zoom", "x", "y"},
}
"""Nothing here takes a criterion on what a picture shows: alerts are found by state, camera,
situation and time only."""

ALERT_FIELDS = {
    "id",
    "camera_id",
    "situation",
    "zone_id",
    "opened_at",
    "closed_at",
    "close_reason",
    "region",
    "mandate_id",
    "mode",
    "evidence",
    "review",
    "review_count",
    "labels",
}
"""What, where and when; nothing about a person."""


def api() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document())
    return found


def test_there_is_no_route_and_no_parameter_but_these() -> None:
    found = {
        (method, path): {each["name"] for each in operation.get("parameters", [])}
        for path, operations in api()["paths"].items()
        for method, operation in operations.items()
    }

    assert found == ROUTES


def test_an_alert_has_no_field_but_these() -> None:
    assert set(api()["components"]["schemas"]["AlertView"]["properties"]) == ALERT_FIELDS


def test_no_shape_takes_or_gives_anything_extra() -> None:
    schemas = api()["components"]["schemas"]
    objects = {name: each for name, each in schemas.items() if each.get("type") == "object"}

    assert objects
    assert [name for name, each in objects.items() if each["additionalProperties"]] == []


def test_the_desks_types_are_made_from_this_description() -> None:
    """If not: python -m gardefou.web.openapi > openapi.json; npm run generate:api (in frontend)."""
    assert (ROOT / "frontend" / "openapi.json").read_text("utf-8") == document()
