"""The guard: what libraries can do and Gardefou refuses cannot be imported, called or opened."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import av
import cv2
import pytest

from gardefou import guard
from gardefou.errors import RefusedError
from gardefou.refusals import keeper, kept_out, refusals
from support.clips import write_clip, write_sound


def stands_in(name: str) -> object:
    """What stands at a dotted name of OpenCV, None when this build lacks it."""
    found: object = cv2
    for step in name.split(".")[1:]:
        found = getattr(found, step, None)
    return found


OPENCV = sorted(
    name for name in kept_out("calls") if name.startswith("cv2.") and stands_in(name) is not None
)
"""Refused parts that this build of OpenCV has."""


def test_the_lists_read_for_a_quick_start_are_those_of_the_whole_file() -> None:
    for kind in ("modules", "calls"):
        assert kept_out(kind) == {
            name for each in refusals().values() for name in getattr(each, kind)
        }


@pytest.mark.parametrize("name", sorted(kept_out("modules")))
def test_a_refused_module_cannot_be_imported_even_where_it_is_installed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, *inner = name.split(".")
    place = tmp_path / head
    for step in ["", *inner]:
        place = place / step
        place.mkdir()
        (place / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, name, raising=False)
    if head in sys.modules:  # a library in use here, of which only a part is refused
        library = sys.modules[head]
        monkeypatch.setattr(library, "__path__", [str(tmp_path / head), *library.__path__])
    with pytest.raises(ImportError) as refused:
        importlib.import_module(name)
    assert isinstance(refused.value, RefusedError)
    refusal = keeper("modules", name)
    assert refusal is not None
    assert refusal.why_en in refused.value.in_language("en")
    assert refusal.why_fr.split(" ;")[0] in refused.value.in_language("fr").replace("\u202f", " ")


def test_a_refused_module_that_is_not_installed_is_simply_not_there() -> None:
    assert importlib.util.find_spec("easyocr") is None


@pytest.mark.parametrize("name", OPENCV)
def test_a_refused_part_of_opencv_refuses_every_use(name: str) -> None:
    found = stands_in(name)
    assert callable(found)
    with pytest.raises(RefusedError, match=name):
        found("model.onnx")
    with pytest.raises(RefusedError, match=name):
        found.create("model.onnx", "")  # type: ignore[attr-defined]


def test_opencv_as_installed_here_has_parts_to_take_away() -> None:
    assert {"cv2.FaceRecognizerSF", "cv2.dnn.TextRecognitionModel", "cv2.TrackerVit"} <= set(OPENCV)
    assert guard.kept_away()["calls"] >= 10


def test_sound_never_leaves_the_demuxer(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "loud.mp4", frames=25, with_audio=True)
    with av.open(str(path)) as container:
        assert len(container.streams.audio) == 1
        assert {packet.stream.type for packet in container.demux()} == {"video"}
    with av.open(str(path)) as container:
        assert list(container.decode(container.streams.audio[0])) == []


def test_no_decoder_of_sound_opens(tmp_path: Path) -> None:
    for codec in ("aac", "mp3", "pcm_alaw", "opus"):
        with pytest.raises(RefusedError, match="sound"):
            av.CodecContext.create(codec, "r")
    path = write_sound(tmp_path / "sound.m4a")
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        packet = av.Packet(b"\0" * 64)
        with pytest.raises(RefusedError):
            stream.decode(packet)
        assert stream.codec_context is not None
        with pytest.raises(RefusedError):
            stream.codec_context.decode(packet)


def test_decoders_of_pictures_open_as_ever() -> None:
    assert av.CodecContext.create("h264", "r").type == "video"


def test_the_guard_also_goes_over_libraries_that_were_there_before_it() -> None:
    code = (
        "import cv2, av\n"
        "import gardefou\n"
        "from gardefou.errors import RefusedError\n"
        "for call in (lambda: cv2.FaceRecognizerSF.create('a', 'b'),"
        " lambda: av.CodecContext.create('aac', 'r')):\n"
        "    try:\n"
        "        call()\n"
        "    except RefusedError as error:\n"
        "        print(error.refusal.id)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["face_recognition", "sound"]


def test_the_guard_stands_once() -> None:
    before = list(sys.meta_path)
    guard.stand()
    assert sys.meta_path == before
    assert guard.is_standing()
