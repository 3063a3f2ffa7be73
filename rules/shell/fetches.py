"""What the curl and wget commands of a RUN fetch, and from where."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import NamedTuple

from dockerlint.dockerfile.expansion import expand
from dockerlint.project.layers import Layer
from dockerlint.shell import addresses, trust
from dockerlint.shell.packages import Download, PackageAction, action_of
from dockerlint.shell.pipes import NEAR, behind
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word, base_name
from dockerlint.source import Text

# A message shows no more of an address.
_LONGEST = 60

# Their answer is no file: the request asks for something to be done, or for the headers alone.
_NO_DOWNLOADS = (
    "-I", "--head", "-X", "--request", "-d", "--data", "--data-raw", "--data-binary", "--data-ascii",
    "--data-urlencode", "--json", "-F", "--form", "-T", "--upload-file", "-V", "--version", "-h", "--help",
    "--spider", "--post-data", "--post-file", "--method",
)  # fmt: skip


class Fetch(NamedTuple):
    """An address that a command of a RUN fetches; `url` is the address with its variables replaced, if they are known.

    `word` is the address as written.
    """

    layer: Layer
    action: PackageAction
    download: Download
    word: Word
    url: str | None

    @property
    def command(self) -> Command:
        return self.action.command

    @property
    def host(self) -> str | None:
        return addresses.host(self.url if self.url is not None else self.word.value)

    @property
    def is_near(self) -> bool:
        """Whether it comes from this machine or network."""
        url = self.url if self.url is not None else self.word.value
        name = self.host
        return addresses.scheme(url) in ("file", "data") or (name is not None and addresses.is_near(name))

    @property
    def file(self) -> Text | None:
        """Where it goes, if only one file is fetched."""
        return self.download.files[0] if len(self.download.files) == 1 else None

    @property
    def is_read_only(self) -> bool:
        """Whether it asks for a file, and for nothing to be done."""
        request = self.action.options.value("-X", "--request", "--method")
        others = [name for name in _NO_DOWNLOADS if name not in ("-X", "--request", "--method")]
        is_get = request is None or request.value.upper() == "GET"
        return is_get and not self.action.options.has(*others)

    @property
    def is_dropped(self) -> bool:
        return any(file == "/dev/null" for file in self.download.files)

    @property
    def is_checked(self) -> bool:
        """Whether it, or something, is compared with a checksum or signature behind it, in a later RUN too."""
        return trust.is_checked(self.layer.commands, self.command) or any(map(trust.checks, self.following))

    @property
    def runner(self) -> Command | None:
        """The command that runs what is fetched, unchecked."""
        if self.download.to_stdout:
            return trust.runner_of_output(self.layer.commands, self.command)
        return trust.runner_of_file(behind(self.layer.commands, self.command), self.names)

    @property
    def names(self) -> set[str]:
        """What the files are called that it writes, with variables and with their values."""
        environment = self.layer.before.environment
        files = self.download.files
        values = (expand(file, environment.lookup, "\\").value for file in files if "$" in file)
        return {base_name(name) for name in (*files, *values) if name}

    @property
    def following(self) -> Iterator[Command]:
        """The commands behind it, of later RUNs too, as far as they may have to do with it."""
        later = (command for layer in self.layer.later for command in layer.commands)
        return islice(chain(behind(self.layer.commands, self.command), later), NEAR)


def fetches(layer: Layer, *programs: str) -> Iterator[Fetch]:
    """What the programs (curl, wget) of a RUN fetch, address by address."""
    for command in layer.named(*programs):
        action = action_of(command)
        if action is None or action.download is None:
            continue
        for index, word in enumerate(action.urls):
            yield Fetch(
                layer, action, _download_of(action.download, index, len(action.urls)), word, address(layer, word)
            )


def _download_of(download: Download, index: int, count: int) -> Download:
    """The part of a download that belongs to one of its addresses, if each has a file."""
    if count > 1 and len(download.files) == count:
        return download._replace(files=download.files[index : index + 1])
    return download


def address(layer: Layer, word: Word) -> str | None:
    """A word with its variables replaced; None if one has no value that is known."""
    if word.is_literal:
        return str(word.value)
    return expand(word.value, layer.before.environment.lookup, "\\").value


def shown(text: str) -> str:
    """An address or a name, as a message can hold it."""
    line = text.split("\n", maxsplit=1)[0]
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def name_of(fetch: Fetch) -> str:
    """What to call a fetched file."""
    file = fetch.file
    if file is None:
        return shown(fetch.word.value)
    name = base_name(file)
    value = expand(name, fetch.layer.before.environment.lookup, "\\").value if name.startswith("$") else None
    return shown(value or name)
