"""The desk in a real browser: an alert comes, is looked at, is decided, and stays decided."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from playwright.sync_api import APIResponse, Page, Route, expect

from gardefou.runtime.bus import CameraHealth, CameraState, DiskState, SystemState
from gardefou.situations.situation import Situation
from gardefou.storage.records import EvidenceKind
from gardefou.storage.review import FollowUp, Verdict
from gardefou.web.app import create_app
from gardefou.web.server import WebServer
from support.house import House
from support.processes import DEADLINE_S

if TYPE_CHECKING:
    from collections.abc import Callable

    Open = Callable[..., Page]

WHO = "Camille Roux"


def begin(page: Page, name: str = WHO) -> None:
    """Give a name with the keyboard alone: the field has the focus."""
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_have_count(0)


def plays(page: Page) -> float:
    """Wait until the video that is shown has gone on by half a second; where it is then, s."""
    expect(page.locator("video.shown")).to_be_visible()
    at: float = page.evaluate(
        """() => new Promise((resolve) => {
            const video = document.querySelector("video.shown");
            const start = video.currentTime;
            video.addEventListener("timeupdate", () => {
                if (Math.abs(video.currentTime - start) >= 0.5) resolve(video.currentTime);
            });
        })"""
    )
    return at


def test_an_alert_comes_plays_is_confirmed_by_key_and_survives_a_restart(
    house: House, open_page: Open
) -> None:
    app = create_app(house.services)
    with WebServer(app) as server:
        port = int(server.url.rstrip("/").rpartition(":")[2])
        page = open_page(server.url)
        begin(page)
        expect(page.get_by_text("Rien à examiner")).to_be_visible()
        page.evaluate("() => { window.sameDocument = true; }")

        alert_id = house.open_alert()
        expect(page.get_by_role("heading", name="Intrusion dans une zone")).to_be_visible()
        expect(page.locator("[aria-live=polite]").last).to_contain_text("Nouveau signalement")
        expect(page.locator(".cover")).to_have_text("L'image se prépare…")

        house.attach(alert_id, EvidenceKind.SNAPSHOT)
        expect(page.get_by_role("img", name="Quai nord")).to_be_visible()
        expect(page.locator("svg polygon.region")).to_be_visible()

        house.attach(alert_id, EvidenceKind.BEFORE)
        plays(page)
        house.close_alert(alert_id)
        house.attach(alert_id, EvidenceKind.CLIP)
        expect(page.locator("video.shown")).to_have_attribute("src", re.compile(r"/clip\.mp4"))
        plays(page)

        page.keyboard.press("c")
        expect(page.get_by_role("status").filter(has_text="Enregistré")).to_be_visible()
        expect(page.get_by_text(f"Confirmé par {WHO}")).to_be_visible()
    expect(page.get_by_text("Connexion perdue")).to_be_visible()

    assert house.store.alert(alert_id).review is not None
    house.store.close()
    with House.at(house.home) as again, WebServer(create_app(again.services), port=port):
        expect(page.get_by_text("Connexion perdue")).to_have_count(0)
        expect(page.get_by_text(f"Confirmé par {WHO}")).to_be_visible()
        later = again.open_alert("square", Situation.FIRE)
        expect(page.get_by_role("heading", name="Départ de feu")).to_be_visible()
        assert page.evaluate("() => window.sameDocument") is True
        assert again.store.alert(alert_id).review_count == 1
        assert again.store.alert(later).review_count == 0


def test_the_whole_clip_takes_over_where_the_first_seconds_were(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    house.attach(alert_id, EvidenceKind.BEFORE)
    page = open_page(server.url)
    begin(page)
    expect(page.locator("video.shown")).to_be_visible()
    page.locator("video.shown").evaluate("(video) => { video.pause(); video.currentTime = 2; }")

    house.attach(alert_id, EvidenceKind.CLIP)

    shown = page.locator("video.shown")
    expect(shown).to_have_attribute("src", re.compile(r"/clip\.mp4"))
    assert shown.evaluate("(video) => [video.currentTime, video.paused, video.loop]") == [
        2,
        True,
        True,
    ]


def test_alerts_are_walked_and_decided_without_a_mouse(
    house: House, server: WebServer, open_page: Open
) -> None:
    oldest = house.open_alert("square", Situation.FIRE, opened_at=1000.0)
    middle = house.open_alert("square", Situation.ABANDONED_OBJECT, opened_at=2000.0)
    newest = house.open_alert(opened_at=3000.0)
    page = open_page(server.url)
    begin(page)
    current = page.locator("nav [aria-current=true]")
    expect(current).to_contain_text("Intrusion dans une zone")

    page.keyboard.press("j")
    expect(current).to_contain_text("Objet abandonné")
    page.keyboard.press("ArrowUp")
    expect(current).to_contain_text("Intrusion dans une zone")
    page.keyboard.press("r")
    expect(current).to_contain_text("Objet abandonné")
    page.keyboard.press("d")
    expect(current).to_contain_text("Départ de feu")
    page.keyboard.press("2")
    expect(
        page.get_by_role("button", name="Maintien sous surveillance", pressed=True)
    ).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_role("status").filter(has_text="Plus rien à examiner")).to_be_visible()

    reviews = [house.store.alert(each).review for each in (newest, middle, oldest)]
    assert [each and (each.verdict, each.follow_up) for each in reviews] == [
        (Verdict.REFUTED, FollowUp.NONE),
        (Verdict.DOUBTFUL, FollowUp.NONE),
        (Verdict.CONFIRMED, FollowUp.WATCHED),
    ]


def test_typing_decides_nothing_and_single_keys_can_be_switched_off(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    page = open_page(server.url)
    begin(page, "dr c")
    page.get_by_label("Raccourcis à une touche").uncheck()
    page.get_by_role("heading", name="Intrusion dans une zone").click()
    page.keyboard.press("c")
    page.get_by_label("Raccourcis à une touche").check()
    page.get_by_role("heading", name="Intrusion dans une zone").click()
    page.keyboard.press("r")
    expect(page.get_by_text("Infirmé par dr c")).to_be_visible()

    assert house.store.alert(alert_id).review_count == 1


def test_pictures_and_decisions_wait_for_a_name(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    house.attach(alert_id, EvidenceKind.SNAPSHOT)
    page = open_page(server.url)
    expect(page.locator(".cover")).to_have_text("Donnez d'abord votre nom.")
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_role("status").filter(has_text="Donnez d'abord")).to_be_visible()
    assert house.journalled() == []

    page.locator("#name").fill(WHO)
    page.get_by_role("button", name="Commencer").click()
    expect(page.get_by_role("img", name="Quai nord")).to_be_visible()
    page.reload()
    expect(page.get_by_text(f"Au poste : {WHO}")).to_be_visible()
    assert house.journalled() == [(f"desk:{WHO}", "view", f"alert:{alert_id}")]


def test_a_second_operator_learns_who_decided(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    page = open_page(server.url)
    begin(page)
    expect(page.get_by_role("heading", name="Intrusion dans une zone")).to_be_visible()
    house.store.review(alert_id, Verdict.REFUTED, FollowUp.NONE, "Jeanne", 5.0, seen=0)

    page.keyboard.press("c")

    expect(page.get_by_role("status").filter(has_text="Jeanne a décidé")).to_be_visible()
    expect(page.get_by_text("Infirmé par Jeanne")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_text("2 décisions à ce jour")).to_be_visible()


def test_without_a_journal_the_desk_says_that_nothing_was_done(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    house.attach(alert_id, EvidenceKind.SNAPSHOT)
    house.journal.path.mkdir()
    page = open_page(server.url)
    begin(page)

    expect(page.locator(".cover")).to_contain_text("Le journal ne peut pas être écrit")
    page.keyboard.press("c")
    expect(page.get_by_role("status").filter(has_text="Le journal ne peut")).to_be_visible()
    assert house.store.alert(alert_id).review_count == 0


def test_a_live_view_needs_a_motive_and_stops_when_closed(
    house: House, server: WebServer, open_page: Open
) -> None:
    page = open_page(server.url)
    begin(page)
    page.get_by_role("button", name="Voir en direct : Quai nord").press("Enter")
    expect(page.get_by_label("Pourquoi regardez-vous ?")).to_be_focused()
    page.keyboard.press("Enter")
    assert house.journalled() == []
    page.keyboard.type("bruit sur le quai")
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="Image en direct de Quai nord")).to_be_visible()
    assert house.live.watchers == 1
    assert [line.motif for line in house.journal.entries()] == ["bruit sur le quai"]

    page.get_by_role("button", name="Fermer").press("Enter")

    expect(page.get_by_role("button", name="Voir en direct : Quai nord")).to_be_focused()
    house.live.left.wait()
    assert house.live.watchers == 0


def test_what_goes_wrong_stands_on_the_page(
    house: House, server: WebServer, open_page: Open
) -> None:
    page = open_page(server.url)
    expect(page.locator(".mode strong")).to_have_text("Répétition")
    expect(page.locator(".mode")).to_contain_text("Caméras en direct sans mandat")

    house.bus.publish(CameraHealth("quay", CameraState.STALLED, 1000.0))
    house.bus.publish(SystemState(processing=False, disk=DiskState.LOW, disk_free=250_000_000))

    cameras = page.get_by_role("complementary", name="Caméras")
    expect(cameras.locator("li").first).to_contain_text("figée")
    expect(page.get_by_text("Le traitement est arrêté")).to_be_visible()
    expect(page.get_by_text(re.compile(r"peu de place .*250\sMo"))).to_be_visible()

    house.bus.publish(SystemState(processing=True, disk=DiskState.FULL))
    expect(page.get_by_text("Le traitement est arrêté")).to_have_count(0)
    expect(page.get_by_text("Il n'y a plus de place")).to_be_visible()


def test_what_is_told_while_the_page_reads_is_not_undone_by_what_it_read(
    house: House, server: WebServer, open_page: Open
) -> None:
    page = open_page(server.url)
    begin(page)
    held: list[tuple[Route, APIResponse]] = []
    for address in ("**/api/state", "**/api/alerts?*"):
        page.route(address, lambda route: held.append((route, route.fetch())))
    page.get_by_role("combobox", name="Caméra").select_option("quay")
    deadline = time.monotonic() + DEADLINE_S
    while len(held) < 3:  # the state, what is to review, what was reviewed
        assert time.monotonic() < deadline, "the page does not read"
        page.evaluate("null")

    house.bus.publish(CameraHealth("quay", CameraState.STALLED, 1000.0))
    house.open_alert()
    first = page.get_by_role("complementary", name="Caméras").locator("li").first
    expect(first).to_contain_text("figée")
    to_review = page.get_by_role("heading", name="À examiner 1")
    expect(to_review).to_be_visible()

    for route, answer in sorted(held, key=lambda each: each[1].url.endswith("/api/state")):
        body = answer.json()
        for camera in body.get("cameras", ()):
            camera["name"] += " (lu)"
        route.fulfill(response=answer, json=body)
    expect(first).to_contain_text("(lu)")
    expect(first).to_contain_text("figée")
    expect(to_review).to_be_visible()


def test_the_list_filters_and_goes_back_in_time(
    house: House, server: WebServer, open_page: Open
) -> None:
    for step in range(60):
        house.open_alert(opened_at=1000.0 + step)
    house.open_alert("square", Situation.FIRE, opened_at=5000.0)
    page = open_page(server.url)
    begin(page)
    first = page.locator("nav li").first
    expect(first).to_have_attribute("aria-setsize", "50")
    page.get_by_role("button", name="Voir les plus anciens").press("Enter")
    expect(first).to_have_attribute("aria-setsize", "61")

    page.get_by_label("Situation").select_option("fire")
    expect(first).to_have_attribute("aria-setsize", "1")
    expect(page.locator("nav li").filter(has_text="Départ de feu")).to_have_count(1)


def test_the_same_desk_in_english(house: House, server: WebServer, open_page: Open) -> None:
    alert_id = house.open_alert()
    page = open_page(server.url)
    begin(page)
    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("heading", name="Zone intrusion")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    legal = page.locator("q[lang=fr]")
    expect(legal).to_contain_text("franchissement ou présence d'une personne")
    page.keyboard.press("d")
    expect(page.get_by_text(f"Doubtful by {WHO}")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Alert desk")).to_be_visible()
    assert house.store.alert(alert_id).review_count == 1


def test_an_english_browser_is_greeted_in_english(
    house: House, server: WebServer, open_page: Open
) -> None:
    page = open_page(server.url, locale="en-GB")

    expect(page.get_by_role("heading", name="Who is at the desk?")).to_be_visible()


def test_the_page_fits_a_phone(house: House, server: WebServer, open_page: Open) -> None:
    alert_id = house.open_alert()
    house.attach(alert_id, EvidenceKind.SNAPSHOT)
    page = open_page(server.url, viewport={"width": 360, "height": 740})
    begin(page)
    expect(page.get_by_role("img", name="Quai nord")).to_be_visible()

    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360


def test_nothing_moves_by_itself_for_who_wants_less_motion(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    house.attach(alert_id, EvidenceKind.CLIP)
    page = open_page(server.url, reduced_motion="reduce")
    begin(page)

    video = page.locator("video.shown")
    expect(video).to_be_visible()
    assert video.evaluate("(video) => [video.paused, video.currentTime]") == [True, 0]


def test_the_page_asks_nothing_of_any_other_server(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    house.attach(alert_id, EvidenceKind.CLIP)
    page = open_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url)
    begin(page)
    plays(page)

    assert asked
    assert [url for url in asked if not url.startswith(server.url)] == []
