"""With accounts: no picture without a motive, each carries its viewer's name, none in bulk."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from uuid import UUID

import av
import cv2
import httpx2
import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from gardefou.evidence.watermark import (
    SHOWN,
    Effort,
    stamp,
    stamped_clip,
    stamped_jpeg,
    watermark_text,
)
from gardefou.governance.accounts import Accounts
from gardefou.governance.exports import TAKEN_WITHIN_S
from gardefou.governance.roles import Role
from gardefou.governance.viewing import VIEW_SPAN_S, VIEWS_AN_HOUR
from gardefou.storage.records import EvidenceKind
from gardefou.web.app import create_app
from gardefou.web.marked import LASTS_S, MarkedClips
from gardefou.web.server import WebServer
from support.house import House, jpeg, picture
from support.people import BY
from support.processes import until

Desk = Callable[[Role], TestClient]
NOW = 1_780_000_000.0


@pytest.fixture(autouse=True)
def _at_a_fixed_time(house: House) -> None:
    house.now = lambda: NOW


@pytest.fixture
def alert_id(house: House) -> UUID:
    made = house.open_alert()
    for kind in EvidenceKind:
        house.attach(made, kind)
    return made


def look(client: TestClient, alert_id: UUID, **motive: str) -> Response:
    return client.post(f"/api/alerts/{alert_id}/view", json={"purpose": "check_alert", **motive})


def code(answer: Response) -> str:
    return str(answer.json()["code"])


def likeness(image: np.ndarray, plain: np.ndarray, text: str) -> float:
    """How like the difference of two pictures is to what the text's watermark makes, -1..1."""
    wanted = plain.copy()
    stamp(wanted, text)
    a = (image.astype(float) - plain).ravel()
    b = (wanted.astype(float) - plain).ravel()
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-9))


def decoded(data: bytes) -> np.ndarray:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))


@pytest.mark.parametrize("file", ["snapshot.jpg", "before.mp4", "clip.mp4"])
def test_no_motive_no_picture(house: House, desk_of: Desk, alert_id: UUID, file: str) -> None:
    client = desk_of(Role.OPERATOR)
    before = house.journalled()

    refused = client.get(f"/media/{alert_id}/{file}?viewer=Camille")
    assert (refused.status_code, code(refused)) == (403, "accounts.refused.motive")
    assert house.journalled() == before

    assert look(client, alert_id, motive="").status_code == 200
    assert client.get(f"/media/{alert_id}/{file}").status_code == 200
    line = list(house.journal.entries())[-1]
    assert (line.actor, line.operation, line.object_ref, line.motif) == (
        "account:the.operator",
        "view",
        f"alert:{alert_id}",
        "check_alert",
    )


def test_a_motive_stands_for_one_person_one_alert_and_ten_minutes(
    house: House, desk_of: Desk, alert_id: UUID
) -> None:
    client, other = desk_of(Role.OPERATOR), desk_of(Role.SUPERVISOR)
    second = house.open_alert()
    house.attach(second, EvidenceKind.SNAPSHOT)
    look(client, alert_id)

    assert client.get(f"/media/{alert_id}/snapshot.jpg").status_code == 200
    assert other.get(f"/media/{alert_id}/snapshot.jpg").status_code == 403
    assert client.get(f"/media/{second}/snapshot.jpg").status_code == 403
    house.now = lambda: NOW + VIEW_SPAN_S
    assert client.get(f"/media/{alert_id}/snapshot.jpg").status_code == 403


def test_another_motive_is_another_entry(house: House, desk_of: Desk, alert_id: UUID) -> None:
    client = desk_of(Role.OPERATOR)
    for motive in ("first", "second"):
        look(client, alert_id, purpose="other", motive=f"the {motive} reason")
        client.get(f"/media/{alert_id}/clip.mp4")
        client.get(f"/media/{alert_id}/clip.mp4", headers={"Range": "bytes=0-9"})
    motives = [line.motif for line in house.journal.entries() if line.operation == "view"]
    assert motives == ["other: the first reason", "other: the second reason"]


def test_without_a_journal_no_picture_is_shown(house: House, desk_of: Desk, alert_id: UUID) -> None:
    client = desk_of(Role.OPERATOR)
    look(client, alert_id)
    house.journal.path.unlink()
    answer = client.get(f"/media/{alert_id}/snapshot.jpg")
    assert (answer.status_code, code(answer)) == (503, "web.error.journal")


def test_a_snapshot_names_whoever_looks_and_nobody_else(
    house: House, desk_of: Desk, alert_id: UUID
) -> None:
    client = desk_of(Role.OPERATOR)
    look(client, alert_id)
    shown = decoded(client.get(f"/media/{alert_id}/snapshot.jpg").content)
    plain = decoded(house.content(house.evidence / str(alert_id) / "snapshot.jpg"))

    assert likeness(shown, plain, watermark_text("the.operator", NOW)) > 0.9
    assert likeness(shown, plain, watermark_text("b.grand", NOW)) < 0.6


@pytest.mark.parametrize("kind", [EvidenceKind.BEFORE, EvidenceKind.CLIP])
def test_every_picture_of_a_clip_names_whoever_looks_and_nobody_else(
    house: House, desk_of: Desk, alert_id: UUID, kind: EvidenceKind
) -> None:
    file = f"{kind.value}.mp4"
    kept = house.content(house.evidence / str(alert_id) / file)
    plain = _pictures(kept)
    for role, name, other in (
        (Role.OPERATOR, "the.operator", "the.supervisor"),
        (Role.SUPERVISOR, "the.supervisor", "the.operator"),
    ):
        client = desk_of(role)
        look(client, alert_id)
        sent = client.get(f"/media/{alert_id}/{file}").content
        shown = _pictures(sent)
        assert len(shown) == len(plain) > 1
        for one, bare in zip(shown, plain, strict=True):
            own = likeness(one, bare, watermark_text(name, NOW))
            assert own > 0.6
            assert likeness(one, bare, watermark_text(other, NOW)) < own - 0.2
        with av.open(io.BytesIO(sent), "r") as clip:
            assert len(clip.streams) == 1


def test_a_marked_clip_comes_in_parts_of_one_and_the_same_file(
    house: House, desk_of: Desk, alert_id: UUID
) -> None:
    client = desk_of(Role.OPERATOR)
    url = f"/media/{alert_id}/clip.mp4"
    look(client, alert_id)
    whole = client.get(url).content
    house.now = lambda: NOW + VIEW_SPAN_S - 1
    client.app.state.context.marked._kept.clear()  # type: ignore[attr-defined]
    part = client.get(url, headers={"Range": "bytes=100-299"})
    assert part.status_code == 206
    assert part.headers["Content-Range"] == f"bytes 100-299/{len(whole)}"
    assert part.content == whole[100:300]


def test_a_clip_that_was_erased_is_not_served_from_memory(
    house: House, desk_of: Desk, alert_id: UUID
) -> None:
    client = desk_of(Role.OPERATOR)
    look(client, alert_id)
    assert client.get(f"/media/{alert_id}/clip.mp4").status_code == 200
    house.store.erase_evidence(alert_id, "retention.purged")
    assert client.get(f"/media/{alert_id}/clip.mp4").status_code == 404


def test_the_page_is_told_that_a_clip_waits_and_nobody_else_is(
    house: House, desk_of: Desk, alert_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, other = desk_of(Role.OPERATOR), desk_of(Role.SUPERVISOR)
    url = f"/api/alerts/{alert_id}/marking"
    assert client.get(url).json() == {"queued": False}
    look(client, alert_id)
    assert client.get(url).json() == {"queued": False}
    marked = client.app.state.context.marked  # type: ignore[attr-defined]
    leave = threading.Event()

    def held_up(data: bytes, text: str, effort: Effort) -> bytes:
        assert leave.wait(120)
        return data

    monkeypatch.setattr("gardefou.web.marked.stamped_clip", held_up)
    with ThreadPoolExecutor() as pool:
        turns = marked._long_turns + 1
        try:
            for number in range(turns):
                pool.submit(marked.of, f"{number}", "b", bytes)
            until(lambda: sum(each.has_begun for each in marked._making.values()) == turns)
            asked = pool.submit(client.get, f"/media/{alert_id}/before.mp4")
            until(lambda: client.get(url).json() == {"queued": True})
            look(other, alert_id)
            assert other.get(url).json() == {"queued": False}
        finally:
            leave.set()
        assert asked.result().status_code == 200
    assert client.get(url).json() == {"queued": False}


def test_a_clip_that_is_erased_while_it_waits_is_not_served(
    house: House, desk_of: Desk, alert_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk_of(Role.OPERATOR)
    look(client, alert_id)

    def erased(data: bytes, text: str, effort: Effort) -> bytes:
        house.store.erase_evidence(alert_id, "retention.purged")
        return data

    monkeypatch.setattr("gardefou.web.marked.stamped_clip", erased)
    assert client.get(f"/media/{alert_id}/clip.mp4").status_code == 404


def test_when_too_many_wait_the_next_is_told_to_ask_again(
    house: House, desk_of: Desk, alert_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk_of(Role.OPERATOR)
    look(client, alert_id)
    monkeypatch.setattr("gardefou.web.marked.MOST_WAITING", -99)
    answer = client.get(f"/media/{alert_id}/clip.mp4")
    assert (answer.status_code, code(answer)) == (503, "web.error.marking")


def test_marked_clips_are_kept_within_bounds(house: House, alert_id: UUID) -> None:
    clip = house.content(house.evidence / str(alert_id) / "clip.mp4")
    now = [0.0]
    size = len(stamped_clip(clip, "a", SHOWN))
    marked = MarkedClips(lambda: now[0], most_bytes=2 * size + size // 2)
    read: list[str] = []

    def content() -> bytes:
        read.append("clip")
        return clip

    for name in ("a", "b", "a", "c", "b", "a"):
        marked.of("1", name, content)
        assert marked.size_bytes <= 2.5 * size
    assert len(read) == 4, "a, b, c, and a again, the oldest, which had to go"
    now[0] = LASTS_S
    marked.of("1", "c", content)
    assert len(read) == 5
    assert marked.size_bytes <= 1.5 * size


def test_a_marked_clip_is_let_go_though_nobody_asks_again(
    house: House, alert_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = house.content(house.evidence / str(alert_id) / "clip.mp4")
    now, due = [0.0], list[tuple[float, Callable[[], None]]]()

    class Later(threading.Timer):
        def start(self) -> None:
            due.append((self.interval, self.function))

    monkeypatch.setattr("gardefou.web.marked.Timer", Later)
    marked = MarkedClips(lambda: now[0])
    marked.of("1", "a", lambda: clip)
    now[0] = 60.0
    marked.of("2", "a", lambda: clip)
    both = marked.size_bytes
    ((seconds, look),) = due
    now[0] = seconds
    look()
    assert 0 < marked.size_bytes < both
    (_, (seconds, look)) = due
    assert seconds == 60.0
    now[0] += seconds
    look()
    assert marked.size_bytes == 0
    assert len(due) == 2


def test_whatever_is_cut_out_of_a_picture_bears_the_mark() -> None:
    for height, width in ((360, 640), (720, 1280), (240, 320)):
        image = np.full((height, width, 3), 128, np.uint8)
        stamp(image, watermark_text("a.petit", NOW))
        marked = (image != 128).any(axis=2)
        assert 0.01 < marked.mean() < 0.35
        for rows in np.array_split(marked, 4, axis=0):
            for part in np.array_split(rows, 2, axis=1):
                assert part.any()


def test_a_live_view_is_marked_and_ends_with_the_session(
    house: House, accounts: Accounts, desk_of: Desk
) -> None:
    client = desk_of(Role.OPERATOR)
    with WebServer(create_app(house.services)) as server:
        cookies = {"gardefou_session": client.cookies["gardefou_session"]}
        headers = {"X-CSRF-Token": str(client.headers["X-CSRF-Token"])}
        with httpx2.Client(
            base_url=server.url, cookies=cookies, headers=headers, timeout=120
        ) as browser:
            bare = browser.post("/api/live/quay", json={"motive": "noise on the quay"})
            assert (bare.status_code, code(bare)) == (422, "accounts.refused.purpose")
            asked = {"purpose": "under_watch", "motive": "noise on the quay"}
            url = browser.post("/api/live/quay", json=asked).json()["url"]
            assert list(house.journal.entries())[-1].motif == "under_watch: noise on the quay"
            with browser.stream("GET", url, timeout=120) as answer:
                data = b""
                chunks = answer.iter_bytes()
                while data.count(b"--picture") < 3:
                    data += next(chunks)
                part = data.split(b"--picture\r\n")[1]
                shown = decoded(part.partition(b"\r\n\r\n")[2])
                mark = watermark_text("the.operator", NOW)
                assert likeness(shown, decoded(jpeg(picture(0))), mark) > 0.85
                accounts.disable(BY, "the.operator", "has left")
                house.now = lambda: NOW + 60.0
                for _ in chunks:
                    pass
            assert house.live.left.wait(120)


def test_a_ticket_is_of_no_use_to_somebody_else(house: House, desk_of: Desk) -> None:
    client, other = desk_of(Role.OPERATOR), desk_of(Role.SUPERVISOR)
    asked = {"purpose": "under_watch", "motive": "noise on the quay"}
    url = client.post("/api/live/quay", json=asked).json()["url"]
    answer = other.get(url)
    assert (answer.status_code, code(answer)) == (403, "web.error.no_ticket")


def test_nobody_looks_through_everything(house: House, desk_of: Desk, alert_id: UUID) -> None:
    client, other = desk_of(Role.OPERATOR), desk_of(Role.SUPERVISOR)
    for _ in range(VIEWS_AN_HOUR):
        assert look(client, alert_id).status_code == 200
    asked = {"purpose": "under_watch", "motive": "noise on the quay"}
    for answer in (look(client, alert_id), client.post("/api/live/quay", json=asked)):
        assert (answer.status_code, code(answer)) == (429, "accounts.refused.too_many")
    refused = [line for line in house.journal.entries() if line.operation == "view_refused"]
    assert [line.actor for line in refused] == ["account:the.operator"]
    assert look(other, alert_id).status_code == 200
    house.now = lambda: NOW + 3600.0
    assert look(client, alert_id).status_code == 200


PROPOSAL = {
    "kind": "clip",
    "procedure": "PV 2026/123",
    "recipient": "Tribunal de Lyon",
    "motive": "requisition of 3 June",
}


def propose(client: TestClient, alert_id: UUID, **changes: str) -> Response:
    return client.post(f"/api/alerts/{alert_id}/exports", json={**PROPOSAL, **changes})


def agree(client: TestClient, export: str) -> Response:
    return client.post(f"/api/exports/{export}/approval", json={})


@pytest.mark.parametrize("kind", EvidenceKind)
def test_evidence_leaves_by_two_people_marked_and_with_its_manifest(
    house: House, desk_of: Desk, alert_id: UUID, kind: EvidenceKind
) -> None:
    operator, supervisor = desk_of(Role.OPERATOR), desk_of(Role.SUPERVISOR)
    export = propose(operator, alert_id, kind=kind.value).json()["id"]
    early = operator.get(f"/api/exports/{export}/file")
    assert (early.status_code, code(early)) == (403, "accounts.refused.not_approved")
    assert agree(supervisor, export).json()["approved_by"] == "the.supervisor"
    answer = operator.get(f"/api/exports/{export}/file")

    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        piece = archive.read(manifest["file"])
        assert archive.testzip() is None
    kept = house.content(house.evidence / str(alert_id) / manifest["file"])
    assert manifest["sha256"] == sha256(piece).hexdigest()
    assert manifest["kept_sha256"] == sha256(kept).hexdigest()
    assert (manifest["proposed_by"], manifest["approved_by"]) == ("the.operator", "the.supervisor")
    assert manifest["procedure"] == PROPOSAL["procedure"]
    if kind is EvidenceKind.SNAPSHOT:
        shown, plain = decoded(piece), decoded(kept)
    else:
        shown, plain = _first(piece), _first(kept)
        with av.open(io.BytesIO(piece), "r") as clip, av.open(io.BytesIO(kept), "r") as source:
            assert len(clip.streams.audio) == 0
            frames = sum(1 for _ in clip.decode(video=0))
            assert frames == sum(1 for _ in source.decode(video=0))
    assert likeness(shown, plain, watermark_text("the.operator+the.supervisor", NOW)) > 0.7
    exported = [line for line in house.journal.entries() if line.operation == "export"]
    assert [(line.actor, line.details["step"]) for line in exported] == [
        ("account:the.operator", "proposed"),
        ("account:the.supervisor", "approved"),
        ("account:the.operator", "taken"),
    ]
    assert exported[-1].details["sha256"] == manifest["sha256"]


def _first(data: bytes) -> np.ndarray:
    return _pictures(data)[0]


def _pictures(data: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(data), "r") as clip:
        return [np.asarray(each.to_ndarray(format="bgr24")) for each in clip.decode(video=0)]


def test_one_person_alone_exports_nothing(house: House, desk_of: Desk, alert_id: UUID) -> None:
    supervisor = desk_of(Role.SUPERVISOR)
    export = propose(supervisor, alert_id).json()["id"]
    answer = agree(supervisor, export)
    assert (answer.status_code, code(answer)) == (403, "accounts.refused.same_person")
    assert supervisor.get(f"/api/exports/{export}/file").status_code == 403


def test_nobody_else_takes_it_and_not_for_ever(house: House, desk_of: Desk, alert_id: UUID) -> None:
    operator, supervisor = desk_of(Role.OPERATOR), desk_of(Role.SUPERVISOR)
    third = desk_of(Role.SUPERVISOR)
    export = propose(operator, alert_id).json()["id"]
    agree(supervisor, export)
    again = agree(third, export)
    assert (again.status_code, code(again)) == (403, "accounts.refused.approved")
    answer = third.get(f"/api/exports/{export}/file")
    assert (answer.status_code, code(answer)) == (403, "accounts.refused.not_yours")
    house.now = lambda: NOW + 7200.0
    assert supervisor.get(f"/api/exports/{export}/file").status_code in (200, 401)
    listed = third.get("/api/exports")
    assert listed.status_code in (200, 401)
    assert TAKEN_WITHIN_S == 86_400.0


def test_an_export_needs_a_procedure_and_a_piece_that_is_there(
    house: House, desk_of: Desk, alert_id: UUID
) -> None:
    operator = desk_of(Role.OPERATOR)
    assert propose(operator, alert_id, procedure="").status_code == 422
    assert propose(operator, house.open_alert()).status_code == 404
    assert agree(desk_of(Role.SUPERVISOR), str(UUID(int=0))).status_code == 404


def test_an_open_desk_exports_nothing(house: House, client: TestClient) -> None:
    alert_id = house.open_alert()
    house.attach(alert_id, EvidenceKind.CLIP)
    answer = propose(client, alert_id)
    assert (answer.status_code, code(answer)) == (403, "accounts.refused.no_accounts")


def test_a_picture_that_is_none_is_no_picture() -> None:
    from gardefou.errors import OutputError

    with pytest.raises(OutputError):
        stamped_jpeg(b"no picture", "a.petit")
