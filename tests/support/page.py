"""An HTML page as a checker reads it: open tags that close, and what it refers to."""

from __future__ import annotations

from html.parser import HTMLParser

_ALONE = frozenset({"meta", "img", "br", "link", "hr", "input"})


class Page(HTMLParser):
    """Raises `AssertionError` where tags do not nest; collects references and words."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.references: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.language: str | None = None
        self.words: list[str] = []
        self._open: list[str] = []
        assert source.startswith("<!doctype html>")
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs), f"<{tag}> repeats an attribute"
        self.references += [
            given[name] or "" for name in ("src", "href", "action") if name in given
        ]
        if tag == "html":
            self.language = given["lang"]
        if tag == "img":
            self.pictures.append(given)
        if tag not in _ALONE:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _ALONE:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())
