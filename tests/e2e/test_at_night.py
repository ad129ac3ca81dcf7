"""A night at the desk: who else looks, sound, lost network, a thousand alerts, the shift's end."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from gardefou.capture.notice import Notice
from gardefou.runtime.bus import CameraHealth, CameraState
from gardefou.situations.situation import Situation
from gardefou.storage.records import EvidenceKind
from gardefou.storage.review import FollowUp, Verdict
from gardefou.web.app import create_app
from gardefou.web.server import WebServer
from gardefou.web.services import CameraInfo, SiteInfo
from support.house import House

if TYPE_CHECKING:
    from collections.abc import Callable

    Open = Callable[..., Page]

COUNTS_SIGNALS = """
    window.tones = 0;
    window.told = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) {
        window.tones += 1;
        return start.apply(this, at);
    };
    window.Notification = class {
        static permission = "default";
        static asked = 0;
        static async requestPermission() {
            this.asked += 1;
            return (this.permission = "granted");
        }
        constructor(title, options) { window.told.push({ title, ...options }); }
        close() {}
    };
    document.hasFocus = () => false;
"""


def begin(page: Page, name: str) -> None:
    page.locator("#name").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_have_count(0)


def opened(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_two_operators_see_each_other_and_the_second_to_decide_is_told(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    first, second = open_page(server.url), open_page(server.url)
    begin(first, "Camille")
    begin(second, "Jeanne")
    also = "Aussi devant ce signalement"
    expect(first.locator("main").get_by_text(f"{also}\u00a0: Jeanne")).to_be_visible()
    expect(second.locator("main").get_by_text(f"{also}\u00a0: Camille")).to_be_visible()

    # Decided a moment ago: nobody's page was told of it yet.
    house.store.review(alert_id, Verdict.CONFIRMED, FollowUp.NONE, "Camille", house.now(), seen=0)
    second.keyboard.press("3")
    second.keyboard.press("r")
    expect(second.get_by_role("status").filter(has_text="Camille a décidé")).to_be_visible()
    expect(second.get_by_role("button", name="Équipe envoyée", pressed=True)).to_be_visible()
    expect(second.get_by_text("Confirmé par Camille")).to_be_visible()
    assert house.store.alert(alert_id).review_count == 1

    first.goto("about:blank")
    expect(second.get_by_text(f"{also}\u00a0: Camille")).to_have_count(0)


def test_an_alert_sounds_and_notifies_until_it_is_muted(
    house: House, server: WebServer, open_page: Open
) -> None:
    page = open_page("about:blank")
    page.add_init_script(COUNTS_SIGNALS)
    page.goto(server.url)
    begin(page, "Camille")
    assert page.evaluate("Notification.asked") == 0
    page.get_by_role("button", name="Notifications").click()
    expect(page.get_by_role("button", name="Notifications", pressed=True)).to_be_visible()
    house.open_alert()
    opened(page, "Intrusion dans une zone")

    assert page.evaluate("window.tones") == 2
    (told,) = page.evaluate("window.told")
    assert set(told) == {"title", "body", "tag", "silent"}
    assert told["body"].startswith("Intrusion dans une zone, Quai nord, ")

    page.get_by_role("button", name="Son", exact=True).click()
    page.get_by_role("button", name="Notifications").click()
    page.reload()
    expect(page.get_by_role("button", name="Son", exact=True, pressed=False)).to_be_visible()
    expect(page.get_by_role("button", name="Notifications", pressed=False)).to_be_visible()
    house.open_alert("square", Situation.FIRE)
    expect(page.locator("nav li").filter(has_text="Départ de feu")).to_be_visible()
    assert page.evaluate("[window.tones, window.told.length, Notification.asked]") == [0, 0, 0]


def test_a_lost_network_keeps_the_work_and_catches_up(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    page = open_page(server.url)
    begin(page, "Camille")
    opened(page, "Intrusion dans une zone")
    page.keyboard.press("3")

    page.context.set_offline(True)
    page.keyboard.press("c")
    expect(page.get_by_role("status").filter(has_text="injoignable")).to_be_visible()
    expect(page.get_by_role("button", name="Équipe envoyée", pressed=True)).to_be_visible()
    later = house.open_alert("square", Situation.FIRE)
    page.context.set_offline(False)
    page.get_by_role("button", name="Confirmer").click()

    expect(page.locator("nav li").filter(has_text="Confirmé")).to_be_visible()
    expect(page.locator("nav li").filter(has_text="Départ de feu")).to_be_visible()
    review = house.store.alert(alert_id).review
    assert review is not None
    assert (review.verdict, review.follow_up) == (Verdict.CONFIRMED, FollowUp.TEAM_SENT)
    assert house.store.alert(later).review is None


def test_a_thousand_alerts_come_and_the_list_stays_small(
    house: House, server: WebServer, open_page: Open
) -> None:
    page = open_page(server.url)
    begin(page, "Camille")
    oldest = house.open_alert("square", Situation.FIRE, opened_at=1000.0)
    opened(page, "Départ de feu")
    for step in range(1, 1000):
        house.open_alert(opened_at=1000.0 + step)
    due = page.locator("section[aria-labelledby=part-due]")
    expect(due.locator("h3")).to_contain_text(re.compile(r"1000|\d+\+"))
    page.reload()
    expect(due.locator("[aria-current=true]")).to_be_visible()
    for count in ("250+", "450+", "650+", "850+", "1000"):
        page.locator(".scroll").evaluate("(node) => { node.scrollTop = node.scrollHeight; }")
        expect(due.locator("h3")).to_contain_text(count)
    assert page.locator("nav li").count() < 60

    page.keyboard.press("k")
    page.locator(".scroll").evaluate("(node) => { node.scrollTop = node.scrollHeight; }")
    last = due.locator("li").last
    expect(last).to_have_attribute("aria-posinset", "1000")
    last.get_by_role("button").click()
    page.keyboard.press("r")
    expect(page.get_by_role("status").filter(has_text="Enregistré")).to_be_visible()
    assert house.store.alert(oldest).review_count == 1


def test_the_wall_shows_two_hundred_cameras_by_state(house: House, open_page: Open) -> None:
    cameras = tuple(
        CameraInfo(f"c{number}", f"Caméra {number}", "Pont" if number % 2 else "Gare", ())
        for number in range(200)
    )
    house.services = replace(house.services, site=lambda: SiteInfo(cameras))
    for camera in cameras:
        house.bus.publish(CameraHealth(camera.id, CameraState.RUNNING, 1000.0))
    moved = Notice.of("mandate.moved.blocked", camera="c7")
    house.bus.publish(CameraHealth("c7", CameraState.BLOCKED, 1000.0, moved))
    with WebServer(create_app(house.services)) as server:
        page = open_page(f"{server.url}#cameras")
        begin(page, "Camille")
        tiles = page.locator(".tile")
        expect(tiles).to_have_count(200)
        expect(tiles.first).to_contain_text("Caméra 7")
        page.get_by_role("button", name="vue masquée").click()
        expect(tiles).to_have_count(1)
        tiles.first.click()
        expect(page.get_by_text(moved.in_language("fr"))).to_be_visible()
        expect(page.get_by_role("button", name="Voir en direct")).to_have_count(0)
        page.get_by_role("button", name="Toutes").click()
        page.get_by_role("textbox", name="Nom, lieu").fill("gare 19")
        expect(
            page.get_by_role("status").filter(has_text=re.compile("affichées.: 5"))
        ).to_be_visible()
        house.bus.publish(CameraHealth("c19", CameraState.STALLED, 1000.0))
        house.bus.publish(CameraHealth("c190", CameraState.STALLED, 1000.0))
        expect(page.locator("#group-stalled")).to_contain_text("1")

        page.goto(f"{server.url}#alerts")
        beside = page.get_by_role("complementary", name="Caméras")
        expect(beside.get_by_text("197 sur 200 en marche")).to_be_visible()
        expect(beside.locator("section").first.locator("li")).to_have_count(3)


def test_the_shift_is_summed_up_and_says_nothing_of_others(
    house: House, server: WebServer, open_page: Open
) -> None:
    now = house.now()
    for verdict, who in ((Verdict.CONFIRMED, "Camille"), (Verdict.REFUTED, "Jeanne")):
        decided = house.open_alert("square", Situation.FIRE)
        house.store.review(decided, verdict, FollowUp.WATCHED, who, now, seen=0)
    house.open_alert()
    page = open_page(f"{server.url}#shift")
    begin(page, "Camille")

    row = page.get_by_role("row").filter(has_text="Départ de feu")
    expect(row.get_by_role("cell")).to_have_text(["1", "0", "0", "1"])
    waits = page.get_by_role("region", name="En attente d’une décision")
    expect(waits).to_contain_text("Intrusion dans une zone 1")
    expect(page.get_by_text("Jeanne")).to_have_count(0)

    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Tout arrêter")).to_be_hidden()
    expect(page.get_by_role("heading", name="Bilan de service")).to_be_visible()


def test_a_label_set_at_one_desk_shows_at_the_other(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    house.store.review(alert_id, Verdict.CONFIRMED, FollowUp.NONE, "Jeanne", 5.0, seen=0)
    first, second = open_page(server.url), open_page(server.url)
    for page, name in ((first, "Camille"), (second, "Jeanne")):
        begin(page, name)
        page.locator("nav li button").first.click()
    first.get_by_text("Étranger à la finalité de la loi ?").click()
    first.get_by_role("button", name="Étranger à la finalité de la loi").click()

    for page in (first, second):
        expect(page.locator("article .label")).to_have_text("Étranger à la finalité de la loi")
    second.reload()
    second.locator("nav li button").first.click()
    expect(second.get_by_text("Noté : étranger à la finalité")).to_be_visible()


def test_a_long_clip_comes_back_to_the_moment(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    house.close_alert(alert_id)
    house.attach(alert_id, EvidenceKind.CLIP, seconds=14)
    page = open_page(server.url)
    begin(page, "Camille")
    video = page.locator("video.shown")
    expect(video).to_be_visible()
    went_back = video.evaluate(
        """(video) => new Promise((resolve) => {
            video.currentTime = 9.5;
            video.playbackRate = 0.25;  // A busy machine tells seldom where it is.
            let last = 0;
            video.addEventListener("timeupdate", () => {
                if (video.currentTime < last) resolve(last);
                last = video.currentTime;
            });
        })"""
    )
    assert 9 < went_back < 13
    page.get_by_label("Autour de l’instant").uncheck()
    video.evaluate("(video) => { video.playbackRate = 1; video.currentTime = 10.1; }")
    video.evaluate(
        """(video) => new Promise((resolve) => {
            video.addEventListener("timeupdate", () => {
                if (video.currentTime > 12.2) resolve();
            });
        })"""
    )
