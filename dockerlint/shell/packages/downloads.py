"""curl, wget and git clone: what they fetch, where it goes, and whether it is checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from typing import Literal

from dockerlint.shell.options import Options
from dockerlint.shell.packages.model import Download, PackageAction, Verb
from dockerlint.shell.packages.reading import holds_slash
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Text

_STDOUT = ("-", "/dev/stdout")
# With these, wget keeps nothing, or files by other names than the end of the address.
_UNNAMED = ("--spider", "--content-disposition", "-r", "--recursive", "-m", "--mirror", "-p", "--page-requisites")


def curl(command: Command) -> PackageAction:
    """https://curl.se/docs/manpage.html"""
    options = command.options
    operands = (*options.operands, *options.values("--url"))
    # Beside an address, a variable alone may stand for options.
    urls = tuple(word for word in operands if not word.value.startswith("$") or holds_slash(word.value)) or operands
    outputs = list(_curl_outputs(options, urls))
    files = tuple(output for output in outputs if output and output not in _STDOUT)
    folder = options.value("--output-dir")
    fails = options.has("-f", "--fail", "--fail-with-body")
    download = Download(
        files,
        folder.value if folder is not None else None,
        to_stdout=any(output is None or output in _STDOUT for output in outputs),
        fails_on_error=fails,
        follows_redirects=options.has("-L", "--location", "--location-trusted"),
        unverified=options.find("-k", "--insecure"),
    )
    return _action(command, "curl", options, urls, download)


def _curl_outputs(options: Options, urls: tuple[Word, ...]) -> Iterator[Text | Literal[""] | None]:
    """Where each address goes, the first to the first `-o` or `-O`.

    None is the standard output; empty is a file whose name only the server knows, or is not in the address.
    """
    names = ("-o", "--output", "-O", "--remote-name")
    targets = [option for option in options.options if option.name in names]
    is_named = options.has("--remote-name-all")
    is_named_by_server = options.has("-J", "--remote-header-name")
    for url, target in zip_longest(urls, targets):
        if target is not None and target.value is not None:
            yield target.value.value
        elif url is not None:
            is_file = target is not None or is_named
            yield (not is_named_by_server and _file_name(url.value, "?#")) or "" if is_file else None


def wget(command: Command) -> PackageAction:
    """https://www.gnu.org/software/wget/manual/wget.html"""
    options = command.options
    urls = options.operands
    output = options.value("-O", "--output-document")
    folder = options.value("-P", "--directory-prefix")
    redirects = options.value("--max-redirect")
    to_stdout = output is not None and output.value in _STDOUT
    files: tuple[Text, ...] = ()
    if output is not None:
        files = () if to_stdout else (output.value,)
    elif not options.has(*_UNNAMED):
        files = tuple(name for word in urls if (name := _file_name(word.value, "#")))
    download = Download(
        files,
        folder.value if folder is not None else None,
        to_stdout=to_stdout,
        fails_on_error=not options.has("--content-on-error"),
        follows_redirects=redirects is None or redirects.value != "0",
        unverified=options.find("--no-check-certificate"),
    )
    return _action(command, "wget", options, urls, download)


def git_clone(command: Command) -> PackageAction | None:
    """`git clone URL FOLDER`; None for git's other commands.

    https://git-scm.com/docs/git-clone
    """
    options = command.options
    if not options.operands or options.operands[0].value != "clone":
        return None
    url, *folder = options.operands[1:3] or [None]
    name = _last_part(url.value) if url is not None else None
    if name is not None and name.endswith(".git"):
        name = name.part(0, len(name) - len(".git"))
    target = folder[0].value if folder and folder[0] is not None else name
    unverified = next(
        (option for option in options.options if option.value and _turns_off_checks(option.value.value)), None
    )
    branch = options.value("-b", "--branch", "--revision")
    download = Download(
        (),
        target,
        to_stdout=False,
        fails_on_error=True,
        follows_redirects=True,
        unverified=unverified,
        revision=branch.value if branch is not None else None,
    )
    verb = Verb("download", options.operands[:1])
    return PackageAction(
        command, "git", "download", verb, options, urls=(url,) if url is not None else (), download=download
    )


def _turns_off_checks(setting: str) -> bool:
    name, _, value = setting.lower().partition("=")
    return name.startswith("http.") and name.endswith("sslverify") and value in ("false", "0", "no", "off")


def _redirected(command: Command, download: Download) -> Download:
    """With the file that the shell writes the output to."""
    targets = [
        redirection.target.value
        for redirection in command.redirections
        if redirection.operator in (">", ">>", ">|") and redirection.descriptor in ("", "1") and redirection.target
    ]
    if not download.to_stdout or not targets:
        return download
    return download._replace(files=(targets[0],), to_stdout=False)


def _action(
    command: Command, manager: str, options: Options, urls: tuple[Word, ...], download: Download
) -> PackageAction:
    verb = Verb("download", ())
    download = _redirected(command, download)
    return PackageAction(command, manager, "download", verb, options, urls=urls, download=download)


def _file_name(url: Text, marks: str) -> Text | None:
    """The name that an address gives its file: what stands behind the last slash, up to one of the marks.

    curl leaves the query out of the name, wget does not. None if the address ends in a host or a folder.
    """
    plain = _expansions().sub(lambda match: "x" * len(match[0]), url)
    end = min((place for mark in marks if (place := plain.find(mark)) >= 0), default=len(plain))
    query = plain.find("?", 0, end)
    start = plain.rfind("/", 0, query if query >= 0 else end) + 1
    is_host = start <= plain.find("://") + len("://")
    return None if is_host or start in (end, query) else url.part(start, end)


@cache
def _expansions() -> re.Pattern[str]:
    return re.compile(r"\$\{[^}]*\}|\$\([^)]*\)")


def _last_part(url: Text) -> Text | None:
    """The folder that git makes for an address; None if there is none."""
    end = len(url.rstrip("/"))
    start = max(url.rfind("/", 0, end), url.rfind(":", 0, end)) + 1
    return url.part(start, end) if start < end else None
