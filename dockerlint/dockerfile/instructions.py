"""Instructions: one class for each keyword, with typed arguments that know their place.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import ClassVar, NamedTuple

from dockerlint.dockerfile import arguments
from dockerlint.dockerfile.arguments import Flag
from dockerlint.dockerfile.errors import DockerfileError
from dockerlint.dockerfile.heredocs import Heredoc
from dockerlint.dockerfile.lines import LogicalLine
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


class Mount(NamedTuple):
    """A `RUN --mount=type=...,key=value`."""

    flag: Flag
    options: dict[str, Text]

    @property
    def type(self) -> str:
        return self.options.get("type", "bind")

    @property
    def target(self) -> str | None:
        return self.options.get("target") or self.options.get("dst") or self.options.get("destination")


class Instruction:
    """What all instructions share. `text` is the whole of it, `rest` what follows the flags."""

    allowed_flags: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, head: Head) -> None:
        self.line = head.line
        self.keyword = head.keyword
        self.flags = head.flags
        self.rest = head.rest
        self.escape = head.escape
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

    def _check_flags(self) -> None:
        for flag in self.flags:
            if flag.name not in self.allowed_flags:
                raise DockerfileError(f"{self.name} has no flag `--{flag.name}`", flag.text)

    def _require(self, condition: object, message: str, place: Text | None = None) -> None:
        if not condition:
            raise DockerfileError(message, place or self.keyword)

    def unquoted(self, text: Text) -> Text:
        return arguments.unquoted(text, self.escape)


class From(Instruction):
    """`FROM [--platform=P] image [AS name]`.

    One that Docker refuses still begins a stage, so that what follows is read: `fault` says why.
    """

    allowed_flags = frozenset({"platform"})

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        words = arguments.blank_words(self.rest)
        has_name = len(words) == 3 and words[1].upper() == "AS"
        self.image = words[0] if words else self.rest
        self.stage_name = words[2] if has_name else None
        self.fault: DockerfileError | None = None
        if not has_name and len(words) != 1:
            self.fault = DockerfileError("FROM takes an image, or `image AS name`", self.rest or self.keyword)
        elif self.stage_name is not None and not re.fullmatch(r"[a-z][a-z0-9\-_.]*", self.stage_name.lower()):
            self.fault = DockerfileError(f"`{self.stage_name}` cannot name a stage", self.stage_name)


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
        return arguments.json_words(rest)

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

    allowed_flags = frozenset({"mount", "network", "security", "device"})

    @cached_property
    def mounts(self) -> tuple[Mount, ...]:
        return tuple(_mount(flag) for flag in self.flags if flag.name == "mount" and flag.value is not None)

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


def _mount(flag: Flag) -> Mount:
    value = flag.value
    options: dict[str, Text] = {}
    if value is None:
        return Mount(flag, options)
    start = 0
    for field in value.split(","):
        key, equals, _ = field.partition("=")
        place = start + len(key) + len(equals)
        options[key.lower()] = value.part(place, start + len(field))
        start += len(field) + 1
    return Mount(flag, options)


class Cmd(ShellForm):
    """`CMD command`: the default command, or the default arguments of ENTRYPOINT."""


class Entrypoint(ShellForm):
    """`ENTRYPOINT command`."""


class Shell(ShellForm):
    """`SHELL ["program", "argument"]`: what runs shell forms from here on."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self._require(self.exec_form, 'SHELL takes a JSON array, as in `SHELL ["/bin/bash", "-c"]`', self.rest)


class Healthcheck(ShellForm):
    """`HEALTHCHECK [options] CMD command` or `HEALTHCHECK NONE`."""

    allowed_flags = frozenset({"interval", "timeout", "start-period", "start-interval", "retries"})

    def __init__(self, head: Head) -> None:
        kind, command = arguments.split_keyword(head.rest)
        self.kind = kind.upper()
        self.command = command
        super().__init__(head)
        self._require(self.kind in ("CMD", "NONE"), "HEALTHCHECK is followed by CMD or NONE", kind or self.keyword)
        self._require(self.kind == "NONE" or command, "HEALTHCHECK CMD needs a command", kind)

    def _exec_form(self, rest: Text) -> tuple[Text, ...] | None:
        return arguments.json_words(self.command) if self.kind == "CMD" else None

    def _script_text(self) -> Text:
        return self.command


class Transfer(Instruction):
    """COPY and ADD: `sources` (heredocs left out) go to `destination`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        words = arguments.json_words(self.rest)
        self.is_json = words is not None
        if words is None:
            words = arguments.blank_words(self.rest)
        self._words = words
        self._require(len(words) >= 2, f"{self.name} needs a source and a destination", self.rest or self.keyword)
        openers = {heredoc.opener.text for heredoc in self.heredocs}
        self.sources = tuple(word for word in words[:-1] if word not in openers)
        self.destination = words[-1]
        self._require(self.destination not in openers, f"{self.name} cannot write into a heredoc", self.destination)

    @property
    def words(self) -> tuple[Text, ...]:
        return self._words

    @property
    def owner(self) -> Text | None:
        return self.flag("chown")

    @property
    def origin(self) -> Text | None:
        """The stage or image that `--from` names; ADD has none."""
        return self.flag("from") or None


class Copy(Transfer):
    """`COPY [--from=stage] source... destination`."""

    allowed_flags = frozenset({"from", "chown", "chmod", "link", "parents", "exclude"})


class Add(Transfer):
    """`ADD source... destination`."""

    allowed_flags = frozenset({"chown", "chmod", "link", "keep-git-dir", "checksum", "unpack", "exclude"})


class KeyValues(Instruction):
    """ENV and LABEL: `KEY=value ...`, or the old `KEY value`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self._require(self.rest, f"{self.name} needs a name and a value")
        words = arguments.quoted_words(self.rest, self.escape)
        self.is_legacy = "=" not in words[0]
        self.pairs = (self._legacy_pair(words[0]),) if self.is_legacy else tuple(self._pair(word) for word in words)

    def _legacy_pair(self, key: Text) -> Pair:
        value = self.rest.part(len(key), len(self.rest)).trimmed(arguments.UNICODE_BLANKS)
        self._require(value, f"{self.name} {key} has no value", key)
        return Pair(key, value)

    def _pair(self, word: Text) -> Pair:
        key, equals, _ = word.partition("=")
        self._require(equals, f"`{word}` is no `name=value`; a value with blanks needs quotes", word)
        self._require(key, f"`{word}` has no name before the `=`", word)
        return Pair(word.part(0, len(key)), word.part(len(key) + 1, len(word)))


class Env(KeyValues):
    """`ENV KEY=value ...`."""


class Label(KeyValues):
    """`LABEL key=value ...`."""


class Arg(Instruction):
    """`ARG NAME[=default] ...`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self._require(self.rest, "ARG needs a name")
        self.pairs = tuple(self._pair(word) for word in arguments.quoted_words(self.rest, self.escape))

    def _check_flags(self) -> None:
        """BuildKit splits flags off here, and ignores them."""

    def _pair(self, word: Text) -> Pair:
        key, equals, _ = word.partition("=")
        self._require(key, f"`{word}` has no name before the `=`", word)
        return Pair(word.part(0, len(key)), word.part(len(key) + 1, len(word)) if equals else None)


class SingleArgument(Instruction):
    """Instructions whose whole rest is one argument, blanks and all."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self._require(self.rest, f"{self.name} needs an argument")
        self.argument = self.rest


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
        self._require(self.ports, "EXPOSE needs a port")


class Volume(Instruction):
    """`VOLUME path ...` or a JSON array of paths."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        words = arguments.json_words(self.rest)
        self.is_json = words is not None
        self.paths = arguments.blank_words(self.rest) if words is None else words
        self._require(self.paths, "VOLUME needs a path")

    @property
    def words(self) -> tuple[Text, ...]:
        return self.paths


class Onbuild(Instruction):
    """`ONBUILD instruction`: what a build on top of this image runs first."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self._require(self.rest, "ONBUILD needs an instruction")
        name = arguments.split_keyword(self.rest)[0].upper()
        self._require(name not in ("ONBUILD", "FROM", "MAINTAINER"), f"ONBUILD {name} is not allowed", self.rest)
        line = head.line._replace(text=self.rest)
        self.instruction = read_instruction(line, head.escape, head.dialect)


class Unknown(Instruction):
    """A keyword that Docker does not know, or arguments that it refuses."""

    def _check_flags(self) -> None:
        """Something else is at fault."""


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
    """Understand one logical line; `dialect` is what reads shell forms at this place.

    Raises DockerfileError where Docker would refuse the instruction's form.
    """
    head = _head(line, escape, dialect)
    return CLASSES.get(head.keyword.upper(), Unknown)(head)


def refused_instruction(line: LogicalLine, escape: str) -> Unknown:
    """An instruction of which only the keyword and the flags are known."""
    return Unknown(_head(line, escape, None))


def _head(line: LogicalLine, escape: str, dialect: str | None) -> Head:
    keyword, rest = arguments.split_keyword(line.text)
    flags, rest = arguments.split_flags(rest, escape)
    return Head(line, keyword, flags, rest, escape, dialect)
