"""The ground plane of a camera: from points of the picture to metres, and how sure that is.

A plane seen by a camera without lens distortion is carried to the ground by a homography, found
from point pairs by the normalised direct linear transform (R. Hartley and A. Zisserman, "Multiple
View Geometry in Computer Vision", 2nd edition, algorithm 4.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gardefou.geometry import polygons
from gardefou.geometry.arrays import Bools, Floats

HAND: Final = 0.005
"""How far off a hand points, in fractions of the frame: 10 px of a 1080p picture."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground plane.

    ``homography`` [3, 3] from fractions of the frame to metres, positive in front of the horizon;
    ``image`` and ``ground`` [K, 2] the point pairs; ``residual_m`` root mean square distance
    between the given and the found places of the points, m; 0 for four points, which fix the
    plane exactly.
    """

    homography: Floats
    image: Floats
    ground: Floats
    residual_m: float

    @classmethod
    def fit(cls, image: Floats, ground: Floats) -> Ground:
        """The plane through four or more point pairs, no three of four on one line.

        ``image`` [K, 2] fractions of the frame; ``ground`` [K, 2] m.

        >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
        >>> plane = Ground.fit(square, 10 * square)
        >>> plane.to_ground(np.array([[0.5, 0.25]])).round(6)
        array([[5. , 2.5]])
        """
        homography = _homography(image, ground)
        placed, _ = _placed(homography, image)
        residual = float(np.sqrt(((placed - ground) ** 2).sum(axis=1).mean()))
        return cls(homography, image, ground, residual)

    def to_ground(self, points: Floats) -> Floats:
        """Places on the ground, m, NaN for points on or above the horizon. [N, 2] -> [N, 2]."""
        placed, before = _placed(self.homography, points)
        return np.where(before[:, None], placed, np.nan)

    def area(self, polygon: Floats) -> float | None:
        """Area on the ground, m², of a polygon [K, 2] in fractions of the frame.

        None when the polygon reaches the horizon: it has no end there.
        """
        placed = self.to_ground(polygon)
        return None if np.isnan(placed).any() else polygons.area(placed)

    def area_error(self, polygon: Floats) -> float:
        """Relative standard error of that area when the points are as exact as a hand points.

        The larger of `HAND` and what the residuals show, carried through by moving each point's
        coordinates a little; infinite for a polygon that reaches, or may reach, the horizon.
        """
        area = self.area(polygon)
        if not area:
            return float("inf")
        variance = 0.0
        for index in np.ndindex(*self.image.shape):
            moved = self.image.copy()
            moved[index] += HAND
            other = Ground.fit(moved, self.ground).area(polygon)
            if other is None:
                return float("inf")
            variance += (other / area - 1) ** 2
        extent = float(np.linalg.norm(np.ptp(self.ground, axis=0)))
        return float(np.hypot(np.sqrt(variance), 2 * self.residual_m / extent))


def _homography(image: Floats, ground: Floats) -> Floats:
    from_image, from_ground = _normaliser(image), _normaliser(ground)
    source, target = _affine(from_image, image), _affine(from_ground, ground)
    rows = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([-x, -y, -1, 0, 0, 0, u * x, u * y, u])
        rows.append([0, 0, 0, -x, -y, -1, v * x, v * y, v])
    _, _, vectors = np.linalg.svd(np.array(rows))
    homography = np.linalg.inv(from_ground) @ vectors[-1].reshape(3, 3) @ from_image
    depths = homography[2, :2] @ image.T + homography[2, 2]
    return np.asarray(homography / np.median(depths), dtype=np.float64)


def _normaliser(points: Floats) -> Floats:
    """The similarity that moves points' centre to 0 and their mean distance from it to sqrt 2."""
    centre = points.mean(axis=0)
    scale = np.sqrt(2) / np.linalg.norm(points - centre, axis=1).mean()
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1]])


def _affine(matrix: Floats, points: Floats) -> Floats:
    return np.asarray(points @ matrix[:2, :2].T + matrix[:2, 2], dtype=np.float64)


def _placed(homography: Floats, points: Floats) -> tuple[Floats, Bools]:
    """Places on the ground, and which lie before the horizon."""
    carried = np.column_stack([points, np.ones(len(points))]) @ homography.T
    before = carried[:, 2] > 1e-6
    return carried[:, :2] / np.where(before, carried[:, 2], 1.0)[:, None], before
