"""Which commands an image certainly lacks at a place in its stage.

What an instruction brings is either understood or makes every absent command unknown from there on. So an answer
is only ever "certainly not there" or nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockerlint.dockerfile.copies import placed
from dockerlint.dockerfile.instructions import Add, Copy, Env, Run, Transfer
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import State, Step
from dockerlint.knowledge.commands import LANGUAGES, Lack, lack, may_bring
from dockerlint.project.layers import Layer
from dockerlint.shell.dialects import SHELLS
from dockerlint.shell.inner import AS_USER
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.script import Command
from dockerlint.shell.words import base_name

if TYPE_CHECKING:
    from dockerlint.project.build import Build


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FOLDERS = (
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/games", "/usr/local/games",
)  # fmt: skip
# Folders on PATH that hold what the package managers of languages put there.
_LANGUAGE_FOLDERS = ("venv/bin", "env/bin", ".local/bin", "node_modules/.bin", "go/bin", "vendor/bin", ".cargo/bin")

# What these do puts no program anywhere, whatever they are told, but for files that they name.
_HARMLESS = _words(
    """
    . : [ [[ a2disconf a2dismod a2dissite a2enconf a2enmod a2ensite add-apt-repository addgroup adduser apt-cache
    apt-config apt-key apt-mark arch awk b2sum base64 basename bunzip2 bzip2 cat cd chgrp chmod chown chpasswd chsh
    cksum cmp command cp crontab curl cut date debconf-set-selections declare delgroup deluser df diff dirname
    docker-php-ext-configure docker-php-ext-enable docker-php-ext-install docker-php-source dpkg-divert dpkg-query
    dpkg-reconfigure du echo egrep env envsubst exit export false fc-cache fgrep find free gawk getent gettext git
    gpasswd gpg gpg2 grep groupadd groupdel groupmod gunzip gzip hash head hostname id install java javac kill
    ldconfig ln local locale locale-gen localedef ls lsb_release mandb md5 md5sum mkdir mkfifo mknod mount mv mysql
    nginx nproc od openssl passwd pear pecl php-fpm phpdismod phpenmod popd printenv printf ps psql pushd pwd
    rc-update read readlink realpath redis-cli return rev rm rmdir rpmkeys sed seq service set setcap sha1sum
    sha256sum sha384sum sha512sum shift sleep sort source sqlite3 ssh ssh-keygen ssh-keyscan stat
    subscription-manager sync sysctl systemctl tac tail tee test touch tr trap true type typeset ulimit umask uname
    uniq unset unxz update-ca-certificates update-locale update-rc.d useradd userdel usermod wait wc wget which
    whoami xargs xz yum-config-manager zip
    """
)
# Of these every file that they name may be a program afterwards.
_WRITERS = frozenset({"cp", "mv", "ln", "install", "tee", "touch", "chmod", "chown", "curl", "wget", "go", "cargo"})
_COPIERS = frozenset({"cp", "mv", "ln", "install"})
_PROJECT_TOOLS = frozenset({"mvn", "gradle", "dotnet", "bundle", "composer", "go", "cargo", "mix", "sbt"})
# Programs that packages of languages bring.
_SCRIPTS = frozenset({"supervisord", "dumb-init", "tini"})
_HARMLESS_SOURCES = ("/os-release", "/lsb-release", "/environment", "activate")


class Tools:
    """What is known of the commands of an image while its instructions are taken in one after the other."""

    def __init__(self, lacked: Lack | None) -> None:
        self._lack = lacked
        self._brought: set[str] = set()
        self._packages: list[str] = []
        # How many of them are known not to bring a command of a name.
        self._asked: dict[str, int] = {}
        self._is_open = lacked is None

    @property
    def family(self) -> str:
        """The kind of system, as the knowledge of commands tells it; empty where nothing is known."""
        return self._lack.family if self._lack is not None else ""

    @property
    def knows_something(self) -> bool:
        return not self._is_open

    def lacks(self, name: str) -> bool:
        """Whether it is certain that no command of this name is there now."""
        if self._lack is None or self._is_open or name in self._brought:
            return False
        if not self._lack.everything and name not in self._lack.commands:
            return False
        asked = range(self._asked.get(name, 0), len(self._packages))
        first = next((number for number in asked if may_bring(self._packages[number], name)), len(self._packages))
        self._asked[name] = first
        return first == len(self._packages)

    def may_have(self, name: str) -> bool:
        """Whether something brought a command of this name, or what nobody knows."""
        return self._is_open or name in self._brought or any(name in package for package in self._packages)

    def take(self, step: Step, layer: Layer | None) -> None:
        """Take in what an instruction may bring; `layer` is the RUN, seen as one."""
        if self._is_open:
            return
        instruction = step.instruction
        if isinstance(instruction, Run):
            self.take_mounts(instruction)
            if layer is None or layer.script.is_broken:
                self._open()
                return
            for command in layer.commands:
                self.take_command(command, layer.action_of(command))
        elif isinstance(instruction, Copy | Add):
            self._take_transfer(instruction, step.before)
        elif isinstance(instruction, Env):
            self._take_variables(instruction, step.before)

    def take_mounts(self, run: Run) -> None:
        for mount in run.mounts:
            target = mount.target
            if mount.type in ("secret", "ssh") or target is None:
                continue
            if "$" in target or _holds_programs(target):
                self._open()
            self._brought.add(base_name(target))

    def take_command(self, command: Command, action: PackageAction | None) -> None:
        """Take in what a command of a RUN may bring, and what it does with packages."""
        if self._is_open or "chroot" in command.wrappers:
            return
        self._brought.update(base_name(one.target.value) for one in command.redirections if one.target is not None)
        if _changes_path(command):
            self._open()
        elif action is not None:
            self._take_action(action)
        elif not _is_harmless(command):
            self._open()
        if command.name in _WRITERS:
            self._brought.update(base_name(word.value.rstrip("/")) for word in command.arguments)

    def _open(self) -> None:
        self._is_open = True

    def _take_action(self, action: PackageAction) -> None:
        names = [str(package.name) for package in action.packages if not package.is_removal]
        if action.family == "system":
            is_unknown = action.local or action.urls or action.verb.name == "build-dep"
            if is_unknown or any(package.is_group or not package.is_literal for package in action.packages):
                self._open()
            elif action.verb.name == "install":
                self._packages += names
        elif action.manager in ("conda", "mamba", "micromamba"):
            self._open()
        elif action.family in ("python", "node", "ruby") or action.manager in _PROJECT_TOOLS:
            self._brought |= LANGUAGES | _SCRIPTS
            self._brought.update(name.rpartition("/")[2] for name in names)
        elif action.download is None:
            self._open()

    def _take_transfer(self, transfer: Transfer, before: State) -> None:
        place = placed(transfer, before)
        if place is None:
            self._open()
            return
        if not _may_hold_programs(place.destination):
            return
        if not place.is_folder and not _holds_programs(place.destination):
            self._brought.add(base_name(place.destination))
        elif any(_may_be_folder(transfer, source) for _, source in place.sources):
            self._open()
        self._brought.update(base_name(source) for _, source in place.sources)
        self._brought.update(str(heredoc.name) for heredoc in transfer.heredocs)

    def _take_variables(self, env: Env, before: State) -> None:
        for pair in env.pairs:
            if pair.name != "PATH" or pair.value is None:
                continue
            for folder in str(pair.value).strip("\"'").split(":"):
                name = folder.strip("\"'").rstrip("/")
                if name in ("$PATH", "${PATH}", "") or name in _FOLDERS:
                    continue
                if not name.endswith(_LANGUAGE_FOLDERS):
                    self._open()
                self._brought |= LANGUAGES


def _changes_path(command: Command) -> bool:
    """Whether a command may change where commands are looked for from here on."""
    if command.name in (".", "source"):
        return not any(word.value.endswith(_HARMLESS_SOURCES) for word in command.arguments[:1])
    is_set = any(assignment.name == "PATH" for assignment in command.assignments)
    return is_set or any(word.value.startswith("PATH=") for word in command.arguments)


def _is_harmless(command: Command) -> bool:
    """Whether a command is known to bring no other commands than those that it names."""
    name = command.name
    if not name:
        # Assignments alone; or a program that a variable names.
        return not command.words
    if name in SHELLS or name in AS_USER:
        # The commands of a script that is written here are among those of the RUN.
        return command.has_option("-c") and all(word.is_literal for word in command.arguments)
    if name.startswith("python"):
        return any(word.value.endswith("manage.py") for word in command.arguments[:1])
    return name in _HARMLESS and not _copies_programs(command)


def _copies_programs(command: Command) -> bool:
    """Whether a command copies a whole folder, or files that nobody names, to where programs are looked for."""
    if command.name not in _COPIERS or not command.operands:
        return False
    target = command.operands[-1]
    named = command.options.value("-t", "--target-directory")
    folder = named if named is not None else target
    if not folder.is_literal or not (_may_hold_programs(folder.value) or not folder.value.startswith("/")):
        return not folder.is_literal
    if command.has_option("-r", "-R", "-a", "--recursive", "--archive"):
        return True
    return any(not word.is_literal or any(mark in word.value for mark in "*?[") for word in command.operands)


def _holds_programs(path: str) -> bool:
    """Whether a path is a folder on PATH, or one above it."""
    clean = posixpath.normpath(path)
    return clean == "/" or any(folder == clean or folder.startswith(clean + "/") for folder in _FOLDERS)


def _may_hold_programs(path: str) -> bool:
    return _holds_programs(path) or posixpath.normpath(path).startswith(_FOLDERS)


def _may_be_folder(transfer: Transfer, source: str) -> bool:
    """Whether a source may be a folder or an archive, whose files nobody names here."""
    name = base_name(source.rstrip("/"))
    if "://" in source:
        return not isinstance(transfer, Add) or source.endswith(".git")
    if any(mark in source for mark in "*?[") or source.endswith("/") or name in (".", "..", ""):
        return True
    stem, dot, suffix = name.rpartition(".")
    is_file = bool(stem and dot) and suffix.isalpha()
    if isinstance(transfer, Add) and suffix in ("tar", "gz", "tgz", "bz", "bz2", "xz", "tbz", "txz", "zst"):
        return True
    # What is taken from a folder of programs is one of them.
    return not is_file and not posixpath.dirname(source).endswith(("/bin", "/sbin"))


def at_start(stage: Stage) -> Tools:
    """What is known at the beginning of a stage that stands on an image from outside."""
    return Tools(lack(stage.base) if stage.base is not None and not stage.is_windows else None)


def at_end(build: Build, stage: Stage) -> Tools:
    """What is known when all instructions of a stage's chain are taken in."""
    tools = at_start(stage)
    for step, layer in steps(build, stage):
        tools.take(step, layer)
    return tools


def steps(build: Build, stage: Stage) -> Iterator[tuple[Step, Layer | None]]:
    """The steps of a stage's chain in the order in which they run, each RUN with its layer."""
    layers = {id(layer.run): layer for layer in build.layers_of(stage)}
    for link in stage.chain:
        for step in link.steps:
            layer = layers.get(id(step.instruction)) if isinstance(step.instruction, Run) else None
            yield step, layer
