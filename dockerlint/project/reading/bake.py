"""Bake files: `docker-bake.hcl`, `docker-bake.json` and their overrides, read together as Bake does.

https://docs.docker.com/build/bake/reference/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from dockerlint.project.build import has_development_part
from dockerlint.project.builders import Argument, Builder, BuildLink, Given, Told, link
from dockerlint.project.files import Files
from dockerlint.project.reading.build_options import secret_id
from dockerlint.project.reading.hcl import (
    Block,
    Body,
    Entries,
    Expression,
    Items,
    Lookup,
    Null,
    template,
    value_of,
)
from dockerlint.project.reading.hcl import read as read_hcl
from dockerlint.source import Source, Text

_DEEPEST = 10
_MOST_TARGETS = 500
_LONGEST_VALUE = 4096
_MERGED = frozenset({"args", "contexts", "labels"})


class _Target(NamedTuple):
    """A target as all files together say it."""

    name: str
    place: Text
    attributes: dict[str, Expression]


def links_in(sources: Sequence[Source], folders: tuple[Path, ...], files: Files) -> Iterator[BuildLink]:
    """What the targets of some Bake files build, the later files over the earlier; `folders` are where Bake may run."""
    bodies = [body for body in map(_read, sources) if body is not None]
    bake = _Bake(bodies)
    for target in bake.built_targets:
        is_development = has_development_part(target.name)
        builder = Builder("bake", f"the Bake target `{target.name}`", folders, is_development, looks_in_context=True)
        told = bake.told(target)
        found = link(builder, target.place, told, files) if told is not None else None
        if found is not None:
            yield found


def _read(source: Source) -> Body | None:
    return _read_json(source) if source.path.endswith(".json") else read_hcl(source)


class _Bake:
    def __init__(self, bodies: Sequence[Body]) -> None:
        self._variables = _Variables()
        self._complete: dict[str, dict[str, Expression]] = {}
        self._targets: dict[str, _Target] = {}
        self._in_groups: set[str] = set()
        for body in bodies:
            self._variables.defaults.update(body.attributes)
            for block in body.blocks:
                self._add(block)

    def _add(self, block: Block) -> None:
        name = block.labels[0] if block.labels else ""
        if block.kind == "variable":
            self._variables.defaults[name] = block.attributes.get("default")
        elif block.kind == "group":
            self._in_groups |= set(self._texts(block.attributes.get("targets")))
        elif block.kind == "target" and len(self._targets) < _MOST_TARGETS:
            before = self._targets.get(name)
            attributes = _merged(before.attributes, block.attributes) if before is not None else block.attributes
            self._targets[name] = _Target(name, before.place if before is not None else block.place, attributes)

    @property
    def built_targets(self) -> Iterator[_Target]:
        """The targets that somebody builds: not those that are only there for others to inherit from."""
        parents = {parent for one in self._targets.values() for parent in self._texts(one.attributes.get("inherits"))}
        for target in self._targets.values():
            is_base = target.name in parents or target.name.startswith("_") or not target.attributes
            says_what = not target.attributes.keys().isdisjoint({"context", "dockerfile", "target", "output"})
            if target.name in self._in_groups or not is_base or (says_what and not target.name.startswith("_")):
                yield target

    def told(self, target: _Target) -> Told | None:
        """What a target says; None where the Dockerfile stands in the Bake file itself."""
        attributes = self._inherited(target, 0)
        if "dockerfile-inline" in attributes:
            return None
        matrix = attributes.get("matrix")
        own = {name for name, _ in _entries(matrix)}

        def lookup(name: str) -> str | None:
            return None if name in own else self._variables.lookup(name)

        inherits = target.attributes.get("inherits")
        knows_parents = inherits is None or None not in self._known_texts(inherits)
        tags = tuple(self._texts(attributes.get("tags")))
        return Told(
            context=_given(attributes.get("context"), lookup),
            dockerfile=_given(attributes.get("dockerfile"), lookup),
            target=_given(attributes.get("target"), lookup),
            arguments=tuple(_arguments(attributes.get("args"))),
            named_contexts=tuple(name for name, _ in _entries(attributes.get("contexts"))),
            secrets=tuple(_ids(attributes.get("secret"))),
            has_ssh="ssh" in attributes,
            platforms=tuple(self._texts(attributes.get("platforms"))),
            tags=tags,
            is_published=bool(tags) and "output" not in attributes,
            is_open=not knows_parents,
        )

    def _inherited(self, target: _Target, depth: int) -> dict[str, Expression]:
        """The attributes of a target with those of the targets that it inherits from, the last named first."""
        if target.name not in self._complete:
            self._complete[target.name] = {}  # for a target that inherits from itself
            attributes: dict[str, Expression] = {}
            for name in self._texts(target.attributes.get("inherits")) if depth < _DEEPEST else ():
                parent = self._targets.get(name)
                if parent is not None:
                    attributes = _merged(attributes, self._inherited(parent, depth + 1))
            own = {name: value for name, value in target.attributes.items() if name != "inherits"}
            self._complete[target.name] = _merged(attributes, own)
        return self._complete[target.name]

    def _texts(self, expression: Expression | None) -> Iterator[str]:
        return (text for text in self._known_texts(expression) if text is not None)

    def _known_texts(self, expression: Expression | None) -> Iterator[str | None]:
        """The texts of a list; None for each that nobody knows."""
        if isinstance(expression, Items):
            yield from (value_of(item, self._variables.lookup) for item in expression.items)
        elif expression is not None:
            yield None


class _Variables:
    """The values of variables: their defaults, as long as nobody sets them."""

    def __init__(self) -> None:
        self.defaults: dict[str, Expression | None] = {}
        self._values: dict[str, str | None] = {}
        self._depth = 0

    def lookup(self, name: str) -> str | None:
        if name not in self._values:
            self._values[name] = None  # for a variable that uses itself
            self._depth += 1
            value = value_of(self.defaults.get(name), self.lookup) if self._depth < _DEEPEST else None
            self._depth -= 1
            self._values[name] = value if value is not None and len(value) <= _LONGEST_VALUE else None
        return self._values[name]


def _given(expression: Expression | None, lookup: Lookup) -> Given | None:
    if expression is None or isinstance(expression, Null):
        return None
    return Given(expression.place, value_of(expression, lookup))


def _merged(below: dict[str, Expression], above: dict[str, Expression]) -> dict[str, Expression]:
    """Attributes over others; maps are put together."""
    merged = {**below, **above}
    for name in _MERGED & below.keys() & above.keys():
        one, other = below[name], above[name]
        if isinstance(one, Entries) and isinstance(other, Entries):
            entries = tuple({**dict(one.entries), **dict(other.entries)}.items())
            merged[name] = Entries(other.place, entries, one.is_complete and other.is_complete)
    return merged


def _entries(expression: Expression | None) -> tuple[tuple[str, Expression], ...]:
    return expression.entries if isinstance(expression, Entries) else ()


def _arguments(expression: Expression | None) -> Iterator[Argument]:
    """Build arguments. A variable's default says nothing sure of them, for they are what CI sets."""
    for name, value in _entries(expression):
        if not isinstance(value, Null):
            yield Argument(name, value_of(value, lambda _: None))


def _ids(expression: Expression | None) -> Iterator[str]:
    """The ids of secrets, which are texts or maps."""
    for item in expression.items if isinstance(expression, Items) else ():
        written = dict(_entries(item)).get("id") if isinstance(item, Entries) else item
        text = value_of(written, lambda _: None)
        if text is not None:
            yield secret_id(text)


def _read_json(source: Source) -> Body | None:
    """A JSON file as the blocks that it stands for."""
    from dockerlint.compose.nodes import Mapping, parse  # noqa: PLC0415 (slow to import, seldom needed)

    documents = parse(source).documents
    root = documents[0] if documents else None
    if not isinstance(root, Mapping):
        return None
    blocks: list[Block] = []
    for kind in ("variable", "group", "target"):
        named = root.get(kind)
        for entry in named.entries if isinstance(named, Mapping) else ():
            value = entry.value
            attributes = _json_entries(value) if isinstance(value, Mapping) else {}
            blocks.append(Block(kind, (str(entry.key.text),), entry.key.text, attributes))
    return Body({}, tuple(blocks))


def _json_entries(node: object) -> dict[str, Expression]:
    from dockerlint.compose.nodes import Mapping  # noqa: PLC0415

    entries = node.entries if isinstance(node, Mapping) else ()
    return {str(entry.key.text): _json_value(entry.value) for entry in entries}


def _json_value(node: object) -> Expression:
    from dockerlint.compose.nodes import Mapping, Scalar, Sequence  # noqa: PLC0415

    if isinstance(node, Scalar):
        return Null(node.text) if node.value is None else template(node.text)
    if isinstance(node, Sequence):
        place = node.span.source.slice(node.span.start, node.span.end)
        return Items(place, tuple(_json_value(item) for item in node.items))
    assert isinstance(node, Mapping)  # noqa: S101 (there are no other nodes)
    place = node.span.source.slice(node.span.start, node.span.end)
    return Entries(place, tuple(_json_entries(node).items()))
