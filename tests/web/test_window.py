"""The public map's server side: its files, its policy, its shapes, the town's own ground."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from gardefou.governance.map_drawing import drawn
from gardefou.governance.map_shapes import moved, public_map, seen
from gardefou.governance.status import StatusEvent, StatusLine
from gardefou.governance.stoppages import Stoppage, stoppages
from gardefou.web.app import create_app
from gardefou.web.built import MANIFEST, built_map
from gardefou.web.problems import RefusedError
from gardefou.web.security import CONTENT_POLICY, MAP_POLICY
from support.house import House
from support.town import SITE, TestTown

VIEW = "longitude: 2.35, view: {bearing_deg: 90, angle_deg: 60, reach_m: 100}}"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TestTown]:
    with TestTown.at(tmp_path / "home") as town:
        site = SITE.replace("longitude: 2.35}", VIEW)
        (town.home / "site.yaml").write_text(site, encoding="utf-8")
        yield town


def test_a_camera_that_looks_east_sees_what_lies_east_of_it(town: TestTown) -> None:
    camera = town.facts().site.cameras[0]
    outline = seen(camera)
    assert outline[0] == outline[-1] == (2.35, 48.85)
    assert all(longitude >= 2.35 for longitude, _ in outline)
    farthest = max(longitude for longitude, _ in outline)
    assert farthest == pytest.approx(moved((2.35, 48.85), 90, 100)[0])


def test_a_camera_without_a_view_is_drawn_as_a_place_alone(town: TestTown) -> None:
    assert seen(town.facts().site.cameras[1]) == []


def test_the_drawing_holds_everything_and_says_how_large_it_is(town: TestTown) -> None:
    drawing = drawn(town.facts())
    assert drawing is not None
    (camera,) = drawing.cameras
    assert camera.number == 1
    points = [each.split(",") for each in " ".join([*drawing.rings, camera.view]).split()]
    assert all(0 <= float(x) <= drawing.width for x, _ in points)
    assert all(0 <= float(y) <= drawing.height for _, y in points)
    assert drawing.bar_m in (1000, 2000, 5000)
    assert 0 < drawing.bar < drawing.width / 2


def test_nothing_is_drawn_where_no_position_is_known(town: TestTown) -> None:
    site = SITE.replace(", latitude: 48.85, longitude: 2.35", "")
    (town.home / "site.yaml").write_text(site, encoding="utf-8")
    assert drawn(town.facts()) is None


def test_the_shapes_are_the_perimeter_the_views_and_the_cameras(town: TestTown) -> None:
    shapes = [each["properties"]["vsa:shape"] for each in public_map(town.facts())["features"]]
    assert shapes == ["perimeter", "view", "camera"]


def test_a_suspension_lasts_until_it_is_lifted_and_is_told_once() -> None:
    def line(seq: int, at: str, event: StatusEvent) -> StatusLine:
        return StatusLine(seq, f"2026-07-14T{at}:00+00:00", event, 0)

    lines = [
        line(1, "10:00", StatusEvent.SUSPENSION),
        line(2, "10:30", StatusEvent.SUSPENSION),
        line(3, "11:00", StatusEvent.RESUMPTION),
        line(4, "12:00", StatusEvent.SUSPENSION),
    ]
    found = stoppages(lines)
    assert [each.begun[11:16] for each in found] == ["12:00", "10:00"]
    assert found[0].ended is None
    assert found[1] == Stoppage(lines[0].at, lines[2].at)


def test_a_page_that_is_not_built_is_refused_in_words(tmp_path: Path) -> None:
    for content in (None, "{}", "not json"):
        if content is not None:
            (tmp_path / MANIFEST).write_text(content)
        with pytest.raises(RefusedError, match=r"not_built|npm"):
            built_map(tmp_path)
    manifest = {
        "src/window/map.ts": {"file": "assets/map-1.js", "css": ["assets/map-1.css"]},
        "x/maplibre-gl-worker.mjs": {"file": "assets/worker-1.js"},
    }
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    assert built_map(tmp_path).worker == "/assets/worker-1.js"


def test_only_the_map_has_a_policy_of_its_own(house: House) -> None:
    with TestClient(create_app(house.services), base_url="http://127.0.0.1:8080") as client:
        for path in ("/public/fr", "/public/en/other", "/public/fr/map/x", "/"):
            assert client.get(path).headers["content-security-policy"] == CONTENT_POLICY
        found = client.get("/public/fr/map").headers["content-security-policy"]
    assert found == MAP_POLICY
    assert "worker-src 'self';" in MAP_POLICY
    assert "blob:" not in MAP_POLICY
    assert "unsafe" not in MAP_POLICY


def test_only_pictures_of_the_towns_own_ground_are_given(house: House) -> None:
    folder = house.home / "tiles" / "3" / "4"
    folder.mkdir(parents=True)
    (folder / "5.png").write_bytes(b"picture")
    with TestClient(create_app(house.services), base_url="http://127.0.0.1:8080") as client:
        assert client.get("/public/tiles/3/4/5.png").content == b"picture"
        assert client.get("/public/tiles/3/4/6.png").status_code == 404
        assert client.get("/public/tiles/3/..%2F..%2Fkeys/5.png").status_code in (404, 422)
