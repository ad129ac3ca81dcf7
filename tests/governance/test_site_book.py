"""The versions of a site: journalled first, kept whole, and never at odds with the document."""

from __future__ import annotations

from pathlib import Path

import pytest

from gardefou.errors import OutputError, SiteError
from gardefou.governance.attested import site_sha256
from gardefou.governance.journal import Journal
from gardefou.governance.site_book import BY_HAND, FOLDER, SiteBook, SiteChangedError
from gardefou.site.document import Camera, Site
from gardefou.site.source import Source


def site(name: str = "Gare", password: str = "a") -> Site:
    camera = Camera(id="quay", name=name, source=Source(f"rtsp://u:{password}@192.0.2.1/x"))
    return Site(version=1, name="Gare", cameras=(camera,))


@pytest.fixture
def book(tmp_path: Path) -> SiteBook:
    return SiteBook(tmp_path / "site.yaml", Journal(tmp_path / "journal.jsonl"))


def test_a_version_runs_again_as_it_was(book: SiteBook) -> None:
    book.apply(site(), "desk:A", "first")
    book.apply(site("Port"), "desk:B", "renamed", base=1)

    first, second = book.versions()
    assert first.site == site()
    assert book.current() == second.site == site("Port")
    assert second.changes == ("~ cameras.quay.name",)
    assert second.sha256 == site_sha256(site("Port"))


def test_a_new_password_alone_is_a_version_that_does_not_say_it(book: SiteBook) -> None:
    book.apply(site(), "desk:A", "")
    made = book.apply(site(password="hunter2"), "desk:A", "")

    assert made.changes == ("~ cameras.quay.source.password",)
    assert book.difference(made) == ""
    assert "hunter2" not in repr(made) + book._journal.path.read_text("utf-8")


def test_what_changes_nothing_makes_no_version(book: SiteBook) -> None:
    book.apply(site(), "desk:A", "")
    assert book.apply(site(), "desk:B", "").number == 1


def test_a_text_is_kept_as_it_was_written(book: SiteBook) -> None:
    text = "# by hand\nversion: 1\nname: Gare\ncameras:\n- {id: quay, name: Quai}\n"
    parsed = Site.model_validate(
        {"version": 1, "name": "Gare", "cameras": [{"id": "quay", "name": "Quai"}]}
    )
    book.apply(parsed, "desk:A", "", text=text)
    assert book.path.read_text("utf-8") == text


def test_the_document_changed_by_hand_comes_first(book: SiteBook) -> None:
    book.apply(site(), "desk:A", "")
    text = book.path.read_text("utf-8")
    book.path.write_text(text.replace("name: Gare", "name: Port"), "utf-8")

    with pytest.raises(SiteChangedError):
        book.apply(site("Quai"), "desk:A", "", base=1)
    assert [each.actor for each in book.versions()] == ["desk:A", BY_HAND]


def test_versions_are_for_their_owner_only(book: SiteBook) -> None:
    book.apply(site(), "desk:A", "")
    folder = book.path.parent / FOLDER

    assert folder.stat().st_mode & 0o077 == 0
    assert all(each.stat().st_mode & 0o077 == 0 for each in folder.iterdir())


def test_a_version_that_cannot_be_read_says_so(book: SiteBook) -> None:
    book.apply(site(), "desk:A", "")
    path = book.path.parent / FOLDER / "000001.json"
    whole = path.read_text("utf-8")
    path.write_text("{}", "utf-8")
    with pytest.raises(OutputError):
        book.versions()
    path.write_text(whole.replace("quay", "qu ay"), "utf-8")
    with pytest.raises(SiteError):
        assert book.versions()[0].site
