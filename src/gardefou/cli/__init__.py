"""The command line: one file a verb; nothing is decided here."""

from gardefou.cli.app import main

__all__ = ["main"]
