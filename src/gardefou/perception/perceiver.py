"""One camera's perception: the shared network and the camera's own background model, joined."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass

from gardefou.geometry.arrays import Image, Size
from gardefou.geometry.detections import Detections
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.foreground import ForegroundModel
from gardefou.perception.percept import Evidence, Foreground, Percept
from gardefou.perception.statics import PendingStatics, StaticsModel


@dataclass(frozen=True, slots=True)
class Pending:
    """A picture that the network still works on.

    ``time`` stream time, s; ``size`` of the picture, px.
    """

    camera_id: str
    time: float
    size: Size
    foreground: Foreground
    detections: Future[Detections]
    statics: PendingStatics | None = None


class Perceiver:
    """Perceives the pictures of one camera, in order of time.

    `start` hands a picture to the network and runs the background model meanwhile; `finish` waits
    for the network. Between them a caller may decode the next picture or serve another camera.
    ``wanted`` names the further evidence that the camera's detectors need.
    """

    def __init__(self, engine: InferenceEngine, wanted: frozenset[Evidence] = frozenset()) -> None:
        self._engine = engine
        self._background = ForegroundModel()
        self._statics = StaticsModel(engine.submit) if Evidence.STATICS in wanted else None

    def start(self, camera_id: str, time: float, image: Image) -> Pending:
        """Begin with a picture [H, W, 3] at a stream time, s; waits while the queue is full."""
        detections = self._engine.submit(image)
        foreground = self._background.update(image, time)
        size = (image.shape[1], image.shape[0])
        statics = self._statics.begin(image, time) if self._statics else None
        return Pending(camera_id, time, size, foreground, detections, statics)

    def finish(self, pending: Pending) -> Percept:
        """What the picture says; waits for the network and raises what it raised."""
        detections = pending.detections.result()
        statics = None
        if self._statics and pending.statics:
            statics = self._statics.finish(pending.statics, detections)
        return Percept(
            pending.camera_id,
            pending.time,
            pending.size,
            detections,
            pending.foreground,
            statics=statics,
        )

    def reset(self) -> None:
        """Forget the background, as after a break in the stream."""
        self._background.reset()
        if self._statics:
            self._statics.reset()
