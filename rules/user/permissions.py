"""Permissions: who may write what the image holds, and who may become root."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Add, Copy
from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge.images import is_root
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.script import Command
from dockerlint.source import Text

# Folders that everybody writes to, and what stands for devices and sockets.
_SHARED = ("/tmp", "/var/tmp", "/dev", "/run/lock", "/var/lock", "/var/run/screen")  # noqa: S108
# Their work is to change the user: without the bit they do nothing, and single rights are not enough.
_SETUID_BY_DESIGN = ("fixuid", "newuidmap", "newgidmap", "chrome-sandbox", "chrome_sandbox", "/sudo", "/su")
# Not what `sed` looks for, to put something else in its place.
_SUDOERS = r"\bNOPASSWD:\s*ALL\b(?!\s*([/|,#])[^/|,#'\"\n]+\1)"


class _Mode(NamedTuple):
    """A mode that somebody sets, and on what."""

    mode: Text
    paths: tuple[str, ...]
    command: str


class ExcessivePermissions(Rule[Build]):
    """Everybody may write to a file, or become root.

    Whoever takes over any process of the container can put code of their own into the program, or take root's rights, which
    is all that a user without rights was meant to keep from them.

    Give the files to the user who needs them: `COPY --chown=app`, `install -d -o app`. For platforms that choose the user's
    number, give them to group 0: `chgrp -R 0 /app && chmod -R g=u /app`.

    https://docs.docker.com/reference/dockerfile/#copy---chown---chmod
    """

    severity = Severity.WARNING
    aliases = ("DF034", "DD051")
    bad = {
        "FROM debian:trixie\nRUN mkdir /app && chmod -R «777» /app": None,
        "FROM debian:trixie\nRUN chmod «a+rwx» /app && chmod «o+w» /b && chmod «u+x,ugo+rw» /c": None,
        "FROM debian:trixie\nRUN chmod «0666» /etc/passwd /tmp/a": None,
        "FROM debian:trixie\nRUN chmod «4755» /usr/bin/tool && chmod «u+s» /bin/ping": None,
        "FROM debian:trixie\nCOPY --chmod=«777» a /srv/": None,
        "FROM debian:trixie\nRUN install -d -m «0777» /srv/a && mkdir -m «777» /srv/b": None,
        "FROM debian:trixie\nRUN find /app -type d -exec chmod «777» {} +": None,
        'FROM debian:trixie\nRUN ["chmod", «"777"», "/app"]': None,
        "FROM debian:trixie\nRUN echo 'app ALL=(ALL) «NOPASSWD: ALL»' >> /etc/sudoers": None,
        "FROM debian:trixie\nRUN sed -i 's/^# %wheel .* NOPASSWD: ALL/%wheel ALL=(ALL) «NOPASSWD: ALL»/' /etc/sudoers": None,
        "FROM debian:trixie\nCOPY <<EOF /etc/sudoers.d/app\napp ALL=(ALL:ALL) «NOPASSWD:ALL»\nEOF": None,
    }
    good = (
        "FROM debian:trixie\nRUN chmod 1777 /srv && chmod 755 /a && chmod 0644 /b && chmod 2775 /c",
        "FROM debian:trixie\nRUN chmod 777 /tmp /var/tmp/a && chmod a+rw /dev/ttyS0 /var/run/docker.sock",
        "FROM debian:trixie\nRUN chmod u+s /usr/local/bin/fixuid && chmod 4755 /opt/app/chrome-sandbox",
        "FROM debian:trixie\nRUN chmod +x /a && chmod a+rX /b && chmod o-w /c && chmod +w /d && chmod a+rwxt /e",
        "FROM debian:trixie\nRUN chgrp -R 0 /app && chmod -R g=u /app && chmod g+s /app",
        "FROM debian:trixie AS build\nRUN chmod -R 777 /app\nFROM scratch\nCOPY --from=build /a /a",
        "FROM debian:trixie\nCOPY --chmod=755 a /srv/\nRUN mkdir -m 750 /b && echo chmod 777 /app",
        "FROM debian:trixie\nRUN chmod $MODE /app",
        "FROM debian:trixie\nADD setup.sh /root/\nRUN chmod 777 /root/setup.sh && /root/setup.sh && rm /root/setup.sh",
        "FROM debian:trixie\nRUN sed -i 's/NOPASSWD: ALL/PASSWD: ALL/' /etc/sudoers",
        "FROM debian:trixie\nRUN echo 'app ALL=(ALL) NOPASSWD: /usr/bin/apt-get' > /etc/sudoers.d/app",
    )

    def check(self, build: Build) -> Findings:
        for layer in build.layers:
            if layer.ships:
                yield from self._in_layer(layer)
        for stage in build.shipping_stages:
            for step in stage.steps:
                copy = step.instruction
                if isinstance(copy, Copy | Add) and not step.is_trigger:
                    yield from self._in_copy(stage, copy)

    def _in_layer(self, layer: Layer) -> Findings:
        for command in layer.named("chmod", "install", "mkdir"):
            for given in _modes(command):
                if not given.paths or not all(_is_removed(layer, command, path) for path in given.paths):
                    yield from self._mode(layer.stage, given, _owner(layer, given))
        if "NOPASSWD" in layer.script.text and "sudoers" in layer.script.text:
            yield from self._sudoers(layer.script.text)

    def _in_copy(self, stage: Stage, copy: Copy | Add) -> Findings:
        if copy.mode is not None:
            given = _Mode(copy.mode, (str(copy.destination),), f"{copy.name} --chmod={copy.mode}")
            yield from self._mode(stage, given)
        for heredoc in copy.heredocs:
            if "sudoers" in copy.destination:
                yield from self._sudoers(heredoc.body)

    def _mode(self, stage: Stage, given: _Mode, owner: str | None = None) -> Findings:
        paths = [path for path in given.paths if not _is_shared(path)]
        if given.paths and not paths:
            return
        where = f" {paths[0][:60]}" if paths and paths[0] != "{}" else ""
        if _opens_to_all(given.mode):
            message = f"`{given.command}{where}` lets every user of the container write there"
            yield self.finding(given.mode, message, help=_way_out(stage, given, owner))
        elif given.command.startswith("chmod") and _sets_user(given.mode):
            if paths and all(path.endswith(_SETUID_BY_DESIGN) for path in paths):
                return
            message = f"`{given.command}{where}` lets everybody run it with the rights of its owner"
            yield self.finding(given.mode, message, help="leave the setuid bit away; `setcap` gives single rights")

    def _sudoers(self, text: Text) -> Findings:
        for match in re.finditer(_SUDOERS, text):
            message = "`NOPASSWD: ALL` makes the user root for whoever takes the container over"
            yield self.finding(
                text.part(*match.span()), message, help="name the commands that the user may run, or leave sudo out"
            )


def _modes(command: Command) -> Iterator[_Mode]:
    """The modes that a command sets."""
    operands = command.operands
    if command.name != "chmod":
        mode = command.options.value("-m", "--mode")
        if mode is not None:
            yield _Mode(mode.value, tuple(str(word.value) for word in operands[-1:]), f"{command.name} -m {mode.value}")
    elif operands and not command.has_option("--reference"):
        flags = " -R" if command.has_option("-R", "--recursive") else ""
        paths = tuple(str(word.value) for word in operands[1:])
        yield _Mode(operands[0].value, paths, f"chmod{flags} {operands[0].value}")


def _opens_to_all(mode: str) -> bool:
    """Whether a mode lets others write; with the sticky bit they cannot touch what is another's."""
    if re.fullmatch(r"[0-7]{3,5}", mode):
        bits = int(mode, 8)
        return bool(bits & 0o002) and not bits & 0o1000
    if not re.fullmatch(r"(?:[ugoa]*[-+=][rwxXst]*,?)+", mode) or "t" in mode:
        return False
    return any(re.fullmatch(r"[ug]*[oa][ugoa]*[+=][rxX]*w[rwxX]*", clause) for clause in mode.split(","))


def _sets_user(mode: str) -> bool:
    if re.fullmatch(r"[0-7]{4,5}", mode):
        return bool(int(mode, 8) & 0o4000)
    return any(re.fullmatch(r"[go]*u[go]*[+=][rwxX]*s[rwxX]*|\+s", clause) for clause in mode.split(","))


def _is_shared(path: str) -> bool:
    if path.startswith(("$TMP", "${TMP")) or path.endswith(".sock"):
        return True
    return any(path == shared or path.startswith((f"{shared}/", f"{shared}*")) for shared in _SHARED)


def _is_removed(layer: Layer, command: Command, path: str) -> bool:
    """Whether a file is gone again at the end of the build."""
    own = set(_removed(one for one in layer.after(command) if one.name == "rm"))
    names = f"{path}/".split("/")[:-1]
    above = ("/".join(names[: count + 1]) for count in range(len(names)))
    return any(place and (place in own or layer.carries_one_naming(_removed_by, place)) for place in above)


def _removed_by(layer: Layer) -> Iterator[str]:
    return _removed(layer.named("rm"))


def _removed(commands: Iterable[Command]) -> Iterator[str]:
    return (str(word.value).rstrip("/*") for command in commands for word in command.operands)


def _owner(layer: Layer, given: _Mode) -> str | None:
    """Who a chown of the same RUN gives the same paths to."""
    for command in layer.named("chown"):
        if command.operands and set(given.paths) <= {str(word.value) for word in command.operands[1:]}:
            return str(command.operands[0].value).partition(":")[0]
    return None


def _way_out(stage: Stage, given: _Mode, owner: str | None) -> str:
    if given.paths and all(_is_program(path) for path in given.paths):
        return "use 755: whoever runs a program need not write to it"
    name = (stage.state.user_name or "").partition(":")[0]
    is_copy = given.command.startswith(("COPY", "ADD"))
    if name and is_root(name) is False and owner == name:
        return f"leave it out: `{name}` owns the files already"
    if name and is_root(name) is False:
        return f"give the files to `{name}` instead (`{'COPY --chown=' if is_copy else 'chown '}{name}`)"
    return f"give the files to the user who needs them (`{'COPY --chown=' if is_copy else 'chown '}app`)"


def _is_program(path: str) -> bool:
    return (
        path.endswith((".sh", ".bash", ".py", ".pl"))
        or re.fullmatch(r"(/usr(/local)?)?/s?bin/[\w.-]+", path) is not None
    )
