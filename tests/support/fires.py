"""Rendered bursts that look like fire, or like what is taken for it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from gardefou.capture.burst import BURST_FRAMES, BURST_PERIOD_S, Burst
from gardefou.geometry.arrays import Image

SIZE = (320, 180)
RATE = 25.0

Painter = Callable[[Image, float, np.random.Generator], None]
"""Draws on the picture [180, 320, 3] what is there at a time, s."""


def bursts(paint: Painter, seconds: int = 6, night: bool = False) -> list[Burst]:
    """A burst a second of a textured place on which something is painted."""
    random = np.random.default_rng(3)
    ground = random.integers(60, 110, (18, 32, 1)).repeat(3, axis=2).astype(np.uint8)
    place = cv2.resize(ground, SIZE, interpolation=cv2.INTER_NEAREST) // (6 if night else 1)
    made = []
    for second in range(seconds):
        times = second * BURST_PERIOD_S + np.arange(BURST_FRAMES) / RATE
        images = []
        for time in times:
            noise = random.normal(0, 1.5, place.shape)
            image = np.clip(place + noise, 0, 255).astype(np.uint8)
            paint(image, float(time), random)
            images.append(image)
        made.append(Burst(times, np.stack(images)))
    return made


def flames(image: Image, time: float, random: np.random.Generator) -> None:
    """Tongues that come and go on one base, red at the edge and yellow within."""
    for x in range(140, 180, 5):
        height = int(random.integers(6, 34))
        cv2.ellipse(image, (x, 120), (5, height), 0, 180, 360, (20, 70, 200), -1)
        cv2.ellipse(image, (x, 120), (3, height // 2), 0, 180, 360, (60, 190, 250), -1)


def dark_smoke(image: Image, time: float, random: np.random.Generator) -> None:
    """A dark cloud that rolls upwards."""
    _cloud(image, time, darkest=25, brightest=95)


def steam(image: Image, time: float, random: np.random.Generator) -> None:
    """A white cloud that rolls upwards."""
    _cloud(image, time, darkest=185, brightest=255)


def _cloud(image: Image, time: float, darkest: float, brightest: float) -> None:
    y, x = np.mgrid[0:90, 0:140].astype(np.float64)
    waves = np.sin((y + 60 * time) / 9 + np.sin(x / 13 + time)) + np.sin(
        (x + y / 2) / 17 + 2 * time
    )
    grey = darkest + (brightest - darkest) * (waves + 2) / 4
    image[20:110, 90:230] = grey[..., None].astype(np.uint8)


def beacon(image: Image, time: float, random: np.random.Generator) -> None:
    """An orange lamp that flashes five times a second, with its halo."""
    if time * 5 % 1 < 0.5:
        cv2.circle(image, (160, 90), 14, (10, 90, 180), -1)
        cv2.circle(image, (160, 90), 8, (60, 180, 255), -1)


def headlights(image: Image, time: float, random: np.random.Generator) -> None:
    """Two warm lights that cross the picture."""
    x = int(30 + 40 * time)
    for offset in (0, 24):
        cv2.circle(image, (x + offset, 100), 9, (120, 190, 235), -1)
        cv2.circle(image, (x + offset, 100), 6, (225, 245, 255), -1)


def orange_cloth(image: Image, time: float, random: np.random.Generator) -> None:
    """An orange flag that waves twice a second."""
    for x in range(120, 200):
        sway = 6 * np.sin(x / 9 - 2 * np.pi * 2 * time)
        shade = 0.8 + 0.2 * np.cos(x / 9 - 2 * np.pi * 2 * time)
        colour = tuple(float(c * shade) for c in (20, 110, 240))
        cv2.line(image, (x, int(70 + sway)), (x, int(110 + sway)), colour, 1)


def orange_walker(image: Image, time: float, random: np.random.Generator) -> None:
    """Someone in an orange coat who crosses the picture."""
    x = int(40 + 35 * time)
    cv2.rectangle(image, (x, 60), (x + 18, 100), (20, 110, 240), -1)
    cv2.rectangle(image, (x, 100), (x + 18, 140), (60, 50, 40), -1)


def traffic_light(image: Image, time: float, random: np.random.Generator) -> None:
    """A red and amber lamp that changes now and then."""
    cv2.circle(image, (160, 60 + 12 * (int(time) % 2)), 6, (20, 60, 255), -1)


def sunset(image: Image, time: float, random: np.random.Generator) -> None:
    """A red sky behind drifting haze."""
    image[:80] = (40, 110, 240)
    haze = 10 * np.sin(np.arange(320) / 40 + time)
    image[:80] = np.clip(image[:80] + haze[None, :, None], 0, 255).astype(np.uint8)


def rain_at_night(image: Image, time: float, random: np.random.Generator) -> None:
    """Streaks in the light of an orange street lamp."""
    cv2.circle(image, (160, 60), 50, (20, 60, 110), -1)
    for _ in range(40):
        x, y = int(random.integers(0, 320)), int(random.integers(0, 170))
        cv2.line(image, (x, y), (x + 1, y + 9), (90, 120, 150), 1)


def sensor_noise(image: Image, time: float, random: np.random.Generator) -> None:
    """A dark place under a high gain."""
    noisy = image + random.normal(0, 12, image.shape)
    image[:] = np.clip(noisy, 0, 255).astype(np.uint8)


def running_clock(image: Image, time: float, random: np.random.Generator) -> None:
    """Red figures at the picture's edge that change with every picture."""
    cv2.putText(image, f"{time:06.2f}", (90, 12), cv2.FONT_HERSHEY_PLAIN, 0.8, (20, 30, 240), 1)
