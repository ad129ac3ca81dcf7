"""A source is an address or a file; no text made of it shows a password."""

from __future__ import annotations

import pickle
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from gardefou.site.document import Camera
from gardefou.site.source import Source, SourceKind

PASSWORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=12
).map(lambda word: f"¤{word}¤")
"""Any text, unescaped, between signs that stand nowhere else in an address."""


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("rtsp://10.0.0.8:554/live", SourceKind.RTSP),
        ("RTSPS://camera.example/live", SourceKind.RTSP),
        ("https://camera.example/a.m3u8", SourceKind.HTTP),
        ("http://[2001:db8::1]/mjpeg", SourceKind.HTTP),
        ("clips/entrance.mp4", SourceKind.FILE),
        ("/var/lib/clips/entrance.mkv", SourceKind.FILE),
    ],
)
def test_addresses_and_files_are_sources(address: str, kind: SourceKind) -> None:
    assert Source.parse(address).kind is kind
    assert Source.parse(address).address == address
    assert str(Source.parse(address)) == address


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (None, "source_text"),
        ("  ", "source_text"),
        ("/dev/video0", "source_device"),
        ("v4l2:/dev/video0", "source_device"),
        ("pipe:0", "source_device"),
        ("-", "source_device"),
        ("video=Integrated Camera", "source_device"),
        ("alsa:hw:0", "source_device"),
        ("file:///etc/passwd", "source_scheme"),
        ("concat:a.mp4|b.mp4", "source_scheme"),
        ("https:///live", "source_host"),
        ("rtsp:camera", "source_host"),
        ("rtsp://admin:p/ss@10.0.0.8/live", "source_port"),
        ("rtsp://[2001:db8::1/live", "source_port"),
        ("street.mp3", "source_audio"),
        ("https://radio.example/live.OGG?x=1", "source_audio"),
    ],
)
def test_everything_else_is_refused(value: object, key: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        Source.parse(value)
    assert caught.value.type == f"site.mistake.{key}"


@given(PASSWORDS)
def test_a_password_is_never_shown_even_when_it_was_not_escaped(password: str) -> None:
    for address in (
        f"rtsp://admin:{password}@10.0.0.8:554/live",
        f"rtsp://:{password}@10.0.0.8/live",
    ):
        source = Source(address)
        assert "¤" not in f"{source} {source!r} {source.redacted}"


@given(PASSWORDS)
def test_a_camera_shows_no_password_however_it_is_written_out(password: str) -> None:
    for address in (
        f"rtsp://admin:{quote(password, safe='')}@10.0.0.8:554/live",
        f"https://camera.example/live?user=a&pwd={quote(password, safe='')}&channel=1",
    ):
        camera = Camera.model_validate({"id": "a", "name": "A", "source": address})
        shown = f"{camera!r} {camera} {camera.model_dump()} {camera.model_dump_json()}"
        assert quote("¤") not in shown
        assert camera.source is not None
        assert camera.source.address == address


def test_what_helps_to_find_the_camera_stays_readable() -> None:
    source = Source("https://admin:x@camera.example/live?channel=2&token=x#t")
    assert source.redacted == "https://admin:***@camera.example/live?channel=2&token=***#t"


def test_a_wrong_camera_shows_no_password_in_the_error_text() -> None:
    with pytest.raises(ValidationError) as caught:
        Camera.model_validate({"id": "a", "source": "rtsp://u:h1dden@h/x"})
    assert "h1dden" not in str(caught.value)


def test_a_source_travels_to_another_process_whole() -> None:
    source = Source("rtsp://u:p@h/x")
    assert pickle.loads(pickle.dumps(source)).address == "rtsp://u:p@h/x"
