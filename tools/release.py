"""Makes a release, signs it, and checks one: a wheel, its bill of materials, the pins and a list.

    python tools/release.py key release.pem                    a new key; prints the public one
    python tools/release.py build --out dist                   wheel, bill, pins, SHA256SUMS
    python tools/release.py sign dist --key release.pem        SHA256SUMS.sig (Ed25519)
    python tools/release.py verify dist --key release.pub.pem

A release is checked without this file, by OpenSSL 3 and coreutils:

    openssl pkeyutl -verify -pubin -inkey release.pub.pem -rawin -in SHA256SUMS \\
        -sigfile SHA256SUMS.sig && sha256sum --strict -c SHA256SUMS

The key's passphrase, if it has one, stands in the file that ``$RELEASE_KEY_WORDS`` names.
Exit status 0: done; 1: the release is not what was signed, or cannot be made; 2: wrong use.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ROOT = Path(__file__).resolve().parents[1]
SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
BILL, PINS = "gardefou.cdx.json", "requirements.lock"
NAMES_THE_FILE = "RELEASE_KEY_WORDS"
LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._+-]*)")
"""As sha256sum writes it; a name is a plain one, of a file beside the list."""


class ReleaseError(Exception):
    """Why a release is not made, or not to be trusted."""


def make_key(path: Path) -> str:
    """A new private key for its owner only; the public one as PEM. Never over another key."""
    key = Ed25519PrivateKey.generate()
    secret = passphrase()
    closing = serialization.BestAvailableEncryption(secret) if secret else None
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        closing or serialization.NoEncryption(),
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return public.decode()


def passphrase() -> bytes | None:
    """What closes the private key; None where no file is named."""
    named = os.environ.get(NAMES_THE_FILE)
    return Path(named).read_bytes().rstrip(b"\r\n") if named else None


def build(out: Path) -> None:
    """Wheel, bill and pins from this checkout, and the list of their hashes.

    The wheel's times are those of the last commit, so that whoever builds that commit gets the same
    bytes.
    """
    if not (ROOT / "src" / "gardefou" / "web" / "static" / "index.html").is_file():
        raise ReleaseError("the page is not built; run: make setup")
    if out.exists() and any(out.iterdir()):
        raise ReleaseError(f"{out}: not empty; give a new folder")
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out.resolve())]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"SOURCE_DATE_EPOCH": epoch()}, check=True)
    gardefou = str(Path(sys.executable).with_name("gardefou"))
    bill = [gardefou, "absence", "--json", "--sbom", str(out / BILL)]
    subprocess.run(bill, check=True, stdout=subprocess.DEVNULL)
    shutil.copyfile(ROOT / PINS, out / PINS)
    (out / SUMS).write_text("".join(sums(out)), encoding="ascii")


def epoch() -> str:
    """The time of the last commit, s; of ``$SOURCE_DATE_EPOCH`` where there is one."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return given
    git = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return subprocess.run(git, check=True, capture_output=True, text=True).stdout.strip()


def sums(folder: Path) -> Iterator[str]:
    """A line a file, by name."""
    for path in sorted(folder.iterdir()):
        if path.name not in (SUMS, SIGNATURE):
            yield f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"


def sign(folder: Path, key_file: Path) -> None:
    """Sign the list, once it is true of what lies beside it."""
    listed = (folder / SUMS).read_bytes()
    hold_to_list(folder, listed)
    key = serialization.load_pem_private_key(key_file.read_bytes(), passphrase())
    if not isinstance(key, Ed25519PrivateKey):
        raise ReleaseError(f"{key_file}: no Ed25519 key; make one with the verb key")
    (folder / SIGNATURE).write_bytes(key.sign(listed))


def verify(folder: Path, key_file: Path) -> None:
    """The signature first, then every file against the list, and none beside it."""
    key = serialization.load_pem_public_key(key_file.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ReleaseError(f"{key_file}: no Ed25519 public key")
    listed = (folder / SUMS).read_bytes()
    try:
        key.verify((folder / SIGNATURE).read_bytes(), listed)
    except InvalidSignature:
        raise ReleaseError(
            f"{folder / SUMS}: not signed by {key_file}: changed, or another's release"
        ) from None
    hold_to_list(folder, listed)


def hold_to_list(folder: Path, listed: bytes) -> None:
    """Raise for a line that is none, a file that differs, is missing, or that nobody listed."""
    wanted: dict[str, str] = {}
    for number, line in enumerate(listed.decode("ascii", "replace").splitlines(), 1):
        found = LINE.fullmatch(line)
        if found is None or found[2] in wanted:
            raise ReleaseError(f"{folder / SUMS}, line {number}: not a hash and a plain name, once")
        wanted[found[2]] = found[1]
    there = {path.name for path in folder.iterdir()} - {SUMS, SIGNATURE}
    if not wanted or there != wanted.keys():
        odd = ", ".join(sorted(there ^ wanted.keys())) or "nothing listed"
        raise ReleaseError(f"{folder}: missing, or not listed: {odd}")
    for name, digest in wanted.items():
        path = folder / name
        if path.is_symlink() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise ReleaseError(f"{path}: not the file that was listed; fetch it again")


def main() -> int:
    """Obey the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("key").add_argument("file", type=Path)
    verbs.add_parser("build").add_argument("--out", type=Path, required=True)
    for name in ("sign", "verify"):
        verb = verbs.add_parser(name)
        verb.add_argument("folder", type=Path)
        verb.add_argument("--key", type=Path, required=True)
    given = parser.parse_args()
    try:
        if given.verb == "key":
            print(make_key(given.file), end="")
        elif given.verb == "build":
            build(given.out)
        elif given.verb == "sign":
            sign(given.folder, given.key)
        else:
            verify(given.folder, given.key)
    except (ReleaseError, OSError, ValueError, TypeError, subprocess.CalledProcessError) as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
