"""Whether commands of a RUN write a path: they do, they do not, or nobody knows."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from dockerlint.project.files import is_below
from dockerlint.shell.dialects import SHELLS
from dockerlint.shell.inner import AS_USER
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word

# These create no file but by a redirection.
_SILENT = frozenset(
    """
    : [ [[ a2dismod a2dissite a2enmod a2ensite add-apt-repository addgroup adduser apt-cache apt-key apt-mark awk
    basename cat cd chgrp chmod chown chpasswd chsh cmp command cut date debconf-set-selections declare deluser df diff
    dirname docker-php-ext-configure docker-php-ext-enable docker-php-ext-install dpkg-reconfigure du echo egrep env
    exit export false fc-cache fgrep find getent grep groupadd groupmod hash head hostname id ldconfig local locale-gen
    localedef ls md5sum mkdir mkfifo nproc passwd pecl popd printenv printf pushd pwd read readlink realpath return
    rm rmdir sed seq service set sha1sum sha256sum sha512sum shift sleep sort stat sync tail test tr trap true type
    ulimit umask uname uniq unset update-ca-certificates update-locale update-rc.d useradd userdel usermod wait wc which
    whoami
    """.split()  # noqa: SIM905
)
_NAMING = frozenset({"touch", "tee", "truncate"})
_PLACING = frozenset({"cp", "ln", "install"})
# What packages of a distribution, and of Python, write to.
_SYSTEM_FOLDERS = ("/bin", "/etc", "/lib", "/opt", "/sbin", "/usr", "/var", "/root/.local", "/boot", "/run")
_QUIET_VERBS = frozenset({"update", "clean", "search"})


def writes(commands: Iterable[Command], path: str, cwd: str | None, *, has_hooks: bool = True) -> bool | None:
    """Whether commands that run one after the other in a folder write an absolute path.

    What removes it does not count: a path that was written once is never called absent. `has_hooks`: installing
    node packages may run scripts of the project.
    """
    found = False
    for command in commands:
        if command.name in ("cd", "pushd"):
            cwd = _changed(command, cwd)
            continue
        written = _writes(command, path, cwd, has_hooks)
        if written is None:
            return None
        found = found or written
    return found


def folder_after(commands: Iterable[Command], cwd: str | None) -> str | None:
    """The folder that commands leave the shell in; None where nobody knows."""
    for command in commands:
        if command.name in ("cd", "pushd", "popd"):
            cwd = None if command.in_subshell or command.name == "popd" else _changed(command, cwd)
    return cwd


def _changed(command: Command, cwd: str | None) -> str | None:
    target = command.operands[0] if len(command.operands) == 1 else None
    if target is None or not target.is_literal or target.value.startswith(("~", "-")):
        return None
    return _absolute(target, cwd)


def _absolute(word: Word, cwd: str | None) -> str | None:
    """The path that a word stands for; None where nobody knows."""
    value = str(word.value)
    if not word.is_literal or value.startswith("~") or any(mark in value for mark in "*?[{$"):
        return None
    if value.startswith("/"):
        return posixpath.normpath(value)
    return posixpath.normpath(posixpath.join(cwd, value)) if cwd is not None else None


def _writes(command: Command, path: str, cwd: str | None, has_hooks: bool) -> bool | None:
    for redirection in command.redirections:
        if redirection.target is None or not redirection.operator.startswith((">", "&>")):
            continue
        target = redirection.target
        if target.value.isdecimal() or target.value == "/dev/null":
            continue
        place = _absolute(target, cwd)
        if place is None or place == path:
            return None if place is None else True
    action = action_of(command)
    if action is not None:
        if action.family == "node" and action.manifests and not action.packages and not has_hooks:
            return None if path.startswith(_SYSTEM_FOLDERS) or "/node_modules" in path else False
        return _by_action(action, path, cwd)
    return _by_name(command, path, cwd)


def _by_name(command: Command, path: str, cwd: str | None) -> bool | None:
    if "chroot" in command.wrappers:
        return None
    makes_folders = command.name == "install" and command.has_option("-d", "--directory")
    if command.name in _SILENT or makes_folders or not command.words or _is_read(command):
        return False
    words = _touched(command)
    places = [_absolute(word, cwd) for word in words or ()]
    if path in places and command.name in _NAMING:
        return True
    is_apart = words is not None and not any(place is None or is_below(path, place) for place in places)
    return False if is_apart else None


def _is_read(command: Command) -> bool:
    """Whether a command runs a script whose commands are among those of the RUN, or one that writes nothing."""
    if command.name in (".", "source"):
        return any(word.value.endswith(("activate", "-release")) for word in command.arguments[:1])
    is_shell = command.name in SHELLS or command.name in AS_USER
    return is_shell and command.has_option("-c") and all(word.is_literal for word in command.arguments)


def _touched(command: Command) -> tuple[Word, ...] | None:
    """The words that say what a command may write; None for a command that is not known."""
    if command.name in _NAMING or command.name == "mv":
        return command.operands
    is_placed = command.name in _PLACING and not command.has_option("-t", "--target-directory")
    return command.operands[-1:] if is_placed and len(command.operands) > 1 else None


def _by_action(action: PackageAction, path: str, cwd: str | None) -> bool | None:
    """Package managers write to the folders of the system, and those of a project below the current one."""
    if action.verb.name in _QUIET_VERBS:
        return False
    is_system = path.startswith(_SYSTEM_FOLDERS)
    if action.family == "system":
        return None if is_system else False
    if action.family == "python" and action.verb.name in ("install", "download"):
        moves = action.options.has("-t", "--target", "--prefix", "--root", "--src", "-d", "--dest", "-w", "--wheel-dir")
        is_own = "site-packages" in path or "venv" in path or moves or path.startswith("/src/")
        return None if is_system or is_own else False
    if action.family in ("node", "ruby") or action.manager == "composer":
        is_near = cwd is None or is_below(path, cwd) or action.project is not None
        return None if is_system or is_near else False
    return None
