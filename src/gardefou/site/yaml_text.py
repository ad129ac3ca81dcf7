"""Site documents as YAML text: read with the line of every value, written in normal form."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Final

import yaml

from gardefou.site.document import Site
from gardefou.site.mistakes import Location
from gardefou.site.source import SHOW_SECRETS

MOST_VALUES: Final = 200_000
"""Values of a document with its aliases written out; a site of 500 cameras holds some 50 000."""


@dataclass(frozen=True, slots=True)
class Found:
    """A mistake before its file is known.

    ``location`` is the place to name; ``at`` the place whose line to give, where that is another;
    ``line`` the line itself, where no location has it; ``fatal`` when nothing else can be said.
    """

    key: str
    location: Location = ()
    at: Location = ()
    line: int | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    fatal: bool = False


@dataclass(slots=True)
class Parsed:
    """What a YAML text says, before anyone asks whether it is a site.

    ``lines`` gives the line, from 1, of each location; ``found`` what YAML itself forbids or would
    pass over in silence.
    """

    data: object = None
    lines: dict[Location, int] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)

    def line_of(self, location: Location) -> int | None:
        """The line of a location, or of the nearest part around it that the text holds."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return None


class _TooLargeError(Exception):
    """Aliases make the document larger than any site, or endless."""


def parse(text: str) -> Parsed:
    """Read YAML text; whatever is wrong stands in the result's mistakes, nothing is raised."""
    parsed = Parsed()
    loader = yaml.SafeLoader("")
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is not None:
            parsed.data = _Walk(loader, parsed).value(root, ())
    except yaml.MarkedYAMLError as error:
        parsed.found.append(_syntax_mistake(error))
    except yaml.reader.ReaderError as error:
        fields = {"position": error.position}
        parsed.found.append(Found("site.mistake.yaml_character", fields=fields, fatal=True))
    except (_TooLargeError, RecursionError):
        fields = {"most": MOST_VALUES}
        parsed.found.append(Found("site.mistake.too_large", fields=fields, fatal=True))
    finally:
        loader.dispose()
    return parsed


def _syntax_mistake(error: yaml.MarkedYAMLError) -> Found:
    mark = error.problem_mark or error.context_mark
    line = None if mark is None else mark.line + 1
    fields = {"column": 1 if mark is None else mark.column + 1}
    return Found(_syntax_key(error), line=line, fields=fields, fatal=True)


def _syntax_key(error: yaml.MarkedYAMLError) -> str:
    if "'\\t'" in (error.problem or ""):
        return "site.mistake.yaml_tab"
    if "single document" in (error.context or ""):
        return "site.mistake.yaml_documents"
    if isinstance(error, yaml.constructor.ConstructorError):
        return "site.mistake.yaml_tag"
    return "site.mistake.yaml_syntax"


class _Walk:
    """One walk over a YAML node tree."""

    def __init__(self, loader: yaml.SafeLoader, parsed: Parsed) -> None:
        self._loader = loader
        self._parsed = parsed
        self._left = MOST_VALUES

    def value(self, node: yaml.Node, where: Location) -> object:
        """The Python value of a node; records the line of every location on the way."""
        self._left -= 1
        if self._left < 0 or len(where) > 50:
            raise _TooLargeError
        self._parsed.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*where, index)) for index, each in enumerate(node.value)]
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> object:
        try:
            return self._loader.construct_object(node)
        except ValueError:  # 2026-99-99 looks like a date and is none
            return node.value

    def _mapping(self, node: yaml.MappingNode, where: Location) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._key(key_node)
            if key in values:
                fields = {"name": key, "first": self._parsed.lines[(*where, key)]}
                self._parsed.found.append(
                    Found("site.mistake.repeated_key", where, line=line, fields=fields)
                )
                continue
            self._parsed.lines[(*where, key)] = line
            values[key] = self.value(value_node, (*where, key))
        return values

    def _key(self, node: yaml.Node) -> str:
        """Keys are taken as they are written: `on` and `12` are names like others."""
        return node.value if isinstance(node, yaml.ScalarNode) else "?"


def write(site: Site, *, secrets: bool = False) -> str:
    """A site as YAML in normal form: every part in order, nothing that only repeats a default.

    Passwords of sources are replaced by ``***`` unless ``secrets``; without them the text is for
    reading, not for running.
    """
    context = {SHOW_SECRETS: True} if secrets else {}
    data = site.model_dump(mode="json", exclude_defaults=True, context=context)
    ordered = {"version": site.version, "name": site.name, "timezone": site.timezone, **data}
    return yaml.dump(ordered, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)


class _Writer(yaml.SafeDumper):
    """Block style, but points and other short lists of numbers or names on one line."""

    def ignore_aliases(self, data: Hashable) -> bool:
        """Write every value out where it stands."""
        return True


def _short_list(writer: _Writer, items: list[object]) -> yaml.Node:
    flat = all(not isinstance(item, dict | list) for item in items)
    return writer.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flat)


_Writer.add_representer(list, _short_list)
