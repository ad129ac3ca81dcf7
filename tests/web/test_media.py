"""Evidence files: by range, never kept, never outside their folder, never without the journal."""

from __future__ import annotations

from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from gardefou.governance.viewing import VIEW_SPAN_S
from gardefou.storage.records import EvidenceKind
from support.house import House


@pytest.fixture
def alert_id(house: House) -> UUID:
    return house.open_alert()


def test_a_picture_comes_whole_and_is_not_kept_by_the_browser(
    house: House, client: TestClient, alert_id: UUID
) -> None:
    path = house.attach(alert_id, EvidenceKind.SNAPSHOT)

    answer = client.get(f"/media/{alert_id}/snapshot.jpg?viewer=Camille")

    assert answer.content == house.content(path)
    assert answer.content.startswith(b"\xff\xd8")
    assert answer.content not in path.read_bytes()
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("wanted", "first", "last"), [("bytes=100-199", 100, 199), ("bytes=500-", 500, None)]
)
def test_a_clip_comes_by_range_so_that_a_browser_can_seek(
    house: House, client: TestClient, alert_id: UUID, wanted: str, first: int, last: int | None
) -> None:
    data = house.content(house.attach(alert_id, EvidenceKind.CLIP))

    answer = client.get(f"/media/{alert_id}/clip.mp4", headers={"Range": wanted})

    end = len(data) - 1 if last is None else last
    assert answer.status_code == 206
    assert answer.content == data[first : end + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{end}/{len(data)}"
    assert answer.headers["cache-control"] == "no-store"


def test_a_range_beyond_the_end_is_refused(
    house: House, client: TestClient, alert_id: UUID
) -> None:
    house.attach(alert_id, EvidenceKind.CLIP)

    answer = client.get(f"/media/{alert_id}/clip.mp4", headers={"Range": "bytes=99999999-"})

    assert answer.status_code == 416


@pytest.mark.parametrize(
    ("wanted", "status", "first"),
    [("bytes=-70", 206, -70), ("bytes=0-", 206, 0), ("bytes=0-1,5-6", 200, 0), ("bytes=-", 200, 0)],
)
def test_other_forms_of_a_range(
    house: House, client: TestClient, alert_id: UUID, wanted: str, status: int, first: int
) -> None:
    data = house.content(house.attach(alert_id, EvidenceKind.CLIP))
    answer = client.get(f"/media/{alert_id}/clip.mp4", headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (status, data[first:])
    conditional = {"Range": wanted, "If-Range": '"another file"'}
    whole = client.get(f"/media/{alert_id}/clip.mp4", headers=conditional)
    assert (whole.status_code, whole.content) == (200, data)


@pytest.mark.parametrize("harm", ["changed", "cut", "plain", "moved"])
def test_evidence_that_was_tampered_with_is_not_shown_and_is_no_view(
    house: House, client: TestClient, alert_id: UUID, harm: str
) -> None:
    path = house.attach(alert_id, EvidenceKind.SNAPSHOT)
    data = path.read_bytes()
    if harm == "moved":
        data = house.attach(house.open_alert(), EvidenceKind.SNAPSHOT).read_bytes()
    path.write_bytes(
        {
            "changed": data[:-1] + bytes([data[-1] ^ 1]),
            "cut": data[:-20],
            "plain": house.content(path),
            "moved": data,
        }[harm]
    )
    answer = client.get(f"/media/{alert_id}/snapshot.jpg")
    assert (answer.status_code, answer.json()["code"]) == (500, "web.error.sealed_evidence")
    assert house.journalled() == []


def test_a_view_is_journalled_once_however_many_ranges_it_takes(
    house: House, client: TestClient, alert_id: UUID
) -> None:
    house.attach(alert_id, EvidenceKind.CLIP)

    for start in range(0, 500, 100):
        client.get(
            f"/media/{alert_id}/clip.mp4?viewer=Camille", headers={"Range": f"bytes={start}-"}
        )

    assert house.journalled() == [("desk:Camille", "view", f"alert:{alert_id}")]


def test_each_person_each_file_and_each_later_view_is_journalled(
    house: House, client: TestClient, alert_id: UUID
) -> None:
    house.attach(alert_id, EvidenceKind.SNAPSHOT)
    house.attach(alert_id, EvidenceKind.CLIP)
    house.now = lambda: 1000.0
    client.get(f"/media/{alert_id}/clip.mp4?viewer=Camille")
    client.get(f"/media/{alert_id}/snapshot.jpg?viewer=Camille")
    client.get(f"/media/{alert_id}/clip.mp4")
    house.now = lambda: 1000.0 + VIEW_SPAN_S
    client.get(f"/media/{alert_id}/clip.mp4?viewer=Camille")

    assert [(line.actor, line.details["evidence"]) for line in house.journal.entries()] == [
        ("desk:Camille", "clip"),
        ("desk:Camille", "snapshot"),
        ("desk:unnamed", "clip"),
        ("desk:Camille", "clip"),
    ]


def test_without_a_journal_no_picture_is_shown(
    house: House, client: TestClient, alert_id: UUID
) -> None:
    house.attach(alert_id, EvidenceKind.SNAPSHOT)
    house.journal.path.mkdir()

    for _ in range(2):
        answer = client.get(f"/media/{alert_id}/snapshot.jpg")
        assert (answer.status_code, answer.json()["code"]) == (503, "web.error.journal")


def test_what_is_not_ready_or_erased_is_404_and_no_view(
    house: House, client: TestClient, alert_id: UUID
) -> None:
    house.attach(alert_id, EvidenceKind.SNAPSHOT).unlink()

    for file in ("snapshot.jpg", "clip.mp4"):
        answer = client.get(f"/media/{alert_id}/{file}")
        assert (answer.status_code, answer.json()["code"]) == (404, "web.error.no_evidence")
    assert house.journalled() == []


def test_a_link_that_leaves_the_evidence_folder_is_not_followed(
    house: House, client: TestClient, alert_id: UUID
) -> None:
    path = house.attach(alert_id, EvidenceKind.SNAPSHOT)
    outside = house.home / "secret.jpg"
    path.rename(outside)
    path.symlink_to(outside)

    assert client.get(f"/media/{alert_id}/snapshot.jpg").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["{id}/other.mp4", "{id}/..%2f..%2fgardefou.db", "not-an-id/clip.mp4", "{id}/clip.mp4/x"],
)
def test_no_other_file_has_an_address(
    house: House, client: TestClient, alert_id: UUID, path: str
) -> None:
    assert client.get(f"/media/{path.format(id=alert_id)}").status_code in (404, 422)
