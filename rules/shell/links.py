"""/bin/sh replaced by another shell."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.script import Command
from dockerlint.source import Text

_SHELLS = frozenset({"/bin/sh", "/usr/bin/sh"})


class LinkOverSh(Rule[Layer]):
    """/bin/sh is replaced by another shell.

    Every script of the image that asks for /bin/sh, those of packages too, is then read by a shell that its author never
    tried; and an update of the package that owns the link puts it back.

    Write `SHELL ["/bin/bash", "-c"]`: it changes what reads the RUNs that follow, and nothing else.

    https://docs.docker.com/reference/dockerfile/#shell
    """

    severity = Severity.WARNING
    aliases = ("DL4005", "use-shell-instruction", "changing_default_shell_using_run_command")
    bad = {
        "FROM debian:13\nRUN ln -sf /bin/bash «/bin/sh»": None,
        "FROM debian:13\nRUN rm /bin/sh && \\\n    ln -s bash «/bin/sh»": None,
        "FROM debian:13\nRUN cd /bin && ln -snf bash «sh»": None,
        "FROM debian:13\nWORKDIR /bin\nRUN ln -sf bash «./sh»": None,
        "FROM debian:13\nRUN mv /bin/bash «/usr/bin/sh»; cp -f /bin/zsh «/bin/sh»": None,
        "FROM debian:13\nRUN echo 'dash dash/sh boolean false' | debconf-set-selections && dpkg-reconfigure «dash»": None,
        'FROM debian:13\nRUN ["ln", "-sf", "/bin/bash", «"/bin/sh"»]': None,
    }
    good = (
        'FROM debian:13\nSHELL ["/bin/bash", "-c"]\nRUN make',
        "FROM debian:13\nRUN ln -s /bin/sh /usr/local/bin/shell && mv /bin/sh /bin/sh.bak",
        "FROM debian:13\nRUN chsh -s /bin/sh app && useradd -s /bin/sh app",
        "FROM debian:13\nRUN cd /opt && ln -s bash sh && ln -s /bin/bash /rootfs/bin/sh",
        "FROM debian:13\nRUN dpkg-reconfigure tzdata",
        'FROM acme/empty:1\nSHELL ["/busybox/sh", "-c"]\nRUN ln -s /busybox/sh /bin/sh',
    )

    def check(self, layer: Layer) -> Findings:
        for command in layer.named("ln", "cp", "mv", "dpkg-reconfigure"):
            for place in _replaced(layer, command):
                message = (
                    'replacing /bin/sh changes every script of the image; `SHELL ["/bin/bash", "-c"]` changes only RUN'
                )
                yield self.finding(place, message)


def _replaced(layer: Layer, command: Command) -> Iterator[Text]:
    operands = [word.value for word in command.operands]
    if command.name == "dpkg-reconfigure":
        yield from (name for name in operands if name == "dash")
        return
    if len(operands) != 2 or posixpath.basename(operands[1]) != "sh" or _brings_another(layer, operands[0]):
        return
    target = operands[1]
    folder = "/" if target.startswith("/") else _folder(layer, command)
    if folder is not None and posixpath.normpath(posixpath.join(folder, target)) in _SHELLS:
        yield target


def _brings_another(layer: Layer, source: str) -> bool:
    """Whether there was no /bin/sh before: the steps are run by the shell that it becomes a name for."""
    shell = layer.before.shell
    return shell is not None and bool(shell) and str(shell[0]) == source


def _folder(layer: Layer, command: Command) -> str | None:
    """Where a command runs, as far as the `cd` before it tell."""
    folder = layer.before.workdir
    for before in layer.commands:
        if before is command:
            break
        if before.name == "cd" and before.operands:
            place = str(before.operands[0].value)
            is_known = place.startswith("/") or folder is not None
            folder = posixpath.join(folder or "/", place) if is_known and "$" not in place else None
    return folder
