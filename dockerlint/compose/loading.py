"""A Compose project of its files: overrides, `extends` and `include`, each read as Docker Compose reads it.

https://docs.docker.com/compose/how-tos/multiple-compose-files/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from functools import reduce
from typing import Literal, NamedTuple, TypeAlias

from dockerlint.compose import consistency
from dockerlint.compose.env_files import environment_of
from dockerlint.compose.interpolation import interpolate
from dockerlint.compose.merging import cleaned, merged, merged_service
from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, Sequence, parse
from dockerlint.compose.schema import check
from dockerlint.compose.services import Compose
from dockerlint.compose.values import Reader, Scope, Value
from dockerlint.source import Source, Span, Text

# Why a file that another one names is not read.
Absence = Literal["missing", "outside"]
Read: TypeAlias = "Callable[[str], Source | Absence]"
_REMOTE = ("://", "git@", "github.com/", "oci:")
_PROJECT_NAME = "COMPOSE_PROJECT_NAME"
_LONGEST_CHAIN = 100
_MOST_FILES = 500  # of one project: more is a trap


class Files(NamedTuple):
    """The files of a project in the order in which Compose lays them onto each other, and the way to others.

    `environment` is what variables are replaced with, `folder` where relative paths begin. `read` gives the text of a
    file by its path. `is_whole` is False for files that may be meant for use together with others. `name` is what the
    project is called where nothing else names it.
    """

    sources: tuple[Source, ...]
    environment: AbstractMapping[str, str]
    folder: str
    read: Read
    is_whole: bool = True
    name: str = ""


def read(source: Source, environment: AbstractMapping[str, str] | None = None) -> Compose:
    """Reads one Compose file by itself; what it extends or includes is not looked at."""
    return load(Files((source,), environment or {}, posixpath.dirname(source.path), lambda _path: "outside"))


def load(files: Files) -> Compose:
    """Reads the files of a project and what they extend and include."""
    scope = Scope(_with_project_name(files), files.folder)
    loader = _Loader(Reader(scope), files.read)
    root = loader.project(files.sources, scope, ())
    is_whole = files.is_whole and not loader.is_open
    compose = Compose(tuple(loader.sources), root, loader.reader, tuple(loader.trees), is_whole)
    compose.refuse(consistency.check(compose))
    return compose


def _with_project_name(files: Files) -> AbstractMapping[str, str]:
    """The environment with the name of the project in it, which all of its files may use."""
    known = files.environment.get(_PROJECT_NAME)
    if known:
        return files.environment
    named = (name for source in reversed(files.sources) if (name := _declared_name(source, files.environment)))
    return {**files.environment, _PROJECT_NAME: next(named, files.name)}


def _declared_name(source: Source, environment: AbstractMapping[str, str]) -> str:
    """The `name` at the top of a file, as Compose cleans it."""
    if not re.search(r"^name[ \t]*:", source.text, re.MULTILINE):
        return ""
    names = (one.get("name") for one in reversed(parse(source).documents) if isinstance(one, Mapping))
    name = next((name for name in names if isinstance(name, Scalar)), None)
    return cleaned_name(interpolate(name.text, environment).value) if name is not None else ""


def cleaned_name(name: str) -> str:
    """A name as Compose takes it for a project: `My App` is `myapp`."""
    return re.sub(r"[^a-z0-9_-]", "", name.lower()).lstrip("_-")


class _Loader:
    """Reads files and what they name; `is_open` says whether something of the project was not read."""

    def __init__(self, reader: Reader, read: Read) -> None:
        self.reader = reader
        self.trees: list[Mapping] = []
        self.sources: list[Source] = []
        self.is_open = False
        self._extended_services: dict[tuple[int, str], Node] = {}
        self._extended_files: dict[tuple[str, int], tuple[_Within | None, Scope]] = {}
        self._circles: set[frozenset[tuple[str, str]]] = set()  # of files and services, each told once
        self._read = read

    def project(self, sources: AbstractSequence[Source], scope: Scope, including: tuple[str, ...]) -> Mapping | None:
        """The files of a project laid onto each other; `including` are the paths that led here by `include`."""
        root: Mapping | None = None
        for source in sources:
            for document in self._documents(source, scope):
                resolved = self._extended(document, source, scope)
                check(resolved, self.reader, is_later=root is not None)
                root = self._first(resolved, source) if root is None else merged(root, resolved, self.reader)
                root = self._with_included(root, document, scope, (*including, source.path))
        return root

    def _documents(self, source: Source, scope: Scope) -> list[Mapping]:
        """The documents of a file, as far as they are mappings."""
        self.reader.enter(source, scope)
        self.sources.append(source)
        tree = parse(source)
        self.reader.add(tree.errors)
        if not tree.documents and not tree.errors:
            self.reader.note("syntax", "the file is empty: Compose wants at least `services:`", Span(source, 0, 0))
        documents = [document for document in tree.documents if isinstance(document, Mapping)]
        for document in tree.documents:
            self._note_other(document)
        self.trees += documents
        return documents

    def _first(self, document: Mapping, source: Source) -> Mapping:
        return cleaned(document, self.reader) if "!reset" in source.text else document

    def _note_other(self, document: Node) -> None:
        if not isinstance(document, Mapping):
            what = "a list" if isinstance(document, Sequence) else "a single value" if document.text else "nothing"
            message = f"a Compose file is a mapping with `services:` in it, not {what}"
            self.reader.note("wrong-type", message, document.span)

    # What `extends` brings.

    def _extended(self, document: Mapping, source: Source, scope: Scope) -> Mapping:
        services = document.get("services")
        if not isinstance(services, Mapping) or not any(_extends(entry.value) for entry in services.entries):
            return document
        within = _Within(services, source, scope)
        entries = {
            str(entry.key.text): Entry(entry.key, self._service(entry, within, ())) for entry in services.entries
        }
        return _with(document, "services", Mapping(entries, services.span, services.flow, services.tag))

    def _service(self, entry: Entry, within: _Within, chain: tuple[tuple[str, str], ...]) -> Node:
        """A service laid onto what it extends; as it is where that cannot be had."""
        own, extends = entry.value, _extends(entry.value)
        if not isinstance(own, Mapping) or extends is None:
            return own
        step = (within.source.path, str(entry.key.text))
        if step in chain:
            self._note_circle((*chain[chain.index(step) :], step), extends)
            return own
        if len(chain) >= _LONGEST_CHAIN:
            message = f"more than {_LONGEST_CHAIN} services extend each other in a row: this one is not followed"
            self.reader.note("value", message, extends.span)
            return own
        key = (id(within.services), step[1])
        if key not in self._extended_services:
            base = self._base(entry.key.text, extends, within, (*chain, step))
            self._extended_services[key] = own if not isinstance(base, Mapping) else self._laid(base, own)
        return self._extended_services[key]

    def _laid(self, base: Mapping, own: Mapping) -> Mapping:
        return merged_service(_without(base, "extends"), _without(own, "extends"), self.reader)

    def _note_circle(self, steps: tuple[tuple[str, str], ...], extends: Node) -> None:
        if frozenset(steps) not in self._circles:
            self._circles.add(frozenset(steps))
            path = " -> ".join(name for _, name in steps)
            self.reader.note("cycle", f"`extends` goes round in a circle: {path}", extends.span)

    def _base(self, name: Text, extends: Node, within: _Within, chain: tuple[tuple[str, str], ...]) -> Node | None:
        wanted, file = self._named(name, extends)
        if wanted is None:
            return None
        if file is not None:
            other = self._other_file(name, file, within)
            if other is None:
                return None
            within = other
        entry = within.services.entry(wanted.text)
        if entry is None:
            message = f"`{name}` extends `{wanted.text}`, which is no service of `{within.source.path}`"
            self.reader.note("missing-file", message, wanted.written.span)
            return None
        return self._service(entry, within, chain)

    def _named(self, name: Text, extends: Node) -> tuple[Value | None, Value | None]:
        """The service that `extends` names, and its file."""
        if isinstance(extends, Scalar):
            return self.reader.value(extends), None
        service = extends.get("service") if isinstance(extends, Mapping) else None
        if not isinstance(service, Scalar):
            if isinstance(extends, Mapping):
                self.reader.note("missing-file", f"`extends` of `{name}` names no `service`", extends.span)
            return None, None
        file = extends.get("file") if isinstance(extends, Mapping) else None
        return self.reader.value(service), self.reader.value(file) if isinstance(file, Scalar) else None

    def _other_file(self, name: Text, file: Value, within: _Within) -> _Within | None:
        if file.unknown or _is_remote(file.text):
            self.is_open = True
            return None
        path = posixpath.normpath(posixpath.join(posixpath.dirname(within.source.path), file.text))
        if path == posixpath.normpath(within.source.path):
            return within
        key = (path, id(within.scope.environment))
        if key not in self._extended_files:
            source = self._source(path, f"`extends` of `{name}` names", file)
            if source is None:
                return None
            # What an id is taken of must live on: the environment, the services.
            self._extended_files[key] = self._services_of(source, path, within.scope), within.scope
        return self._extended_files[key][0]

    def _services_of(self, source: Source, path: str, extending: Scope) -> _Within | None:
        scope = Scope(extending.environment, posixpath.dirname(path))
        roots = self._documents(source, scope)
        root = reduce(lambda base, later: merged(base, later, self.reader), roots) if roots else None
        services = root.get("services") if root is not None else None
        return _Within(services, source, scope) if isinstance(services, Mapping) else None

    def _source(self, path: str, what: str, named: Value) -> Source | None:
        """A file that another one names; one that is not there is noted, one outside of the root is not looked at."""
        source = self._read(path) if len(self.sources) < _MOST_FILES else "outside"
        if isinstance(source, Source):
            return source
        self.is_open = True
        if source == "missing":
            self.reader.note("missing-file", f"{what} `{named.text}`, which is not there", named.written.span)
        return None

    # What `include` brings.

    def _with_included(self, root: Mapping, document: Mapping, scope: Scope, including: tuple[str, ...]) -> Mapping:
        """A project with those that it includes: its own keys win, then those of the first that is included."""
        include = document.get("include")
        items = include.items if isinstance(include, Sequence) else ()
        parts = [part for item in items if (part := self._included(item, scope, including)) is not None]
        if not parts:
            return root
        below = reduce(lambda later, earlier: merged(later, earlier, self.reader), reversed(parts))
        return _without(merged(_without(below, "include", "name"), root, self.reader), "include")

    def _included(self, item: Node, scope: Scope, including: tuple[str, ...]) -> Mapping | None:
        paths = [self.reader.value(path) for path in _paths(item, "path")]
        if not paths or any(path.unknown or _is_remote(path.text) for path in paths):
            self.is_open = True
            return None
        places = [posixpath.normpath(posixpath.join(scope.folder, path.text)) for path in paths]
        for path, place in zip(paths, places, strict=True):
            if place in map(posixpath.normpath, including):
                round_ = " -> ".join((*including[including.index(place) :], place)) if place in including else place
                self.reader.note("cycle", f"`include` goes round in a circle: {round_}", path.written.span)
                return None
        sources = [self._source(place, "`include` names", path) for path, place in zip(paths, places, strict=True)]
        found = [source for source in sources if source is not None]
        return self.project(found, self._inner_scope(item, places[0], scope), including) if found else None

    def _inner_scope(self, item: Node, path: str, scope: Scope) -> Scope:
        """An included project has its own folder, and its own `.env` for what the including one leaves open."""
        folder = posixpath.dirname(path)
        given = item.get("project_directory") if isinstance(item, Mapping) else None
        if isinstance(given, Scalar):
            folder = posixpath.normpath(posixpath.join(scope.folder, self.reader.value(given).text))
        environment = dict(scope.environment)
        own: dict[str, str] = {}
        named = [self.reader.value(file) for file in _paths(item, "env_file")] if isinstance(item, Mapping) else []
        for file in named:
            source = self._source(posixpath.normpath(posixpath.join(scope.folder, file.text)), "`env_file` names", file)
            own |= environment_of(source, {**own, **environment}) if source is not None else {}
        if not named:
            beside = self._read(posixpath.join(folder, ".env"))
            own = environment_of(beside, environment) if isinstance(beside, Source) else {}
        return Scope({**own, **environment}, folder)


class _Within(NamedTuple):
    """The services of one document, and where they stand."""

    services: Mapping
    source: Source
    scope: Scope


def _extends(service: Node) -> Node | None:
    return service.get("extends") if isinstance(service, Mapping) else None


def _paths(item: Node, key: str) -> Iterator[Scalar]:
    """One path or several, by themselves or below a key."""
    node = item.get(key) if isinstance(item, Mapping) else item
    for one in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(one, Scalar):
            yield one


def _is_remote(path: str) -> bool:
    return any(mark in path for mark in _REMOTE[:1]) or path.startswith(_REMOTE[1:])


def _with(mapping: Mapping, key: str, value: Node) -> Mapping:
    entries = {str(entry.key.text): entry for entry in mapping.entries}
    entries[key] = Entry(entries[key].key, value)
    return Mapping(entries, mapping.span, mapping.flow, mapping.tag)


def _without(mapping: Mapping, *keys: str) -> Mapping:
    entries = {str(entry.key.text): entry for entry in mapping.entries if entry.key.text not in keys}
    return Mapping(entries, mapping.span, mapping.flow, mapping.tag)
