"""How a package manager's command is read, by a table for each manager."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from dockerlint.shell.options import Option, Options, read_options
from dockerlint.shell.packages.model import Package, PackageAction, Verb
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Text

_ARCHIVES = (
    ".deb", ".rpm", ".apk", ".whl", ".gem", ".egg", ".tgz", ".tar", ".zip", ".tar.gz", ".tar.bz2", ".tar.xz",
    ".pkg.tar.zst", ".pkg.tar.xz", ".conda",
)  # fmt: skip
# Longer words are nobody's package, and would cost the patterns much time.
_LONGEST = 400
# What of a command's operands are packages, folders or addresses.
_TAKES_PACKAGES = frozenset({"install", "upgrade", "remove", "download", "build-dep"})


def is_url(word: str) -> bool:
    """Whether a word is an address, version control included: `git+https://...`, `git@host:x`."""
    is_remote = word.startswith("git@") and ":" in word
    return is_remote or "://" in word or word.startswith(("git+", "hg+", "svn+", "bzr+"))


def is_local(word: str) -> bool:
    """Whether a word is a path or an archive on disk."""
    if word in (".", "..") or word.startswith(("./", "../", "/", "~/", "file:")):
        return True
    if "://" in word or is_substitution(word):
        return False
    return word.endswith(_ARCHIVES) or (word.startswith("$") and holds_slash(word))


def is_substitution(word: str) -> bool:
    """Whether a word is the output of a command, of which nothing is known."""
    return word.startswith(("$(", "`"))


def holds_slash(word: str) -> bool:
    """Whether a slash stands in a word, apart from those of `${NAME/a/b}`."""
    return "/" in word and "/" in _compiled(r"\$\{[^}]*\}").sub("", word)


def only_name(text: Text) -> Package:
    return Package(text, text)


def verb_names(**written: str) -> Mapping[str, str]:
    """The model's verb for each as written: of `clean="cache clean, cc"`, for `cache clean` and `cc`."""
    return {one: name.replace("_", "-") for name, several in written.items() for one in several.split(", ")}


class Manager(NamedTuple):
    """A package manager.

    `verbs` maps verbs as written, of up to three words, to the model's; an empty one is the bare
    command, and `otherwise` what any other verb means. `answers` are the options that answer its
    questions, None if it asks none.
    """

    name: str
    family: str
    verbs: Mapping[str, str]
    package: Callable[[Text], Package] = only_name
    caches: tuple[str, ...] = ()
    otherwise: str = "other"
    answers: tuple[str, ...] | None = None
    dry_runs: tuple[str, ...] = ("--dry-run",)
    download_only: tuple[str, ...] = ()
    no_cache: tuple[str, ...] = ()
    cache_options: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    # The verbs, as written, that install from the manifests when no package is named.
    installs: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()
    is_url: Callable[[str], bool] = is_url
    is_local: Callable[[str], bool] = is_local


def read(command: Command, manager: Manager, words: tuple[Word, ...] | None = None) -> PackageAction:
    """What a command (or the `words` of it) asks of a manager."""
    if words is None:
        options = command.options if command.name == manager.name else read_options(manager.name, command.arguments)
    else:
        options = read_options(manager.name, words)
    return interpret(command, manager, options)


def interpret(command: Command, manager: Manager, options: Options, verb: Verb | None = None) -> PackageAction:
    """What parsed arguments ask of a manager; `verb` where they do not begin with it."""
    operands = options.operands
    if verb is None:
        verb = find_verb(manager, operands)
        operands = operands[len(verb.words) :]
        if not verb.words and options.has("--version", "-v", "-V", "--help", "-h"):
            verb = Verb("other", ())
    if manager.download_only and verb.name == "install" and options.has(*manager.download_only):
        verb = verb._replace(name="download")
    action = PackageAction(
        command,
        manager.name,
        manager.family,
        verb,
        options,
        requirements=options.values(*manager.requirements),
        constraints=options.values(*manager.constraints),
        project=options.value(*manager.projects),
        assumes_yes=manager.answers is None or options.has(*manager.answers),
        is_dry_run=options.has(*manager.dry_runs),
        cache_off=options.find(*manager.no_cache),
        cache_folders=_cache_folders(manager, options),
    )
    if verb.name in _TAKES_PACKAGES:
        action = with_operands(action, manager, operands, options.values(*manager.editable))
    is_bare = not (action.packages or action.local or action.urls)
    if is_bare and verb.name != "other" and verb.written in manager.installs:
        action = action._replace(manifests=manager.manifests)
    return action


def find_verb(manager: Manager, operands: tuple[Word, ...]) -> Verb:
    for count in (3, 2, 1):
        words = operands[:count]
        name = manager.verbs.get(" ".join(word.value for word in words)) if len(words) == count else None
        if name is not None:
            return Verb(name, words)
    if not operands:
        return Verb(manager.verbs.get("", "other"), ())
    return Verb(manager.otherwise, operands[:1])


def with_operands(
    action: PackageAction, manager: Manager, operands: tuple[Word, ...], editable: tuple[Word, ...]
) -> PackageAction:
    """The action with its operands told apart: packages, paths, addresses. What is editable is no package."""
    packages: list[Package] = []
    local = [word for word in editable if not manager.is_url(word.value)]
    urls = [word for word in editable if manager.is_url(word.value)]
    for word in operands:
        if not word.value:
            continue
        if manager.is_local(word.value):
            local.append(word)
        elif manager.is_url(word.value):
            urls.append(word)
        else:
            packages.append(read_package(manager, word))
    return action._replace(packages=tuple(packages), local=tuple(local), urls=tuple(urls))


def read_package(manager: Manager, word: Word) -> Package:
    text = word.value
    package = only_name(text) if is_substitution(text) and not word.is_literal else manager.package(text)
    is_literal = word.is_literal and not package.is_glob and "{" not in package.name
    return package._replace(is_literal=is_literal)


def _cache_folders(manager: Manager, options: Options) -> tuple[str, ...]:
    moved = options.value(*manager.cache_options)
    return (str(moved.value),) if moved is not None else manager.caches


def given_version(action: PackageAction, *names: str) -> PackageAction:
    """The action where an option says the version of its packages."""
    option: Option | None = action.options.find(*names)
    if option is None or option.value is None:
        return action
    version, name = option.value.value, str(option.name)
    packages = (
        package if package.version is not None else package._replace(operator=name, version=version)
        for package in action.packages
    )
    return action._replace(packages=tuple(packages))


def by_pattern(text: Text, pattern: str) -> Package:
    """A package by a pattern with the groups name, operator, version, and any of extras, architecture, origin, url."""
    match = _compiled(pattern).fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or not match["name"]:
        return Package(text, text)
    groups = match.groupdict()
    extras = groups.get("extras") or ""
    return Package(
        text,
        text.part(*match.span("name")),
        (groups.get("operator") or "").strip(),
        _group(text, match, "version"),
        tuple(extra.strip() for extra in extras.split(",") if extra.strip()),
        groups.get("architecture") or "",
        _group(text, match, "origin"),
        _group(text, match, "url"),
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


def _group(text: Text, match: re.Match[str], name: str) -> Text | None:
    """A group with its place; None where it is empty or not in the pattern."""
    if not match.groupdict().get(name):
        return None
    return text.part(*match.span(name))
