"""Gardefou: video-safety analytics that sees events, never people."""

__version__ = "0.1.0"

from gardefou.guard import stand

stand()
