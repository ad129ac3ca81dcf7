"""One camera's perception: the shared network and the camera's own models, joined."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from gardefou.capture.burst import Burst
from gardefou.geometry.arrays import Image, Size
from gardefou.geometry.detections import Detections
from gardefou.perception.crowd import CrowdLooks, Look
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.fire import FireModel
from gardefou.perception.fire_judge import fire_judge
from gardefou.perception.foreground import ForegroundModel
from gardefou.perception.lying import LyingLook, LyingLooks, people_lying
from gardefou.perception.people_flow import FlowPictures, PicturePair, people_flow
from gardefou.perception.percept import Evidence, Flames, Foreground, Percept
from gardefou.perception.statics import PendingStatics, StaticsModel
from gardefou.perception.weapons import PendingLooks, WeaponLooks


@dataclass(frozen=True, slots=True)
class Pending:
    """A picture that the network still works on, and what was begun with it.

    ``time`` stream time, s; ``size`` of the picture, px; ``detections`` None where the network
    passes the picture over.
    """

    camera_id: str
    time: float
    size: Size
    foreground: Foreground
    detections: Future[Detections] | None = None
    statics: PendingStatics | None = None
    flames: Flames | None = None
    pictures: PicturePair | None = None
    look: Look | None = None
    weapon_looks: PendingLooks | None = None
    lying: LyingLook | None = None


class Perceiver:
    """Perceives the pictures of one camera, in order of time.

    `start` hands a picture to the network and runs the background model meanwhile; `finish` waits
    for the network. Between them a caller may decode the next picture or serve another camera.
    ``wanted`` names the evidence gathered beyond detections and foreground.
    """

    def __init__(self, engine: InferenceEngine, wanted: frozenset[Evidence] = frozenset()) -> None:
        self._engine = engine
        self._background = ForegroundModel()
        self._statics = StaticsModel(engine.submit) if Evidence.STATICS in wanted else None
        self._fire = FireModel(fire_judge(engine)) if Evidence.FLAMES in wanted else None
        self._flow = FlowPictures() if Evidence.FLOW in wanted else None
        self._crowd = CrowdLooks(engine) if Evidence.CROWD in wanted else None
        self._weapons = WeaponLooks(engine) if Evidence.WEAPONS in wanted else None
        self._lying = LyingLooks(engine.submit) if Evidence.LYING in wanted else None
        self._flames: Flames | None = None

    def start(
        self,
        camera_id: str,
        time: float,
        image: Image,
        burst: Burst | None = None,
        is_needed: Callable[[Foreground], bool] = lambda foreground: True,
    ) -> Pending:
        """Begin with a picture [H, W, 3] at a stream time, s; waits while the queue is full.

        A ``burst``, where the camera has one just now, is looked at for fire. ``is_needed`` says
        whether the network looks at this picture, by what moves in it; where it does not, nothing
        else does either, and what the burst showed comes with the next one that is looked at.
        """
        size = (image.shape[1], image.shape[0])
        foreground = self._background.update(image, time)
        pictures = self._flow.pair(image, time) if self._flow else None
        flames = self._fire.update(burst, size) if self._fire and burst else None
        if not is_needed(foreground):
            return Pending(camera_id, time, size, foreground, flames=flames)
        detections = self._engine.submit(image)
        return Pending(
            camera_id,
            time,
            size,
            foreground,
            detections,
            statics=self._statics.begin(image, time) if self._statics else None,
            flames=flames,
            pictures=pictures,
            look=self._crowd.start(image, time, detections) if self._crowd else None,
            weapon_looks=self._weapons.start(image, time) if self._weapons else None,
            lying=self._lying.start(image, time) if self._lying else None,
        )

    def finish(self, pending: Pending) -> Percept:
        """What the picture says; waits for the network and raises what it raised."""
        flames, self._flames = pending.flames or self._flames, None
        if pending.detections is None:
            self._flames = flames
            nothing = Detections.empty()
            place = (pending.camera_id, pending.time, pending.size)
            return Percept(*place, nothing, pending.foreground, looked=False)
        detections = pending.detections.result()
        statics = flow = crowd = weapons = lying = None
        if self._statics and pending.statics:
            statics = self._statics.finish(pending.statics, detections)
        if pending.pictures:
            flow = people_flow(pending.pictures, detections, pending.size)
        if self._crowd:
            self._crowd.learn(detections)
            crowd = self._crowd.finish(pending.look) if pending.look else None
        if self._weapons and pending.weapon_looks:
            weapons = self._weapons.finish(pending.weapon_looks, detections)
        if self._lying:
            self._lying.learn(detections, pending.time, pending.size)
            lying = people_lying(pending.lying) if pending.lying else None
        return Percept(
            pending.camera_id,
            pending.time,
            pending.size,
            detections,
            pending.foreground,
            statics,
            flames,
            flow,
            crowd,
            weapons,
            lying,
        )

    def is_watching(self, time: float) -> bool:
        """Whether somebody may have fallen, or may hold a weapon, at a stream time, s."""
        return bool(
            (self._lying and self._lying.is_watching(time))
            or (self._weapons and self._weapons.is_watching(time))
        )

    def rest(self, image: Image, time: float) -> None:
        """Learn a picture [H, W, 3] of a sleeping camera: backgrounds only, no network."""
        self._background.update(image, time)
        if self._statics:
            self._statics.rest(image, time)

    def reset(self) -> None:
        """Forget the background, as after a break in the stream."""
        self._flames = None
        looks = (self._crowd, self._weapons, self._lying)
        for each in (self._background, self._statics, self._fire, self._flow, *looks):
            if each is not None:
                each.reset()
