"""Every mistake of a site document is said, at once, with its place, its line and its cure."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gardefou.site.check import SiteDocumentError, check_site, load_site
from gardefou.situations.situation import Situation

GOOD = """\
version: 1
name: Town
cameras:
  - id: a
    name: Square
    situations: [zone_intrusion]
    zones:
      - id: lawn
        situation: zone_intrusion
        act: invented order 1
        polygon: [[0, 0], [1, 0], [1, 1]]
"""


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", "en")


def written(folder: Path, text: str | bytes) -> Path:
    """A document of this text, in which ``OK`` stands for a polygon without a mistake."""
    path = folder / "site.yaml"
    if isinstance(text, str):
        text = text.replace("OK", "[[0, 0], [1, 0], [1, 1]]").encode()
    path.write_bytes(text)
    return path


def lines(folder: Path, text: str | bytes) -> list[str]:
    """What is said of a document, each line without the folder."""
    return [str(each).removeprefix(f"{folder}/") for each in check_site(written(folder, text))]


def only(folder: Path, text: str | bytes) -> str:
    (line,) = lines(folder, text)
    return line


def with_camera(body: str) -> str:
    """A site of one camera without situations, and more lines of that camera."""
    return "version: 1\nname: Town\ncameras:\n  - id: a\n    name: A\n" + "".join(
        f"    {line}\n" for line in body.splitlines()
    )


def with_zone(zone: str, situation: str = "zone_intrusion") -> str:
    """A site of one camera with one zone, written in braces."""
    return with_camera(f"situations: [{situation}]\nzones:\n  - {zone}")


def test_a_good_document_has_no_mistake(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    assert check_site(path) == []
    camera = load_site(path).cameras[0]
    assert camera.situations.on == {Situation.ZONE_INTRUSION}
    assert camera.zones[0].polygon == ((0, 0), (1, 0), (1, 1))


def test_a_point_outside_is_named_with_its_place_and_cure(tmp_path: Path) -> None:
    zone = "{id: z, situation: zone_intrusion, act: x, polygon: [[0,0],[1,0],[1.2,0.4]]}"
    assert only(tmp_path, with_zone(zone)) == (
        "site.yaml: cameras[0].zones[0].polygon: point 3 lies outside the frame (1.20, 0.40); "
        "coordinates are fractions of width and height (line 8)"
    )


def test_all_mistakes_of_a_document_are_said_in_the_order_of_its_lines(tmp_path: Path) -> None:
    document = """\
version: 1
naem: Town
timezone: Mars/Olympus
cameras:
  - id: a
    name: 12
    zones:
      - {id: z, situation: wrong_way, polygon: [[0,0],[1,0]]}
      - {id: z, situation: zone_intrusion, polygon: [[0,0],[1,1],[1,0],[0,1]]}
  - id: a
    analysis: {fps: 50}
"""
    said = lines(tmp_path, document)
    expected = [
        '"name" is missing',
        'did you mean "name"?',
        '"Mars/Olympus" is not a time zone',
        "cameras[0].name: not a text",
        "cameras[0].zones[0].polygon: a polygon of 2 points",
        "cameras[0].zones[0].direction: a wrong_way zone needs",
        "cameras[0].zones[0].situation: the zone is for wrong_way, which is not on",
        "cameras[0].zones[1].polygon: the polygon crosses itself",
        "cameras[0].zones[1].act: a zone_intrusion zone needs the legal act",
        'cameras[0].zones[1].id: the id "z" already stands in entry [0]',
        "cameras[0].zones[1].situation: the zone is for zone_intrusion, which is not on",
        'cameras[1]: "name" is missing',
        'cameras[1].id: the id "a" already stands in entry [0]',
        "cameras[1].analysis.fps: too large; the most is 12",
    ]
    assert len(said) == len(expected)
    assert all(part in line for part, line in zip(expected, said, strict=True)), said
    assert [line.rpartition("(line ")[2] for line in said[1:4]] == ["2)", "3)", "6)"]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "site.yaml: the document is empty"),
        ("# only a remark\n", "site.yaml: the document is empty"),
        ("- a\n- b\n", 'site.yaml: the document is not a list of "key: value" lines'),
        ("version: 1\nname: [x\n", "site.yaml: not YAML, at column 1;"),
        ("version: 1\nname:\n\t- x\n", "site.yaml: not YAML: a tab stands at column 1"),
        ("version: 1\n---\nname: x\n", "site.yaml: a second document begins here"),
        ("version: !!python/name:os.system x\n", "site.yaml: a YAML tag or value"),
        ("name: a\x07b\n", "site.yaml: character 7 of the file is not allowed"),
        (b"name: caf\xe9\n", "site.yaml: byte 9 is not UTF-8 text"),
        ("a: &a [*a]\n", "site.yaml: the document holds more than 200000 values"),
    ],
)
def test_what_is_no_yaml_document_is_said_in_one_line(
    tmp_path: Path, document: str | bytes, said: str
) -> None:
    assert only(tmp_path, document).startswith(said)


def test_a_syntax_mistake_names_its_line(tmp_path: Path) -> None:
    assert only(tmp_path, "version: 1\nname: a: b\n").endswith("(line 2)")


def test_aliases_that_multiply_are_refused_before_they_are_written_out(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "more than 200000 values" in only(tmp_path, "\n".join(levels))


def test_an_alias_shares_a_polygon(tmp_path: Path) -> None:
    shared = GOOD.replace("[[0, 0]", "&p [[0, 0]") + "    masks: [{id: m, polygon: *p}]\n"
    assert check_site(written(tmp_path, shared)) == []


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    assert "no such file" in str(check_site(tmp_path / "none.yaml")[0])
    assert "cannot be read (IsADirectoryError)" in str(check_site(tmp_path)[0])


def test_an_enormous_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    with path.open("wb") as file:
        file.truncate(5_000_000)
    assert "larger than 4194304 bytes" in str(check_site(path)[0])


@pytest.mark.parametrize(
    ("camera", "said"),
    [
        ("zoens: []", 'cameras[0]: the key "zoens" does not exist here; did you mean "zones"?'),
        ("zzz: 1", 'cameras[0]: the key "zzz" does not exist here; known keys: id, name, source'),
        ("lines: 3", "cameras[0].lines: not a list"),
        ("place: here", 'cameras[0].place: not a group of "key: value" lines'),
        ("place: {name: ''}", "cameras[0].place.name: the text is empty"),
        ("place: {name: x, latitude: 48.8}", "cameras[0].place.longitude: a latitude without"),
        ("place: {name: x, longitude: 2.3}", "cameras[0].place.longitude: a latitude without"),
        ("place: {name: x, latitude: 91, longitude: 0}", "latitude: too large; the most is 90"),
        ("analysis: {fps: 0.5}", "cameras[0].analysis.fps: too small; the least is 1"),
        ("analysis: {fps: '5'}", "cameras[0].analysis.fps: not a number"),
        ("analysis: {fps: yes}", "cameras[0].analysis.fps: not a number"),
        ("analysis: {fps: .nan}", "cameras[0].analysis.fps: not a finite number"),
        ("masks: [{id: a b, polygon: OK}]", "cameras[0].masks[0].id: not an id"),
        ("masks: [{id: m, polygon: 3}]", "cameras[0].masks[0].polygon: not a list"),
        ("masks: [{id: m, polygon: [[0,0],[1,0],[1]]}]", "polygon[2]: not a point"),
        ("masks: [{id: m, polygon: [[0,0],[1,0],[a,1]]}]", "polygon[2]: not a point"),
        ("masks: [{id: m, polygon: [[0,0],[1,0],[.inf,1]]}]", "polygon[2]: not a point"),
        ("masks: [{id: m, polygon: [[0,0],[1,1],[0.5,0.5]]}]", "the polygon has no area"),
        ("lines: [{id: l, line: [[0,0]]}]", "cameras[0].lines[0].line: a line has two ends, not 1"),
        ("lines: [{id: l, line: [[0,0],[0,0]]}]", "both ends of the line are at the same place"),
        ("lines: [{id: l, line: [[0,0],[0,-1]]}]", "line: point 2 lies outside the frame"),
        ("source: udp://h/x", 'cameras[0].source: sources of kind "udp:" are not read'),
        ("source: /dev/video0", "cameras[0].source: a device or a pipe cannot be a source"),
        ("source: son.WAV", "cameras[0].source: this is a sound file"),
        ("source: rtsp://", "cameras[0].source: the address names no host"),
        ("source: 3", "cameras[0].source: the source is not an address or a file"),
        ("situations: 3", 'cameras[0].situations: not a group of "key: value" lines'),
        ("situations: [{fire: {}}]", "cameras[0].situations[0]: not a situation's name"),
    ],
)
def test_each_mistake_of_a_camera_is_named(tmp_path: Path, camera: str, said: str) -> None:
    line = only(tmp_path, with_camera(camera))
    assert said in line
    assert line.endswith("(line 6)")


@pytest.mark.parametrize(
    ("zone", "situation", "said"),
    [
        (
            "{id: z, situation: zone_intrusion, polygon: OK}",
            "zone_intrusion",
            "act: a",
        ),
        (
            "{id: z, situation: zone_intrusion, act: ' ', polygon: OK}",
            "zone_intrusion",
            "act: a zone_intrusion zone needs the legal act that closes it",
        ),
        (
            "{id: z, situation: zone_intrusion, act: x, direction: [0,1], polygon: OK}",
            "zone_intrusion",
            "direction: a zone of zone_intrusion has no direction",
        ),
        (
            "{id: z, situation: wrong_way, polygon: OK}",
            "wrong_way",
            "direction: a wrong_way zone needs the allowed direction of travel",
        ),
        (
            "{id: z, situation: wrong_way, direction: [0,0], polygon: OK}",
            "wrong_way",
            "direction: the direction [0, 0] points nowhere",
        ),
        (
            "{id: z, situation: wrong_way, direction: up, polygon: OK}",
            "wrong_way",
            "direction: not a direction",
        ),
        (
            "{id: z, situation: wrong_way, direction: [0,1], classes: [dog], polygon: OK}",
            "wrong_way",
            'classes[0]: "dog" is not known here; choose among: person, vehicle',
        ),
        (
            "{id: z, situation: wrong_way, direction: [0,1], polygon: [[0,0],[1,1],[1,0],[0,1]]}",
            "wrong_way",
            "the edge from point 1 to point 2 meets the edge from point 3 to point 4",
        ),
    ],
)
def test_each_mistake_of_a_zone_is_named(
    tmp_path: Path, zone: str, situation: str, said: str
) -> None:
    assert said in only(tmp_path, with_zone(zone, situation))


def test_a_ninth_situation_gets_the_eight_and_the_law(tmp_path: Path) -> None:
    for document in (
        with_camera("situations: [bagarre]"),
        with_camera("situations: {bagarre: {}}"),
        with_camera("zones:\n  - {id: z, situation: bagarre, polygon: OK}"),
    ):
        line = only(tmp_path, document)
        assert '"bagarre" is not one of the eight situations' in line
        assert all(each in line for each in Situation)
        assert "décret n° 2023-828, art. 3" in line


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("dwell", "how long somebody stays"),
        ("dwellSeconds", "how long somebody stays"),
        ("loitering", "how long somebody stays"),
        ("group_size", "people who meet"),
        ("attroupement", "people who meet"),
        ("min_speed", "how fast one person or vehicle goes"),
        ("clothing", "what a person looks like or wears"),
        ("face_recognition", "nobody is identified or recognised"),
        ("plates", "number plates are never read"),
        ("audio", "sound is never read"),
        ("fighting", "none of the eight situations"),
    ],
)
def test_what_the_law_leaves_out_is_refused_with_the_reason(
    tmp_path: Path, name: str, reason: str
) -> None:
    zone = "{id: z, situation: zone_intrusion, act: x, polygon: OK"
    documents = [
        with_zone(f"{zone}, {name}: 3}}"),
        with_zone(f"{zone}}}").replace("[zone_intrusion]", f"{{zone_intrusion: {{{name}: 3}}}}"),
        with_camera(f"situations: [{name}]"),
        with_camera(f"situations: {{{name}: {{}}}}"),
        with_camera(f"{name}: 3"),
    ]
    for document in documents:
        line = only(tmp_path, document)
        assert f'"{name}" does not exist' in line
        assert reason in line


def test_a_situation_without_settings_says_so(tmp_path: Path) -> None:
    document = GOOD.replace("[zone_intrusion]", "{zone_intrusion: {depth: 3}}")
    assert "this situation has no setting" in only(tmp_path, document)


def test_a_situation_named_twice_is_refused(tmp_path: Path) -> None:
    line = only(tmp_path, GOOD.replace("[zone_intrusion]", "[zone_intrusion, zone_intrusion]"))
    assert "situations[1]: the situation zone_intrusion stands twice" in line


def test_a_situation_without_its_zone_would_watch_nothing(tmp_path: Path) -> None:
    line = only(tmp_path, with_camera("situations: [wrong_way]"))
    assert "cameras[0].situations: wrong_way is on but no zone of this camera is for it" in line


def test_a_zone_whose_situation_is_off_would_watch_nothing(tmp_path: Path) -> None:
    line = only(tmp_path, GOOD.replace("[zone_intrusion]", "[]"))
    assert "cameras[0].zones[0].situation: the zone is for zone_intrusion, which is not on" in line


def test_a_key_written_twice_is_said_and_not_silently_dropped(tmp_path: Path) -> None:
    line = only(tmp_path, GOOD.replace("name: Town", "name: Town\nname: City"))
    assert line == (
        'site.yaml: the key "name" stands here again, first on line 2; keep one (line 3)'
    )


@pytest.mark.parametrize("part", ["masks", "zones", "lines"])
def test_an_id_stands_once_among_the_parts_of_a_kind(tmp_path: Path, part: str) -> None:
    entry = {
        "masks": "{id: x, polygon: OK}",
        "zones": "{id: x, situation: zone_intrusion, act: x, polygon: OK}",
        "lines": "{id: x, line: [[0,0],[1,1]]}",
    }[part]
    on = "situations: [zone_intrusion]\n" if part == "zones" else ""
    line = only(tmp_path, with_camera(f"{on}{part}:\n  - {entry}\n  - {entry}"))
    assert f'cameras[0].{part}[1].id: the id "x" already stands in entry [0]' in line


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ("[0,0] 0,0; [1,0] 6,0; [1,1] 6,9", "3 point pairs do not make a calibration"),
        ("[0,0] 0,0; [.3,.3] 6,0; [.6,.6] 6,9; [1,1] 0,9", "on one line in the picture"),
        ("[0,0] 0,0; [1,0] 1,0; [1,1] 2,0; [0,1] 3,0", "on one line on the ground"),
        ("[0,0] 0,0; [.5,0] 3,0; [1,0] 6,0; [0,1] 0,9", "on one line in the picture"),
        ("[0,0] 0,0; [0,0] 0,0; [0,0] 0,0; [0,0] 0,0", "on one line in the picture"),
    ],
)
def test_a_calibration_needs_four_points_in_general_position(
    tmp_path: Path, points: str, said: str
) -> None:
    pairs = [pair.strip().split(" ") for pair in points.split(";")]
    written_pairs = ", ".join(f"{{image: {image}, ground: [{at}]}}" for image, at in pairs)
    said_lines = lines(tmp_path, with_camera(f"calibration: {{points: [{written_pairs}]}}"))
    assert any(said in line for line in said_lines)


def test_more_points_than_four_may_lie_on_lines(tmp_path: Path) -> None:
    grid = [(x, y) for y in (0.2, 0.5, 0.8) for x in (0.1, 0.5, 0.9)]
    pairs = ", ".join(f"{{image: [{x}, {y}], ground: [{9 * x}, {20 * y}]}}" for x, y in grid)
    assert lines(tmp_path, with_camera(f"calibration: {{points: [{pairs}]}}")) == []


def test_loading_names_the_first_mistake_and_how_to_see_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, "version: 1\ncameras: []\n")
    with pytest.raises(SiteDocumentError) as caught:
        load_site(path)
    assert len(caught.value.mistakes) == 2
    assert str(caught.value) == (
        f'{path}: "name" is missing; add it; 1 more: `gardefou site check {path}` lists them'
    )
    assert caught.value.in_language("fr").startswith(f"{path}: «\u202fname\u202f» manque\u202f;")


def test_loading_a_document_with_one_mistake_says_that_mistake(tmp_path: Path) -> None:
    path = written(tmp_path, "version: 1\nname: x\ncameras: []\n")
    with pytest.raises(SiteDocumentError, match=r"cameras: there is no camera; .* \(line 3\)$"):
        load_site(path)


def test_passwords_never_stand_in_a_mistake(tmp_path: Path) -> None:
    camera = "source: rtsp://u:h1dden@\nsources: rtsp://u:h1dden@h/x\nplace: rtsp://u:h1dden@h/x"
    for each in check_site(written(tmp_path, with_camera(camera))):
        assert "h1dden" not in each.in_language("en") + each.in_language("fr") + repr(each)


def test_mistakes_are_said_in_french(tmp_path: Path) -> None:
    (found,) = check_site(
        written(tmp_path, GOOD.replace("cameras:", "cameras: #").replace("name: Square", "name: 3"))
    )
    assert found.in_language("fr").endswith(
        "cameras[0].name: ce n'est pas un texte\u202f; mettez la valeur entre guillemets (ligne 5)"
    )


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats()
    | st.sampled_from(["", "a", "wrong_way", "2026-11-22", "rtsp://u:p@h/x", "a b"])
    | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "polygon", "situation", "fire", "points", "x", "speed"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@given(
    path=st.sampled_from(
        [
            "version",
            "name",
            "timezone",
            "cameras",
            "cameras.0",
            "cameras.0.id",
            "cameras.0.source",
            "cameras.0.place",
            "cameras.0.analysis",
            "cameras.0.analysis.fps",
            "cameras.0.situations",
            "cameras.0.zones",
            "cameras.0.zones.0",
            "cameras.0.zones.0.situation",
            "cameras.0.zones.0.polygon",
            "cameras.0.zones.0.polygon.0",
            "cameras.0.zones.0.direction",
            "cameras.0.zones.0.act",
            "cameras.0.zones.0.classes",
            "cameras.0.masks",
            "cameras.0.lines",
            "cameras.0.calibration",
            "cameras.0.calibration.points",
            "cameras.0.calibration.points.0",
            "cameras.0.calibration.points.0.image",
        ]
    ),
    value=VALUES,
)
@example(path="cameras.0.zones.0.classes", value=[["person"]])
@example(path="cameras.0.situations", value={"zone_intrusion": 3})
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_whatever_stands_in_a_document_is_explained_in_our_own_words(
    tmp_path: Path, path: str, value: object
) -> None:
    document = yaml.safe_load(GOOD)
    document["cameras"][0]["calibration"] = {"points": [{"image": [0, 0], "ground": [0, 0]}]}
    document["cameras"][0]["analysis"] = {"fps": 5}
    holder = document
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        holder = holder[step]
    holder[last] = value
    for each in check_site(written(tmp_path, yaml.safe_dump(document))):
        assert each.key != "site.type.other"
        assert each.line is not None or not each.location
        assert each.in_language("en") != each.in_language("fr")
        assert "\n" not in str(each)


CALIBRATION = """
calibration:
  points:
    - {image: [0.1, 0.95], ground: [0, 0]}
    - {image: [0.9, 0.95], ground: [6, 0]}
    - {image: [0.75, 0.4], ground: [6, 12]}
    - {image: [0.25, 0.4], ground: [0, 12]}
"""


def dense(polygon: str, calibration: str = CALIBRATION) -> str:
    zone = f"{{id: z, situation: crowd_density, polygon: {polygon}}}"
    return with_camera(f"situations: [crowd_density]\nzones:\n  - {zone}{calibration}")


def test_crowd_density_needs_neither_a_calibration_nor_a_zone(tmp_path: Path) -> None:
    ground = "[[0.2, 0.9], [0.8, 0.9], [0.7, 0.5], [0.3, 0.5]]"
    assert check_site(written(tmp_path, dense(ground))) == []
    assert check_site(written(tmp_path, dense(ground, ""))) == []
    for bare in ("", CALIBRATION):
        document = with_camera("situations: [crowd_density]" + bare)
        assert check_site(written(tmp_path, document)) == []


def test_a_crowd_density_zone_is_neither_tiny_nor_up_to_the_horizon(tmp_path: Path) -> None:
    tiny = "[[0.4, 0.9], [0.5, 0.9], [0.5, 0.85], [0.4, 0.85]]"
    assert "m² of ground; density is signalled over 10 m² or more" in only(tmp_path, dense(tiny))
    sky = "[[0.2, 0.9], [0.8, 0.9], [0.8, 0.0], [0.2, 0.0]]"
    steep = CALIBRATION.replace("0.75", "0.55").replace("0.25", "0.45")
    assert "reaches the horizon" in only(tmp_path, dense(sky, steep))
