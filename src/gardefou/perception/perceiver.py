"""One camera's perception: the shared network and the camera's own background model, joined."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass

from gardefou.geometry.arrays import Image, Size
from gardefou.geometry.detections import Detections
from gardefou.perception.crowd import CrowdLooks, Look, people
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.foreground import ForegroundModel
from gardefou.perception.people_flow import FlowPictures, PicturePair, people_flow
from gardefou.perception.percept import Evidence, Foreground, Percept


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
    pictures: PicturePair | None = None
    look: Look | None = None


class Perceiver:
    """Perceives the pictures of one camera, in order of time.

    `start` hands a picture to the network and runs the background model meanwhile; `finish` waits
    for the network. Between them a caller may decode the next picture or serve another camera.
    ``wanted`` names the evidence gathered beyond detections and foreground.
    """

    def __init__(self, engine: InferenceEngine, wanted: frozenset[Evidence] = frozenset()) -> None:
        self._engine = engine
        self._background = ForegroundModel()
        self._flow_pictures = FlowPictures() if Evidence.FLOW in wanted else None
        self._crowd_looks = CrowdLooks(engine) if Evidence.CROWD in wanted else None

    def start(self, camera_id: str, time: float, image: Image) -> Pending:
        """Begin with a picture [H, W, 3] at a stream time, s; waits while the queue is full."""
        detections = self._engine.submit(image)
        foreground = self._background.update(image, time)
        size = (image.shape[1], image.shape[0])
        pictures = self._flow_pictures.pair(image, time) if self._flow_pictures else None
        look = self._crowd_looks.start(image, time) if self._crowd_looks else None
        return Pending(camera_id, time, size, foreground, detections, pictures, look)

    def finish(self, pending: Pending) -> Percept:
        """What the picture says; waits for the network and raises what it raised."""
        detections = pending.detections.result()
        pictures = pending.pictures
        return Percept(
            pending.camera_id,
            pending.time,
            pending.size,
            detections,
            pending.foreground,
            flow=people_flow(pictures, detections, pending.size) if pictures else None,
            crowd=people(pending.look) if pending.look else None,
        )

    def reset(self) -> None:
        """Forget the background, as after a break in the stream."""
        self._background.reset()
        if self._flow_pictures:
            self._flow_pictures.reset()
        if self._crowd_looks:
            self._crowd_looks.reset()
