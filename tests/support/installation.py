"""What an installation says, kept for a test."""

from __future__ import annotations


class Listener:
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.arrived: dict[str, int] = {}

    def say(self, line: str) -> None:
        self.lines.append(line)

    def progress(self, label: str, done: int, total: int | None) -> None:
        self.arrived[label] = done
