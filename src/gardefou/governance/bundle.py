"""The inspector's bundle (L253-3 CSI): what runs, under what right, and what it did, in one file.

It holds no picture and no password. `verify.py`, inside it and in the sources as
`verify_bundle.py`, checks it with Python's standard library alone.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Final

from gardefou import __version__
from gardefou.evidence.files import whole_file
from gardefou.governance import reports, verify_bundle
from gardefou.governance.authorised import FOLDER as MANDATES
from gardefou.governance.documents import Desk, DocumentKind, make
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.facts import SITE, Facts, Office
from gardefou.governance.figures import FILE_NAME as FIGURES
from gardefou.governance.pages import public_page
from gardefou.governance.register import as_text, map_json
from gardefou.governance.registration import details
from gardefou.governance.reports import PersonWithAccess
from gardefou.governance.town import FILE_NAME as TOWN
from gardefou.governance.transparency import log_key
from gardefou.site.yaml_text import write as site_text
from gardefou.storage.paper_records import FindingRecord

DATE: Final = (1980, 1, 1, 0, 0, 0)
"""Date of every file in the bundle: the same content makes the same bytes."""

MakeSbom = Callable[[], str]
"""Writes the list of the software that is installed."""

MakeFiles = Callable[[], Mapping[str, bytes]]
"""Makes the files of another part, by their name in the bundle."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was written: its path, how many files, and the hash of its list."""

    path: Path
    count: int
    list_sha256: str


def installed() -> str:
    """The software that is installed, by name, version and licence, as JSON."""
    found = sorted(
        {
            (each.metadata["Name"], each.version, _licence(each))
            for each in metadata.distributions()
            if each.metadata["Name"]
        }
    )
    return as_text(
        {
            "software": f"gardefou {__version__}",
            "packages": [
                {"name": name, "version": version, "licence": licence}
                for name, version, licence in found
            ],
        }
    )


def _licence(package: metadata.Distribution) -> str:
    fields = package.metadata.json
    return str(fields.get("license_expression") or fields.get("license") or "")[:100]


def programme() -> Iterator[tuple[str, str]]:
    """Hash and path of every file of the programme, in order."""
    root = Path(str(files("gardefou")))
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            name = path.relative_to(root.parent).as_posix()
            yield hashlib.sha256(path.read_bytes()).hexdigest(), name


def write_bundle(
    office: Office,
    out: Path,
    by: str,
    sbom: MakeSbom = installed,
    more: MakeFiles = dict,
    people: Sequence[PersonWithAccess] = (),
) -> Bundle:
    """Write the bundle, journalled first; ``by`` for whom it is made.

    ``more`` makes files of other parts, such as the journal's own export, after that entry;
    ``people`` those with access. The list of the files is signed with the journal's key.

    Raises `DocumentError`, `StorageError` or `JournalError` when a part cannot be read,
    `KeysError` without the key, and `OutputError`.
    """
    office.journal.append(Entry(by, Operation.EXPORT, "inspection"))
    key = log_key(office.home)
    contents = {
        **_contents(office, office.facts(), sbom),
        **more(),
        "persons.csv": reports.persons(people).encode(),
        verify_bundle.KEY: f"{key.verifier}\n".encode(),
    }
    listing = "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(contents.items())
    ).encode()
    words = f"{verify_bundle.FORM}\n{hashlib.sha256(listing).hexdigest()}\n"
    signed = {
        **contents,
        verify_bundle.LIST: listing,
        verify_bundle.NOTE: f"{words}\n{key.sign(words)}\n".encode(),
    }
    with (
        whole_file(out) as unfinished,
        zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as bundle,
    ):
        for name, data in sorted(signed.items()):
            bundle.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)
    return Bundle(out, len(signed), hashlib.sha256(listing).hexdigest())


def _contents(office: Office, facts: Facts, sbom: MakeSbom) -> Mapping[str, bytes]:
    desk = Desk(office, facts)
    texts = {
        "programme.sha256": "".join(f"{sha}  {name}\n" for sha, name in programme()),
        "sbom.json": sbom(),
        "site.yaml": site_text(facts.site),
        "site.sha256": f"{facts.site_sha256}  {SITE}\n",
        "register.json": as_text(details(facts, "fr")),
        "register.html": public_page(facts, "fr", served=False),
        "cameras.geojson": map_json(facts),
        "status.jsonl": "".join(f"{each.encode()}\n" for each in facts.status),
        "measures.json": as_text(facts.measures.as_json()),
        "findings.json": as_text([_plain(each) for each in facts.findings]),
        "pia.json": make(DocumentKind.DPIA, desk).files["pia.json"],
        "follow_ups.csv": make(DocumentKind.FOLLOW_UPS, desk).files["follow_ups.csv"],
        "accesses.csv": make(DocumentKind.PERSONS, desk).files["accesses.csv"],
        "README.txt": str(verify_bundle.__doc__),
    }
    contents = {name: content.encode() for name, content in texts.items()}
    verifier = files(__package__).joinpath("verify_bundle.py").read_bytes()
    contents |= {"__main__.py": verifier, "verify.py": verifier}
    contents[FIGURES] = files(__package__).joinpath(FIGURES).read_bytes()
    contents[verify_bundle.JOURNAL] = b"".join(office.journal.whole_lines())
    kept = [office.home / TOWN, *sorted((office.home / MANDATES).glob("*"))]
    for path in kept:
        if path.is_file():
            contents[path.relative_to(office.home).as_posix()] = path.read_bytes()
    return contents


def _plain(record: FindingRecord) -> object:
    return json.loads(json.dumps(asdict(record), default=str))
