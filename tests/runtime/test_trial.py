"""A situation is tried on what is kept: the real pipeline, masked, elsewhere, and never stored."""

from __future__ import annotations

import math
import os
import signal
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from gardefou.capture.file import FileSource
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.notice import Notice
from gardefou.capture.reader import ReadSettings
from gardefou.errors import TrialError
from gardefou.evidence.finder import Found
from gardefou.evidence.heads import HeadTrail
from gardefou.evidence.job import Footage
from gardefou.evidence.pictures import pictures
from gardefou.geometry.arrays import Image
from gardefou.governance.ledger import Origin
from gardefou.perception.approved_view import ApprovedView
from gardefou.perception.scene_shift import edges
from gardefou.runtime.bus import CameraState
from gardefou.runtime.detectors import watching_only
from gardefou.runtime.messages import Tried, TryOut, Withdraw
from gardefou.runtime.trial import TrialWork, try_out
from gardefou.runtime.trial_desk import KEEP_S, TrialDesk
from gardefou.runtime.trial_job import TrialJob, TrialOutcome
from gardefou.runtime.trial_process import LONGEST_S, NAME, TrialRun
from gardefou.site.document import Camera, Mask
from gardefou.site.source import Source
from gardefou.situations.situation import Situation
from support.processes import DEADLINE_S, kill, marked, until
from support.rtsp_server import RtspServer
from support.system import CAMERA, System, camera

EVERYWHERE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
LEFT = np.array([[0.0, 0.0], [0.2, 0.0], [0.2, 1.0], [0.0, 1.0]])
OUTCOME = TrialOutcome(30.0, 150, (), ())


class NobodyFound:
    """Finds nothing, and remembers how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def find(self, image: Image) -> Found:
        self.asked += 1
        return Found()


@pytest.fixture(scope="module")
def kept(clip: Path) -> Footage:
    """The demo clip's first eight seconds, as a ring keeps them."""
    with FileSource(clip, ReadSettings(CAMERA)) as source:
        for frame in source.frames():
            if frame.time >= 8.0:
                break
        return Footage(tuple(source.ring.since(-math.inf)), source.codec_parameters)


def proposed(polygon: tuple[tuple[float, float], ...] = EVERYWHERE) -> Camera:
    """The demo's camera with another zone and a mask at the right, both proposed."""
    before = camera("rtsp://10.0.0.7/a")
    zone = before.zones[0].model_copy(update={"polygon": polygon})
    right = ((0.8, 0.0), (1.0, 0.0), (1.0, 1.0), (0.8, 1.0))
    masks = (Mask(id="right", polygon=right),)
    return before.model_copy(update={"zones": (zone,), "masks": masks})


def image_of(jpeg: bytes) -> Image:
    decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(decoded, np.uint8)


def test_what_would_be_signalled_is_told_with_its_moment_region_and_masked_picture(
    kept: Footage, models_dir: Path
) -> None:
    finder = NobodyFound()
    work = TrialWork(TrialJob(1, proposed(), lines_only=False), kept, (LEFT,), models_dir)
    outcome = try_out(work, finder)

    assert outcome.seconds == pytest.approx(8.0, abs=0.2)
    assert outcome.analysed == pytest.approx(40, abs=2)
    assert outcome.alerts
    first = outcome.alerts[0]
    assert first.situation is Situation.ZONE_INTRUSION
    assert 0 < first.opened_s < 8
    assert len(first.region) >= 3
    assert outcome.pictures[0].at_s == pytest.approx(first.opened_s, abs=1e-6)
    assert finder.asked == len(outcome.pictures)
    for each in outcome.pictures:
        image = image_of(each.jpeg)
        width = image.shape[1]
        for side in (image[:, : int(0.19 * width)], image[:, int(0.81 * width) :]):
            assert side.std() < 2  # in force, and proposed
        assert image[:, int(0.3 * width) : int(0.7 * width)].std() > 10


def test_a_zone_where_nobody_goes_signals_nothing_and_shows_the_last_moment(
    kept: Footage, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[float] = []

    class Trail(HeadTrail):
        def add(self, time: float, *seen: Any) -> None:
            looked.append(time)
            super().add(time, *seen)

    monkeypatch.setattr("gardefou.runtime.trial.HeadTrail", Trail)
    corner = ((0.21, 0.0), (0.25, 0.0), (0.25, 0.03), (0.21, 0.03))
    work = TrialWork(TrialJob(1, proposed(corner), lines_only=False), kept, (), models_dir)
    outcome = try_out(work, NobodyFound())

    assert outcome.alerts == ()
    assert len(looked) < outcome.analysed, "of what was passed over nothing is known"
    assert [each.at_s for each in outcome.pictures] == [pytest.approx(8.0, abs=0.3)]


def test_whoever_sees_no_images_gets_the_lines_of_the_place(
    kept: Footage, models_dir: Path
) -> None:
    work = TrialWork(TrialJob(1, proposed(), lines_only=True), kept, (), models_dir)
    outcome = try_out(work, NobodyFound())

    assert outcome.alerts
    (picture,) = outcome.pictures
    image = image_of(picture.jpeg).astype(np.float64)
    assert np.ptp(image, axis=2).max() <= 2
    assert np.median(image) > 200


def test_too_short_a_time_draws_no_place_for_it_would_show_whoever_is_in_it(
    kept: Footage, models_dir: Path
) -> None:
    moment = tuple(each for each in kept.packets if each.time < 0.9)
    job = TrialJob(1, proposed(), lines_only=True)
    with pytest.raises(TrialError) as refused:
        try_out(TrialWork(job, Footage(moment, kept.parameters), (), models_dir), NobodyFound())
    assert refused.value.key == "runtime.trial.nothing"
    pictured = TrialJob(1, proposed(), lines_only=False)
    work = TrialWork(pictured, Footage(moment, kept.parameters), (), models_dir)
    assert try_out(work, NobodyFound()).pictures


def test_what_cannot_be_decoded_is_said(kept: Footage, models_dir: Path) -> None:
    nothing = Footage((), kept.parameters)
    work = TrialWork(TrialJob(1, proposed(), lines_only=True), nothing, (), models_dir)
    with pytest.raises(TrialError, match="lawn"):
        try_out(work, NobodyFound())


@pytest.mark.parametrize("lines_only", [True, False])
def test_a_camera_that_shows_another_view_shows_nothing(
    kept: Footage, models_dir: Path, lines_only: bool
) -> None:
    elsewhere = np.random.default_rng(5).integers(0, 255, (576, 768, 3)).astype(np.uint8)
    view = ApprovedView(edges(elsewhere, 120), is_strict=True)
    job = TrialJob(1, proposed(), lines_only)
    with pytest.raises(TrialError, match="approved view"):
        try_out(TrialWork(job, kept, (LEFT,), models_dir, view), NobodyFound())


def test_masks_that_are_proposed_do_not_make_another_view(kept: Footage, models_dir: Path) -> None:
    in_force = PrivacyMask([LEFT])
    (first, *_) = pictures(kept, in_force, 640 * 480, lambda _: True)
    view = ApprovedView(edges(first.image, 120), is_strict=True)
    job = TrialJob(1, proposed(), lines_only=False)
    assert try_out(TrialWork(job, kept, (LEFT,), models_dir, view), NobodyFound()).pictures


# The desk of the hub


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clock: Clock) -> TrialDesk:
    return TrialDesk(lambda _: None, lambda: None, clock)


def key_of(outcome: Future[TrialOutcome]) -> str:
    error = outcome.exception(0)
    assert isinstance(error, TrialError)
    return error.key


def test_a_minute_is_kept_of_one_camera_and_not_for_ever(desk: TrialDesk, clock: Clock) -> None:
    assert desk.minutes == frozenset()
    desk.keep("lawn")
    desk.keep("quay")
    assert desk.minutes == {"quay"}
    desk.let_go("lawn")
    clock.now = KEEP_S - 1
    assert desk.minutes == {"quay"}
    clock.now = KEEP_S
    assert desk.minutes == frozenset()
    desk.keep("quay")
    desk.let_go("quay")
    assert desk.minutes == frozenset()


def test_one_trial_at_a_time_and_its_answer_comes_once(desk: TrialDesk) -> None:
    trial = desk.begin(proposed(), lines_only=True)
    assert desk.commands() == [(CAMERA, TryOut(trial.job))]
    assert desk.commands() == []
    with pytest.raises(TrialError, match="another trial"):
        desk.begin(proposed(), lines_only=True)
    desk.hear(Tried(trial.job.number + 1, OUTCOME))
    assert not trial.outcome.done()
    desk.hear(Tried(trial.job.number, OUTCOME))
    desk.hear(Tried(trial.job.number, Notice.of("runtime.trial.ended")))
    assert trial.outcome.result(0) == OUTCOME
    desk.begin(proposed(), lines_only=True)


def test_a_trial_nobody_waits_for_is_called_back(desk: TrialDesk) -> None:
    trial = desk.begin(proposed(), lines_only=True)
    desk.withdraw(trial)
    assert desk.commands()[-1] == (CAMERA, Withdraw(trial.job.number))
    assert key_of(trial.outcome) == "runtime.trial.withdrawn"
    desk.hear(Tried(trial.job.number, OUTCOME))
    desk.withdraw(trial)
    assert desk.commands() == []


def test_a_trial_ends_with_its_camera_and_no_other(desk: TrialDesk) -> None:
    trial = desk.begin(proposed(), lines_only=True)
    desk.end(["quay"], Notice.of("runtime.trial.ended"))
    assert not trial.outcome.done()
    desk.end([CAMERA], Notice.of("runtime.worker_restarted"))
    assert key_of(trial.outcome) == "runtime.worker_restarted"


def test_a_trial_that_was_told_has_made_room_for_the_next(kept: Footage, tmp_path: Path) -> None:
    told: list[bool] = []
    work = TrialWork(TrialJob(1, proposed(), lines_only=True), kept, (), tmp_path)  # No models.
    run = TrialRun(work, lambda answer: told.append(run.is_over))
    run.join()
    assert told == [True]


# The whole system over a real stream


def test_a_running_camera_is_tried_beside_the_live_path_until_everything_is_stopped(
    mark: str, server: RtspServer, tmp_path: Path
) -> None:
    running = camera(server.url, masked=True)
    with System(tmp_path, [running]) as system:
        system.until_state(CameraState.RUNNING)
        trials = system.hub.trials
        elsewhere = running.model_copy(update={"source": Source("rtsp://127.0.0.1:9/other")})
        with pytest.raises(TrialError, match="save the new address"):
            trials.check(elsewhere)
        with pytest.raises(TrialError, match="does not run"):
            trials.check(running.model_copy(update={"id": "quay"}))

        system.until_alerts(1)  # Somebody is on the lawn in what is kept.
        bare = watching_only(running.model_copy(update={"masks": ()}), Situation.ZONE_INTRUSION)
        outcomes: list[TrialOutcome] = []

        def would_signal() -> bool:
            """Whether what is kept is long enough for a trial, which knows nothing at first."""
            with suppress(TrialError):  # The stream may falter for a moment.
                trial = trials.begin(bare, lines_only=False)
                outcomes.append(trial.outcome.result(LONGEST_S))
            return bool(outcomes) and bool(outcomes[-1].alerts)

        until(would_signal, LONGEST_S, "a trial would have signalled nothing")
        outcome = outcomes[-1]
        assert outcome.seconds > 1
        image = image_of(outcome.pictures[0].jpeg)
        height, width = image.shape[:2]
        assert image[: int(0.25 * height), : int(0.25 * width)].std() < 2  # the mask in force
        folders = {path.parent.name for path in tmp_path.rglob("*.jpg")}
        until(
            lambda: folders <= {str(each.id) for each in system.alerts()},
            what="a picture belongs to no alert",
        )

        system.until_state(CameraState.RUNNING)
        trial = trials.begin(bare, lines_only=False)
        system.hub.switch.suspend("desk:anna", Origin.OPERATOR, "gate 3")
        system.until_state(CameraState.BLOCKED)
        error = trial.outcome.exception(DEADLINE_S)
        assert isinstance(error, TrialError)
        assert error.key == "mandate.refusal.suspended"
        with pytest.raises(TrialError, match="gate 3"):
            trials.check(bare)


def trial_processes(mark: str) -> set[int]:
    """Processes of this run that try something; a niceness would not tell them from others."""
    return {pid for pid in marked(mark) if _name(pid) == NAME}


def _name(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def test_a_trial_does_not_outlive_its_worker(mark: str, server: RtspServer, tmp_path: Path) -> None:
    with System(tmp_path, [camera(server.url)]) as system:
        system.until_state(CameraState.RUNNING)
        trial = system.hub.trials.begin(camera(server.url), lines_only=True)

        stopped: set[int] = set()

        def is_held() -> bool:
            """Whether a trial under way stands still; one may end before it is seen."""
            nonlocal trial
            if trial.outcome.done():
                trial = system.hub.trials.begin(camera(server.url), lines_only=True)
            for pid in trial_processes(mark):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
                    stopped.add(pid)
            return bool(stopped & trial_processes(mark)) and not trial.outcome.done()

        until(is_held, 300.0, "no trial was begun")
        kill(system.worker)
        error = trial.outcome.exception(DEADLINE_S)
        assert isinstance(error, TrialError)
        assert error.key == "runtime.worker_restarted"
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        until(lambda: not trial_processes(mark), what="the trial was left behind")


def test_a_whole_minute_is_kept_only_while_somebody_prepares_a_trial(
    mark: str, server: RtspServer, tmp_path: Path
) -> None:
    with System(tmp_path, [camera(server.url)]) as system:
        system.until_state(CameraState.RUNNING)
        system.hub.trials.keep(CAMERA)
        until(lambda: _ring_bytes(system) > 0)
        worked = system.hub.trials.begin(camera(server.url), lines_only=False)
        assert worked.outcome.result(LONGEST_S).seconds > 0
        system.hub.trials.let_go(CAMERA)
        assert system.hub.trials.minutes == frozenset()


def _ring_bytes(system: System) -> int:
    load = system.hub.bus.load
    camera = None if load is None else load.cameras.get(CAMERA)
    return 0 if camera is None else round(camera.ring_mib * 1024)
