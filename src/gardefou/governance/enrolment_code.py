"""A second factor's address as a QR code, for an authenticator to read from the screen."""

from __future__ import annotations

from dataclasses import dataclass

import segno


@dataclass(frozen=True, slots=True)
class DrawnCode:
    """``path`` fills the dark modules of a square of ``size`` modules, as SVG writes paths."""

    size: int
    path: str


def drawn_code(address: str) -> DrawnCode:
    """The code of an address, with the quiet zone of four modules that readers want.

    >>> drawn_code("otpauth://totp/x").path.startswith("M4 4h1v1h-1z")
    True
    """
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=4)]
    dark = ((x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return DrawnCode(len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark))
