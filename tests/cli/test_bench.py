"""`gardefou bench` says what streams cost, by the names other tools rely on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gardefou.capture.gate import Sleep
from gardefou.cli.bench import chosen
from gardefou.errors import UsageError
from gardefou.evaluation.bench import BenchRequest, cameras
from gardefou.evaluation.decode_floor import file_floor, subject
from gardefou.runtime.detectors import build_detectors
from gardefou.situations.situation import Situation
from support.command import Call
from support.idle import still_then_visitor, write
from support.rtsp_server import RtspServer

SHORT = ["--seconds", "6", "--warmup", "1"]


def test_figures_of_a_file_played_as_fast_as_it_goes(call: Call, yard_clip: Path) -> None:
    result = call("bench", yard_clip, "--streams", 2, "--json", *SHORT)

    assert result.status == 0
    found = json.loads(result.out)
    assert found["streams"] == 2
    assert found["video_fps"] == pytest.approx(subject(str(yard_clip)).fps)
    assert found["analysis_fps"] == pytest.approx(5.0, rel=0.2)
    assert found["analysed"] > 0
    assert found["dropped"] == 0
    assert not found["saturated"]
    assert found["cpu_s_per_stream_s"] > 0
    assert found["decode_floor_cpu_s_per_stream_s"] > 0
    assert 0 < found["latency_ms"]["p50"] <= found["latency_ms"]["p95"]
    assert found["rss_mib"] > 100
    assert isinstance(found["rss_mib_per_extra_stream"], float)
    assert "measuring for 6 s" in result.err


def test_a_table_for_people_and_all_situations_in_real_time(call: Call, yard_clip: Path) -> None:
    result = call("bench", yard_clip, "--streams", 1, "--realtime", "--situations", "all", *SHORT)

    assert result.status == 0
    assert "in real time" in result.out
    assert "crowd_density" in result.out


@pytest.mark.parametrize("sleep", ["never", "keyframes"])
def test_streams_may_sleep_as_cameras_may(sleep: str) -> None:
    request = BenchRequest("clip.mp4", 2, sleep=Sleep(sleep))
    assert [str(each.analysis.sleep) for each in cameras(request, True)] == [sleep, sleep]


def test_an_empty_room_is_asleep_when_it_is_measured(call: Call, tmp_path: Path) -> None:
    clip = write(tmp_path / "room.mp4", still_then_visitor(60.0, 0.0))
    options = ["--sleep", "keyframes", "--seconds", "5", "--warmup", "20", "--json"]
    result = call("bench", clip, "--streams", 1, *options)

    assert result.status == 0
    assert json.loads(result.out)["asleep"] > 0.5


def test_a_camera_is_measured_as_it_sends(call: Call) -> None:
    with RtspServer(size=(320, 240), rate=15) as server:
        result = call("bench", server.url, "--streams", 1, "--json", *SHORT)

    assert result.status == 0
    found = json.loads(result.out)
    assert found["realtime"]
    assert found["analysed"] > 0
    assert found["decode_floor_cpu_s_per_stream_s"] > 0


@pytest.mark.parametrize("address", ["nothing.mp4", "rtsp://127.0.0.1:9/cam"])
def test_what_cannot_be_read_is_one_line(call: Call, address: str) -> None:
    result = call("bench", address, "--streams", 1, *SHORT)

    assert result.status == 1
    last = result.err.strip().splitlines()
    assert len(last) == 1
    assert last[0].startswith("gardefou: ")
    assert address.rpartition("/")[2] in last[0]


def test_a_file_without_pictures_is_refused(call: Call, tmp_path: Path) -> None:
    (tmp_path / "words.mp4").write_text("no film")

    result = call("bench", tmp_path / "words.mp4", "--streams", 1, *SHORT)

    assert result.status == 1
    assert "words.mp4" in result.err


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("none", set()),
        ("", set()),
        ("all", set(Situation)),
        ("fire, weapon", {Situation.FIRE, Situation.WEAPON}),
    ],
)
def test_situations_by_name(named: str, expected: set[Situation]) -> None:
    assert chosen(named) == expected


def test_an_unknown_situation_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="loitering"):
        chosen("fire,loitering")


def test_every_situation_has_what_it_needs(yard_clip: Path) -> None:
    request = BenchRequest(str(yard_clip), 3, situations=frozenset(Situation))

    made = cameras(request, is_file=True)

    assert [each.id for each in made] == ["s1", "s2", "s3"]
    assert {each.situation for each in build_detectors(made[0])} == set(Situation)


def test_the_floor_is_of_the_whole_decoding(yard_clip: Path) -> None:
    assert 0 < file_floor(yard_clip, most_s=2.0) < 2.0
