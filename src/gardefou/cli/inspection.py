"""What this machine has for Gardefou, what it lacks, and the line that gets each missing thing."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, unique
from importlib import metadata
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import av
import cv2
import numpy as np
import openvino as ov

from gardefou import __version__, guard
from gardefou.errors import ModelError
from gardefou.evidence.encoder import ENCODER, has_encoder
from gardefou.i18n import text
from gardefou.perception.catalog import catalog
from gardefou.perception.store import ModelStore, data_dir, sha256

REQUIRED_DECODERS: Final = ("h264", "hevc", "mjpeg", "mpeg4")
"""What network cameras send."""

OPTIONAL_DECODERS: Final = ("msmpeg4v3",)
"""What old recordings hold, the demonstration clip among them."""

CPU_FEATURES: Final = ("avx2", "avx512_vnni", "amx_bf16")
"""Features that OpenVINO's CPU kernels use, the slowest first; about four times faster each end."""

LEAST_FREE_MB: Final = 2000
"""Room that models, the clip and a day of evidence of a few cameras take."""

_MB: Final = 1_000_000
_PYAV_WHEEL: Final = "pip install --force-reinstall --only-binary av av"


@unique
class State(StrEnum):
    """What a finding means for the person who reads it."""

    OK = "ok"
    INFO = "info"
    ADVICE = "advice"
    MISSING = "missing"
    """Required, and not there: only this makes the exit status 1."""


@unique
class Topic(StrEnum):
    """What a finding is about."""

    SOFTWARE = "software"
    VIDEO = "video"
    MACHINE = "machine"
    MODELS = "models"
    STORAGE = "storage"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    ``name`` of a file, package or feature, the same in every language; ``cure`` the line that gets
    what is missing.
    """

    topic: Topic
    name: str
    state: State
    detail: str
    cure: str | None = None


def inspect() -> list[Finding]:
    """Everything `gardefou doctor` looks at, topic by topic; it changes nothing."""
    return [*_software(), *_video(), *_machine(), *_models(), *_storage()]


# --- software -------------------------------------------------------------------------------------


def _software() -> Iterator[Finding]:
    versions = {
        "Gardefou": __version__,
        "Python": platform.python_version(),
        "PyAV": av.__version__,
        "OpenVINO": ov.get_version(),
        "OpenCV": cv2.__version__,
        "numpy": np.__version__,
    }
    for name, version in versions.items():
        yield Finding(Topic.SOFTWARE, name, State.OK, version)
    yield _guard()
    yield _time_zones()
    yield from _clashes()
    yield _node()


def _guard() -> Finding:
    """Whether the guard stands in this process, and what it keeps away."""
    if not guard.is_standing():
        missing = text("absence.guard.missing")
        cure = "pip install --force-reinstall gardefou"
        return Finding(Topic.SOFTWARE, "guard", State.MISSING, missing, cure)
    detail = text("absence.guard.standing", **guard.kept_away())
    return Finding(Topic.SOFTWARE, "guard", State.OK, detail)


def _time_zones() -> Finding:
    try:
        ZoneInfo("Europe/Paris")
    except ZoneInfoNotFoundError:
        missing = text("doctor.time_zones.missing")
        cure = "pip install tzdata"
        return Finding(Topic.SOFTWARE, "tzdata", State.MISSING, missing, cure)
    return Finding(Topic.SOFTWARE, "tzdata", State.OK, text("doctor.time_zones.present"))


def _clashes() -> Iterator[Finding]:
    """Packages that harm: a second OpenCV over the headless one, and telemetry."""
    installed = {re.sub(r"[-_.]+", "-", found.name).lower() for found in metadata.distributions()}
    for name in sorted({"opencv-python", "opencv-contrib-python"} & installed):
        cure = f"pip uninstall -y {name} && pip install --force-reinstall opencv-python-headless"
        yield Finding(Topic.SOFTWARE, name, State.ADVICE, text("doctor.opencv_clash"), cure)
    if "openvino-telemetry" in installed:
        cure = "pip uninstall -y openvino-telemetry"
        detail = text("doctor.telemetry")
        yield Finding(Topic.SOFTWARE, "openvino-telemetry", State.ADVICE, detail, cure)


def _node() -> Finding:
    there = all(shutil.which(command) for command in ("node", "npm"))
    if there:
        return Finding(Topic.SOFTWARE, "Node.js", State.OK, text("doctor.node.present"))
    missing = text("doctor.node.missing")
    return Finding(Topic.SOFTWARE, "Node.js", State.INFO, missing, "apt-get install nodejs npm")


# --- video ----------------------------------------------------------------------------------------


def _video() -> Iterator[Finding]:
    libraries = ", ".join(
        f"{name} {'.'.join(map(str, av.library_versions[name]))}"
        for name in ("libavcodec", "libavformat")
    )
    yield Finding(Topic.VIDEO, "FFmpeg", State.OK, f"{av.ffmpeg_version_info} ({libraries})")
    for name in (*REQUIRED_DECODERS, *OPTIONAL_DECODERS):
        yield _decoder(name)
    yield _encoder()
    yield Finding(
        Topic.VIDEO,
        "sound",
        State.INFO,
        text("doctor.sound", count=_sound_decoders()),
    )


def _decoder(name: str) -> Finding:
    if _codec(name) is not None:
        return Finding(Topic.VIDEO, name, State.OK, text("doctor.decoder.present"))
    state = State.MISSING if name in REQUIRED_DECODERS else State.ADVICE
    return Finding(Topic.VIDEO, name, state, text("doctor.decoder.missing"), _PYAV_WHEEL)


def _codec(name: str) -> av.Codec | None:
    try:
        return av.Codec(name, "r")
    except av.codec.codec.UnknownCodecError:
        return None


def _encoder() -> Finding:
    if has_encoder():
        return Finding(
            Topic.VIDEO, ENCODER, State.OK, text("evidence.doctor.encoder", name=ENCODER)
        )
    return Finding(
        Topic.VIDEO, ENCODER, State.MISSING, text("evidence.doctor.no_encoder"), _PYAV_WHEEL
    )


def _sound_decoders() -> int:
    codecs = (_codec(name) for name in av.codecs_available)
    return sum(1 for codec in codecs if codec is not None and codec.type == "audio")


# --- machine --------------------------------------------------------------------------------------


def _machine() -> Iterator[Finding]:
    usable, cores = len(os.sched_getaffinity(0)), os.cpu_count() or 1
    detail = text("doctor.cores", usable=usable, cores=cores)
    core = ov.Core()
    yield Finding(Topic.MACHINE, core.get_property("CPU", "FULL_DEVICE_NAME"), State.OK, detail)
    yield from cpu_findings(Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    precision = core.get_property("CPU", "INFERENCE_PRECISION_HINT").get_type_name()
    yield Finding(Topic.MACHINE, "inference_precision", State.OK, precision)
    yield memory_finding(Path("/proc/meminfo").read_text(encoding="utf-8"))


def cpu_findings(cpuinfo: str) -> Iterator[Finding]:
    """Which of `CPU_FEATURES` a ``/proc/cpuinfo`` names; none of them is required."""
    flags = re.search(r"^(?:flags|Features)\s*:(.*)$", cpuinfo, re.MULTILINE)
    present = set(flags[1].split()) if flags else set()
    for feature in CPU_FEATURES:
        if feature in present:
            yield Finding(Topic.MACHINE, feature, State.OK, text("doctor.feature.present"))
        else:
            yield Finding(Topic.MACHINE, feature, State.INFO, text("doctor.feature.missing"))


def memory_finding(meminfo: str) -> Finding:
    """The memory that a ``/proc/meminfo`` tells of."""
    kilobytes = {name: int(size) for name, size in re.findall(r"(\w+):\s+(\d+) kB", meminfo)}
    detail = text(
        "doctor.memory",
        total=f"{kilobytes['MemTotal'] / 2**20:.1f}",
        free=f"{kilobytes['MemAvailable'] / 2**20:.1f}",
    )
    return Finding(Topic.MACHINE, "memory", State.OK, detail)


# --- models and the clip --------------------------------------------------------------------------


def _models() -> Iterator[Finding]:
    store = ModelStore()
    for name, model in catalog().models.items():
        yield _model(store, name, State.MISSING if model.default else State.INFO)
    for name in _added(store):
        yield _model(store, name, State.ADVICE)
    for name, clip in catalog().clips.items():
        path = data_dir() / "clips" / clip.files[0].name
        right = path.is_file() and sha256(path) == clip.files[0].sha256
        if right:
            yield Finding(Topic.MODELS, name, State.OK, text("doctor.clip.present", path=path))
        else:
            cure = f"gardefou models install {name}"
            yield Finding(Topic.MODELS, name, State.INFO, text("doctor.clip.missing"), cure)


def _added(store: ModelStore) -> list[str]:
    """Installed models that the catalogue does not name; none when the manifest is unreadable."""
    try:
        return [name for name in store.models() if name not in catalog().models]
    except ModelError:
        return []


def _model(store: ModelStore, name: str, otherwise: State) -> Finding:
    try:
        store.verify(name)
    except ModelError as error:
        cure = f"gardefou models install {name}"
        return Finding(Topic.MODELS, name, otherwise, str(error), cure)
    return Finding(Topic.MODELS, name, State.OK, text("doctor.model.verified"))


# --- storage --------------------------------------------------------------------------------------


def _storage() -> Iterator[Finding]:
    folder = data_dir()
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        detail = text("doctor.folder.locked")
        cure = "export GARDEFOU_DATA=~/gardefou"
        yield Finding(Topic.STORAGE, str(folder), State.MISSING, detail, cure)
        return
    yield Finding(Topic.STORAGE, str(folder), State.OK, text("doctor.folder.open"))
    free = shutil.disk_usage(there).free // _MB
    if free < LEAST_FREE_MB:
        detail = text("doctor.space.little", free=free, least=LEAST_FREE_MB)
        cure = f"du -sh {folder}/*"
        yield Finding(Topic.STORAGE, "free_space", State.ADVICE, detail, cure)
    else:
        detail = text("doctor.space.enough", free=free)
        yield Finding(Topic.STORAGE, "free_space", State.OK, detail)
