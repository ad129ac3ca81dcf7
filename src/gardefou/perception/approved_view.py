"""Whether one picture shows the view that a person approved: asked before anybody sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gardefou.capture.masks import PrivacyMask
from gardefou.geometry.arrays import Image
from gardefou.perception.scene_shift import Field, Look, View, compared, edges, shown_edges

_SAME_SHAPE: Final = 0.02
"""Sizes of one stream's pictures round their height by less, as a share of it."""


@dataclass(frozen=True, slots=True)
class ApprovedView:
    """The view of a camera as it was approved: edges, no picture.

    ``is_strict`` privacy masks depend on it, so that a picture in which it is not recognised, by
    night or in fog, is shown to nobody; without masks only one that shows another view is not.
    """

    reference: Field
    is_strict: bool

    def admits(self, view: View) -> bool:
        """Whether a picture of which a look said this may be shown."""
        return view is View.SAME or (not self.is_strict and view is View.UNDECIDED)


class ViewCheck:
    """Looks at single pictures of one size; None for ``approved`` admits every picture.

    ``mask`` is burnt into them: its edges do not move with the camera.
    """

    def __init__(self, approved: ApprovedView | None, mask: PrivacyMask) -> None:
        self._approved = approved
        self._mask = mask
        self._weights: Field | None = None

    def look(self, image: Image) -> Look:
        """What a picture [H, W, 3] says alone."""
        if self._approved is None:
            return Look(View.LEARNING)
        reference = self._approved.reference
        height, width = reference.shape[:2]
        tall = image.shape[0] * width / image.shape[1]
        if abs(tall - height) > max(1.0, _SAME_SHAPE * height):
            return Look(View.MOVED, 0.0)
        seen = edges(image, height)
        if self._mask:
            if self._weights is None:
                hidden = self._mask.covered((image.shape[1], image.shape[0]))
                self._weights = shown_edges(hidden, seen)
            seen = seen * self._weights
        return compared(seen, reference)

    def admits(self, image: Image) -> bool:
        """Whether a picture [H, W, 3] may be shown."""
        return self._approved is None or self._approved.admits(self.look(image).view)
