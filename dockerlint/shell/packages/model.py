"""What a command does in package-manager terms."""

from __future__ import annotations

from typing import NamedTuple

from dockerlint.shell.options import Option, Options
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Text

_WILDCARDS = frozenset("*?[")


class Package(NamedTuple):
    """A package as a command names it: `text` is the whole word, the rest its parts, each at its place.

    `operator` and `version` are what narrows the choice (`==` and `1.0`; `>=` and `1,<2`). Where an
    option says the version for the whole command, the operator is that option's name. `origin` is
    where it is looked for: a release of apt, a tagged repository of apk, a channel of conda. `url` is
    where it is fetched from: `pkg @ https://...`. `is_literal` is false where a variable or a glob
    stands in it, so that its name is not known.
    """

    text: Text
    name: Text
    operator: str = ""
    version: Text | None = None
    extras: tuple[str, ...] = ()
    architecture: str = ""
    origin: Text | None = None
    url: Text | None = None
    is_group: bool = False
    is_removal: bool = False
    is_literal: bool = True

    @property
    def is_glob(self) -> bool:
        """Whether the name stands for all packages that match it."""
        return not _WILDCARDS.isdisjoint(self.name)


class Verb(NamedTuple):
    """What is to be done: a `name` that is the same for all managers, and the words as written.

    The names are install, update (of the index), upgrade, remove, clean (the cache), download, search,
    run (a program or script), build, build-dep, enable, and other. No words: the bare command, as in `yarn`.
    """

    name: str
    words: tuple[Word, ...]

    @property
    def written(self) -> str:
        return " ".join(word.value for word in self.words)

    @property
    def text(self) -> Text | None:
        """The last word, behind which an option can be inserted."""
        return self.words[-1].value if self.words else None


class Download(NamedTuple):
    """How something is fetched: `files` and `folder` are where it goes, if they are said or follow from the URL.

    A file is also what `>` writes to; `to_stdout` says that what is fetched goes on to another command.
    `fails_on_error`: whether an answer like 404 makes the command fail. `unverified` is the option
    that turns off the check of certificates.
    """

    files: tuple[Text, ...]
    folder: Text | None
    to_stdout: bool
    fails_on_error: bool
    follows_redirects: bool
    unverified: Option | None
    revision: Text | None = None


class PackageAction(NamedTuple):
    """What a command does with packages.

    `requirements` are the files that the command line names to install from, `constraints` those that
    only bound versions; `manifests` are globs of the files that the tool reads by itself in the folder
    where it runs, if it installs from them. `project` is the folder or manifest that an option names in
    place of that folder. `local` are folders and archives on disk, `urls` what is fetched from an
    address, version control included.

    `assumes_yes`: no question is asked, be it by an option or because the tool never asks.
    `cache_folders` are where the tool keeps downloads and indexes; `~` is the home of who runs it.
    """

    command: Command
    manager: str
    family: str
    verb: Verb
    options: Options
    packages: tuple[Package, ...] = ()
    local: tuple[Word, ...] = ()
    urls: tuple[Word, ...] = ()
    requirements: tuple[Word, ...] = ()
    constraints: tuple[Word, ...] = ()
    manifests: tuple[str, ...] = ()
    project: Word | None = None
    assumes_yes: bool = True
    is_dry_run: bool = False
    is_global: bool = False
    cache_off: Option | None = None
    cache_folders: tuple[str, ...] = ()
    download: Download | None = None

    @property
    def is_system_install(self) -> bool:
        """Whether packages of the distribution are put into the image."""
        return self.family == "system" and self.verb.name == "install"
