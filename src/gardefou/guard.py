"""The guard: what third-party binaries can do and Gardefou must not, made unreachable.

It stands in every process that imports `gardefou`, from then on:

- a module that `refusals.toml` names cannot be imported, even where it is installed;
- OpenCV's classes for recognising faces, reading text, following by appearance and learning are
  replaced by objects that refuse whatever is asked of them;
- FFmpeg's sound never leaves the demuxer, and no decoder of sound can be opened.

A railing, no prison: who changes the programme can climb over it, and then the programme's hash is
no longer the one attested.
"""

from __future__ import annotations

import importlib.machinery
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from types import ModuleType
from typing import Any, Final

from gardefou.refusals import keeper, kept_out

_WATCHED: Final = ("cv2", "av")
"""Libraries that the guard goes over once they are imported."""


def stand() -> None:
    """Take post, once: from now on what is refused cannot be imported or called."""
    if is_standing():
        return
    sys.meta_path.insert(0, _Doorkeeper())
    for name in _WATCHED:
        if name in sys.modules:
            _go_over(sys.modules[name])


def is_standing() -> bool:
    """Whether the guard stands in this process."""
    return any(isinstance(each, _Doorkeeper) for each in sys.meta_path)


def refuse(kind: str, name: str) -> Exception:
    """The error that says what a refused module or call is and why it is refused."""
    from gardefou.errors import RefusedError  # late: texts cost a start that needs none

    refusal = keeper(kind, name)
    assert refusal is not None
    return RefusedError(name, refusal)


class _Doorkeeper(MetaPathFinder):
    """Stands before Python's own finders."""

    def __init__(self) -> None:
        self._out = kept_out("modules")
        self._asking: set[str] = set()

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """What stands in for a refused or watched module that is installed; else None."""
        is_out = self._is_out(fullname)
        if not (is_out or fullname in _WATCHED) or fullname in self._asking:
            return None
        self._asking.add(fullname)
        try:
            found = _found_by_others(fullname, path, target)
        finally:
            self._asking.discard(fullname)
        if found is None:
            return None
        if is_out:
            return importlib.machinery.ModuleSpec(fullname, _Refusing())
        if found.loader is not None:
            found.loader = _Watching(found.loader)
        return found

    def _is_out(self, fullname: str) -> bool:
        head, _, rest = fullname.partition(".")
        if head in self._out:
            return True
        while rest:
            step, _, rest = rest.partition(".")
            head = f"{head}.{step}"
            if head in self._out:
                return True
        return False


def _found_by_others(
    fullname: str, path: Sequence[str] | None, target: ModuleType | None
) -> importlib.machinery.ModuleSpec | None:
    for finder in sys.meta_path:
        if not isinstance(finder, _Doorkeeper):
            found = finder.find_spec(fullname, path, target)
            if found is not None:
                return found
    return None


class _Refusing(Loader):
    """Loads nothing: importing raises `RefusedError`, which is an `ImportError` too."""

    def exec_module(self, module: ModuleType) -> None:
        raise refuse("modules", module.__name__)


class _Watching(Loader):
    """Loads a library as its own loader does, then goes over it."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # A library that loads itself once more under its own name must meet its own loader.
        assert module.__spec__ is not None
        module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        _go_over(sys.modules[module.__name__])


def _go_over(library: ModuleType) -> None:
    if library.__name__ == "cv2":
        _take_away(library)
    else:
        _silence(library)


# --- OpenCV ---------------------------------------------------------------------------------------


class _Refused:
    """Stands where a refused class or function stood; refuses calls and every attribute."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *_: object, **__: object) -> object:
        raise refuse("calls", self._name)

    def __getattr__(self, attribute: str) -> object:
        if attribute.startswith("__"):  # Python's own questions, such as copy's or inspect's
            raise AttributeError(attribute)
        raise refuse("calls", self._name)


def _take_away(library: ModuleType) -> None:
    """Replace each refused name of the library that is there."""
    for name in kept_out("calls"):
        head, *inner, last = name.split(".")
        holder: Any = library if head == library.__name__ else None
        for step in inner:
            holder = getattr(holder, step, None)
        if holder is not None and hasattr(holder, last):
            setattr(holder, last, _Refused(name))


# --- FFmpeg ---------------------------------------------------------------------------------------


def _silence(library: Any) -> None:
    """No packet of sound leaves a demuxer; no decoder of sound opens."""
    library.open = library.container.open = _opening_silently(library.open, library.stream.Discard)
    library.container.InputContainer.demux = _demuxing_silently(
        library.container.InputContainer.demux
    )
    library.CodecContext.create = staticmethod(
        _creating_silently(library.CodecContext.create, library.Codec)
    )
    for holder, method in (
        (library.AudioCodecContext, "decode"),
        (library.AudioStream, "decode"),
    ):
        setattr(holder, method, _decoding_sound)


def _opening_silently(opening: Callable[..., Any], discard: Any) -> Callable[..., Any]:
    def open(*given: Any, **options: Any) -> Any:  # noqa: A001
        """`av.open`, except that sound which is read is discarded at the demuxer."""
        container = opening(*given, **options)
        if hasattr(container, "demux"):
            for stream in container.streams.audio:
                stream.discard = discard.all
        return container

    return open


def _demuxing_silently(demuxing: Callable[..., Any]) -> Callable[..., Any]:
    def demux(container: Any, *streams: Any, **kinds: Any) -> Any:
        """`InputContainer.demux` without the sound that opening had already read."""
        for packet in demuxing(container, *streams, **kinds):
            if packet.stream.type != "audio":
                yield packet

    return demux


def _creating_silently(creating: Callable[..., Any], codec_of: Any) -> Callable[..., Any]:
    def create(codec: Any, mode: str | None = None, *rest: Any, **options: Any) -> Any:
        """`av.CodecContext.create`, except for decoders of sound."""
        known = codec_of(codec, mode or "r") if isinstance(codec, str) else codec
        if known.type == "audio" and known.is_decoder:
            raise refuse("calls", "av.AudioCodecContext")
        return creating(codec, mode, *rest, **options)

    return create


def _decoding_sound(*_: object, **__: object) -> object:
    raise refuse("calls", "av.AudioCodecContext")


# --- what `gardefou doctor` asks ------------------------------------------------------------------


def kept_away() -> Mapping[str, int]:
    """How many modules are kept out, and how many calls of loaded libraries are taken away."""
    calls = [name for name in kept_out("calls") if _stands_at(name)]
    return {"modules": len(kept_out("modules")), "calls": len(calls)}


def _stands_at(name: str) -> bool:
    head, *steps = name.split(".")
    found: Any = sys.modules.get(head)
    for step in steps:
        if found is None or isinstance(found, _Refused):
            break
        found = getattr(found, step, None)
    return isinstance(found, _Refused)
