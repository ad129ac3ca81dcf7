"""What a site may hold: the eight situations, the few settings, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gardefou.site import Camera, Site, Situations, json_schema, load_site, write
from gardefou.site.schema import Schema
from gardefou.situations.situation import Situation

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "sites").glob("*.yaml"))


def refused(settings: object) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        Situations.model_validate(settings)
    return [(".".join(map(str, each["loc"])), each["type"]) for each in caught.value.errors()]


def test_the_situations_of_a_camera_are_the_eight_and_no_other() -> None:
    assert set(Situations.model_fields) == set(Situation)


@pytest.mark.parametrize("situation", Situation)
def test_each_situation_can_be_named_in_a_list_or_a_mapping(situation: Situation) -> None:
    name = situation.value
    forms: list[object] = [[name], {name: None}, {name: {}}]
    for written in forms:
        assert Situations.model_validate(written).on == {situation}


def test_the_density_floor_cannot_be_lowered() -> None:
    read = Situations.model_validate({"crowd_density": {"persons_per_m2": 2.0}})
    assert read.crowd_density is not None
    assert read.crowd_density.persons_per_m2 == 2.0
    too_low = {"crowd_density": {"persons_per_m2": 1.99}}
    assert refused(too_low) == [("crowd_density.persons_per_m2", "greater_than_equal")]


def test_an_object_is_unattended_for_half_a_minute_by_default() -> None:
    read = Situations.model_validate(["abandoned_object"])
    assert read.abandoned_object is not None
    assert read.abandoned_object.unattended_s == 30
    too_short = {"abandoned_object": {"unattended_s": 4}}
    assert refused(too_short) == [("abandoned_object.unattended_s", "greater_than_equal")]


@pytest.mark.parametrize("situation", Situation)
@pytest.mark.parametrize("parameter", ["group_size", "dwell", "speed", "clothing", "loitering"])
def test_no_situation_takes_a_parameter_about_people(situation: Situation, parameter: str) -> None:
    assert refused({situation.value: {parameter: 3}}) == [
        (f"{situation}.{parameter}", "extra_forbidden")
    ]


def test_a_document_cannot_change_once_read() -> None:
    camera = Camera(id="a", name="A")
    with pytest.raises(ValidationError):
        camera.name = "B"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_fine_and_survive_a_round_trip(path: Path, tmp_path: Path) -> None:
    site = load_site(path)
    copy = tmp_path / "copy.yaml"
    copy.write_text(write(site, secrets=True), encoding="utf-8")
    assert load_site(copy) == site
    assert write(load_site(copy), secrets=True) == copy.read_text(encoding="utf-8")


def test_the_normal_form_hides_passwords() -> None:
    camera = {"id": "a", "name": "A", "source": "rtsp://u:h1dden@h/x"}
    site = Site.model_validate({"version": 1, "name": "x", "cameras": [camera]})
    assert yaml.safe_load(write(site))["cameras"][0]["source"] == "rtsp://u:***@h/x"
    assert "rtsp://u:h1dden@h/x" in write(site, secrets=True)


def test_the_lawn_is_the_zone_of_the_labelled_case(footage: Path) -> None:
    (case,) = (
        each
        for each in yaml.safe_load((footage / "cases.yaml").read_text(encoding="utf-8"))
        if each["id"] == "pets-lawn"
    )
    (example,) = (path for path in EXAMPLES if path.stem == "pets-lawn")
    (zone,) = load_site(example).cameras[0].zones
    assert [list(corner) for corner in zone.polygon] == case["zones"][0]["polygon"]


def objects(part: object) -> list[Schema]:
    """Every object schema inside a schema."""
    found: list[Schema] = []
    if isinstance(part, dict):
        found += [part] if "properties" in part and part.get("type") == "object" else []
        found += [each for value in part.values() for each in objects(value)]
    if isinstance(part, list):
        found += [each for value in part for each in objects(value)]
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_schema_is_closed_and_describes_every_field(language: str) -> None:
    schema = json_schema(language)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert objects(schema)
    for each in objects(schema):
        assert each["additionalProperties"] is False
        assert all(value["description"] for value in each["properties"].values())
    assert schema["$defs"]["Situation"]["enum"] == [each.value for each in Situation]


def test_the_schema_is_described_in_the_language_asked_for() -> None:
    english, french = json_schema("en"), json_schema("fr")
    for name, definition in english["$defs"].items():
        assert definition["description"] != french["$defs"][name]["description"]


def test_the_document_s_page_names_every_key_and_its_example_is_fine(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "site.md").read_text(encoding="utf-8")
    for each in objects(json_schema("en")):
        assert not [key for key in each["properties"] if f"`{key}`" not in page]
    example = tmp_path / "site.yaml"
    example.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert len(load_site(example).cameras[0].zones) == 2
    for situation in Situation:
        (row,) = (
            line
            for line in page.splitlines()
            if line.startswith("|") and f"`{situation}`" in line.split("|")[1]
        )
        assert "| yes" in row


# Prohibited zones and the ground where people walk

SPACE = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]


def closing(share: float, walkways: list[object] | None, zones: int = 1) -> Camera:
    """A camera whose prohibited zones, side by side, close so much of the lower half."""
    width = share / zones
    corners = [
        [[i * width, 0.5], [(i + 1) * width, 0.5], [(i + 1) * width, 1.0], [i * width, 1.0]]
        for i in range(zones)
    ]
    given: dict[str, object] = {
        "id": "gate",
        "name": "Gate",
        "situations": ["zone_intrusion"],
        "zones": [
            {"id": f"z{i}", "situation": "zone_intrusion", "act": "order 12", "polygon": each}
            for i, each in enumerate(corners)
        ],
    }
    if walkways is not None:
        given["walkways"] = walkways
    return Camera.model_validate(given)


PAVEMENT = {"id": "pavement", "polygon": SPACE}


@pytest.mark.parametrize("zones", [1, 3])
def test_zones_may_close_half_of_where_people_walk_and_no_more(zones: int) -> None:
    share = closing(0.5, [PAVEMENT], zones).closed_share
    assert share == pytest.approx(0.5)
    with pytest.raises(ValidationError, match="too_much_closed"):
        closing(0.52, [PAVEMENT], zones)


def test_a_zone_over_the_whole_pavement_is_refused() -> None:
    with pytest.raises(ValidationError, match="too_much_closed"):
        closing(1.0, [PAVEMENT])


def test_a_zone_beside_the_pavement_closes_nothing_of_it() -> None:
    sky = {"id": "far", "polygon": [[0.0, 0.0], [1.0, 0.0], [1.0, 0.4], [0.0, 0.4]]}
    assert closing(1.0, [sky]).closed_share == 0.0


def test_no_pavement_and_no_word_about_it_are_two_things() -> None:
    assert closing(1.0, []).closed_share == 0.0
    assert closing(1.0, None).closed_share is None


@given(st.floats(0.05, 0.95))
def test_the_share_is_that_of_the_ground_where_people_walk(share: float) -> None:
    if share <= 0.5:
        assert closing(share, [PAVEMENT]).closed_share == pytest.approx(share)
    else:
        with pytest.raises(ValidationError, match="too_much_closed"):
            closing(share, [PAVEMENT])
