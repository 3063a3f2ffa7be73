"""The services of a Compose file, short and long forms in one shape.

https://docs.docker.com/reference/compose-file/services/
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import NamedTuple

from dockerlint.compose.commands import Command, Healthcheck, read_command, read_healthcheck
from dockerlint.compose.errors import ComposeError
from dockerlint.compose.interpolation import Variable
from dockerlint.compose.misplaced import is_misplaced_service
from dockerlint.compose.mounts import Volume, read_volumes
from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, Sequence, scalars
from dockerlint.compose.ports import Port, read_ports
from dockerlint.compose.values import Assignment, Reader, Section, Value, is_null
from dockerlint.source import Source, Span, Text


class Build(NamedTuple):
    """How an image is built. `context` is None where Compose takes the folder of the project.

    `named_contexts` are the names of its additional contexts.
    """

    context: Value | None
    dockerfile: Value | None
    inline: Value | None
    target: Value | None
    args: tuple[Assignment, ...]
    node: Node
    named_contexts: tuple[Text, ...] = ()


class Dependency(NamedTuple):
    """Another service that must be there first; `condition` is None in the short form."""

    name: Text
    condition: Value | None
    node: Node | None


class EnvFile(NamedTuple):
    """A file that feeds `environment`. Unless it is required it may be missing; None if unknown.

    In a raw one quotes and `$` have no meaning.
    """

    path: Value
    required: bool | None
    is_raw: bool = False


class Service:
    """One service.

    A value that two services share through an anchor stands where it is written, for both. What is
    not read here, `settings` reads: `service.settings.text("restart")`.
    """

    __slots__ = (
        "build",
        "command",
        "depends_on",
        "entrypoint",
        "env_files",
        "environment",
        "healthcheck",
        "image",
        "labels",
        "name",
        "network_mode",
        "ports",
        "privileged",
        "profiles",
        "settings",
        "user",
        "volumes",
    )

    def __init__(self, name: Text, settings: Section) -> None:
        self.name = name
        self.settings = settings
        self.image = settings.text("image")
        self.build = _build(settings)
        self.user = settings.text("user")
        self.environment = _environment(settings)
        self.env_files = _env_files(settings)
        self.ports: tuple[Port, ...] = read_ports(settings)
        self.volumes: tuple[Volume, ...] = read_volumes(settings)
        self.command: Command | None = read_command(settings, "command")
        self.entrypoint: Command | None = read_command(settings, "entrypoint")
        self.healthcheck: Healthcheck | None = read_healthcheck(settings)
        self.labels = settings.assignments("labels")
        self.profiles = settings.texts("profiles", single=False)
        self.network_mode = settings.text("network_mode")
        self.privileged = settings.flag("privileged")
        self.depends_on = _depends_on(settings)

    @property
    def node(self) -> Mapping:
        return self.settings.node

    def is_active(self, profiles: AbstractSet[str]) -> bool:
        """Whether it is on when these profiles are."""
        return not self.profiles or "*" in profiles or any(profile.text in profiles for profile in self.profiles)

    @property
    def start_words(self) -> tuple[Value, ...]:
        """The words of its own entrypoint and command, as far as they are known."""
        given = [command for command in (self.entrypoint, self.command) if command is not None]
        return tuple(word for command in given for word in command.words or ())

    def may_run_with(self, other: Service) -> bool:
        """Whether both can be on at once: one has no profile, or they have one in common."""
        some, others = ({str(profile.text) for profile in service.profiles} for service in (self, other))
        return not some or not others or not some.isdisjoint(others)

    @property
    def replicas(self) -> int:
        """How many containers it has at least, as far as the files say."""
        deploy = self.settings.section("deploy", f"`deploy` of {self.settings.name}")
        counts = (self.settings.text("scale"), deploy.text("replicas") if deploy is not None else None)
        known = (int(one.text) for one in counts if one is not None and one.text.isdecimal() and not one.unknown)
        return max(known, default=1)

    @property
    def is_partial(self) -> bool:
        """Whether more of it stands elsewhere: it extends something, or has nothing to run."""
        return "extends" in self.node or not any(key in self.node for key in ("image", "build", "provider"))


class Compose:
    """A Compose project as far as it can be read, and all that Docker Compose would refuse in it.

    `source` is its first file, `sources` are all that were read for it, `trees` their documents as they are written.
    `root` is all of them together; None if none is a YAML mapping. `variables` are all uses of variables, those outside
    of services too. `reader` gives the value of any scalar. `is_whole` is False where a part of the project was not
    read or may be missing.
    """

    def __init__(
        self,
        sources: tuple[Source, ...],
        root: Mapping | None,
        reader: Reader,
        trees: tuple[Mapping, ...],
        is_whole: bool = True,
    ) -> None:
        source = sources[0]
        self.source = source
        self.sources = sources
        self.root = root
        self.reader = reader
        self.trees = trees
        self.is_whole = is_whole
        self.variables = _variables(trees, reader)
        project = Section("the file", root or Mapping({}, Span(source, 0, 0)), reader)
        self.name = project.text("name")
        self.services = tuple(_services(project)) if root else ()
        self.errors: tuple[ComposeError, ...] = ()
        self._arrange()

    @cached_property
    def is_fragment(self) -> bool:
        """Whether it only makes sense together with other files: an override, or a base to extend."""
        return not self.is_whole or any(service.is_partial for service in self.services)

    def path_of(self, value: Value) -> str:
        """A path that a value names, from the working directory; an absolute one and `~` as they are."""
        folder = self.reader.scope_of(value.written.source).folder
        text = str(value.text)
        return text if text.startswith(("/", "~")) else posixpath.normpath(posixpath.join(folder, text))

    def refuse(self, errors: Iterable[ComposeError]) -> None:
        """Adds what only shows once the project is put together."""
        self.reader.errors += errors
        self._arrange()

    def _arrange(self) -> None:
        order = {id(one): index for index, one in enumerate(self.sources)}
        self.errors = tuple(
            sorted(self.reader.errors, key=lambda error: (order.get(id(error.span.source), 0), error.span.start))
        )

    @property
    def profiles(self) -> frozenset[str]:
        """The profiles that COMPOSE_PROFILES of the `.env` file switches on."""
        given = self.reader.scope_of(self.source).environment.get("COMPOSE_PROFILES", "")
        return frozenset(profile.strip() for profile in given.split(",")) - {""}

    @property
    def active_services(self) -> tuple[Service, ...]:
        """The services that are on as long as nobody names a profile."""
        return tuple(service for service in self.services if self.is_active(service))

    def is_active(self, service: Service) -> bool:
        return service.is_active(self.profiles)

    @property
    def folder(self) -> str:
        """The folder of the project, from the working directory."""
        return self.reader.scope_of(self.source).folder

    @property
    def project_name(self) -> str:
        """What Compose calls the project; empty where nothing tells."""
        return self.reader.scope_of(self.source).environment.get("COMPOSE_PROJECT_NAME", "")

    def folder_of(self, service: Service) -> str:
        """The folder that a service's missing paths stand for: that of the project which it comes from."""
        return self.reader.scope_of(service.name.source).folder

    @property
    def volumes(self) -> tuple[Text, ...]:
        """The names of the volumes declared at top level."""
        return self.declared("volumes")

    @property
    def networks(self) -> tuple[Text, ...]:
        """The names of the networks declared at top level."""
        return self.declared("networks")

    def declared(self, kind: str) -> tuple[Text, ...]:
        """The names below a top-level key."""
        return tuple(entry.key.text for entry in self.declarations(kind))

    def declarations(self, kind: str) -> tuple[Entry, ...]:
        """What stands below a top-level key, by name."""
        node = self.root.get(kind) if self.root is not None else None
        return node.entries if isinstance(node, Mapping) else ()

    def declaration(self, kind: str, name: str) -> Section | None:
        """What is said of one name below a top-level key; None where that is nothing."""
        node = self.root.get(kind) if self.root is not None else None
        named = node.get(name) if isinstance(node, Mapping) else None
        return Section(f"`{name}`", named, self.reader) if isinstance(named, Mapping) else None

    def service(self, name: str) -> Service | None:
        return self._by_name.get(name)

    def service_at(self, path: str, offset: int) -> Service | None:
        """The service that a place in one of the files speaks of."""
        for services in (tree.get("services") for tree in self.trees if tree.span.source.path == path):
            for key, value in services.entries if isinstance(services, Mapping) else ():
                if key.span.start <= offset < value.span.end:
                    return self.service(key.text)
        return None

    @cached_property
    def completing(self) -> frozenset[str]:
        """The services whose end another one waits for."""
        return frozenset(
            str(dependency.name)
            for service in self.services
            for dependency in service.depends_on
            if dependency.condition is not None and dependency.condition.text == "service_completed_successfully"
        )

    @cached_property
    def _by_name(self) -> dict[str, Service]:
        return {str(service.name): service for service in self.services}


def _variables(trees: tuple[Mapping, ...], reader: Reader) -> tuple[Variable, ...]:
    """All uses of variables, in the order of the files. Faulty ones anywhere in them are noted."""
    found: list[Variable] = []
    for tree in trees:
        values = (reader.value(scalar) for scalar in scalars(tree) if "$" in scalar.text)
        uses = (variable for value in values for variable in value.variables)
        found += sorted(uses, key=lambda variable: variable.text.start)
    return tuple(found)


def _services(project: Section) -> list[Service]:
    services = project.section("services", "services")
    found = (_service(entry, project.reader) for entry in services.node.entries) if services else ()
    return [service for service in found if service is not None]


def _service(entry: Entry, reader: Reader) -> Service | None:
    name = entry.key.text
    node = entry.value
    if is_null(node):
        node = Mapping({}, node.span)
    if not isinstance(node, Mapping) or is_misplaced_service(entry):
        return None
    return Service(name, Section(f"`{name}`", node, reader))


def _build(settings: Section) -> Build | None:
    entry = settings.entry("build")
    if entry is None:
        return None
    if isinstance(entry.value, Scalar):
        return Build(settings.text("build"), None, None, None, (), entry.value)
    build = settings.section("build", f"the build of {settings.name}")
    if build is None:
        return None
    return Build(
        build.text("context"),
        build.text("dockerfile"),
        build.text("dockerfile_inline"),
        build.text("target"),
        build.assignments("args"),
        build.node,
        tuple(context.name for context in build.assignments("additional_contexts")),
    )


def _environment(settings: Section) -> tuple[Assignment, ...]:
    environment = settings.assignments("environment")
    is_list = isinstance(settings.node.get("environment"), Sequence)
    for name, _ in environment if is_list else ():
        if name != name.rstrip():
            message = f"no blank may stand before the `=` of `{name.rstrip()}`"
            settings.reader.note("value", message, name.span)
    return environment


def _env_files(settings: Section) -> tuple[EnvFile, ...]:
    entry = settings.entry("env_file")
    if entry is None:
        return ()
    items = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
    files = (_env_file(item, settings) for item in items)
    return tuple(file for file in files if file is not None)


def _env_file(node: Node, settings: Section) -> EnvFile | None:
    if not isinstance(node, Mapping):
        path = settings.text_of(node)
        return None if path is None else EnvFile(path, required=True)
    section = Section(f"an env file of {settings.name}", node, settings.reader)
    path = section.text("path")
    if path is None:
        return None
    form = section.text("format")
    required = section.flag("required") if "required" in node else True
    return EnvFile(path, required, is_raw=form is not None and form.text == "raw")


def _depends_on(settings: Section) -> tuple[Dependency, ...]:
    entry = settings.entry("depends_on")
    if entry is None:
        return ()
    if not isinstance(entry.value, Mapping):
        values = settings.texts("depends_on", single=False)
        return tuple(Dependency(value.text, None, None) for value in values)
    found = []
    for name, node in ((inner.key.text, inner.value) for inner in entry.value.entries):
        condition = None
        if isinstance(node, Mapping):
            condition = Section(f"`{name}` in `depends_on` of {settings.name}", node, settings.reader).text("condition")
        found.append(Dependency(name, condition, node))
    return tuple(found)
