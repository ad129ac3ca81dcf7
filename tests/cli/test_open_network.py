"""A desk that other machines reach needs TLS, and people who log in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gardefou.cli.serve import ServeSettings, serve
from gardefou.errors import UsageError
from gardefou.runtime.home import Home
from gardefou.site.check import load_site
from gardefou.storage.records import Mode
from gardefou.web.tls import Tls
from support.command import Call, is_one_line


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    return Call(capsys)


def test_without_tls_it_is_refused_before_anything_starts(
    call: Call, tmp_path: Path, site: Path
) -> None:
    result = call("run", "--home", tmp_path, "--reason", "a test", "--host", "0.0.0.0")
    assert result.status == 2
    assert is_one_line(result.err)
    assert "--tls-cert" in result.err
    assert not (tmp_path / "gardefou.db").exists()


def test_without_an_account_it_is_refused_too(tmp_path: Path, site: Path) -> None:
    settings = ServeSettings(
        Home(tmp_path / "home"),
        load_site(site),
        Mode.REHEARSAL,
        "a test",
        host="0.0.0.0",
        tls=Tls(tmp_path / "cert", tmp_path / "key"),
    )
    with pytest.raises(UsageError) as refused:
        serve(settings)
    assert refused.value.key == "accounts.tls.accounts"
    assert not (tmp_path / "home" / "journal.jsonl").exists()
