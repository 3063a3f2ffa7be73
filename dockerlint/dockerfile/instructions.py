"""Instructions: one class for each keyword, with typed arguments that know their place.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from dockerlint.dockerfile import arguments
from dockerlint.dockerfile.arguments import Flag
from dockerlint.dockerfile.durations import nanoseconds
from dockerlint.dockerfile.errors import DockerfileError, Kind, Level, did_you_mean
from dockerlint.dockerfile.flags import FLAGS, faults_of_flags, is_switched_on
from dockerlint.dockerfile.heredocs import Heredoc
from dockerlint.dockerfile.lines import LogicalLine
from dockerlint.dockerfile.mounts import Mount, early_faults, read_mount
from dockerlint.shell.dialects import Shell as ScriptShell
from dockerlint.shell.dialects import shell_of_shebang
from dockerlint.shell.script import Command, Script, read_script, script_of_words
from dockerlint.source import Text, join


class Head(NamedTuple):
    """An instruction before its arguments are understood."""

    line: LogicalLine
    keyword: Text
    flags: tuple[Flag, ...]
    rest: Text
    escape: str
    dialect: str | None


class Pair(NamedTuple):
    """`KEY=value` of ENV, ARG or LABEL, quotes still on; value is None for a bare `ARG KEY`."""

    key: Text
    value: Text | None

    @property
    def name(self) -> str:
        return self.key.strip("\"'")


class Instruction:
    """What all instructions share. `text` is the whole of it, `rest` what follows the flags.

    One that Docker refuses is read as far as it goes: `faults` says why it is refused.
    """

    def __init__(self, head: Head) -> None:
        self.line = head.line
        self.keyword = head.keyword
        self.flags = head.flags
        self.rest = head.rest
        self.escape = head.escape
        self.faults: list[DockerfileError] = []
        if self.flags:
            self._check_flags()

    @property
    def text(self) -> Text:
        return self.line.text

    @property
    def name(self) -> str:
        return self.keyword.upper()

    @property
    def start_line(self) -> int:
        return self.line.start

    @property
    def end_line(self) -> int:
        return self.line.end

    @property
    def heredocs(self) -> tuple[Heredoc, ...]:
        return self.line.heredocs

    @property
    def words(self) -> tuple[Text, ...]:
        """The arguments as words, whatever they mean."""
        return arguments.blank_words(self.rest)

    def flag(self, name: str) -> Text | None:
        """The value of a flag, without its quotes; empty for a flag without value."""
        for flag in self.flags:
            if flag.name == name:
                return flag.value if flag.value is not None else flag.text.part(0, 0)
        return None

    def is_switched_on(self, name: str) -> bool:
        """Whether a boolean flag is given, and not as false."""
        return any(flag.name == name and is_switched_on(flag) for flag in self.flags)

    def unquoted(self, text: Text) -> Text:
        return arguments.unquoted(text, self.escape)

    def refuse(self, message: str, place: Text | None = None, level: Level = Level.INSTRUCTION) -> None:
        """Note that Docker refuses this."""
        self.faults.append(DockerfileError(message, place or self.keyword, level=level))

    def _check_flags(self) -> None:
        self.faults += faults_of_flags(self.name, self.flags)

    def _json_words(self, text: Text) -> tuple[Text, ...] | None:
        try:
            return arguments.json_words(text)
        except DockerfileError as error:
            self.faults.append(error)
            return None


class From(Instruction):
    """`FROM [--platform=P] image [AS name]`. One that Docker refuses begins a stage all the same."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        words = arguments.blank_words(self.rest)
        has_name = len(words) == 3 and words[1].upper() == "AS"
        self.image = words[0] if words else self.rest
        self.stage_name = words[2] if has_name else None
        if not has_name and len(words) != 1:
            self._refuse_words(words)
        elif self.stage_name is not None and not re.fullmatch(r"[a-z][a-z0-9\-_.]*", self.stage_name.lower()):
            message = f"`{self.stage_name}` cannot name a stage: a letter, then letters, digits, `-`, `_` and `.`"
            self.refuse(message, self.stage_name)

    def _refuse_words(self, words: tuple[Text, ...]) -> None:
        if not words:
            self.refuse("FROM needs an image")
        elif any(word.startswith("#") for word in words):
            start = next(self.rest.index(word) for word in words if word.startswith("#"))
            comment = self.rest.part(start, len(self.rest))
            self.refuse("a comment stands on a line of its own: FROM takes an image, or `image AS name`", comment)
        else:
            self.refuse("FROM takes an image, or `image AS name`", self.rest)

    @property
    def platform(self) -> Text | None:
        return self.flag("platform")


class ShellForm(Instruction):
    """An instruction that runs a command: exec form (a JSON array) or shell form (a script).

    `dialect` is what reads the script: "sh", "bash", "powershell", "cmd", or None when nobody knows.
    """

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self.dialect = head.dialect
        self.exec_form = self._exec_form(self.rest)

    @property
    def words(self) -> tuple[Text, ...]:
        return self.exec_form if self.exec_form is not None else super().words

    def _exec_form(self, rest: Text) -> tuple[Text, ...] | None:
        return self._json_words(rest)

    @cached_property
    def script(self) -> Script:
        """The shell text; empty for exec form, unless that runs `sh -c script`."""
        if self.exec_form is not None:
            return script_of_words(self.exec_form, self.rest)
        return read_script(self._script_text(), self._shell())

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every simple command, wherever it stands in the script."""
        return self.script.commands

    def _script_text(self) -> Text:
        return self.rest

    def _shell(self) -> ScriptShell:
        """What reads the script."""
        return ScriptShell(self.dialect or "")


class Run(ShellForm):
    """`RUN [--mount=...] [--network=...] [--security=...] command`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self.mounts = tuple(self._mounts()) if self.flags else ()
        for name, known in _RUN_MODES.items():
            mode = self.flag(name)
            if mode is not None and mode not in known:
                self.refuse(f"`--{name}` is {' or '.join(known)}, not `{mode}`", mode or None)
        if not self.rest:
            self.faults.append(DockerfileError("RUN has no command", self.keyword, stops_build=False))

    def _mounts(self) -> Iterator[Mount]:
        for flag in self.flags:
            if flag.name == "mount" and flag.value is not None:
                try:
                    mount = read_mount(flag, flag.value)
                except DockerfileError as error:
                    self.faults.append(error)
                else:
                    self.faults += early_faults(mount)
                    yield mount

    @property
    def is_heredoc_script(self) -> bool:
        """Whether the whole command is one heredoc, whose body is the script then."""
        return len(self.heredocs) == 1 and self.rest == self.heredocs[0].opener.text

    def _script_text(self) -> Text:
        if not self.heredocs:
            return self.rest
        if self.is_heredoc_script:
            return self.heredocs[0].body
        parts = [self.rest, _line_feed(self.heredocs[0].body)]
        for heredoc in self.heredocs:
            parts += [heredoc.body, heredoc.terminator, _line_feed(heredoc.terminator)]
        return join(parts, self.rest.source, self.rest.start)

    def _shell(self) -> ScriptShell:
        named = shell_of_shebang(self.heredocs[0].body) if self.is_heredoc_script else None
        return named or super()._shell()


def _line_feed(beside: Text) -> Text:
    return Text("\n", beside.source, beside.start, beside.start)


_RUN_MODES = {"network": ("default", "none", "host"), "security": ("sandbox", "insecure")}


class Cmd(ShellForm):
    """`CMD command`: the default command, or the default arguments of ENTRYPOINT."""


class Entrypoint(ShellForm):
    """`ENTRYPOINT command`."""


class Shell(ShellForm):
    """`SHELL ["program", "argument"]`: what runs shell forms from here on."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        if not self.exec_form:
            self.refuse('SHELL takes a JSON array, as in `SHELL ["/bin/bash", "-c"]`', self.rest)


class Healthcheck(ShellForm):
    """`HEALTHCHECK [options] CMD command` or `HEALTHCHECK NONE`."""

    def __init__(self, head: Head) -> None:
        kind, self.command = arguments.split_keyword(head.rest)
        self.kind = kind.upper()
        super().__init__(head)
        if self.kind == "NONE":
            if self.command and self.exec_form != () and not self.faults:
                self.refuse("HEALTHCHECK NONE takes no arguments", self.command)
        elif self.kind != "CMD":
            missing = did_you_mean(self.kind, ("CMD", "NONE")) if kind else ""
            self.refuse(f"HEALTHCHECK is followed by CMD or NONE{missing}", kind or None)
        elif not self.command or self.exec_form == ():
            self.refuse("HEALTHCHECK CMD needs a command", kind)

    def duration(self, name: str) -> int | None:
        """The value of a flag such as `interval` in nanoseconds; None if not given, or zero: Docker's default."""
        value = self.flag(name)
        return nanoseconds(value) or None if value else None

    @property
    def retries(self) -> int | None:
        """How often the command must fail in a row; None if not given, or zero: Docker's default."""
        value = self.flag("retries")
        return int(value) or None if value and re.fullmatch(r"\+?[0-9]{1,9}", value) else None

    def _check_flags(self) -> None:
        if self.kind == "NONE":
            return
        super()._check_flags()
        for flag in self.flags:
            if flag.value and flag.name == "retries" and not re.fullmatch(r"\+?[0-9]{1,9}|-0", flag.value):
                self.refuse(f"`--retries` is a whole number that is not negative, not `{flag.value}`", flag.value)
            elif flag.value and flag.name in FLAGS["HEALTHCHECK"] and flag.name != "retries":
                self._check_duration(flag.name, flag.value)

    def _check_duration(self, name: str, value: Text) -> None:
        length = nanoseconds(value)
        if length is None:
            self.refuse(f"`{value}` is no duration: `--{name}=30s`, `1m30s`", value)
        elif length and length < _SHORTEST_INTERVAL:
            self.refuse(f"`--{name}` is at least 1ms, not `{value}`", value)

    def _exec_form(self, rest: Text) -> tuple[Text, ...] | None:
        return self._json_words(self.command)

    def _script_text(self) -> Text:
        return self.command


_SHORTEST_INTERVAL = 10**6  # nanoseconds


class Transfer(Instruction):
    """COPY and ADD: `sources` (heredocs left out) go to `destination`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        words = self._json_words(self.rest)
        self.is_json = words is not None
        if words is None:
            words = arguments.blank_words(self.rest)
        self._words = words
        openers = {heredoc.opener.text.start for heredoc in self.heredocs}
        self.sources = tuple(word for word in words[:-1] if word.start not in openers)
        self.destination = words[-1] if words else self.rest
        if len(words) < 2:
            self.refuse(f"{self.name} needs a source and a destination", self.rest)
        elif self.destination.start in openers:
            self.refuse(f"{self.name} cannot write into a heredoc", self.destination)

    @property
    def words(self) -> tuple[Text, ...]:
        return self._words

    @property
    def owner(self) -> Text | None:
        return self.flag("chown")

    @property
    def mode(self) -> Text | None:
        return self.flag("chmod")

    @property
    def origin(self) -> Text | None:
        """The stage or image that `--from` names; ADD has none."""
        return self.flag("from") or None


class Copy(Transfer):
    """`COPY [--from=stage] source... destination`."""


class Add(Transfer):
    """`ADD source... destination`."""


class KeyValues(Instruction):
    """ENV and LABEL: `KEY=value ...`, or the old `KEY value`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self.pairs: tuple[Pair, ...] = ()
        self.is_legacy = False
        words = arguments.quoted_words(self.rest, self.escape)
        if not words:
            self.refuse(f"{self.name} needs a name and a value")
            return
        self.is_legacy = "=" not in words[0]
        self.pairs = tuple(self._legacy_pair() if self.is_legacy else self._pairs(words))

    def _legacy_pair(self) -> Iterator[Pair]:
        """The key reaches to the first blank, quoted or not; all the rest is the value."""
        key, *others = arguments.blank_words(self.rest)
        if others:
            yield Pair(key, self.rest.part(self.rest.index(others[0], len(key)), len(self.rest)))
        else:
            self.refuse(f"{self.name} {key} has no value", key, Level.PARSE)

    def _pairs(self, words: tuple[Text, ...]) -> Iterator[Pair]:
        for word in words:
            key, equals, _ = word.partition("=")
            if not equals:
                self.refuse(f"`{word}` is no `name=value`; a value with blanks needs quotes", word, Level.PARSE)
            elif not key:
                self.refuse(f"`{word}` has no name before the `=`", word)
            else:
                yield Pair(word.part(0, len(key)), word.part(len(key) + 1, len(word)))


class Env(KeyValues):
    """`ENV KEY=value ...`."""


class Label(KeyValues):
    """`LABEL key=value ...`."""


class Arg(Instruction):
    """`ARG NAME[=default] ...`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        words = arguments.quoted_words(self.rest, self.escape)
        if not words:
            self.refuse("ARG needs a name")
        self.pairs = tuple(self._pairs(words))

    def _check_flags(self) -> None:
        """BuildKit splits flags off here, and ignores them."""

    def _pairs(self, words: tuple[Text, ...]) -> Iterator[Pair]:
        for word in words:
            key, equals, _ = word.partition("=")
            if key:
                yield Pair(word.part(0, len(key)), word.part(len(key) + 1, len(word)) if equals else None)
            else:
                self.refuse(f"`{word}` has no name before the `=`", word)


class SingleArgument(Instruction):
    """Instructions whose whole rest is one argument, blanks and all."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self.argument = self.rest
        if not self.argument:
            self.refuse(f"{self.name} needs an argument")


class User(SingleArgument):
    """`USER user[:group]`."""


class Workdir(SingleArgument):
    """`WORKDIR path`."""


class Maintainer(SingleArgument):
    """`MAINTAINER name`, deprecated."""


class Stopsignal(SingleArgument):
    """`STOPSIGNAL signal`."""

    def _check_flags(self) -> None:
        """BuildKit splits flags off here, and ignores them."""


class Expose(Instruction):
    """`EXPOSE port[/protocol] ...`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self.ports = arguments.blank_words(self.rest)
        if not self.ports:
            self.refuse("EXPOSE needs a port")


class Volume(Instruction):
    """`VOLUME path ...` or a JSON array of paths."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        words = self._json_words(self.rest)
        self.is_json = words is not None
        self.paths = arguments.blank_words(self.rest) if words is None else words
        if not self.paths:
            self.refuse("VOLUME needs a path", self.rest)
        for path in self.paths:
            if not path.strip(arguments.UNICODE_BLANKS):
                self.refuse("the path of a VOLUME cannot be empty", path)

    @property
    def words(self) -> tuple[Text, ...]:
        return self.paths


_NO_TRIGGERS = frozenset({"ONBUILD", "FROM", "MAINTAINER"})


class Onbuild(Instruction):
    """`ONBUILD instruction`: what a build on top of this image runs first."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        line = head.line._replace(text=self.rest)
        trigger = arguments.split_keyword(self.rest)[0]
        if trigger and trigger.upper() not in _NO_TRIGGERS:
            self.instruction = read_instruction(line, head.escape, head.dialect)
            self.faults += [fault.of_trigger() for fault in self.instruction.faults]
        else:
            self.refuse(f"ONBUILD cannot hold {trigger.upper()}" if trigger else "ONBUILD needs an instruction", trigger)
            self.instruction = refused_instruction(line, head.escape)


class Unknown(Instruction):
    """A keyword that Docker does not know."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        hint = did_you_mean(self.name, CLASSES)
        message = f"`{self.keyword}` is no instruction{hint}"
        self.faults.append(DockerfileError(message, self.keyword, kind=Kind.INSTRUCTION))

    def _check_flags(self) -> None:
        """The keyword is at fault."""


CLASSES: dict[str, Callable[[Head], Instruction]] = {
    "ADD": Add,
    "ARG": Arg,
    "CMD": Cmd,
    "COPY": Copy,
    "ENTRYPOINT": Entrypoint,
    "ENV": Env,
    "EXPOSE": Expose,
    "FROM": From,
    "HEALTHCHECK": Healthcheck,
    "LABEL": Label,
    "MAINTAINER": Maintainer,
    "ONBUILD": Onbuild,
    "RUN": Run,
    "SHELL": Shell,
    "STOPSIGNAL": Stopsignal,
    "USER": User,
    "VOLUME": Volume,
    "WORKDIR": Workdir,
}


def read_instruction(line: LogicalLine, escape: str, dialect: str | None) -> Instruction:
    """Understand one logical line; `dialect` is what reads shell forms at this place."""
    head = _head(line, escape, dialect)
    return CLASSES.get(head.keyword.upper(), Unknown)(head)


def refused_instruction(line: LogicalLine, escape: str) -> Instruction:
    """An instruction of which only the keyword and the flags are read."""
    return Instruction(_head(line, escape, None))


def _head(line: LogicalLine, escape: str, dialect: str | None) -> Head:
    keyword, rest = arguments.split_keyword(line.text)
    flags, rest = arguments.split_flags(rest)
    return Head(line, keyword, flags, rest, escape, dialect)
