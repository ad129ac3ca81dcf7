"""The ground plane of a camera from how tall people appear where they stand.

A pinhole camera at a height above the ground, tilted down and not rolled, sees a standing person of
known height the smaller the farther away, and the farther away the higher in the picture the feet
are. From many people's feet and heads follow the camera's height and tilt (J. Liu, R. Collins and
Y. Liu, "Surveillance Camera Autocalibration Based on Pedestrian Height Distributions", 2011). The
field of view is seen too weakly in this and is assumed; what that costs is part of the error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import least_squares

from gardefou.geometry.arrays import Floats, Size
from gardefou.geometry.ground import Ground

STANDING_M: Final = 1.68
"""Mean height of a standing person with shoes, children among them, m."""

STANDING_ERROR_M: Final = 0.10
"""Standard error of that mean among the people of one place, m."""

VIEW_DEG: Final = 60.0
"""Assumed angle between the longer sides' ends: lenses of 3 to 6 mm on common sensors, degrees."""

VIEW_ERROR_DEG: Final = 15.0
"""Standard error of that angle, degrees."""

ROWS: Final = 32
"""Rows of the table: the picture's height in bands, by where the feet are."""

STEPS: Final = 48
"""Columns of the table: heights from `_SMALLEST` of the picture's height to all of it."""

_SMALLEST: Final = 0.02
"""Least height of a person that is of use, as a share of the picture's height."""

MEMORY: Final = 20000.0
"""About so many boxes make up the table; older ones fade, as a camera may be turned."""

LEAST_BOXES: Final = 60.0
"""Boxes that a plane needs."""

LEAST_ROWS: Final = 3
"""Rows of the table over which most boxes must reach: people at one distance fix no plane."""

_TAIL: Final = 0.05
"""Share of boxes nearest, and of those farthest, that are beyond where people usually stand."""

_SAME_PERSON: Final = 10.0
"""Boxes that say what one person says: the same people are seen again and again."""

_SPREAD: Final = 0.12
"""Spread of people's heights in the picture at one place, as a natural logarithm."""

_BORDER: Final = 0.01
"""A box nearer than this to the picture's edge is cut off by it, share of the picture."""

_UPRIGHT: Final = 1.5
"""Least ratio of a standing person's height and width."""

_WORST_CONDITION: Final = 1e10
"""Condition number from which on height and tilt cannot be told apart."""

_STARTS: Final = ((3.0, 0.2), (6.0, 0.5), (10.0, 1.0))
"""Heights, m, and tilts, rad, from which the fit begins."""


@dataclass(frozen=True, slots=True)
class HeightPlane:
    """A ground plane learned from people's heights, and how sure it is.

    ``ground`` with its origin below the camera, y away from it, m; ``camera_m`` height of the
    camera; ``tilt`` of its axis below the horizontal, rad; ``rows`` between which feet were seen,
    fractions of the frame; ``others`` planes one standard error away, for each thing unsure:
    height, tilt, field of view, stature.
    """

    ground: Ground
    camera_m: float
    tilt: float
    rows: tuple[float, float]
    others: tuple[Ground, ...]

    @property
    def error(self) -> float:
        """Relative standard error of areas in the middle of where people were seen."""
        middle, reach = sum(self.rows) / 2, (self.rows[1] - self.rows[0]) / 4
        top, bottom = middle - reach, middle + reach
        return self.area_error(np.array([[0.4, top], [0.6, top], [0.6, bottom], [0.4, bottom]]))

    def area_error(self, polygon: Floats) -> float:
        """Relative standard error of a polygon's area; infinite where it may reach the horizon."""
        area = self.ground.area(polygon)
        others = [each.area(polygon) for each in self.others]
        if not area or None in others:
            return float("inf")
        return float(np.sqrt(sum((each / area - 1) ** 2 for each in others if each is not None)))


class HeightTable:
    """How often people of each height stood at each row: counts, and nothing about anyone."""

    def __init__(self) -> None:
        self._counts: Floats = np.zeros((ROWS, STEPS))
        self._aspect = 1.0
        self._plane: HeightPlane | None = None
        self._fitted_at = 0.0
        self._added = 0.0

    def learn(self, people: Floats, size: Size) -> None:
        """Add the boxes [K, 4] px of people in a picture; cut-off and lying ones are left out."""
        width, height = size
        self._aspect = width / height
        margin = np.array([width, height]) * _BORDER
        whole = (people[:, :2] >= margin).all(axis=1)
        whole &= (people[:, 2:] <= np.array(size) - margin).all(axis=1)
        sides = people[:, 2:] - people[:, :2]
        tall = sides[:, 1] / height
        standing = whole & (sides[:, 1] >= _UPRIGHT * sides[:, 0]) & (tall > _SMALLEST)
        rows = np.clip(people[standing, 3] / height * ROWS, 0, ROWS - 1).astype(np.int64)
        steps = np.log(tall[standing] / _SMALLEST) / -np.log(_SMALLEST) * STEPS
        np.add.at(self._counts, (rows, np.clip(steps, 0, STEPS - 1).astype(np.int64)), 1.0)
        self._added += float(standing.sum())
        excess = self._counts.sum() / MEMORY
        if excess > 1:
            self._counts /= excess

    @property
    def plane(self) -> HeightPlane | None:
        """The plane that the table shows; None while too few were seen, or at one distance."""
        grown = self._added >= 1.25 * self._fitted_at
        if self._added >= LEAST_BOXES and grown:
            self._plane, self._fitted_at = self._fitted(), self._added
        return self._plane

    def _fitted(self) -> HeightPlane | None:
        share = np.cumsum(self._counts.sum(axis=1)) / self._counts.sum()
        first, last = np.searchsorted(share, [_TAIL, 1 - _TAIL]).tolist()
        if last - first + 1 < LEAST_ROWS:
            return None
        rows, steps = np.nonzero(self._counts)
        data = _Data(
            (rows + 0.5) / ROWS,
            _SMALLEST ** (1 - (steps + 0.5) / STEPS),
            self._counts[rows, steps],
            self._aspect,
        )
        found = _fit(data, VIEW_DEG)
        return None if found is None else _plane(found, data, (first / ROWS, (last + 1) / ROWS))


@dataclass(frozen=True, slots=True)
class _Data:
    """Feet and heights in fractions of the picture's height, how often; width over height."""

    feet: Floats
    heights: Floats
    counts: Floats
    aspect: float


@dataclass(frozen=True, slots=True)
class _Fit:
    """Logarithm of the camera's height in statures, and its tilt; their covariance [2, 2]."""

    values: Floats
    covariance: Floats


def focal_length(view_deg: float, aspect: float) -> float:
    """Focal length in heights of the picture, for the angle across its longer side.

    >>> round(focal_length(90.0, 2.0), 6)
    1.0
    """
    return max(aspect, 1.0) / 2 / float(np.tan(np.radians(view_deg) / 2))


def appearance(feet: Floats, camera: float, tilt: float, focal: float) -> Floats:
    """Height of people in the picture by the row of their feet, both in heights of the picture.

    ``camera`` its height in statures, ``tilt`` rad, ``focal`` length in heights of the picture; NaN
    for feet on or above the horizon. [N] -> [N].
    """
    down = (feet - 0.5) / focal
    sine, cosine = np.sin(tilt), np.cos(tilt)
    below = sine + down * cosine
    away = camera * (cosine - down * sine) / np.where(below > 1e-4, below, np.nan)
    depth = away * cosine + (camera - 1) * sine
    head = ((camera - 1) * cosine - away * sine) / np.where(depth > 1e-6, depth, np.nan)
    return np.asarray((down - head) * focal, dtype=np.float64)


def _fit(data: _Data, view_deg: float) -> _Fit | None:
    """The camera height and tilt that explain the heights best, outliers aside."""
    focal = focal_length(view_deg, data.aspect)
    weights = np.sqrt(data.counts)

    def residuals(values: Floats) -> Floats:
        seen = appearance(data.feet, float(np.exp(values[0])), float(values[1]), focal)
        usual = np.where(np.isfinite(seen) & (seen > 1e-4), seen, 1e-4)
        off = np.log(data.heights / usual) / _SPREAD
        # Cauchy's loss by hand: the weights belong outside it.
        return np.asarray(weights * np.sign(off) * np.sqrt(np.log1p(off**2)), dtype=np.float64)

    starts = [np.array([np.log(camera / STANDING_M), tilt]) for camera, tilt in _STARTS]
    found = [
        least_squares(residuals, start, bounds=([0.2, -0.3], [4.0, 1.5]), x_scale=[0.3, 0.2])
        for start in starts
    ]
    best = min(found, key=lambda each: float(each.cost))
    slopes = np.asarray(best.jac, dtype=np.float64)
    normal = slopes.T @ slopes
    if np.linalg.cond(normal) > _WORST_CONDITION:
        return None
    scale = 2 * float(best.cost) / data.counts.sum() * _SAME_PERSON
    return _Fit(np.asarray(best.x, dtype=np.float64), np.linalg.inv(normal) * scale)


def _plane(found: _Fit, data: _Data, rows: tuple[float, float]) -> HeightPlane:
    def ground(values: Floats, view_deg: float, stature: float) -> Ground:
        camera = float(np.exp(values[0])) * stature
        return _ground(camera, float(values[1]), view_deg, data.aspect, rows)

    others = [
        ground(found.values + step, VIEW_DEG, STANDING_M)
        for step in np.linalg.cholesky(found.covariance + 1e-12 * np.eye(2)).T
    ]
    wider = [_fit(data, VIEW_DEG + sign * VIEW_ERROR_DEG) for sign in (-1, 1)]
    angles = (VIEW_DEG - VIEW_ERROR_DEG, VIEW_DEG + VIEW_ERROR_DEG)
    views = [
        ground(each.values, angle, STANDING_M)
        for each, angle in zip(wider, angles, strict=True)
        if each is not None
    ]
    plane = ground(found.values, VIEW_DEG, STANDING_M)
    others += [_farther(plane, views, rows)] if views else []
    others.append(ground(found.values, VIEW_DEG, STANDING_M + STANDING_ERROR_M))
    camera_m = float(np.exp(found.values[0])) * STANDING_M
    return HeightPlane(plane, camera_m, float(found.values[1]), rows, tuple(others))


def _farther(plane: Ground, views: list[Ground], rows: tuple[float, float]) -> Ground:
    """The view whose areas differ more."""
    middle = sum(rows) / 2
    patch = np.array([[0.4, middle], [0.6, middle], [0.6, rows[1]], [0.4, rows[1]]])
    area = plane.area(patch) or np.inf
    return max(views, key=lambda each: abs((each.area(patch) or np.inf) / area - 1))


def _ground(
    camera_m: float, tilt: float, view_deg: float, aspect: float, rows: tuple[float, float]
) -> Ground:
    """The plane below a camera; its corners at the rows where people were seen are its points."""
    focal = focal_length(view_deg, aspect)
    sine, cosine = np.sin(tilt), np.cos(tilt)
    into = np.array(
        [[aspect / focal, 0, -aspect / 2 / focal], [0, 1 / focal, -0.5 / focal], [0, 0, 1]]
    )
    onto = np.array([[camera_m, 0, 0], [0, -camera_m * sine, camera_m * cosine], [0, cosine, sine]])
    homography = onto @ into
    image = np.array([[x, y] for y in rows for x in (0.0, 1.0)])
    plane = Ground(homography, image, image, 0.0)
    return Ground(homography, image, plane.to_ground(image), 0.0)
