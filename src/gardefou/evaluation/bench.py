"""What watching many streams costs on this machine: the workers of `gardefou run`, measured.

The streams run through the same worker processes, cameras, admission and throttle as a town's; only
the store, the journal and the desk are left out. Their home folder is a temporary one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Final

from gardefou.capture.gate import Sleep
from gardefou.capture.notice import Notice
from gardefou.errors import EvaluationError
from gardefou.evaluation.decode_floor import Subject, subject
from gardefou.runtime import processes
from gardefou.runtime.bus import CameraState
from gardefou.runtime.fleet import Fleet
from gardefou.runtime.home import Home
from gardefou.runtime.hosts import SubprocessHost
from gardefou.runtime.load import latency_ms
from gardefou.runtime.messages import (
    CameraReport,
    Heartbeat,
    Permit,
    Share,
    Watch,
    WorkerMessage,
    WorkerSettings,
)
from gardefou.runtime.shard import Patience, Shard
from gardefou.site.document import Analysis, Camera
from gardefou.situations.situation import Situation
from gardefou.storage.records import Mode

PER_WORKER: Final = 16
"""Cameras of one worker process, as in `gardefou run`."""

ROUND_S: Final = 0.2
SILENT_S: Final = 60.0
"""A stream that shows no frame for this long after it was let through ends the measurement, s."""

LAGGING: Final = 0.97
"""A stream read at less than this share of its rate is read too slowly."""

_MIB: Final = 1024 * 1024
_WHOLE: Final = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
_OTHER: Final = Notice.of("load.held_back")


@dataclass(frozen=True, slots=True)
class BenchRequest:
    """What to measure.

    ``streams`` copies of the stream at ``address``, for ``seconds`` after ``warmup``. A file is
    paced as real time where ``realtime``, else each copy as fast as its frames are analysed.
    ``sleep``: whether streams on which nothing happens are left undecoded, by default as a camera.
    """

    address: str
    streams: int
    seconds: float = 30.0
    warmup: float = 10.0
    situations: frozenset[Situation] = frozenset()
    realtime: bool = False
    models_dir: Path | None = None
    sleep: Sleep = Analysis().sleep


@dataclass(frozen=True, slots=True)
class BenchFigures:
    """What was measured, as design section 13 names it; CPU is that of all processes together.

    ``saturated``: frames were dropped, the analysis rate lowered (``share`` of it left), or streams
    were read slower than they are sent. ``speed``: seconds of stream a second and stream.
    ``evidence_cpu_s_per_stream_s`` is the part of CPU that made snapshots and clips;
    ``nominal_fps`` what the stream says it has; ``asleep`` the share of time, 0..1, in which
    nothing but looks was decoded.
    """

    streams: int
    video_fps: float
    analysis_fps: float
    cpu_s_per_stream_s: float
    decode_floor_cpu_s_per_stream_s: float
    analysed: int
    dropped: int
    latency_ms: tuple[float, float] | None
    rss_mib: float
    rss_mib_per_extra_stream: float | None
    evidence_cpu_s_per_stream_s: float
    share: float
    speed: float
    saturated: bool
    realtime: bool
    situations: tuple[str, ...]
    seconds: float
    nominal_fps: float
    asleep: float = 0.0

    def as_json(self) -> dict[str, object]:
        """The figures by the names other tools rely on."""
        latency = self.latency_ms
        return {
            "streams": self.streams,
            "video_fps": round(self.video_fps, 3),
            "analysis_fps": round(self.analysis_fps, 3),
            "cpu_s_per_stream_s": round(self.cpu_s_per_stream_s, 5),
            "decode_floor_cpu_s_per_stream_s": round(self.decode_floor_cpu_s_per_stream_s, 5),
            "ratio_to_floor": round(self.ratio, 3),
            "analysed": self.analysed,
            "dropped": self.dropped,
            "latency_ms": {
                "p50": round(latency[0], 1) if latency else None,
                "p95": round(latency[1], 1) if latency else None,
            },
            "rss_mib": round(self.rss_mib, 1),
            "rss_mib_per_extra_stream": (
                None
                if self.rss_mib_per_extra_stream is None
                else round(self.rss_mib_per_extra_stream, 2)
            ),
            "evidence_cpu_s_per_stream_s": round(self.evidence_cpu_s_per_stream_s, 5),
            "share": round(self.share, 3),
            "speed": round(self.speed, 3),
            "saturated": self.saturated,
            "realtime": self.realtime,
            "situations": list(self.situations),
            "seconds": round(self.seconds, 2),
            "asleep": round(self.asleep, 3),
        }

    @property
    def ratio(self) -> float:
        """CPU as a multiple of the decode floor."""
        return self.cpu_s_per_stream_s / self.decode_floor_cpu_s_per_stream_s


Progress = Callable[[str, dict[str, object]], None]
"""Told the key of a text and its fields as the measurement goes on."""


def cameras(request: BenchRequest, is_file: bool) -> tuple[Camera, ...]:
    """The streams as cameras: settings by default, zones over the whole picture."""
    zones: list[dict[str, object]] = []
    if Situation.ZONE_INTRUSION in request.situations:
        zone = {"id": "closed", "situation": "zone_intrusion", "polygon": _WHOLE}
        zones.append({**zone, "act": "benchmark"})
    if Situation.WRONG_WAY in request.situations:
        lane = {"id": "lane", "situation": "wrong_way", "polygon": _WHOLE}
        zones.append({**lane, "direction": [1.0, 0.0]})
    common = {
        "name": "bench",
        "source": str(Path(request.address).resolve()) if is_file else request.address,
        "situations": sorted(str(each) for each in request.situations),
        "zones": zones,
        "analysis": {"sleep": request.sleep},
    }
    return tuple(
        Camera.model_validate({"id": f"s{index + 1}", **common}) for index in range(request.streams)
    )


def bench(request: BenchRequest, progress: Progress) -> BenchFigures:
    """Measure. Raises `CaptureError`, `ModelError` or `EvaluationError` when it cannot be done."""
    what = subject(request.address)
    progress("load.bench.step.floor", {})
    floors = [what.floor()]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="gardefou-bench-")))
        home = Home(folder / "home")
        home.prepare()
        runs = _Run(request, what, home)
        stack.callback(runs.stop)
        measured = runs.measure(progress)
    progress("load.bench.step.floor", {})
    floors.append(what.floor())
    return measured.figures(request, what, sum(floors) / len(floors))


@dataclass(slots=True)
class _Tally:
    """One stream's reports of the measured time: the first, the last, and the latencies between."""

    first: tuple[float, CameraReport] | None = None
    last: tuple[float, CameraReport] | None = None
    latencies_s: list[float] = field(default_factory=list)
    reports: int = 0
    asleep: int = 0

    def add(self, at: float, report: CameraReport) -> None:
        if self.first is None:  # Its latencies are of the time before.
            self.first = at, report
        else:
            self.latencies_s += report.effort.latencies_s
        self.last = at, report
        self.reports += 1
        self.asleep += not report.effort.decodes

    def counted(self) -> tuple[float, int, int, int]:
        """Seconds between the two, and packets, analysed and dropped frames in them."""
        if self.first is None or self.last is None:
            return 0.0, 0, 0, 0
        (began, first), (ended, last) = self.first, self.last
        return (
            ended - began,
            last.effort.packets - first.effort.packets,
            last.analysed - first.analysed,
            last.dropped - first.dropped,
        )


@dataclass(frozen=True, slots=True)
class _Measured:
    """The raw figures of the measured time."""

    seconds: float
    cpu_s: float
    evidence_cpu_s: float
    rss: int
    rss_of_one: int
    share: float
    tallies: Sequence[_Tally]

    def figures(self, request: BenchRequest, what: Subject, floor: float) -> BenchFigures:
        counted = [each.counted() for each in self.tallies]
        # Reports come every half second, each at its own time: rates first, then sums.
        packets_s = sum(packets / span for span, packets, _, _ in counted if span)
        analysed_s = sum(analysed / span for span, _, analysed, _ in counted if span)
        dropped = sum(each[3] for each in counted)
        is_paced = request.realtime or not what.is_file
        # A file's own time is known exactly; a camera's is the clock on the wall.
        stream_s = self.seconds * (packets_s / what.fps if what.is_file else request.streams)
        if stream_s <= 0:
            raise EvaluationError("load.bench.nothing_read")
        video_fps = packets_s / request.streams if is_paced else what.fps
        slow = is_paced and video_fps < LAGGING * what.fps
        extra = request.streams - 1
        return BenchFigures(
            streams=request.streams,
            video_fps=video_fps,
            analysis_fps=analysed_s * self.seconds / stream_s,
            cpu_s_per_stream_s=self.cpu_s / stream_s,
            decode_floor_cpu_s_per_stream_s=floor,
            analysed=sum(each[2] for each in counted),
            dropped=dropped,
            latency_ms=latency_ms(one for each in self.tallies for one in each.latencies_s),
            rss_mib=self.rss / _MIB,
            rss_mib_per_extra_stream=(self.rss - self.rss_of_one) / extra / _MIB if extra else None,
            evidence_cpu_s_per_stream_s=self.evidence_cpu_s / stream_s,
            share=self.share,
            speed=stream_s / self.seconds / request.streams,
            saturated=bool(dropped) or self.share < 1.0 or slow,
            realtime=is_paced,
            situations=tuple(sorted(str(each) for each in request.situations)),
            seconds=self.seconds,
            nominal_fps=what.fps,
            asleep=sum(each.asleep for each in self.tallies)
            / max(sum(each.reports for each in self.tallies), 1),
        )


class _Run:
    """The workers of a measurement, looked after as the hub does."""

    def __init__(self, request: BenchRequest, what: Subject, home: Home) -> None:
        self._request = request
        self._cameras = cameras(request, what.is_file)
        self._paced = request.realtime or not what.is_file
        self._fleet = Fleet(self._cameras)
        self._lock = Lock()
        self._reports: dict[str, CameraReport] = {}
        self._tallies: dict[str, _Tally] | None = None
        self._died: Notice | None = None
        self._hosts: list[SubprocessHost] = []
        self._shards = [
            Shard(self._settings(home, start), self._host, self._hear, self._mourn, Patience())
            for start in range(0, len(self._cameras), PER_WORKER)
        ]

    def _settings(self, home: Home, start: int) -> WorkerSettings:
        return WorkerSettings(
            home=home.folder,
            cameras=self._cameras[start : start + PER_WORKER],
            mode=Mode.EVALUATION,
            models_dir=self._request.models_dir,
            paced=self._paced,
        )

    def _host(
        self, settings: WorkerSettings, hear: Callable[[WorkerMessage], None]
    ) -> SubprocessHost:
        host = SubprocessHost(settings, hear)
        self._hosts.append(host)
        return host

    def measure(self, progress: Progress) -> _Measured:
        """One stream, then all, then the warm-up, then the time that counts."""
        request = self._request
        rss_of_one = 0
        if request.streams > 1:
            self._start(self._shards[:1], {self._cameras[0].id}, progress)
            progress("load.bench.step.one", {"seconds": f"{request.warmup:g}"})
            self._for(request.warmup, self._only_first)
            rss_of_one = _rss()
        self._start(self._shards, {each.id for each in self._cameras}, progress)
        progress("load.bench.step.warmup", {"seconds": f"{request.warmup:g}"})
        self._for(request.warmup, self._everything)
        return self._count(rss_of_one, progress)

    def _count(self, rss_of_one: int, progress: Progress) -> _Measured:
        progress("load.bench.step.measure", {"seconds": f"{self._request.seconds:g}"})
        tallies = {each.id: _Tally() for each in self._cameras}
        with self._lock:
            self._tallies = tallies
        began, cpu_before, evidence_before = time.monotonic(), _cpu(), self._evidence_cpu()
        least = self._for(self._request.seconds, self._everything)
        seconds, cpu, evidence = time.monotonic() - began, _cpu(), self._evidence_cpu()
        with self._lock:
            self._tallies = None
        return _Measured(
            seconds=seconds,
            cpu_s=cpu - cpu_before,
            evidence_cpu_s=max(0.0, evidence - evidence_before),
            rss=_rss(),
            rss_of_one=rss_of_one,
            share=least,
            tallies=list(tallies.values()),
        )

    def stop(self) -> None:
        """End the workers."""
        for shard in self._shards:
            shard.stop()

    def _start(self, shards: Sequence[Shard], wanted: set[str], progress: Progress) -> None:
        """Let streams through until all of ``wanted`` are analysed."""
        running, told = -1, 0.0
        quiet_since = time.monotonic()
        look = self._everything if len(wanted) > 1 else self._only_first
        while True:
            look(shards)
            now = time.monotonic()
            with self._lock:
                count = sum(
                    1 for key in wanted if key in self._reports and self._reports[key].analysed
                )
            if count > running:
                running, quiet_since = count, now
            if count == len(wanted):
                return
            if now - told >= 2.0:
                fields: dict[str, object] = {"running": count, "streams": len(wanted)}
                progress("load.bench.step.start", fields)
                told = now
            self._give_up_if_stuck(wanted, now - quiet_since)
            time.sleep(ROUND_S)

    def _give_up_if_stuck(self, wanted: Iterable[str], quiet_s: float) -> None:
        with self._lock:
            troubled = [
                report.notice
                for key in sorted(wanted)
                if (report := self._reports.get(key)) is not None
                and report.notice is not None
                and not report.analysed
                and report.state is not CameraState.BLOCKED
            ]
        if troubled and quiet_s > SILENT_S / 6:
            raise EvaluationError("load.bench.trouble", reason=troubled[0])
        if quiet_s > SILENT_S:
            raise EvaluationError("load.bench.nothing_read")

    def _for(self, seconds: float, look: Callable[[Sequence[Shard]], Share]) -> float:
        """Look after the workers for so long; the least share of its rate a stream had."""
        end, least = time.monotonic() + seconds, 1.0
        while (left := end - time.monotonic()) > 0:
            least = min(least, look(self._shards).of_rate)
            time.sleep(min(ROUND_S, left))
        return least

    def _only_first(self, _: Sequence[Shard]) -> Share:
        rest = {each.id: _OTHER for each in self._cameras[1:]}
        return self._look(self._shards[:1], Permit(rest), Share())

    def _everything(self, shards: Sequence[Shard]) -> Share:
        if not self._paced:  # They take all there is, whoever begins when.
            return self._look(shards, Permit(), Share())
        share = self._fleet.update()
        return self._look(shards, Permit(dict(self._fleet.held_back)), share)

    def _look(self, shards: Sequence[Shard], permit: Permit, share: Share) -> Share:
        for shard in shards:
            shard.look_after(permit, Watch(), share)
        if self._died is not None:
            raise EvaluationError("load.bench.trouble", reason=self._died)
        return share

    def _hear(self, message: WorkerMessage) -> None:
        if not isinstance(message, Heartbeat):
            return
        now = time.monotonic()
        self._fleet.hear(message)
        with self._lock:
            for report in message.cameras:
                self._reports[report.camera_id] = report
                if self._tallies is not None:
                    self._tallies[report.camera_id].add(now, report)

    def _mourn(self, _: Shard, why: Notice) -> None:
        self._died = why

    def _evidence_cpu(self) -> float:
        """CPU seconds of the evidence processes, which the workers begin."""
        parents = [host.pid for host in self._hosts if host.pid is not None]
        children = [each for pid in parents for each in processes.family(pid)[1:]]
        return sum(processes.cpu_s(each) for each in children)


def _cpu() -> float:
    return sum(processes.cpu_s(each) for each in processes.family(os.getpid()))


def _rss() -> int:
    return sum(processes.resident(each) for each in processes.family(os.getpid()))
