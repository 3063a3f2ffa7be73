"""Instructions that run a command: RUN, CMD, ENTRYPOINT, HEALTHCHECK, and SHELL, which says what reads them.

https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from dockerlint.dockerfile import arguments
from dockerlint.dockerfile.durations import nanoseconds
from dockerlint.dockerfile.errors import DockerfileError
from dockerlint.dockerfile.flags import FLAGS
from dockerlint.dockerfile.instruction import Head, Instruction
from dockerlint.dockerfile.mounts import Mount, early_faults, read_mount
from dockerlint.shell.dialects import Shell as ScriptShell
from dockerlint.shell.dialects import shell_of_shebang
from dockerlint.shell.script import Command, Script, read_script, script_of_words
from dockerlint.source import Text, join
from dockerlint.wording import did_you_mean


class ShellForm(Instruction):
    """An instruction that runs a command: exec form (a JSON array) or shell form (a script).

    `shell` is what reads shell forms where it stands.
    """

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self.shell = head.shell
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
        return read_script(self._script_text(), self._reader())

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every simple command, wherever it stands in the script."""
        return self.script.commands

    def _script_text(self) -> Text:
        return self.rest

    def _reader(self) -> ScriptShell:
        """What reads the script."""
        return self.shell


class Run(ShellForm):
    """`RUN [--mount=...] [--network=...] [--security=...] command`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self.mounts = tuple(self._mounts()) if self.flags else ()
        for name, known in _RUN_MODES.items():
            modes = [flag.value for flag in self.flags if flag.name == name and flag.value is not None]
            if modes and modes[0] not in known:
                self.refuse(f"`--{name}` is {' or '.join(known)}, not `{modes[0]}`", modes[0])
        if not self.rest:
            self.faults.append(
                DockerfileError("RUN has no command, so this step does nothing", self.keyword, stops_build=False)
            )

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

    def _reader(self) -> ScriptShell:
        named = shell_of_shebang(self.heredocs[0].body) if self.is_heredoc_script else None
        return named or self.shell


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
            if self.command and self.exec_form != ():
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
        return int(value) or None if value and _is_count(value) else None

    def _check_flags(self) -> None:
        if self.kind == "NONE":
            return
        super()._check_flags()
        for flag in self.flags:
            if flag.value and flag.name == "retries" and not _is_count(flag.value):
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


def _is_count(text: str) -> bool:
    """Whether a text is a whole number of 32 bits that is not negative."""
    return re.fullmatch(r"\+?[0-9]{1,20}|-0+", text) is not None and int(text) < 2**31
