"""A Dockerfile as a whole: its stages, what each is built on, and what holds at every instruction.

https://docs.docker.com/build/building/multi-stage/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from dockerlint.dockerfile import image, platforms
from dockerlint.dockerfile.checks import CheckOptions, read_options
from dockerlint.dockerfile.environment import (
    NOTHING_KNOWN,
    NOTHING_SET,
    Environment,
    GlobalArguments,
    ImageEnvironment,
)
from dockerlint.dockerfile.errors import DockerfileError, Kind, Level
from dockerlint.dockerfile.expansion import Value, expand
from dockerlint.dockerfile.instructions import (
    CLASSES,
    Arg,
    Cmd,
    Entrypoint,
    From,
    Instruction,
    Onbuild,
    Unknown,
    read_instruction,
)
from dockerlint.dockerfile.lines import Directive, split
from dockerlint.dockerfile.origins import Origin, named_stage, origins
from dockerlint.dockerfile.refusals import Read, fault_of, refusals
from dockerlint.dockerfile.state import State, Step, after
from dockerlint.shell.dialects import POSIX, shell_of_words
from dockerlint.shell.dialects import Shell as ScriptShell
from dockerlint.source import Source, Text
from dockerlint.wording import did_you_mean, nearest

# Stages and triggers multiply; more than this nobody runs.
_MOST_TRIGGERS = 10_000

_LONGEST_HEAD = 4096
_DOCKERS_FRONTENDS = frozenset({"docker/dockerfile", "docker/dockerfile-upstream"})
_TEMPLATES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".erb", ".in", ".template", ".mustache", ".hbs", ".m4")


class BaseImage(NamedTuple):
    """What an image from outside brings: variables, and what reads shell forms as long as no SHELL says otherwise."""

    environment: ImageEnvironment = NOTHING_KNOWN
    shell: ScriptShell = POSIX


def _guess(reference: image.Reference) -> BaseImage:
    """What the name of an image tells."""
    return BaseImage(shell=ScriptShell("cmd")) if reference.is_windows else BaseImage()


class Options(NamedTuple):
    """What a build is told besides the Dockerfile: `--build-arg`, `--target`, and what base images bring."""

    arguments: Mapping[str, str] = {}
    target: str | None = None
    base_images: Callable[[image.Reference], BaseImage] = _guess


NO_OPTIONS = Options()


class Pull(NamedTuple):
    """An image that the build pulls: by FROM, `COPY --from` or `RUN --mount=from`.

    `name` is the reference with its variables replaced, or None when a variable has no value.
    """

    written: Text
    name: str | None
    reference: image.Reference | None
    instruction: Instruction
    stage: Stage | None


class Stage:
    """One FROM and what follows it. `parent` is the stage of this file that it is built on."""

    def __init__(
        self, index: int, from_: From, base_name: str | None, parent: Stage | None, brought: BaseImage
    ) -> None:
        self.index = index
        self.from_ = from_
        self.base_name = base_name
        self.parent = parent
        # By the image from outside that the chain stands on.
        self.brought = brought
        self.steps: list[Step] = []
        self.end_line = from_.end_line
        before = parent.state if parent is not None else State(environment=Environment(brought.environment))
        self.state: State = before.forked()
        self._sets_cmd = False

    def add(self, instruction: Instruction, arguments: GlobalArguments, *, is_trigger: bool = False) -> None:
        self.steps.append(Step(instruction, self.state, is_trigger))
        self.state = after(instruction, self.state, arguments)
        if isinstance(instruction, Cmd):
            self._sets_cmd = True
        elif isinstance(instruction, Entrypoint) and not self._sets_cmd:
            # https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
            self.state = self.state._replace(cmd=None)

    @property
    def name(self) -> str | None:
        """The stage's name as Docker compares it: in lower case."""
        return self.from_.stage_name.lower() if self.from_.stage_name else None

    @property
    def title(self) -> str:
        """What to call it in a message."""
        return str(self.from_.stage_name) if self.from_.stage_name else f"number {self.index}"

    @property
    def instructions(self) -> Iterator[Instruction]:
        return (step.instruction for step in self.steps)

    @cached_property
    def chain(self) -> tuple[Stage, ...]:
        """This stage and those below it, from the first to this one."""
        chain: list[Stage] = []
        stage: Stage | None = self
        while stage is not None:
            chain.append(stage)
            stage = stage.parent
        return tuple(reversed(chain))

    @property
    def root(self) -> Stage:
        """The stage that stands on an image from outside."""
        return self.chain[0]

    @cached_property
    def base(self) -> image.Reference | None:
        """The image from outside that the chain stands on; None when it is not known."""
        name = self.root.base_name
        return image.parse(name) if name else None

    @property
    def is_windows(self) -> bool:
        return self.base is not None and self.base.is_windows

    def last(self, kind: type[Instruction]) -> Instruction | None:
        """The last instruction of a kind in the chain."""
        for stage in reversed(self.chain):
            for step in reversed(stage.steps):
                if isinstance(step.instruction, kind):
                    return step.instruction
        return None

    @property
    def cmd(self) -> Cmd | None:
        """The CMD in force."""
        return self.state.cmd

    @property
    def entrypoint(self) -> Entrypoint | None:
        return self.state.entrypoint


class Dockerfile:
    """What a Dockerfile says. `options` are what a build of it is told."""

    def __init__(self, source: Source, options: Options = NO_OPTIONS) -> None:
        self.source = source
        self.options = options
        self.instructions: list[Instruction] = []
        self.stages: list[Stage] = []
        self.directives: tuple[Directive, ...] = ()
        self.comments: tuple[Text, ...] = ()
        # What the file's `# check=` directive says to Docker's build checks.
        self.check_options = CheckOptions()
        self._named: dict[str, Stage] = {}
        self._errors: list[DockerfileError] = []
        self._lacks_from = False
        self._triggers_run = 0
        self._arguments = GlobalArguments(options.arguments)
        self._read()

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def has_foreign_frontend(self) -> bool:
        """Whether a `# syntax=` directive hands the file to a frontend that may know more than Docker's own."""
        named = next((directive.value for directive in self.directives if directive.name == "syntax"), None)
        reference = image.parse(named.split()[0]) if named else None
        return reference is not None and reference.familiar not in _DOCKERS_FRONTENDS

    @cached_property
    def is_foreign(self) -> bool:
        """Whether the file is no Dockerfile: it names its frontend by `// syntax=...`, or in JSON."""
        head = self.source.text[:_LONGEST_HEAD].lstrip()
        return re.match(r"//[ \t]*syntax[ \t]*=|\{\s*\"syntax\"\s*:", head) is not None

    @cached_property
    def is_template(self) -> bool:
        """Whether some program makes a Dockerfile of this file first: by name and marks, by FROM, or by its lines.

        No instruction begins as a line of Jinja, ERB or a Go template does.
        """
        is_named_so = self.path.lower().endswith(_TEMPLATES)
        if is_named_so and re.search(r"\{[{%]|<%|@\w+@|%%\w+%%|__[A-Z_]+__|\bdnl\b", self.source.text):
            return True
        if any(re.search(r"\{[{%]|<%|%%\w+%%|@[A-Z_]+@|__[A-Z_]+__", stage.from_.rest) for stage in self.stages):
            return True
        unknown = (one.keyword for one in self.instructions if isinstance(one, Unknown))
        return any(keyword.startswith(("{{", "{%", "{#", "<%")) for keyword in unknown)

    @property
    def global_arguments(self) -> Mapping[str, Value]:
        """The ARGs before the first FROM and their values."""
        return self._arguments.declared

    def argument_before_stages(self, name: str) -> Value:
        """The value that FROM sees for a name."""
        return self._arguments.lookup(name)

    def _read(self) -> None:
        lines = split(self.source)
        self.directives, self.comments, self.escape = lines.directives, lines.comments, lines.escape
        self._errors += lines.errors
        self._read_check_options()
        for line in lines.lines:
            instruction = read_instruction(line, lines.escape, self._shell())
            self.instructions.append(instruction)
            self._errors += instruction.faults
            self._add(instruction)
            if self.stages:
                self.stages[-1].end_line = line.end
        if not self.stages and not self._errors:
            self._errors.append(DockerfileError("no FROM, so nothing is built", lines.lines[-1].text, kind=Kind.ORDER))

    def _read_check_options(self) -> None:
        value = next((directive.value for directive in self.directives if directive.name == "check"), None)
        try:
            self.check_options = read_options(value) if value is not None else CheckOptions()
        except DockerfileError as error:
            self._errors.append(error)

    def _shell(self) -> ScriptShell:
        """What reads the shell form of an instruction at this place."""
        if not self.stages:
            return POSIX
        stage = self.stages[-1]
        return stage.brought.shell if stage.state.shell is None else shell_of_words(stage.state.shell)

    def _add(self, instruction: Instruction) -> None:
        if isinstance(instruction, From):
            self._begin_stage(instruction)
        elif self.stages:
            self.stages[-1].add(instruction, self._arguments)
        elif isinstance(instruction, Arg):
            self._declare_globally(instruction)
        elif isinstance(instruction, Unknown):
            # A misspelt FROM is one fault, not one for each instruction behind it.
            self._lacks_from = self._lacks_from or "FROM" in nearest(instruction.name, CLASSES)
        elif not instruction.faults and not self._lacks_from:
            message = f"{instruction.name} stands before the first FROM, where only ARG may"
            self._errors.append(DockerfileError(message, instruction.keyword, kind=Kind.ORDER))

    def _declare_globally(self, arg: Arg) -> None:
        arguments = self._arguments
        for pair in arg.pairs:
            built = arguments.declare(str(pair.key), pair.value, self.escape)
            if built is not None and pair.value is not None:
                read = Read(pair.value, built, arguments.missing(built), Level.BASE)
                error = fault_of(read, self.escape)
                self._errors += [error] if error is not None else []

    def _begin_stage(self, from_: From) -> None:
        name = expand(from_.image, self._arguments.lookup, self.escape).value or None
        parent = self.stage_named(name) if name else None
        brought = parent.brought if parent is not None else self._on_platform(from_, self._brought_by(name))
        stage = Stage(len(self.stages), from_, name, parent, brought)
        self.stages.append(stage)
        if stage.name is not None:
            self._named[stage.name] = stage
        if parent is not None:
            self._run_triggers(parent, stage)

    def _brought_by(self, name: str | None) -> BaseImage:
        """What is known of the image from outside that a stage stands on."""
        if name == "scratch":
            return BaseImage(NOTHING_SET)
        reference = image.parse(name) if name else None
        if reference is None:
            return BaseImage()
        return self.options.base_images(reference)

    def _on_platform(self, from_: From, brought: BaseImage) -> BaseImage:
        """An image that is asked for on Windows, or that may be one for Windows, has no shell of Unix."""
        platform = expand(from_.platform or "", self._arguments.lookup, self.escape).value
        parsed = platforms.parse(platform) if platform else None
        if parsed is not None and parsed.system == "windows" and brought.shell.is_posix:
            return BaseImage(shell=ScriptShell("cmd"))
        is_linux = parsed is not None and parsed.system == "linux"
        if self.escape == "`" and brought.shell == POSIX and not is_linux:
            return brought._replace(shell=ScriptShell(""))
        return brought

    def _run_triggers(self, parent: Stage, stage: Stage) -> None:
        """A stage begins with the triggers of the stage that it is built on, read with the default escape."""
        triggers = [one for one in parent.instructions if isinstance(one, Onbuild) and one.is_readable]
        for trigger in triggers[: max(0, _MOST_TRIGGERS - self._triggers_run)]:
            instruction = read_instruction(trigger.instruction.line, "\\", self._shell())
            self._errors += instruction.faults
            stage.add(instruction, self._arguments, is_trigger=True)
        self._triggers_run += len(triggers)

    def stage_named(self, name: str) -> Stage | None:
        """The latest stage so far whose name, in lower case, is exactly this."""
        return self._named.get(name)

    @cached_property
    def errors(self) -> tuple[DockerfileError, ...]:
        """What Docker refuses, in the order of the file, each fault once."""
        skipped = set(range(len(self.stages))) - self.built_stages if self.options.target is not None else set()
        found = [*self._errors, *self._reference_errors(), *refusals(self.stages, self._arguments, skipped)]
        by_place: dict[tuple[int, str], DockerfileError] = {}
        for error in found:
            key = (error.span.start, error.message)
            if key not in by_place or error.stops_build:
                by_place[key] = error
        return tuple(error for _, error in sorted(by_place.items(), key=lambda item: item[0]))

    def certain_errors(self, *kinds: Kind) -> list[DockerfileError]:
        """The errors of some kinds that no build argument would keep away; what is no Dockerfile yet has none."""
        if self.is_template or self.is_foreign:
            return []
        return [error for error in self.errors if error.kind in kinds and not error.unless_given]

    def _reference_errors(self) -> Iterator[DockerfileError]:
        for origin in self.origins:
            is_built = self.options.target is None or origin.user.index in self.built_stages
            if origin.error is not None and (is_built or origin.error.level is not Level.BUILD):
                yield origin.error
        target = self.options.target
        if target is not None and self.stages and self.target is None:
            names = [stage.name for stage in self.stages if stage.name]
            known = f"; there is {', '.join(names)}" if names else "; no stage has a name"
            hint = did_you_mean(target, names)
            message = f"`{target}` is asked for as target, but no stage is called so{hint or known}"
            yield DockerfileError(message, self.stages[-1].from_.keyword, kind=Kind.STAGE)

    @property
    def target(self) -> Stage | None:
        """The stage that a build ends with: the one asked for, else the last."""
        if self.options.target is None:
            return self.stages[-1] if self.stages else None
        return self._named.get(self.options.target.lower())

    @cached_property
    def origins(self) -> tuple[Origin, ...]:
        """Every `COPY --from` and `RUN --mount=from`, in the order of the file."""
        return tuple(origins(self.stages, self._named))

    def stage_of_origin(self, origin: str, before: Stage) -> Stage | None:
        """The stage that `COPY --from=origin` in a stage means: by number, or by name in any case."""
        return named_stage(origin, before, self.stages, self._named)

    @cached_property
    def used_stages(self) -> frozenset[int]:
        """The numbers of the stages that others are built on or copy from, and of the target."""
        used = {stage.parent.index for stage in self.stages if stage.parent is not None}
        used |= {origin.stage.index for origin in self.origins if origin.stage is not None}
        return frozenset(used | ({self.target.index} if self.target is not None else set()))

    @cached_property
    def built_stages(self) -> frozenset[int]:
        """The numbers of the stages that a build carries out: the target, and what it needs in turn."""
        needed: dict[int, list[Stage]] = {}
        for origin in self.origins:
            if origin.stage is not None:
                needed.setdefault(origin.user.index, []).append(origin.stage)
        waiting = [self.target] if self.target is not None else []
        built: set[int] = set()
        while waiting:
            stage = waiting.pop()
            if stage.index not in built:
                built.add(stage.index)
                waiting += [*needed.get(stage.index, ()), *([stage.parent] if stage.parent is not None else [])]
        return frozenset(built)

    @cached_property
    def pulls(self) -> tuple[Pull, ...]:
        """Every image that a build pulls, in the order of the file; stages and `scratch` are none."""
        return tuple(self._pulls())

    def _pulls(self) -> Iterator[Pull]:
        images: dict[int, list[Origin]] = {}
        for origin in self.origins:
            if origin.image not in (None, "scratch"):
                images.setdefault(id(origin.instruction), []).append(origin)
        for stage in self.stages:
            if stage.parent is None and stage.base_name != "scratch":
                yield _pull(stage.from_.image, stage.base_name, stage.from_, stage)
            for instruction in stage.instructions:
                for origin in images.get(id(instruction), ()):
                    yield _pull(origin.written, origin.image, instruction, None)


def _pull(written: Text, name: str | None, instruction: Instruction, stage: Stage | None) -> Pull:
    name = None if name and "$" in name else name
    return Pull(written, name, image.parse(name) if name else None, instruction, stage)
