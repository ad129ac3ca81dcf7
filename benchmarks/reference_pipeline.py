"""The straightforward pipeline of well-known parts, to compare with: nothing of this project in it.

OpenCV reads and decodes, every fifth frame is resized with its letterbox, OpenVINO runs the
NanoDet-g network with its own defaults, `supervision` holds the boxes and suppresses doubles,
`trackers`' ByteTrack follows people. A thread a stream, one compiled network for all.

These parts are no dependency of this project. They bring ``opencv-python``, which overwrites the
headless build, so they get an environment of their own::

    python -m venv /tmp/peers
    /tmp/peers/bin/pip install opencv-python openvino supervision trackers

`benchmarks/compare.py` gives it the network and runs it beside ours. By itself::

    /tmp/peers/bin/python benchmarks/reference_pipeline.py VIDEO NETWORK.xml --streams 1

prints CPU seconds a second of stream, as JSON. The video is played in a loop, as fast as it goes.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from typing import Any

import cv2
import numpy as np
import openvino as ov
import supervision as sv  # type: ignore[import-not-found]
from trackers import ByteTrackTracker  # type: ignore[import-not-found]

ANALYSIS_FPS = 5.0
INPUT = 416
STRIDES = (8, 16, 32)
MEAN = np.array([103.53, 116.28, 123.675], dtype=np.float32)
SCALE = np.array([57.375, 57.12, 58.395], dtype=np.float32)
PERSON = 0
THRESHOLD = 0.35
OVERLAP = 0.6


def letterbox(picture: Any) -> tuple[Any, float]:
    """The picture inside a grey square, as NanoDet's own demonstration makes it."""
    height, width = picture.shape[:2]
    scale = INPUT / max(height, width)
    small = cv2.resize(picture, (round(width * scale), round(height * scale)))
    square = np.full((INPUT, INPUT, 3), 114, dtype=np.uint8)
    square[: small.shape[0], : small.shape[1]] = small
    values = (square.astype(np.float32) - MEAN) / SCALE
    return values.transpose(2, 0, 1)[None], scale


def centres(stride: int) -> Any:
    """The middle of each cell of a grid, px."""
    side = -(-INPUT // stride)
    y, x = np.divmod(np.arange(side * side), side)
    return (np.stack([x, y], axis=1) + 0.5) * stride


def decode(outputs: list[Any], scale: float) -> Any:
    """NanoDet's outputs as detections of people."""
    scores = sorted((each for each in outputs if each.shape[2] == 80), key=lambda o: -o.shape[1])
    bins = sorted((each for each in outputs if each.shape[2] != 80), key=lambda o: -o.shape[1])
    boxes, confidences = [], []
    for stride, score, spread in zip(STRIDES, scores, bins, strict=True):
        people = score[0, :, PERSON]
        hits = np.flatnonzero(people > THRESHOLD)
        logits = spread[0, hits].reshape(len(hits), 4, spread.shape[2] // 4)
        weights = np.exp(logits - logits.max(axis=2, keepdims=True))
        weights /= weights.sum(axis=2, keepdims=True)
        reach = (weights * np.arange(weights.shape[2])).sum(axis=2) * stride
        middle = centres(stride)[hits]
        boxes.append(np.concatenate([middle - reach[:, :2], middle + reach[:, 2:]], axis=1))
        confidences.append(people[hits])
    confidence = np.concatenate(confidences)
    found = sv.Detections(
        xyxy=np.concatenate(boxes) / scale,
        confidence=confidence,
        class_id=np.zeros(len(confidence), dtype=int),
    )
    return found.with_nms(threshold=OVERLAP)


def watch(video: str, network: Any, seconds: float, counts: list[int]) -> None:
    """One stream: so many seconds of it."""
    capture = cv2.VideoCapture(video)
    fps = capture.get(cv2.CAP_PROP_FPS) or 25.0
    step = max(1, round(fps / ANALYSIS_FPS))
    tracker = ByteTrackTracker(frame_rate=fps / step)
    request = network.create_infer_request()
    for index in range(round(seconds * fps)):
        if not capture.grab():
            capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            capture.grab()
        if index % step:
            continue
        _, picture = capture.retrieve()
        values, scale = letterbox(picture)
        request.infer([values])
        outputs = [request.get_output_tensor(i).data for i in range(len(network.outputs))]
        tracker.update(decode(outputs, scale))
        counts.append(1)
    capture.release()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("video")
    parser.add_argument("network")
    parser.add_argument("--streams", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    core = ov.Core()
    model = core.read_model(given.network)
    model.reshape([1, 3, INPUT, INPUT])
    network = core.compile_model(model, "CPU")
    watch(given.video, network, 2.0, [])  # Whatever is made on first use is made before.
    counts: list[int] = []
    before = time.process_time(), time.monotonic()
    arguments = (given.video, network, given.seconds, counts)
    threads = [threading.Thread(target=watch, args=arguments) for _ in range(given.streams)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    stream_s = given.streams * given.seconds
    figures = {
        "streams": given.streams,
        "cpu_s_per_stream_s": (time.process_time() - before[0]) / stream_s,
        "analysis_fps": len(counts) / stream_s,
        "speed": given.seconds / (time.monotonic() - before[1]),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
