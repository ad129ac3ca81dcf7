"""The mandate: every field the law names, signed, and refused for each thing that is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gardefou.errors import UsageError
from gardefou.governance.mandate import Mandate, Perimeter
from gardefou.governance.mandate_check import at_moment, at_place, by_law, not_covered
from gardefou.governance.mandate_file import (
    MOST_BYTES,
    SignedMandate,
    load_mandate,
    write_mandate,
)
from gardefou.governance.refusal import MandateError, Reason
from gardefou.governance.regime import shipped
from gardefou.governance.signing import (
    PrivateKey,
    PublicKey,
    public_path,
    read_key,
    read_public_key,
    write_key,
)
from gardefou.site.document import Site
from support.mandates import KEY, NOW, answers, mandate, signed

MANDATORY = (
    "act_number",
    "act_date",
    "publication_url",
    "controller",
    "controller_kind",
    "services",
    "event",
    "reasons",
    "perimeter",
    "cameras",
    "situations",
    "information",
    "start",
    "end",
)
TEXTS = ("act_number", "controller", "event", "reasons", "information")
LISTS = ("services", "cameras", "situations")
START = datetime(2027, 2, 1, tzinfo=UTC)


def reasons(found: list[Any]) -> list[Reason]:
    return [each.reason for each in found]


def site(longitude: float | None = 4.5, latitude: float | None = 44.5, **more: Any) -> Site:
    place = {"name": "Quay"} | (
        {} if longitude is None else {"longitude": longitude, "latitude": latitude}
    )
    return Site.model_validate(
        {
            "version": 1,
            "name": "Town",
            "cameras": [{"id": "lawn", "name": "Lawn", "place": place, **more}],
        }
    )


def test_a_sound_mandate_lacks_nothing() -> None:
    assert by_law(mandate()) == []
    assert at_moment(mandate(), NOW) == []
    assert at_place(mandate(), site()) == []
    assert signed().refusals(KEY.public) == []


# R3: every field is mandatory and means something


@pytest.mark.parametrize("field", MANDATORY)
def test_no_mandate_without_this_field(field: str, tmp_path: Path) -> None:
    path = write(tmp_path, answers(**{f"authorisation__{field}": ...}))
    with pytest.raises(MandateError) as caught:
        load_mandate(path)
    assert reasons(caught.value.refusals) == [Reason.FIELD_MISSING]
    assert f"authorisation.{field}" in str(caught.value)


@pytest.mark.parametrize("field", MANDATORY)
def test_no_field_may_be_nothing(field: str) -> None:
    with pytest.raises(ValidationError):
        mandate(**{f"authorisation__{field}": None})


@given(st.sampled_from(TEXTS), st.text(alphabet=" \t\n\r\u00a0", max_size=10))
def test_blanks_are_no_text(field: str, blanks: str) -> None:
    with pytest.raises(ValidationError):
        mandate(**{f"authorisation__{field}": blanks})


@given(st.sampled_from(MANDATORY), st.one_of(st.integers(), st.floats(), st.booleans()))
def test_a_number_is_none_of_the_fields(field: str, value: object) -> None:
    if field in ("act_date", "start", "end"):
        return  # a time in seconds would be read as one
    with pytest.raises(ValidationError):
        mandate(**{f"authorisation__{field}": value})


@pytest.mark.parametrize("field", LISTS)
def test_a_list_names_something_and_nothing_twice(field: str) -> None:
    one = answers()["authorisation"][field][0]
    for wrong in ([], [one, one], one):
        if field == "services" and wrong == [one, one]:
            continue
        with pytest.raises(ValidationError):
            mandate(**{f"authorisation__{field}": wrong})


@given(st.text(min_size=1, max_size=30))
def test_only_the_eight_situations_are_situations(word: str) -> None:
    known = shipped()["research"].situations
    if word in known:
        return
    with pytest.raises(ValidationError):
        mandate(authorisation__situations=[word])


@given(st.text(min_size=1, max_size=40).filter(lambda name: name not in Mandate.model_fields))
def test_nothing_unknown_stands_in_a_mandate(name: str) -> None:
    with pytest.raises(ValidationError):
        Mandate.model_validate({**answers(), name: True})
    data = answers()
    data["authorisation"][f"x-{name}"] = True
    with pytest.raises(ValidationError):
        Mandate.model_validate(data)


@pytest.mark.parametrize("url", ["", "prefecture", "ftp://x/y", "file:///etc/raa", "http://"])
def test_a_publication_is_an_address(url: str) -> None:
    with pytest.raises(ValidationError):
        mandate(authorisation__publication_url=url)


@given(st.integers(min_value=1, max_value=60 * 24 * 3600))
def test_a_mandate_lasts_31_days_at_most(seconds: int) -> None:
    end = START + timedelta(seconds=seconds)
    given_mandate = mandate(authorisation__start=START, authorisation__end=end)
    found = reasons(by_law(given_mandate))
    assert (Reason.TOO_LONG in found) == (seconds > 31 * 24 * 3600)


@given(st.integers(min_value=-(10**7), max_value=0))
def test_a_mandate_ends_after_it_begins(seconds: int) -> None:
    with pytest.raises(ValidationError):
        mandate(authorisation__start=START, authorisation__end=START + timedelta(seconds=seconds))


def test_a_time_needs_its_zone() -> None:
    with pytest.raises(ValidationError):
        mandate(authorisation__start="2027-02-01T08:00:00")


@given(
    st.datetimes(datetime(2027, 1, 1), datetime(2027, 4, 1)).map(lambda at: at.replace(tzinfo=UTC))
)
def test_a_minute_is_covered_from_the_start_until_before_the_end(now: datetime) -> None:
    given_mandate = mandate()
    authorisation = given_mandate.authorisation
    found = reasons(at_moment(given_mandate, now))
    if now < authorisation.start:
        assert found == [Reason.NOT_BEGUN]
    elif now >= authorisation.end:
        assert found == [Reason.ENDED]
    else:
        assert found == []


# The perimeter


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_camera_outside_the_perimeter_is_refused(longitude: float, latitude: float) -> None:
    inside = 4.0 <= longitude <= 5.0 and 44.0 <= latitude <= 45.0
    found = reasons(at_place(mandate(), site(longitude, latitude)))
    assert found == ([] if inside else [Reason.CAMERA_OUTSIDE])


def test_a_camera_needs_a_position_and_a_place_in_the_site() -> None:
    assert reasons(at_place(mandate(), site(None, None))) == [Reason.CAMERA_WITHOUT_POSITION]
    named = mandate(authorisation__cameras=["lawn", "roof"])
    assert reasons(at_place(named, site())) == [Reason.CAMERA_UNKNOWN]


@pytest.mark.parametrize(
    "ring",
    [
        [[4, 44], [5, 44], [5, 45], [4, 45]],
        [[4, 44], [5, 45], [5, 44], [4, 45], [4, 44]],
        [[4, 44], [5, 44], [4, 44], [4, 44]],
        [[4, 44], [5, 44], [200, 45], [4, 44]],
        [[4, 44], [5, float("nan")], [5, 45], [4, 44]],
        [[4, 44], [5, 44]],
    ],
)
def test_a_perimeter_is_a_closed_simple_ring_on_earth(ring: list[list[float]]) -> None:
    with pytest.raises(ValidationError):
        Perimeter(type="Polygon", coordinates=[ring])  # type: ignore[arg-type]


def test_a_hole_in_the_perimeter_is_outside() -> None:
    outer = [[4, 44], [5, 44], [5, 45], [4, 45], [4, 44]]
    hole = [[4.4, 44.4], [4.6, 44.4], [4.6, 44.6], [4.4, 44.6], [4.4, 44.4]]
    area = Perimeter.model_validate({"type": "Polygon", "coordinates": [outer, hole]})
    assert area.contains(4.1, 44.1)
    assert not area.contains(4.5, 44.5)


# Masks


def test_a_window_that_no_mask_covers_is_refused() -> None:
    window = [[0.1, 0.1], [0.3, 0.1], [0.3, 0.3], [0.1, 0.3]]
    half = [[0.1, 0.1], [0.2, 0.1], [0.2, 0.3], [0.1, 0.3]]
    sensitive = [{"id": "first-floor", "kind": "window", "polygon": window}]
    bare = at_place(mandate(), site(sensitive=sensitive))
    assert reasons(bare) == [Reason.AREA_UNCOVERED]
    partly = at_place(mandate(), site(sensitive=sensitive, masks=[{"id": "m", "polygon": half}]))
    assert "50 %" in str(partly[0])
    whole = site(sensitive=sensitive, masks=[{"id": "m", "polygon": window}])
    assert at_place(mandate(), whole) == []


# Prohibited zones


def test_a_zone_is_prohibited_only_where_it_was_said_where_people_walk() -> None:
    zone = {
        "id": "lawn",
        "situation": "zone_intrusion",
        "act": "order 12",
        "polygon": [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]],
    }
    zoned: dict[str, Any] = {"situations": ["zone_intrusion"], "zones": [zone]}
    assert reasons(at_place(mandate(), site(**zoned))) == [Reason.WALKWAYS_UNKNOWN]
    assert at_place(mandate(), site(**zoned, walkways=[])) == []


# R5: knock out each document


@pytest.mark.parametrize(
    ("artefact", "reason"),
    [
        ("dpia", Reason.DPIA_MISSING),
        ("dpo_opinion", Reason.DPO_OPINION_MISSING),
        ("cnil_commitment", Reason.CNIL_COMMITMENT_MISSING),
        ("video_authorisation", Reason.VIDEO_AUTHORISATION_MISSING),
        ("attestation", Reason.ATTESTATION_MISSING),
        ("trainings", Reason.TRAININGS_MISSING),
    ],
)
def test_each_document_that_is_knocked_out_is_named(artefact: str, reason: Reason) -> None:
    found = by_law(mandate(**{f"authorisation__{artefact}": ...}))
    assert reasons(found) == [reason]
    assert f"authorisation.{artefact}" in found[0].in_language("fr")


@pytest.mark.parametrize("half", ["data_protection", "system"])
def test_both_trainings_are_needed(half: str) -> None:
    with pytest.raises(ValidationError):
        mandate(**{f"authorisation__trainings__{half}": ...})


@pytest.mark.parametrize("field", ["reference", "date", "sha256", "signed_by"])
def test_an_impact_assessment_is_dated_hashed_and_signed(field: str) -> None:
    with pytest.raises(ValidationError):
        mandate(**{f"authorisation__dpia__{field}": ...})


def test_documents_age() -> None:
    old = mandate(authorisation__dpia__date="2026-02-28")
    assert reasons(by_law(old)) == [Reason.DPIA_TOO_OLD]
    assert by_law(mandate(authorisation__dpia__date="2026-03-01")) == []
    old = mandate(authorisation__video_authorisation__date="2022-02-28")
    assert reasons(by_law(old)) == [Reason.VIDEO_AUTHORISATION_TOO_OLD]
    assert by_law(mandate(authorisation__video_authorisation__date="2022-03-01")) == []


@pytest.mark.parametrize(
    "where",
    [
        "authorisation__act_date",
        "authorisation__dpia__date",
        "authorisation__dpo_opinion__date",
        "authorisation__video_authorisation__date",
        "authorisation__trainings__data_protection__date",
        "authorisation__trainings__system__date",
        "legal_basis__counsel__date",
    ],
)
def test_what_must_come_first_is_dated_first(where: str) -> None:
    found = by_law(mandate(**{where: "2027-02-03"}))
    assert reasons(found) == [Reason.DOCUMENT_LATE]
    assert where.replace("__", ".") in str(found[0])


def test_a_vendor_cannot_be_controller() -> None:
    with pytest.raises(ValidationError):
        mandate(authorisation__controller_kind="vendor")
    found = by_law(mandate(authorisation__controller_kind="private_owner"))
    assert reasons(found) == [Reason.CONTROLLER_NOT_LISTED]


def test_cameras_and_situations_that_are_not_named_are_not_read() -> None:
    lawn = site(situations=["zone_intrusion"], zones=[ZONE]).cameras[0]
    other = lawn.model_copy(update={"id": "roof"})
    refused = not_covered(mandate(), [lawn, other])
    assert {key: each.reason for key, each in refused.items()} == {
        "roof": Reason.CAMERA_NOT_COVERED
    }
    narrow = mandate(authorisation__situations=["fire"])
    assert not_covered(narrow, [lawn])["lawn"].reason is Reason.SITUATION_NOT_COVERED


ZONE = {
    "id": "lawn",
    "situation": "zone_intrusion",
    "polygon": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]],
    "act": "arrêté 3",
}


# Signatures and files


def write(folder: Path, data: object) -> Path:
    import yaml

    path = folder / "mandate.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize("letter", ["#", "é"])
def test_a_file_is_read_whole_or_refused_whatever_its_letters(tmp_path: Path, letter: str) -> None:
    """What lies beyond the size that is read would be neither checked nor signed."""
    path = tmp_path / "mandate.yaml"
    write_mandate(path, signed())
    tail = "#" + letter * (MOST_BYTES // len(letter.encode())) + "\nadmin: true\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(tail)
    with pytest.raises(MandateError) as refused:
        load_mandate(path)
    assert [each.reason for each in refused.value.refusals] == [Reason.TOO_LARGE]


def test_a_mandate_is_the_same_after_a_file(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    write_mandate(path, signed())
    again = load_mandate(path)
    assert again == signed()
    assert again.refusals(KEY.public) == []


def test_times_and_numbers_written_otherwise_are_the_same_mandate() -> None:
    other = mandate(
        authorisation__start="2027-02-01T07:00:00Z",
        authorisation__perimeter__coordinates=[
            [[4, 44], [5, 44], [5.00000000001, 45], [4, 45], [4, 44]]
        ],
    )
    assert other.signed_bytes == mandate().signed_bytes


def leaves(data: Any, where: str = "") -> list[str]:
    if isinstance(data, dict):
        return [leaf for key, each in data.items() for leaf in leaves(each, f"{where}{key}__")]
    return [where.removesuffix("__")] if isinstance(data, str) else []


@pytest.mark.parametrize(
    "where", [each for each in leaves(answers()) if not each.endswith(("kind", "format", "type"))]
)
def test_a_signature_covers_every_text_of_the_mandate(where: str) -> None:
    value: Any = answers()
    for step in where.split("__"):
        value = value[step]
    other = {"date": "2025-06-07", "start": "2027-02-02T00:00:00Z", "end": "2027-02-20T00:00:00Z"}
    last = where.rpartition("__")[2]
    changed = other.get(last, "2027-06-07" if last.startswith("valid") else None)
    if changed is None:
        changed = "2025-06-07" if last == "act_date" else value + "a"
    if last.endswith("sha256") or last == "nanodet":
        changed = "cd" * 32
    forged = SignedMandate(mandate(**{where: changed}), signed().signature)
    assert reasons(forged.refusals(KEY.public)) == [Reason.SIGNATURE_WRONG]


def test_nobody_s_and_somebody_else_s_signature_are_refused() -> None:
    assert reasons(SignedMandate(mandate()).refusals(KEY.public)) == [Reason.UNSIGNED]
    stranger = SignedMandate(mandate()).signed(PrivateKey.make())
    assert reasons(stranger.refusals(KEY.public)) == [Reason.KEY_NOT_TRUSTED]


@given(st.binary(max_size=400))
def test_no_file_is_half_a_mandate(data: bytes) -> None:
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        with pytest.raises(MandateError):
            load_mandate(Path(file.name))


def test_every_missing_field_is_named_on_a_line_of_its_own(tmp_path: Path) -> None:
    data = answers(authorisation__event=..., authorisation__reasons="", id=...)
    with pytest.raises(MandateError) as caught:
        load_mandate(write(tmp_path, data))
    assert sorted(reasons(caught.value.refusals)) == [
        Reason.FIELD_MISSING,
        Reason.FIELD_MISSING,
        Reason.FIELD_WRONG,
    ]
    for each in caught.value.refusals:
        for language in ("en", "fr"):
            assert "\n" not in each.in_language(language)


def test_keys_are_written_for_their_owner_and_read_back(tmp_path: Path) -> None:
    path, key = tmp_path / "town.key", PrivateKey.make()
    assert write_key(path, key) == public_path(path)
    assert path.stat().st_mode & 0o077 == 0
    assert read_key(path).public == key.public == read_public_key(public_path(path))
    assert key.public.fingerprint not in repr(key)
    with pytest.raises(UsageError):
        write_key(path, key)
    locked = tmp_path / "locked.key"
    write_key(locked, key, "mot de passe")
    assert read_key(locked, "mot de passe").public == key.public
    for wrong in ("", "autre"):
        with pytest.raises(UsageError):
            read_key(locked, wrong)
    with pytest.raises(UsageError):
        read_key(public_path(path))


@given(st.binary(min_size=32, max_size=32))
def test_a_public_key_is_a_line(raw: bytes) -> None:
    assert PublicKey.parse(str(PublicKey(raw))) == PublicKey(raw)
