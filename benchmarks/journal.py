"""What a long journal costs: CPU seconds of what its verbs do, by the number of entries.

    python benchmarks/journal.py 20000 200000

Each is read through once for every line; the ratio of two lines shows whether it is linear. The
memory is the process's largest so far.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gardefou.governance.entry import START, Entry, Operation, next_line
from gardefou.governance.journal import Journal
from gardefou.governance.log_export import export_log
from gardefou.governance.transparency import Checkpointer, audit, size_of_root


def written(path: Path, entries: int) -> None:
    """A journal of a desk: views with their motive."""
    link, begun = START, datetime(2026, 1, 1, tzinfo=UTC)
    with path.open("wb") as file:
        for number in range(entries):
            entry = Entry("desk:anna", Operation.VIEW, f"alert:{number:032x}", "check_alert")
            moment = (begun + timedelta(seconds=number)).isoformat(timespec="microseconds")
            line = next_line(entry, moment.replace("+00:00", "Z"), link)
            file.write(line.encode())
            link = line.link


def say(name: str, action: Callable[[], object]) -> None:
    """Do it, and print what it cost."""
    begun = time.process_time()
    action()
    cost = time.process_time() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"  {name:26} {cost:7.2f} CPU s  {memory} MB at most", flush=True)


def measure(home: Path, entries: int) -> None:
    """Write a journal into a folder and do to it what the verbs do."""
    path = home / "journal.jsonl"
    written(path, entries)
    print(f"{entries} entries, {os.stat(path).st_size / 1e6:.1f} MB", flush=True)
    journal = Journal(path)
    say("read through (show)", lambda: sum(1 for _ in journal.entries()))
    say("checkpoint", lambda: Checkpointer(journal, home).make())
    say("verify", lambda: audit(home))
    say("seek an unknown root", lambda: size_of_root(bytes(32), journal))
    say("export", lambda: export_log(home, journal, home / "export"))


def main() -> None:
    """Print a line for each number of entries and thing done."""
    for entries in map(int, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), entries)


if __name__ == "__main__":
    main()
