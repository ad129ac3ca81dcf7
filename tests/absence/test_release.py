"""A release is signed as a whole: one changed byte, one file more or less, and it is refused.

Checked twice: by our tool, and by OpenSSL and coreutils alone, as SECURITY.md says.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "release.py"
FILES = ("SHA256SUMS", "SHA256SUMS.sig", "gardefou-1-py3-none-any.whl", "gardefou.cdx.json")


def tool(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, TOOL, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )


def make_key(folder: Path, name: str = "release", **environment: str) -> Path:
    made = tool("key", folder / f"{name}.pem", **environment)
    assert made.returncode == 0, made.stderr
    public = folder / f"{name}.pub.pem"
    public.write_text(made.stdout, encoding="ascii")
    return public


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A signed folder as `build` leaves one; its key beside it."""
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / FILES[2]).write_bytes(b"wheel" * 100)
    (folder / FILES[3]).write_text("{}\n", encoding="ascii")
    listed = subprocess.run(
        ["sha256sum", *FILES[2:]], cwd=folder, capture_output=True, check=True
    ).stdout
    (folder / "SHA256SUMS").write_bytes(listed)
    make_key(tmp_path)
    assert tool("sign", folder, "--key", tmp_path / "release.pem").returncode == 0
    return folder


def by_tool(folder: Path, public: Path | None = None) -> bool:
    key = public or folder.parent / "release.pub.pem"
    return tool("verify", folder, "--key", key).returncode == 0


def by_openssl(folder: Path, public: Path | None = None) -> bool:
    if shutil.which("openssl") is None:
        pytest.fail("needs OpenSSL 3: apt-get install openssl")
    key = public or folder.parent / "release.pub.pem"
    line = (
        f"openssl pkeyutl -verify -pubin -inkey {key} -rawin -in SHA256SUMS "
        "-sigfile SHA256SUMS.sig && sha256sum --strict -c SHA256SUMS"
    )
    return subprocess.run(line, shell=True, cwd=folder, capture_output=True).returncode == 0


def test_a_release_as_it_was_signed_is_accepted(release: Path) -> None:
    assert by_tool(release)
    assert by_openssl(release)


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_in_any_file_is_found(release: Path, name: str) -> None:
    path = release / name
    content = bytearray(path.read_bytes())
    for at in (0, len(content) // 2, len(content) - 2):
        changed = content.copy()
        changed[at] ^= 1
        path.write_bytes(changed)
        assert not by_tool(release)
        assert not by_openssl(release)


def test_a_list_that_was_made_anew_is_not_the_signed_one(release: Path) -> None:
    wheel = release / FILES[2]
    wheel.write_bytes(b"another wheel")
    listed = subprocess.run(
        ["sha256sum", *FILES[2:]], cwd=release, capture_output=True, check=True
    ).stdout
    (release / "SHA256SUMS").write_bytes(listed)
    assert not by_tool(release)
    assert not by_openssl(release)


def test_another_key_is_not_the_releases(release: Path, tmp_path: Path) -> None:
    other = make_key(tmp_path, "other")
    assert not by_tool(release, other)
    assert not by_openssl(release, other)


def test_a_file_that_nobody_listed_or_that_is_missing_is_found(release: Path) -> None:
    (release / "sitecustomize.py").write_text("", encoding="ascii")
    assert (
        "sitecustomize.py"
        in tool("verify", release, "--key", release.parent / "release.pub.pem").stderr
    )
    (release / "sitecustomize.py").unlink()
    assert by_tool(release)
    (release / FILES[3]).unlink()
    assert not by_tool(release)


def test_a_list_that_points_elsewhere_is_not_signed(release: Path) -> None:
    path = release / "SHA256SUMS"
    path.write_text(f"{'0' * 64}  ../release.pem\n", encoding="ascii")
    refused = tool("sign", release, "--key", release.parent / "release.pem")
    assert refused.returncode == 1
    assert "line 1" in refused.stderr


def test_a_key_is_never_overwritten_and_may_have_a_passphrase(tmp_path: Path) -> None:
    make_key(tmp_path)
    assert tool("key", tmp_path / "release.pem").returncode == 1
    (tmp_path / "pass").write_text("a long passphrase\n", encoding="ascii")
    make_key(tmp_path, "closed", RELEASE_KEY_WORDS=str(tmp_path / "pass"))
    assert "ENCRYPTED" in (tmp_path / "closed.pem").read_text(encoding="ascii")
    assert (tmp_path / "closed.pem").stat().st_mode & 0o777 == 0o600


def test_the_real_thing_is_built_signed_and_verified(tmp_path: Path) -> None:
    page = ROOT / "src" / "gardefou" / "web" / "static" / "index.html"
    assert page.is_file(), "the page is not built; run: make setup"
    out = tmp_path / "dist"
    built = tool("build", "--out", out, SOURCE_DATE_EPOCH="1700000000")
    assert built.returncode == 0, built.stderr
    assert {path.suffix for path in out.iterdir()} == {".whl", ".json", ".lock", ""}
    make_key(tmp_path)
    assert tool("sign", out, "--key", tmp_path / "release.pem").returncode == 0
    assert by_tool(out)
    assert by_openssl(out)
