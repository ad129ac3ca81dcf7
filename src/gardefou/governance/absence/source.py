"""Python sources read as syntax: what is imported and which parts of libraries are used."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_IMPORTING: Final = ("import_module", "__import__")
_RUNNING: Final = ("eval", "exec", "compile")
"""Calls that can import or run what no reader of the source sees."""

_ADDS_STREAMS: Final = ("add_stream", "add_stream_from_template", "add_data_stream")
"""Calls that put a stream into a file that is written."""


@dataclass(frozen=True, slots=True)
class Use:
    """A dotted name and where it stands: file in the package and line."""

    name: str
    file: str
    line: int

    @property
    def where(self) -> str:
        """The place as people write it."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Sources:
    """What the sources of a package import, use of libraries, run dynamically and write.

    ``written`` are calls that add a stream to a film.
    """

    files: int
    imports: tuple[Use, ...]
    uses: tuple[Use, ...]
    dynamic: tuple[Use, ...]
    written: tuple[Use, ...]


def read(folder: Path) -> Sources:
    """Read every Python file under a folder; raises `SyntaxError`, `OSError`."""
    imports: list[Use] = []
    uses: list[Use] = []
    dynamic: list[Use] = []
    written: list[Use] = []
    files = sorted(folder.rglob("*.py"))
    for path in files:
        tree = ast.parse(path.read_bytes(), str(path))
        file = path.relative_to(folder).as_posix()
        bound = dict(_bound(tree))
        for node in ast.walk(tree):
            imports += (Use(name, file, line) for name, line in _imports(node))
            uses += (Use(name, file, line) for name, line in _uses(node, bound))
            if isinstance(node, ast.Call):
                dynamic += (Use(name, file, node.lineno) for name in _dynamic(node))
                if _called(node) in _ADDS_STREAMS:
                    written.append(Use(_called(node), file, node.lineno))
    return Sources(len(files), tuple(imports), tuple(uses), tuple(dynamic), tuple(written))


def _imports(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Modules that are imported; what is imported from one counts as a module too."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, node.lineno
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            yield f"{node.module}.{alias.name}", node.lineno
    elif isinstance(node, ast.Call) and _called(node) in _IMPORTING:
        name = _literal(node.args[0]) if node.args else None
        if name is not None:
            yield name, node.lineno


def _bound(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names of the file and the dotted names of libraries that they stand for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                head = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (head, head)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _uses(node: ast.AST, bound: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The dotted name that an attribute, or `getattr` of a library, stands for."""
    if isinstance(node, ast.Attribute):
        name = _dotted(node, bound)
        if name:
            yield name, node.lineno
    elif isinstance(node, ast.Call) and _called(node) == "getattr" and len(node.args) > 1:
        holder = _dotted(node.args[0], bound)
        if holder:
            yield f"{holder}.{_literal(node.args[1]) or '*'}", node.lineno


def _dotted(node: ast.AST, bound: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return bound.get(node.id)
    if isinstance(node, ast.Attribute):
        holder = _dotted(node.value, bound)
        return None if holder is None else f"{holder}.{node.attr}"
    return None


def _literal(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _dynamic(node: ast.Call) -> Iterator[str]:
    """Imports whose name is not written out, and code made of text."""
    name = _called(node)
    if name in _IMPORTING:
        if not node.args or _literal(node.args[0]) is None:
            yield name
    elif name in _RUNNING and isinstance(node.func, ast.Name):
        yield name
