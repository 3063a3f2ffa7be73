"""Where commands take secrets: options, operands and variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Instruction, Run, ShellForm
from dockerlint.knowledge.secrets import is_secret_option
from dockerlint.shell.script import Command
from dockerlint.source import Text

from .shell_text import fed_by, is_asset_build, lines, starts_database
from .values import is_secret_word, names_secret


class Handed(NamedTuple):
    """A literal secret, and what it is: "the password after `--password`"."""

    place: Text
    title: str


class _Form(NamedTuple):
    """How a program takes a secret.

    `verbs`: the operands that it begins with; `options`: of which the value is the secret, or
    `user:secret` if it `is_login`. `only_glued`: the value must stand in the same word.
    """

    options: tuple[str, ...]
    verbs: tuple[str, ...] = ()
    is_login: bool = False
    only_glued: bool = False


_DOCKER = (_Form(("-p",), ("login",)),)
_MYSQL = (_Form(("-p",), only_glued=True),)
_LDAP = (_Form(("-w",)),)
_FORMS: dict[str, tuple[_Form, ...]] = {
    "docker": _DOCKER, "podman": _DOCKER, "nerdctl": _DOCKER, "buildah": _DOCKER, "skopeo": _DOCKER, "oras": _DOCKER,
    "helm": (_Form(("-p",), ("registry", "login")),),
    "crane": (_Form(("-p",), ("auth", "login")),),
    "az": (_Form(("-p",), ("login",)),),
    "doctl": (_Form(("-t",), ("auth", "init")),),
    "curl": (_Form(("-u", "--user", "-U", "--proxy-user"), is_login=True), _Form(("--oauth2-bearer",))),
    "http": (_Form(("-a", "--auth"), is_login=True),),
    "sshpass": (_Form(("-p",)),),
    "redis-cli": (_Form(("-a",)),),
    "mysql": _MYSQL, "mysqladmin": _MYSQL, "mysqldump": _MYSQL, "mysqlimport": _MYSQL, "mariadb": _MYSQL,
    "mariadb-admin": _MYSQL, "mariadb-dump": _MYSQL,
    "ldapadd": _LDAP, "ldapsearch": _LDAP, "ldapmodify": _LDAP, "ldapwhoami": _LDAP,
    "sqlcmd": (_Form(("-P",)),),
}  # fmt: skip

# Commands that take no secrets in their options, though the options be named so; and those that only talk about some.
_NO_SECRETS = frozenset(
    {
        "docker",
        "podman",
        "nerdctl",
        "buildah",
        "docker-compose",
        "echo",
        "printf",
        "grep",
        "egrep",
        "sed",
        "awk",
        "test",
        "[",
    }
)
# `useradd --password` and the like are `password-set-in-run`'s.
_LOGIN_COMMANDS = frozenset({"useradd", "usermod", "adduser", "passwd", "chpasswd"})

_DATABASE_CLIENTS = frozenset((*(name for name, forms in _FORMS.items() if forms is _MYSQL), "psql", "createdb",
    "createuser", "pg_restore", "pg_dump", "redis-cli", "mongo", "mongosh", "mongorestore", "mongoimport"))  # fmt: skip


def handed(instruction: ShellForm) -> Iterator[Handed]:
    """The literal secrets that the commands of an instruction are given."""
    yield from handed_to(instruction.commands, mounted_names(instruction))


def handed_to(commands: Sequence[Command], mounted: frozenset[str] = frozenset()) -> Iterator[Handed]:
    """The literal secrets that commands are given; `mounted` are the names of those that a variable takes from a mount."""
    for index, command in enumerate(commands):
        if command.name in _DATABASE_CLIENTS and any(starts_database(each) for each in commands):
            continue
        yield from _in_options(command)
        for find in _finders(command.name):
            yield from find(command)
        if command.name in _READERS:
            yield from _fed(commands, index)
        if command.assignments and not any(is_asset_build(each) for each in commands[index:]):
            yield from _assigned(command, mounted)


@lru_cache(maxsize=256)
def _finders(program: str) -> tuple[Callable[[Command], Iterator[Handed]], ...]:
    """What looks for secrets among the arguments of a program."""
    tables = ((_FORMS, _in_forms), (_WITH_HEADERS, _in_headers), (_SETTINGS, _in_settings), (_OPERANDS, _in_operand))
    return tuple(find for programs, find in tables if program in programs)


def mounted_names(instruction: Instruction) -> frozenset[str]:
    """The names of the secrets that are mounted for a RUN, in lower case."""
    if not isinstance(instruction, Run):
        return frozenset()
    options = [mount.options for mount in instruction.mounts if mount.type == "secret"]
    names = (each[key] for each in options for key in ("id", "env", "target") if key in each)
    return frozenset(_plain(name.rpartition("/")[2]) for name in names)


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").lstrip(".")


def _in_options(command: Command) -> Iterator[Handed]:
    """Options of any program whose name says that they take a secret."""
    words = command.words
    if command.name in _LOGIN_COMMANDS or (command.name in _NO_SECRETS and not _begins(command, ("login",))):
        return
    for index, word in enumerate(words):
        if word.value[:1] != "-" or len(word.value) < 5 or not is_secret_option(word.value):
            continue
        name, equals, _ = word.value.partition("=")
        place = word.value.part(len(name) + 1, len(word.value)) if equals else None
        if place is None and index + 1 < len(words) and not words[index + 1].value.startswith("-"):
            place = words[index + 1].value
        if place is not None and is_secret_word(place, name.lstrip("-")):
            yield Handed(place, f"the {_noun(name)} after `{name}`")


def _noun(name: str) -> str:
    lower = name.lower()
    return next((noun for noun in ("password", "token", "key") if noun[:4] in lower), "secret")


def _begins(command: Command, verbs: Sequence[str]) -> bool:
    operands = [word.value for word in command.arguments if not word.value.startswith("-")]
    return operands[: len(verbs)] == list(verbs)


def _in_forms(command: Command) -> Iterator[Handed]:
    for form in _FORMS[command.name]:
        if _begins(command, form.verbs):
            for option, place in _values(command, form):
                yield from _checked(option, place, form)


def _values(command: Command, form: _Form) -> Iterator[tuple[str, Text]]:
    arguments = command.arguments
    for index, word in enumerate(arguments):
        text = word.value
        name, equals, _ = text.partition("=")
        if equals and name in form.options and name.startswith("--"):
            yield name, text.part(len(name) + 1, len(text))
        elif text in form.options and not form.only_glued and index + 1 < len(arguments):
            yield text, arguments[index + 1].value
        elif text[:2] in form.options and len(text) > 2 and not text.startswith("--"):
            yield text[:2], text.part(2, len(text))


def _checked(option: str, place: Text, form: _Form) -> Iterator[Handed]:
    if form.is_login:
        user, colon, _ = place.partition(":")
        place = place.part(len(user) + 1, len(place)) if colon else place.part(0, 0)
    if is_secret_word(place, "password"):
        yield Handed(place, f"the password after `{option}`")


_WITH_HEADERS = frozenset({"curl", "wget", "http", "git"})


def _in_headers(command: Command) -> Iterator[Handed]:
    """`curl -H "Authorization: Bearer ..."`, `git config http.extraheader "..."`"""
    for word in command.arguments:
        match = _header().search(word.value)
        if match and is_secret_word(match["value"]):
            yield Handed(word.value.part(*match.span("value")), f"the value of the header `{match['name']}`")


@cache
def _header() -> re.Pattern[str]:
    return re.compile(
        r"(?i)(?:^|=)(?P<name>(?:proxy-)?authorization|private-token|job-token|circle-token|x-[a-z-]{0,30}(?:token|key))"
        r"\s?:\s?(?:(?:bearer|basic|token)\s)?(?P<value>[^\s\"']{4,})"
    )


class _Setting(NamedTuple):
    """A command that sets options of its program: `verbs`, then a key that begins or ends in a certain way."""

    verbs: tuple[str, ...]
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()


_NPM_KEYS = ("_authToken", "_auth", "_password", "npmAuthToken", "npmAuthIdent")
_NPM = (_Setting(("config", "set"), ends=_NPM_KEYS), _Setting(("set",), ends=_NPM_KEYS))
_COMPOSER_KEYS = ("http-basic.", "github-oauth.", "gitlab-oauth.", "gitlab-token.", "bitbucket-oauth.", "bearer.")
_SETTINGS: dict[str, tuple[_Setting, ...]] = {
    "npm": _NPM, "pnpm": _NPM, "yarn": _NPM,
    "composer": (_Setting(("config",), starts=_COMPOSER_KEYS),),
    "poetry": (_Setting(("config",), starts=("http-basic.", "pypi-token.")),),
    "aws": (_Setting(("configure", "set"), ends=("aws_secret_access_key", "aws_session_token")),),
    "wp": (_Setting(("config", "set"), ends=("DB_PASSWORD",)),),
}  # fmt: skip


def _in_settings(command: Command) -> Iterator[Handed]:
    """`npm config set //registry.npmjs.org/:_authToken ...` and its kin; the last value is the secret."""
    operands = [word.value for word in command.arguments if not word.value.startswith("-")]
    for setting in _SETTINGS[command.name]:
        count = len(setting.verbs)
        if tuple(operands[:count]) != setting.verbs or len(operands) <= count:
            continue
        key, equals, _ = operands[count].partition("=")
        place = operands[count].part(len(key) + 1, len(operands[count])) if equals else operands[-1]
        is_named = key.startswith(setting.starts) if setting.starts else key.endswith(setting.ends)
        if is_named and (equals or len(operands) > count + 1) and is_secret_word(place):
            yield Handed(place, f"the value of `{key}`")


# Programs that take a secret as an operand: behind which verbs and options, at which place, of how many at least.
_OPERANDS = {
    "htpasswd": ((), "-b", -1, 2),
    "rabbitmqctl": (("add_user", "change_password"), "", 2, 3),
    "vault": (("login",), "", 1, 2),
}  # fmt: skip


def _in_operand(command: Command) -> Iterator[Handed]:
    """`htpasswd -b file user password` and its kin."""
    verbs, option, place, least = _OPERANDS[command.name]
    operands = [word.value for word in command.arguments if not word.value.startswith("-")]
    if len(operands) < least or (verbs and operands[0] not in verbs) or (option and not command.has_option(option)):
        return
    if is_secret_word(operands[place], "password"):
        yield Handed(operands[place], f"the password for `{command.name}`")


# Programs that read a secret from their input, and the option that makes them.
_READERS = {
    "docker": "--password-stdin", "podman": "--password-stdin", "helm": "--password-stdin", "htpasswd": "-i",
    "gh": "--with-token", "vncpasswd": "-f", "debconf-set-selections": "",
}  # fmt: skip


def _fed(commands: Sequence[Command], index: int) -> Iterator[Handed]:
    """`echo password | docker login --password-stdin` and its kin."""
    command = commands[index]
    option = _READERS[command.name]
    if not option:
        for word in fed_by(commands, index):
            yield from _answers(word.value)
    elif command.has_option(option):
        for word in list(fed_by(commands, index))[-1:]:
            if is_secret_word(word.value, "password"):
                yield Handed(word.value, f"the password for `{command.name}`")


def _answers(text: Text) -> Iterator[Handed]:
    """The passwords among the answers to the questions of Debian's packages."""
    for line in lines(text):
        match = _answer().match(line)
        if match and is_secret_word(match["value"], "password"):
            yield Handed(line.part(*match.span("value")), f"the password for `{match['question']}`")


@cache
def _answer() -> re.Pattern[str]:
    """A line of debconf: package, question, type, value. A question that asks again is left out."""
    return re.compile(r"\s*\S+\s+(?P<question>(?!\S*(?:again|repeat|confirm|/re-))\S+)\s+password\s+(?P<value>\S+)")


def _assigned(command: Command, mounted: frozenset[str]) -> Iterator[Handed]:
    """`NAME=value command`, `export NAME=value`"""
    for name, value, *_ in command.assignments:
        if value is None or not names_secret(name) or _plain(name) in mounted:
            continue
        if is_secret_word(value.value, name):
            yield Handed(value.value, f"the value of `{name}`")
