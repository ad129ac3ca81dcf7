"""What `gardefou doctor` says of a system that runs: how busy it is, camera by camera."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gardefou.cli.inspection import Finding, State, Topic
from gardefou.errors import KeysError
from gardefou.evidence.key_custody import custody
from gardefou.i18n import text
from gardefou.runtime.home import Home
from gardefou.runtime.load import CameraLoad, SystemLoad
from gardefou.runtime.load_file import read_load


def look_at(folder: Path) -> Iterator[Finding]:
    """How the keys of a home folder are kept, and how the system that runs on it does."""
    yield _keys(folder)
    load = read_load(Home(folder).load)
    if load is None:
        none = text("load.doctor.none", folder=folder)
        cure = text("load.doctor.none_cure", folder=folder)
        yield Finding(Topic.RUNNING, "gardefou", State.INFO, none, cure)
        return
    yield from _whole(load)
    for camera_id, camera in load.cameras.items():
        yield _camera(camera_id, camera)


def _keys(folder: Path) -> Finding:
    """Where the keys stand; advice while whoever has the data's disk has what opens it."""
    try:
        kept = custody(folder)
    except KeysError as error:
        return Finding(Topic.STORAGE, "keys", State.ADVICE, str(error))
    fields = {
        "path": kept.folder,
        "open": ", ".join(kept.open),
        "closed": ", ".join(kept.closed),
        "home": folder,
    }
    if not kept.open and not kept.closed:
        return Finding(Topic.STORAGE, "keys", State.INFO, text("log.keys_doctor.none", **fields))
    if not kept.open:
        return Finding(Topic.STORAGE, "keys", State.OK, text("log.keys_doctor.closed", **fields))
    if not kept.same_disk:
        return Finding(Topic.STORAGE, "keys", State.OK, text("log.keys_doctor.apart", **fields))
    detail, cure = text("log.keys_doctor.beside", **fields), text("log.keys_doctor.cure", **fields)
    return Finding(Topic.STORAGE, "keys", State.ADVICE, detail, cure)


def _whole(load: SystemLoad) -> Iterator[Finding]:
    detail = text(
        "load.doctor.running",
        running=sum(_is_watched(each) for each in load.cameras.values()),
        cameras=len(load.cameras),
        mib=round(load.workers_mib),
        waiting=load.evidence_waiting,
    )
    yield Finding(Topic.RUNNING, "gardefou", State.OK, detail)
    if load.share < 1.0:
        full = text("load.doctor.full", percent=round(100 * load.share))
        yield Finding(Topic.RUNNING, "gardefou", State.ADVICE, full)
    if load.held_back:
        held = text("load.doctor.held_back", count=len(load.held_back))
        yield Finding(Topic.RUNNING, "gardefou", State.INFO, held)
    if load.withdrawal_waits:
        waits = text("runtime.withdrawal_waits", path=load.withdrawal_waits)
        yield Finding(Topic.RUNNING, "gardefou", State.ADVICE, waits)


def _is_watched(camera: CameraLoad) -> bool:
    """Whether its frames are analysed, or would be if anything moved."""
    return bool(camera.analysis_fps) or camera.awake is False


def _camera(camera_id: str, camera: CameraLoad) -> Finding:
    if camera.awake is False:
        detail = text("load.doctor.asleep", dropped=camera.dropped)
        return Finding(Topic.RUNNING, camera_id, State.OK, detail)
    if not camera.analysis_fps or camera.latency_ms is None:
        detail = text("load.doctor.silent")
        return Finding(Topic.RUNNING, camera_id, State.ADVICE, detail)
    detail = text(
        "load.doctor.camera",
        fps=f"{camera.analysis_fps:.1f}",
        wanted=f"{camera.wanted_fps:g}",
        p50=round(camera.latency_ms[0]),
        p95=round(camera.latency_ms[1]),
        dropped=camera.dropped,
        queue=camera.waiting,
        mib=round(camera.ring_mib),
    )
    return Finding(Topic.RUNNING, camera_id, State.OK, detail)
