"""`rm` that takes more than was meant."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from dockerlint.dockerfile.expansion import Missing
from dockerlint.dockerfile.instructions import Run
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.shell_texts import ShellText
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word

# Without these no program runs, or no package can be installed.
_VITAL = frozenset({"bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "sys", "usr", "var"})
# A shell sets these itself.
_OWN = frozenset(
    {"HOME", "PWD", "OLDPWD", "UID", "EUID", "HOSTNAME", "RANDOM", "PPID", "USER", "LOGNAME", "SHELL", "IFS"}
)


class DangerousRm(Rule[ShellText]):
    """`rm` deletes a folder of the system, or will do so when a variable is empty.

    Where the variable has no value, `rm -rf "$DIR"/*` is `rm -rf /*`: the step deletes the image that it stands in, and
    with a mount whatever lies there.

    Write `rm -rf "${DIR:?}"/*`: the shell stops with an error where the variable is empty. Of a system folder, delete
    only what the step put there.

    https://www.shellcheck.net/wiki/SC2115
    """

    severity = Severity.WARNING
    aliases = ("SC2114", "SC2115")
    bad = {
        'FROM debian:13\nARG BUILD_DIR\nRUN make && rm -rf «"$BUILD_DIR"/*»': None,
        "FROM debian:13\nRUN rm -rf \\\n    «$BUILD_DIR/» /tmp/x": None,
        "FROM debian:13\nENV D=\nRUN rm -r «${D}/usr»": None,
        "FROM debian:13\nRUN make && rm -Rf «/usr»": None,
        "FROM debian:13\nRUN rm -rf --no-preserve-root «/»": None,
        "FROM debian:13\nRUN rm -rf «/*»": None,
        "FROM debian:13\nENV ROOT=/\nRUN rm -rf «$ROOT/etc/»": None,
        "FROM debian:13\nENV D=\nCMD rm -rf «$D/var» && exec app": None,
        '=== build.sh\n#!/bin/sh\nmake\nrm -rf «/usr/» «"$OUT"/*»\n'
        "=== Dockerfile\nFROM debian:13\nARG OUT\nCOPY build.sh /\nRUN /build.sh": None,
    }
    good = (
        'FROM debian:13\nARG BUILD_DIR\nRUN rm -rf "${BUILD_DIR:?}"/*',
        "FROM debian:13\nENV D=/opt/app\nRUN rm -rf $D/*",
        "FROM debian:13\nRUN D=$(mktemp -d) && rm -rf $D/* && for i in a b; do rm -rf $i/; done",
        "FROM tomcat:11\nRUN rm -rf $CATALINA_HOME/*",
        "FROM debian:13\nRUN rm -rf /usr/share/doc /var/lib/apt/lists/* /tmp/* /root/.cache",
        "FROM debian:13\nRUN rm /bin/sh && rm -f /etc/motd && rm -rf ./* */",
        "FROM debian:13\nRUN rm -rf /srv /opt /run/* /root/*",
        "FROM scratch\nCOPY --from=build / /\nRUN rm -rf /boot /usr",
        "FROM debian:13\nARG D\nRUN rm -rf $D/share/doc $HOME/.cache $1/*",
        "FROM debian:13\nARG D\nRUN set -u; rm -rf $D/*",
        "FROM debian:13\nCMD rm -rf $D/* && exec app",
        "=== build.sh\n#!/bin/sh\nrm -rf $OUT/* $DIR/*\n"
        "=== Dockerfile\nFROM debian:13\nARG OUT\nCOPY build.sh /\nRUN OUT=/x ./build.sh\nRUN /build.sh",
    )

    def check(self, text: ShellText) -> Findings:
        if "rm" not in text.script.text or text.stage.root.base_name == "scratch":
            return
        for command in text.commands:
            if command.name == "rm" and command.has_option("-r", "-R", "--recursive"):
                for word in command.operands:
                    message = _danger(text, command, word) if _may_endanger(word) else None
                    if message is not None:
                        yield self.finding(word.value, message, aliases=("SC2114" if word.is_literal else "SC2115",))


def _may_endanger(word: Word) -> bool:
    """Whether a word is a path from the root, or begins with a variable that could make it one."""
    return word.value.startswith("/" if word.is_literal else "$")


def _danger(text: ShellText, command: Command, word: Word) -> str | None:
    written = str(word.value)
    if word.is_literal:
        return _deletes(written)
    match = re.match(r"\$(?:\{(\w+)\}|(\w+))(/[^$`]*)$", written)
    if match is None:
        return None
    name, rest = match[1] or match[2], match[3]
    is_empty = _is_empty(text, command, name)
    # What a container is started with may be another value.
    value = text.before.environment.get(name) if isinstance(text.instruction, Run) else None
    path = rest if is_empty else f"{value}{rest}" if value else ""
    danger = _deletes(path) if path.startswith("/") else None
    if danger is None or name in _OWN or name.isdecimal() or _may_be_assigned(text, name):
        return None
    advice = f'write `rm -rf "${{{name}:?}}"{rest}`'
    return f"if `{name}` is empty this deletes {rest}; {advice}" if is_empty else danger


def _is_empty(text: ShellText, command: Command, name: str) -> bool:
    """Whether a variable has no value, unless somebody gives it one for this build."""
    environment = text.before.environment
    value, variable = environment.lookup(name), environment.variable(name)
    if value == "":
        # An ARG is gone when a container starts.
        return isinstance(text.instruction, Run) or (variable is not None and not variable.is_argument)
    # With `set -u` the shell stops there.
    is_unset = value is Missing.UNSET or (value is Missing.ABSENT and not text.is_file)
    return is_unset and isinstance(text.instruction, Run) and command.nounset is not True


def _may_be_assigned(text: ShellText, name: str) -> bool:
    """Whether a script gives a variable a value: for a file also one of those that start it."""
    if not text.is_file:
        return name in _assigned(text.script.text)
    scripts = (one.script.text for one in text.build.shell_texts if one.instruction is text.instruction)
    return any(name in _assigned(script) for script in scripts)


@lru_cache(maxsize=16)
def _assigned(script: str) -> frozenset[str]:
    """The variables that a script may give a value, also by `read`, `for` and their kin."""
    names = set(re.findall(r"(?<![\w$])(\w+)\+?=", script))
    for words in re.findall(r"\b(?:for|read|select)(?=\s)([^;&|\n]*)", script):
        names.update(re.findall(r"\s(\w+)", words))
    return frozenset(names)


def _deletes(path: str) -> str | None:
    """What is wrong with deleting a path, if it is one that an image cannot do without."""
    folder = posixpath.normpath(re.sub(r"/\*?$", "/", path)).lstrip("/")
    if not folder:
        return f"`rm` deletes {path}, the whole image"
    return f"`rm` deletes /{folder}, a folder of the system" if folder in _VITAL else None
