"""A build: a Dockerfile with the context it is built from and the services that run the result."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.context.files import Context
from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.expansion import Missing
from dockerlint.dockerfile.image import parse
from dockerlint.dockerfile.instructions import Add, Copy, Instruction, Onbuild, Run, ShellForm, User
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.knowledge.images import ImageFacts, facts, is_root
from dockerlint.project.history import History
from dockerlint.project.image_files import ImageFiles
from dockerlint.project.layers import Chain, Layer
from dockerlint.project.programs import programs
from dockerlint.project.shell_texts import ShellText, shell_texts
from dockerlint.shell.dialects import POSIX, shell_of_shebang
from dockerlint.shell.script import SHELLS, Command, command_of_words, read_script
from dockerlint.source import Source, Text

if TYPE_CHECKING:
    from dockerlint.application.program import Program
    from dockerlint.compose.services import Service
    from dockerlint.project.builders import BuildLink

_DEVELOPMENT = frozenset(
    {"dev", "develop", "development", "devcontainer", "debug", "test", "tests", "e2e", "ci", "lint"}
)

# Daemons that are told by an option whom to step down to.
_USER_OPTIONS = {
    "memcached": ("-u", "--user"),
    "mysqld": ("-u", "--user"),
    "mysqld_safe": ("--user",),
    "named": ("-u",),
    "uwsgi": ("--uid",),
}

# A base image whose command is one of these, a shell, an interpreter or a build tool, starts nothing by itself.
_BARE = frozenset(
    {
        "sh", "bash", "ash", "zsh", "python", "python2", "python3", "pypy", "pypy3", "node", "irb", "php", "jshell",
        "iex", "erl", "ghci", "julia", "r", "perl", "rakudo", "swipl", "lua", "powershell", "pwsh", "cmd", "cmd.exe",
        "lein", "clojure", "clj", "mvn", "gradle", "sbt",
    }
)  # fmt: skip

_DEEPEST_SCRIPT = 3

# Users that these commands make root step down to.
_STEPPING_DOWN = frozenset(
    {"gosu", "su-exec", "setpriv", "runuser", "s6-setuidgid", "chpst", "setuidgid", "setuser", "su"}
)


class RunAs(NamedTuple):
    """Who the container runs as. `is_root` is None where nobody can know."""

    is_root: bool | None
    name: str | None
    user: User | None
    facts: ImageFacts | None


class Launch(NamedTuple):
    """A Python program that a stage of a build starts."""

    build: Build
    stage: Stage
    program: Program


def has_development_part(*names: str | None) -> bool:
    """Whether a name says that this is no production image: `Dockerfile.dev`, `test`, `.devcontainer`."""
    parts = {part for name in names if name for part in re.split(r"[.\-_/\\]", name.lower())}
    return not parts.isdisjoint(_DEVELOPMENT)


def is_called_one_of(name: str | None, globs: Sequence[str]) -> bool:
    """Whether globs hold a name, or the last part of a path."""
    if not name or not globs:
        return False
    forms = {name, name.rpartition("/")[2]}
    return any(fnmatchcase(form, glob) for form in forms for glob in globs)


class Build:
    """One Dockerfile and what the project knows of its use.

    `context` is None where it is not known; `label` is the Dockerfile's path below the project's root; `links` are all
    who build it, `services` the Compose services that run what is built. Where no folder has all that the Dockerfile
    copies, `candidates` are those that may be the context, the Dockerfile's own first. `development_images` are globs
    of the names of stages and Dockerfiles that never go into production. `find_neighbours` gives the other builds with
    the same context and ignore file.
    """

    def __init__(
        self,
        dockerfile: Dockerfile,
        context: Context | None = None,
        links: Sequence[BuildLink] = (),
        label: str = "",
        candidates: Sequence[Context] = (),
        development_images: Sequence[str] = (),
        find_neighbours: Callable[[], Iterable[Build]] = tuple,
    ) -> None:
        self.dockerfile = dockerfile
        self.context = context
        self.links = tuple(links)
        # What runs only where somebody develops says nothing of what ships.
        self.services = tuple(link.service for link in links if link.service is not None and not link.is_development)
        self.label = label or dockerfile.path
        self.candidates = tuple(candidates)
        self._development_images = development_images
        self._find_neighbours = find_neighbours
        self._last_chain: tuple[Stage, Chain] | None = None
        self._started: dict[int, tuple[Command, ...]] = {}
        self._histories: dict[int, History] = {}

    @cached_property
    def neighbours(self) -> tuple[Build, ...]:
        """The other builds with the same context and ignore file."""
        return tuple(self._find_neighbours())

    @cached_property
    def targets(self) -> tuple[Stage, ...]:
        """The stage that the build is asked for; else the last, and those that services run or others publish."""
        stages = self.dockerfile.stages
        if self.dockerfile.options.target is not None:
            return (self.dockerfile.target,) if self.dockerfile.target is not None else ()
        published = (link.target for link in self.links if link.told.is_published and not link.is_development)
        wanted = {*(_target(service) for service in self.services), *published} - {None}
        named = [stage for stage in stages[:-1] if stage.name in wanted]
        return (*named, *stages[-1:])

    @cached_property
    def named_contexts(self) -> frozenset[str]:
        """What those who build it put in the place of images and stages, by name."""
        return frozenset(name for link in self.links for name in link.told.named_contexts)

    @cached_property
    def given_arguments(self) -> frozenset[str]:
        """The build arguments that somebody gives, whatever their values."""
        return frozenset(one.name for link in self.links for one in link.told.arguments)

    @cached_property
    def asked_targets(self) -> frozenset[str]:
        """The names of stages that somebody builds, in lower case."""
        return frozenset(link.target for link in self.links if link.target is not None)

    @property
    def is_context_told(self) -> bool:
        """Whether somebody says what the context is."""
        told = (link.context for link in self.links)
        return self.context is not None and any(context is not None for context in told)

    @cached_property
    def shipping_stages(self) -> tuple[Stage, ...]:
        """The targets and the stages that they are built on."""
        shipping = {link.index for stage in self.targets for link in stage.chain}
        return tuple(stage for stage in self.dockerfile.stages if stage.index in shipping)

    @cached_property
    def runtime_stages(self) -> tuple[Stage, ...]:
        """The targets that start something."""
        return tuple(stage for stage in self.targets if self._starts_something(stage))

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Every RUN that is written in the file, those in ONBUILD too, stage by stage."""
        return tuple(layer for stage in self.dockerfile.stages for layer in self._written_layers(stage))

    @cached_property
    def shell_texts(self) -> tuple[ShellText, ...]:
        """All shell text of the file, and the scripts of the context that it starts."""
        return tuple(shell_texts(self))

    def _written_layers(self, stage: Stage) -> Iterator[Layer]:
        own = iter(self._own_layers[stage.index])
        for step in stage.steps:
            instruction = step.instruction
            if isinstance(instruction, Run):
                layer = next(own)
                if not step.is_trigger:
                    yield layer
            elif isinstance(instruction, Onbuild) and isinstance(instruction.instruction, Run):
                yield Layer(self, stage, instruction.instruction, step.before, is_trigger=True)

    def layers_of(self, stage: Stage) -> tuple[Layer, ...]:
        """Every RUN of the stage's chain in the order in which they run, triggers of stages below it too."""
        return self.chain_of(stage).layers

    def layers_within(self, stage: Stage) -> tuple[Layer, ...]:
        """Every RUN of the stage alone, triggers of the stage below it too."""
        return self._own_layers[stage.index]

    def chain_of(self, stage: Stage) -> Chain:
        """The layers of the stage's chain; rules ask for those of one stage again and again."""
        if self._last_chain is None or self._last_chain[0] is not stage:
            layers = tuple(layer for link in stage.chain for layer in self._own_layers[link.index])
            self._last_chain = (stage, Chain(layers))
        return self._last_chain[1]

    def history_of(self, stage: Stage) -> History:
        """What went before in a stage's chain."""
        for link in stage.chain if stage.index not in self._histories else ():
            if link.index in self._histories:
                continue
            below = self._histories[link.parent.index] if link.parent is not None else None
            self._histories[link.index] = History(link, self._own_layers[link.index], below)
        return self._histories[stage.index]

    @cached_property
    def _own_layers(self) -> tuple[tuple[Layer, ...], ...]:
        return tuple(
            tuple(
                Layer(self, stage, step.instruction, step.before, is_trigger=False)
                for step in stage.steps
                if isinstance(step.instruction, Run)
            )
            for stage in self.dockerfile.stages
        )

    def is_development(self, stage: Stage) -> bool:
        return stage.index in self._development_stages

    @cached_property
    def _development_stages(self) -> frozenset[int]:
        globs = self._development_images
        stages = self.dockerfile.stages
        if is_called_one_of(self.label, globs) or has_development_part(self.label):
            return frozenset(stage.index for stage in stages)
        names = ((stage.index, stage.name) for stage in stages)
        return frozenset(index for index, name in names if is_called_one_of(name, globs) or has_development_part(name))

    def _starts_something(self, stage: Stage) -> bool:
        own = [word.rpartition("/")[2].lower() for form in (stage.entrypoint, stage.cmd) if form for word in form.words]
        if own:
            return own[0] not in _BARE or not all(word in _BARE or word.startswith("-") for word in own[1:])
        if any(service.command or service.entrypoint for service in self.services_of(stage)):
            return True
        known = self.facts(stage)
        words = (known.cmd or known.entrypoint) if known else None
        return words is not None and words != () and words[0].rpartition("/")[2].lower() not in _BARE

    def facts(self, stage: Stage) -> ImageFacts | None:
        """What is known of the image from outside that a stage stands on."""
        name = stage.root.base_name
        reference = parse(name) if name else None
        return facts(reference) if reference else None

    def is_unset(self, stage: Stage, name: str) -> bool:
        """Whether a container of the stage surely starts without a variable, as far as the image decides."""
        environment = stage.state.environment
        if environment.lookup(name) is Missing.ABSENT:
            return True
        variable = environment.variable(name)
        if variable is not None and not variable.is_argument:
            return False
        known = self.facts(stage)
        # Of an official image all variables are known, only not which of them each version has.
        is_known = environment.base.is_complete or (known is not None and known.official)
        return is_known and name not in environment.base.variables

    def services_of(self, stage: Stage) -> tuple[Service, ...]:
        """The services that run this stage: those that name it, or that name none if it is the last."""
        wanted: set[str | None] = {stage.name} if stage.name is not None else set()
        if stage is self.dockerfile.stages[-1]:
            wanted.add(None)
        return tuple(service for service in self.services if _target(service) in wanted)

    def runs_as(self, stage: Stage) -> RunAs:
        """The user of the stage's process: the last USER of its chain, or the base image's own."""
        known = self.facts(stage)
        user, name = stage.state.user, stage.state.user_name
        if user is not None:
            return RunAs(is_root(name), name, user, known)
        name = known.default_user if known else None
        return RunAs(is_root(name), name, None, known)

    def steps_down(self, stage: Stage) -> bool:
        """Whether what the container starts gives up root by itself, or may do so in a script unseen."""
        if any(_gives_up_root(command) for command in self.start_commands(stage)):
            return True
        if any(_brings_tool_for_it(step.instruction) for link in stage.chain for step in link.steps):
            return True
        known = self.facts(stage)
        keeps_entrypoint = stage.entrypoint is None
        return keeps_entrypoint and known is not None and known.drops_privileges is not False

    def start_commands(self, stage: Stage) -> tuple[Command, ...]:
        """The commands that ENTRYPOINT and CMD run, scripts of the context included."""
        started = self._started.get(stage.index)
        if started is None:
            commands = list(_joined(stage.entrypoint, stage.cmd))
            started = self._started[stage.index] = (*commands, *self._in_scripts(stage, commands))
        return started

    def _in_scripts(self, stage: Stage, commands: Sequence[Command], depth: int = 0) -> Iterator[Command]:
        if depth >= _DEEPEST_SCRIPT:
            return
        for command in commands:
            source = self.script_of(stage, command)
            if source is not None:
                text = source.slice(0, len(source.text))
                inner = read_script(text, shell_of_shebang(text) or POSIX).commands
                yield from inner
                yield from self._in_scripts(stage, inner, depth + 1)

    def script_of(self, stage: Stage, command: Command) -> Source | None:
        """The shell script that a command starts, if the image takes it from the context."""
        words = [command.program, *command.arguments] if command.program else []
        if words and command.name in SHELLS:
            words = [word for word in words[1:] if not word.value.startswith("-")]
        if not words or not words[0].is_literal:
            return None
        name = str(words[0].value)
        if "/" not in name and command.name not in SHELLS:
            # Found by PATH; scripts are put there by name.
            candidates = [f"/usr/local/bin/{name}", f"/usr/bin/{name}", f"/bin/{name}"]
        else:
            candidates = [absolute_path(name, stage.state.workdir)]
        for path in candidates:
            source = self.read(stage, path)
            if source is not None and _is_shell_script(source):
                return source
        return None

    def read(self, stage: Stage, path: str) -> Source | None:
        """The text of a file that the stage has at an absolute path, if it came from the context."""
        if self.context is None or self._files is None:
            return None
        origin = self._files.origin(stage, path)
        return self.context.read_text(origin) if origin is not None else None

    @cached_property
    def _files(self) -> ImageFiles | None:
        return ImageFiles(self.dockerfile, self.context) if self.context is not None else None

    @cached_property
    def launches(self) -> tuple[Launch, ...]:
        """The Python programs that the runtime stages start, as far as their source can be read."""
        if self.context is None or not self.runtime_stages:
            return ()
        return tuple(
            Launch(self, stage, program)
            for stage in self.runtime_stages
            for program in programs(stage, self._effective_commands(stage), self.read)
        )

    def _effective_commands(self, stage: Stage) -> tuple[Command, ...]:
        """What the containers of a stage start: its own commands, or those that services put in their place."""
        services = self.services_of(stage)
        replaced = [service for service in services if service.command or service.entrypoint]
        own = self.start_commands(stage) if not services or len(replaced) < len(services) else ()
        return (*own, *(command for service in replaced for command in _commands_of(service, stage)))


def _commands_of(service: Service, stage: Stage) -> Iterator[Command]:
    """The commands that a service starts in place of the image's own, as far as no variable hides them."""
    words: list[Text] = []
    if service.entrypoint is None and stage.entrypoint is not None and stage.entrypoint.exec_form:
        words += stage.entrypoint.exec_form
    for given in (service.entrypoint, service.command):
        if given is not None and given.words is not None and not given.unknown:
            words += [word.text for word in given.words]
    yield from command_of_words(tuple(words), shown=tuple(words[-1:]) or None)


def _target(service: Service) -> str | None:
    """The stage that a service builds, as Docker compares its name."""
    target = service.build.target if service.build is not None else None
    return target.text.lower() or None if target is not None else None


def _gives_up_root(command: Command) -> bool:
    if any(name in _STEPPING_DOWN for name in (command.name, *command.wrappers)):
        return True
    words = [str(word.value) for word in command.words]
    options = _USER_OPTIONS.get(command.name, ("-u", "--user") if "sudo" in command.wrappers else ())
    given = [word.partition("=")[2] for word in words if word.startswith(tuple(f"{option}=" for option in options))]
    given += [after for option, after in pairwise(words) if option in options]
    return any(is_root(user) is False for user in given)


def _brings_tool_for_it(instruction: Instruction) -> bool:
    """Whether a step installs a program whose only use is to give up root: some script will call it."""
    if not isinstance(instruction, Run | Copy | Add):
        return False
    return any(tool in instruction.rest for tool in ("gosu", "su-exec", "s6-overlay", "fixuid", "setpriv"))


def _is_shell_script(source: Source) -> bool:
    shell = shell_of_shebang(source.slice(0, len(source.text)))
    return shell is None or shell.is_posix


def _joined(entrypoint: ShellForm | None, cmd: ShellForm | None) -> Iterator[Command]:
    """ENTRYPOINT and CMD as Docker joins them."""
    if entrypoint is None:
        if cmd is not None:
            yield from cmd.commands
        return
    if entrypoint.exec_form is None:
        yield from entrypoint.commands
        return
    arguments = cmd.exec_form if cmd is not None and cmd.exec_form is not None else ()
    if not entrypoint.exec_form:
        yield from cmd.commands if cmd is not None else ()
        return
    yield from command_of_words((*entrypoint.exec_form, *arguments), shown=arguments or None)
    if cmd is not None and is_script_by_name(entrypoint.exec_form[0]):
        yield from cmd.commands


def is_script_by_name(program: str) -> bool:
    """Whether an entrypoint is a script, which puts in what it likes and usually ends in `exec "$@"`."""
    return program.endswith((".sh", ".bash")) or "entrypoint" in program
