"""Nothing is forked out of a process with threads: Python 3.12 and newer warn of it, rightly."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import gardefou

SOURCES = Path(str(gardefou.__file__)).parent

THREADS_OF_THE_SERVER = """
import os
from multiprocessing import forkserver, get_context
from gardefou.runtime.hosts import ready_to_fork

if __name__ == "__main__":
    ready_to_fork()
    child = get_context("forkserver").Process(target=os.getcwd)
    child.start()  # By its return, what is preloaded is loaded.
    child.join()
    server = forkserver._forkserver._forkserver_pid
    print(child.exitcode, len(os.listdir(f"/proc/{server}/task")))
"""


def test_the_product_names_no_fork_but_that_of_the_server() -> None:
    found = {
        path.name: match
        for path in SOURCES.rglob("*.py")
        for match in re.findall(
            r"os\.fork\w*|pty\.fork|preexec_fn|get_context\(\s*\)|get_context\(\"fork\"\)"
            r"|multiprocessing\.(?:Process|Pool|Manager)\b|ProcessPoolExecutor",
            path.read_text("utf-8"),
        )
    }
    assert found == {}


def test_the_server_that_workers_are_forked_from_has_one_thread(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(THREADS_OF_THE_SERVER, "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:multiprocessing", str(script)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["0", "1"], done.stdout + done.stderr
