"""The detector network of a process: one queue that all its cameras share."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from gardefou.geometry.arrays import Image, Size
from gardefou.geometry.detections import Detections
from gardefou.perception.adapters.adapter import DetectorAdapter
from gardefou.perception.adapters.registry import load_adapter
from gardefou.perception.network import Network
from gardefou.perception.store import ModelStore

DEFAULT_MODEL: Final = "nanodet-g"
DEFAULT_PIXELS: Final = 416 * 256
"""Area of the network's input, px: 416x256 for a 16:9 picture."""

SCORE_FLOOR: Final = 0.15
"""Lowest score returned: a tracker continues a track on a weak detection (ByteTrack)."""

_WAITING_PER_THREAD: Final = 2
"""Pictures that may wait or be in work for each thread: enough to keep it busy, few to go stale."""


class InferenceEngine:
    """Detects bodies in pictures of many cameras, `threads` at once.

    ``models_dir`` is the folder of installed models (None: the user's own). ``pixels`` bounds the
    area of the network's input, which takes each picture's own shape. ``score_floor`` is the
    lowest score returned. ``precision`` is ``"bf16"``, ``"f32"`` or None for the processor's best.
    Raises `ModelError` when the model is missing or altered.

    OpenVINO's own asynchronous queue is not used: it may not be fed from several threads, and a
    failed inference never reaches its callback, so that a camera would wait for ever.
    """

    def __init__(
        self,
        models_dir: Path | None = None,
        model: str = DEFAULT_MODEL,
        *,
        threads: int | None = None,
        pixels: int = DEFAULT_PIXELS,
        score_floor: float = SCORE_FLOOR,
        precision: str | None = None,
    ) -> None:
        self._store = ModelStore(models_dir)
        installed = self._store.load(model)
        workers = threads or len(os.sched_getaffinity(0))
        self.model = model
        self.adapter = installed.adapter
        self._adapter = load_adapter(installed.adapter)
        self._score_floor = score_floor
        self._network = Network(
            installed.network,
            self._adapter.preprocessing,
            pixels=pixels,
            threads=workers,
            precision=precision,
        )
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="inference")
        self._places = threading.BoundedSemaphore(workers * _WAITING_PER_THREAD)
        self._precision = precision
        self._threads = workers
        self._companions: dict[str, InferenceEngine | None] = {}
        self._making = threading.Lock()

    def submit(self, image: Image, reader: DetectorAdapter | None = None) -> Future[Detections]:
        """Detect bodies in a picture [H, W, 3]; waits while the queue is full.

        ``reader`` reads the outputs instead of the model's own adapter.
        The picture must not change until the result is there. The future's result has boxes in
        pixels of the picture, clipped to it. Raises `RuntimeError` after `close`.
        """
        self._places.acquire()
        try:
            future = self._workers.submit(self.detect, image, reader)
        except RuntimeError:
            self._places.release()
            raise
        future.add_done_callback(lambda _: self._places.release())
        return future

    def detect(self, image: Image, reader: DetectorAdapter | None = None) -> Detections:
        """Detect bodies in a picture [H, W, 3] now, in the caller's own thread."""
        adapter = reader or self._adapter
        placement = self._network.placement((image.shape[1], image.shape[0]))
        found = self._network.infer(
            placement.apply(image),
            lambda outputs: adapter.decode(outputs, placement.input, self._score_floor),
        )
        return Detections(placement.to_picture(found.boxes), found.scores, found.classes)

    def companion(self, model: str) -> InferenceEngine | None:
        """The engine of a further network, one for all cameras; None when it is not installed.

        It is made when first asked for and closed with this one. Raises `ModelError` when the
        model is altered.
        """
        with self._making:
            if model not in self._companions:
                self._companions[model] = (
                    InferenceEngine(
                        self._store.folder,
                        model,
                        threads=self._threads,
                        score_floor=self._score_floor,
                        precision=self._precision,
                    )
                    if model in self._store.models()
                    else None
                )
            return self._companions[model]

    def input_size(self, picture: Size) -> Size:
        """Width and height of the network's input for pictures of this size, px."""
        return self._network.placement(picture).input

    def inference_precision(self, picture: Size) -> str:
        """Number format in which pictures of this size are inferred, such as ``"bf16"``."""
        return self._network.precision(picture)

    def close(self) -> None:
        """Finish what was submitted and end the threads, companions' too."""
        self._workers.shutdown(wait=True)
        for companion in self._companions.values():
            if companion is not None:
                companion.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
