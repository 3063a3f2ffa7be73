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
        "FROM amazonlinux:2023\nRUN ln -sf /bin/bash /bin/sh",
        'FROM acme/empty:1\nSHELL ["/busybox/sh", "-c"]\nRUN ln -s /busybox/sh /bin/sh',
    )

    def check(self, layer: Layer) -> Findings:
        for command in layer.named("ln", "cp", "mv", "dpkg-reconfigure"):
            for place, shell in _replaced(layer, command):
                advice = f'`SHELL ["/bin/{shell}", "-c"]` changes only RUN'
                yield self.finding(place, f"replacing /bin/sh changes every script of the image; {advice}")


def _replaced(layer: Layer, command: Command) -> Iterator[tuple[Text, str]]:
    """Where /bin/sh is replaced, and by which shell."""
    if not command.words[-1].value.endswith("sh"):
        return
    operands = [word.value for word in command.operands]
    if command.name == "dpkg-reconfigure":
        yield from ((name, "bash") for name in operands if name == "dash")
        return
    if len(operands) != 2 or posixpath.basename(operands[1]) != "sh" or _is_there(layer, operands[0]):
        return
    target = operands[1]
    folder = "/" if target.startswith("/") else _folder(layer, command)
    if folder is not None and posixpath.normpath(posixpath.join(folder, target)) in _SHELLS:
        yield target, posixpath.basename(operands[0])


def _is_there(layer: Layer, source: str) -> bool:
    """Whether /bin/sh is that shell already, or there was none before: then another one runs the steps."""
    known = layer.build.facts(layer.stage)
    if known is not None and known.shell_dialect == "bash" == posixpath.basename(source):
        return True
    shell = layer.before.shell
    return bool(shell) and str(shell[0]) == source if shell is not None else False


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
