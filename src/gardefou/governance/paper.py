"""A checkpoint on paper: its signed note as text, and as a QR code that a telephone reads back."""

from __future__ import annotations

from io import BytesIO

import segno

from gardefou.governance.checkpoint import SignedCheckpoint

_HALVES = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
"""Light modules are drawn, so that the code reads on the dark of a terminal; two rows a line."""


def as_svg(signed: SignedCheckpoint) -> str:
    """The note as a QR code, an SVG document."""
    out = BytesIO()
    _code(signed).save(out, kind="svg", scale=4)
    return out.getvalue().decode()


def as_text(signed: SignedCheckpoint) -> str:
    """The note as a QR code of block characters, light on dark."""
    rows = [[bool(module) for module in row] for row in _code(signed).matrix_iter(border=2)]
    if len(rows) % 2:
        rows.append([True] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    lines = ("".join(_HALVES[pair] for pair in zip(*both, strict=True)) for both in pairs)
    return "\n".join(lines)


def _code(signed: SignedCheckpoint) -> segno.QRCode:
    return segno.make(str(signed), error="m", encoding="utf-8", micro=False)
