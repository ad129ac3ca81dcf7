"""The command line: one file a verb; nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command (``arguments``, those of the process by default) and leave.

    Its rooms are imported only now: a process of the system that starts by re-reading the entry
    script, as workers' and evidence processes do, does not pay for them.
    """
    from gardefou.cli.app import main as run

    run(arguments)
