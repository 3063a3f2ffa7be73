"""What commands print, pipe and write, and which of them only serve the step that they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Run
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Text

_PRINTERS = frozenset({"echo", "printf", "yes"})


def is_printer(command: Command) -> bool:
    return command.name in _PRINTERS


def printed(command: Command) -> Iterator[Word]:
    """The words that echo, printf or yes prints."""
    return (word for word in command.arguments if word.value not in ("-e", "-n", "-ne", "-en", "-E", "--"))


def fed_by(commands: Sequence[Command], index: int) -> Iterator[Word]:
    """What is known of the input that a command reads: words printed into its pipe, or a here-string."""
    for redirection in commands[index].redirections:
        if redirection.operator == "<<<" and redirection.target is not None:
            yield redirection.target
    if index and is_printer(commands[index - 1]) and _is_piped(commands[index - 1], commands[index]):
        yield from printed(commands[index - 1])


def reader_of(commands: Sequence[Command], index: int) -> Command | None:
    """The command that reads what a command prints."""
    following = commands[index + 1] if index + 1 < len(commands) else None
    return following if following is not None and _is_piped(commands[index], following) else None


def _is_piped(one: Command, other: Command) -> bool:
    between = one.text.source.text[one.text.end : other.text.start]
    return len(between) < _LONGEST_PIPE and _pipe().fullmatch(between) is not None


_LONGEST_PIPE = 200


@cache
def _pipe() -> re.Pattern[str]:
    """A pipe, with what may stand before and behind it: brackets, redirections, continued lines."""
    return re.compile(r"(?:[\s\\)};\"'`]|\d?>&?[\w/]+)*\|&?(?:[\s\\({]|\#[^\n]*\n)*")


def lines(text: Text) -> Iterator[Text]:
    """The lines of a text, whether their ends are real or written as escapes."""
    start = 0
    for end in _line_end().finditer(text):
        yield text.part(start, end.start())
        start = end.end()
    yield text.part(start, len(text))


@cache
def _line_end() -> re.Pattern[str]:
    return re.compile(r"\n|\\+n")


def written_to(commands: Sequence[Command], index: int) -> Text | None:
    """The file that the output of a command goes to, by redirection or `tee`; None where it goes elsewhere."""
    reader = reader_of(commands, index)
    if reader is not None:
        # A redirection behind a pipeline is known to all its commands, but is the last one's.
        files = [word.value for word in reader.arguments if not word.value.startswith("-")]
        return files[0] if reader.name == "tee" and files else None
    for redirection in commands[index].redirections:
        if redirection.operator in (">", ">>", "&>", ">|") and redirection.descriptor in ("", "1"):
            return redirection.target.value if redirection.target is not None else None
    return None


class Heredoc(NamedTuple):
    """Text that `cat` or `tee` writes into a file, as far as that is known. Quoted text is not expanded."""

    file: Text | None
    body: Text
    is_quoted: bool


def heredocs(run: Run) -> Iterator[Heredoc]:
    """The heredocs of a RUN that become files: its own, or those inside the one that is its script."""
    if run.is_heredoc_script:
        yield from _inner_heredocs(run.heredocs[0].body)
    elif run.heredocs and _copies_input().search(run.rest):
        for heredoc in run.heredocs:
            file = _file_of(run.rest) if len(run.heredocs) == 1 else None
            yield Heredoc(file, heredoc.body, heredoc.opener.is_quoted)


def _inner_heredocs(script: Text) -> Iterator[Heredoc]:
    opener: re.Match[str] | None = None
    line = script.part(0, 0)
    start = body = 0
    while start < len(script):
        end = script.find("\n", start)
        end = len(script) if end < 0 else end
        if opener is None:
            line, body = script.part(start, end), end + 1
            opener = _opener().search(line)
        elif script[start:end].strip() == opener["name"]:
            if _copies_input().search(line):
                yield Heredoc(_file_of(line), script.part(body, start), bool(opener["quote"]))
            opener = None
        start = end + 1


@cache
def _opener() -> re.Pattern[str]:
    return re.compile(r"(?<!<)<<-?[ \t]{0,9}(?P<quote>['\"\\]?)(?P<name>\w+)")


@cache
def _copies_input() -> re.Pattern[str]:
    return re.compile(r"(?:^|[\s;&|(/])(?:cat|tee)(?=[\s<>])")


def _file_of(line: Text) -> Text | None:
    match = _redirection().search(line)
    return line.part(*match.span(match.lastgroup or 0)) if match else None


@cache
def _redirection() -> re.Pattern[str]:
    return re.compile(r"(?<![<2&])>>?[ \t]{0,9}(?P<file>[^\s;&|<>]+)|\btee\s(?:-a\s)?(?P<tee>[^\s;&|<>-][^\s;&|<>]*)")


# What a command needs a secret for only to start: nothing of it reaches the image.
_ASSET_BUILDS = frozenset({"collectstatic", "compilemessages", "compress", "makemessages"})
_DATABASES = frozenset(
    {
        "mysqld",
        "mysqld_safe",
        "mariadbd",
        "mariadbd-safe",
        "postgres",
        "pg_ctl",
        "pg_ctlcluster",
        "mongod",
        "redis-server",
    }
)
_SERVICES = frozenset({"mysql", "mysqld", "mariadb", "postgresql", "mongod", "mongodb", "redis-server", "redis"})


def is_asset_build(command: Command) -> bool:
    """Whether a command gathers a web application's static files, for which any secret will do."""
    return any(word.value in _ASSET_BUILDS or word.value.startswith("assets:") for word in command.arguments)


def starts_database(command: Command) -> bool:
    if command.name in _DATABASES:
        return True
    names = [word.value.rpartition("/")[2] for word in command.words]
    is_service = bool(names) and (command.name in ("service", "rc-service") or "/etc/init.d/" in command.words[0].value)
    return is_service and any(name in _SERVICES or name.startswith("postgresql") for name in names)
