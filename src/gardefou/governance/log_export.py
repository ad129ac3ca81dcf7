"""A journal in a folder or an archive that anyone can verify offline, without this software."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Final

from gardefou.errors import JournalError, OutputError
from gardefou.governance import offline_verify
from gardefou.governance.journal import Journal
from gardefou.governance.merkle import PrunedError
from gardefou.governance.transparency import (
    CheckpointStore,
    log_public_key,
    witnesses,
)
from gardefou.i18n import LANGUAGES, text

ENTRIES: Final = "journal.jsonl"
PUBLIC_KEY: Final = "log.vkey"
COSIGNERS: Final = "witnesses.txt"
PROOFS: Final = "proofs.json"
VERIFIER: Final = "verify.py"
README: Final = "README.txt"


def export_log(home: Path, journal: Journal, out: Path) -> int:
    """Write a journal with its checkpoints, keys, proofs and a verifier; how many checkpoints.

    ``out`` a new folder, or a new file whose name ends in ``.zip``. Between each checkpoint and the
    next stands a proof of consistency. Raises `JournalError` without any checkpoint, or where the
    journal is not in order; `OutputError` when ``out`` is there already or cannot be written.
    """
    if out.exists():
        raise OutputError("log.export.exists", path=out)
    try:
        with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=".export-") as made:
            folder = Path(made) / out.name.removesuffix(".zip")
            folder.mkdir()
            count = _fill(folder, home, journal)
            if out.suffix == ".zip":
                _pack(folder, Path(made) / out.name)
                (Path(made) / out.name).rename(out)
            else:
                shutil.move(folder, out)
    except OSError as error:
        reason = error.strerror or error
        raise OutputError("log.export.unwritable", path=out, reason=reason) from error
    return count


def _fill(folder: Path, home: Path, journal: Journal) -> int:
    key = log_public_key(home)
    points = CheckpointStore(home).readable()
    if key is None or not points:
        raise JournalError("log.checkpoint.none", home=home)
    with (folder / ENTRIES).open("wb") as file:
        file.writelines(journal.whole_lines())
    (folder / "checkpoints").mkdir()
    for point in points:
        name = f"checkpoints/{point.checkpoint.size:012d}.txt"
        (folder / name).write_text(str(point), encoding="utf-8")
    (folder / PUBLIC_KEY).write_text(f"{key}\n", encoding="utf-8")
    cosigners = "".join(f"{each}\n" for each in witnesses(home))
    (folder / COSIGNERS).write_text(cosigners, encoding="utf-8")
    proofs = _proofs([each.checkpoint.size for each in points], journal)
    (folder / PROOFS).write_text(json.dumps(proofs, indent=1) + "\n", encoding="utf-8")
    shutil.copyfile(str(offline_verify.__file__), folder / VERIFIER)
    words = "\n\n".join(text("log.export.readme", language, key=key) for language in LANGUAGES)
    (folder / README).write_text(words + "\n", encoding="utf-8")
    return len(points)


def _proofs(sizes: list[int], journal: Journal) -> list[dict[str, object]]:
    tree = journal.tree()
    found: list[dict[str, object]] = []
    for old, new in pairwise(sizes):
        try:
            proof = tree.consistency(old, new)
        except (PrunedError, ValueError):
            continue
        hashes = [base64.b64encode(each).decode() for each in proof]
        found.append({"from": old, "to": new, "proof": hashes})
    return found


def _pack(folder: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "x", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.write(path, path.relative_to(folder.parent))
