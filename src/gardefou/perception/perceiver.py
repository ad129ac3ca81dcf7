"""One camera's perception: the shared network and the camera's own background model, joined."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass

from gardefou.capture.burst import Burst
from gardefou.geometry.arrays import Image, Size
from gardefou.geometry.detections import Detections
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.fire import FireModel
from gardefou.perception.foreground import ForegroundModel
from gardefou.perception.percept import Flames, Foreground, Percept


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
    flames: Flames | None = None


class Perceiver:
    """Perceives the pictures of one camera, in order of time.

    `start` hands a picture to the network and runs the background model meanwhile; `finish` waits
    for the network. Between them a caller may decode the next picture or serve another camera.
    """

    def __init__(self, engine: InferenceEngine) -> None:
        self._engine = engine
        self._background = ForegroundModel()
        self._fire = FireModel()

    def start(
        self, camera_id: str, time: float, image: Image, burst: Burst | None = None
    ) -> Pending:
        """Begin with a picture [H, W, 3] at a stream time, s; waits while the queue is full.

        A ``burst``, where the camera has one just now, is looked at for fire.
        """
        detections = self._engine.submit(image)
        foreground = self._background.update(image, time)
        size = (image.shape[1], image.shape[0])
        flames = None if burst is None else self._fire.update(burst, size)
        return Pending(camera_id, time, size, foreground, detections, flames)

    def finish(self, pending: Pending) -> Percept:
        """What the picture says; waits for the network and raises what it raised."""
        return Percept(
            pending.camera_id,
            pending.time,
            pending.size,
            pending.detections.result(),
            pending.foreground,
            flames=pending.flames,
        )

    def reset(self) -> None:
        """Forget the background, as after a break in the stream."""
        self._background.reset()
        self._fire.reset()
