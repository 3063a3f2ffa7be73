"""`command`, `entrypoint` and the test of a healthcheck as words.

https://docs.docker.com/reference/compose-file/services/#command
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dockerlint.compose.nodes import Mapping, Scalar, Sequence
from dockerlint.compose.places import pinned
from dockerlint.compose.values import Section, Value, is_null
from dockerlint.source import Text, join

_LONGEST = 65_536  # characters of a text that is taken apart


class Command(NamedTuple):
    """A command in list or text form.

    A text is split at blanks as a shell would, but no shell runs it. Compose stops at the first
    operator outside of quotes and drops the rest without a word: `lost` is the rest, from the
    operator on. `words` is None if the quotes don't match, and for a text that is far too long.
    """

    words: tuple[Value, ...] | None
    text: Text | None  # of the text form
    is_list: bool
    lost: Text | None = None
    has_vanished: bool = False  # a variable without a value left no word behind

    @property
    def unknown(self) -> bool:
        """Whether a variable without a value stands in it: there may be more words, or fewer."""
        return self.words is None or self.has_vanished or any(word.unknown for word in self.words)


class Healthcheck(NamedTuple):
    """A healthcheck. `kind` is `CMD`, `CMD-SHELL` or `NONE`, or None without a test.

    `words` are those after the kind; of a test in text form it is the one script.
    """

    kind: str | None
    words: tuple[Value, ...]
    disabled: bool | None
    node: Mapping


def read_command(section: Section, key: str) -> Command | None:
    entry = section.node.entry(key)
    if entry is None or is_null(entry.value):
        return None  # both keys may be empty: the image's own command then
    if isinstance(entry.value, Sequence):
        return Command(section.texts(key), None, is_list=True)
    value = section.text(key)
    if value is None:
        return None
    command = split(value)
    if command.words is None and not value.unknown and len(value.text) <= _LONGEST:
        message = f"Compose cannot split `{key}` of {section.name} into words: look for an open quote or bracket"
        section.reader.note("value", message, entry.value.span)
    return command


def read_healthcheck(service: Section) -> Healthcheck | None:
    section = service.section("healthcheck", f"the healthcheck of {service.name}")
    if section is None:
        return None
    kind, words = _test(section)
    disabled = section.flag("disable")
    return Healthcheck(kind, words, True if kind == "NONE" else disabled, section.node)


def _test(section: Section) -> tuple[str | None, tuple[Value, ...]]:
    entry = section.entry("test")
    if entry is None:
        return None, ()
    values = section.texts("test")
    if isinstance(entry.value, Scalar):
        return ("CMD-SHELL", values) if values else (None, ())
    if not values:
        return None, ()
    kind = values[0]
    if kind.text in ("CMD", "CMD-SHELL", "NONE"):
        return str(kind.text), values[1:]
    if not kind.unknown:
        message = f"`test` of {section.name} must begin with `CMD`, `CMD-SHELL` or `NONE`"
        section.reader.note("value", message, kind.written.span)
    return None, values


def hooks(service: Section) -> Iterator[tuple[str, Section]]:
    """The commands that Compose runs after the start and before the stop, with the keys that they stand below.

    https://docs.docker.com/reference/compose-file/services/#post_start
    """
    for key in ("post_start", "pre_stop"):
        node = service.node.get(key)
        for hook in node.items if isinstance(node, Sequence) else ():
            if isinstance(hook, Mapping):
                yield key, Section(f"a hook of {service.name}", hook, service.reader)


def split(value: Value) -> Command:
    """A command in text form, split where Compose splits it."""
    text = value.text
    if len(text) > _LONGEST:
        return Command(None, text, is_list=False)
    words = _Words(value)
    position = 0
    while position < len(text):
        match = _token().match(text, position)
        if match is None:
            return Command(None, text, is_list=False)
        if match.lastgroup == "operator":
            words.stop(position, match[0])
            return words.command(lost=text.part(position, len(text)))
        if match.lastgroup == "blank":
            words.finish(position)
        else:
            words.add(match)
        position = match.end()
    words.finish(position)
    return words.command()


class _Words:
    """The words found, and the pieces of the one that is being read."""

    def __init__(self, value: Value) -> None:
        self.value = value
        self.found: list[Value] = []
        self._pieces: list[Text] = []
        self._moved: list[tuple[int, int]] = []  # an index in the word as written, and in its text
        self._start: int | None = None  # of the word; None between words

    def add(self, match: re.Match[str]) -> None:
        if self._start is None:
            self._start = match.start()
        text = self.value.text
        first = match.start(match.lastgroup or 0)
        self._moved.append((first - self._start, sum(map(len, self._pieces))))
        if match["single"] is not None:
            self._pieces.append(text.part(*match.span("single")))
        elif match["double"] is not None:
            self._pieces += _unescaped(text, *match.span("double"))
        elif match["escape"]:
            self._pieces += _unescaped(text, *match.span())
        else:
            self._pieces.append(text.part(*match.span()))

    def command(self, lost: Text | None = None) -> Command:
        has_vanished = self.value.unknown and not any(word.unknown for word in self.found)
        return Command(tuple(self.found), self.value.text, is_list=False, lost=lost, has_vanished=has_vanished)

    def stop(self, position: int, operator: str) -> None:
        """Ends the last word. A number before `>` is one of a file, not a word."""
        if operator == ">" and self._start is not None and "".join(self._pieces).isdecimal():
            self._start = None
        self.finish(position)

    def finish(self, end: int) -> None:
        if self._start is None:
            return
        word = self.value.part(self._start, end)
        text = join(self._pieces, word.text.source, word.text.start).within(word.text.start, word.text.end)
        variables = tuple(
            one._replace(start=self._index(one.start), end=self._index(one.end)) for one in word.variables
        )
        self.found.append(Value(text, word.written, variables, broken=word.unknown))
        self._start, self._pieces, self._moved = None, [], []

    def _index(self, index: int) -> int:
        """Where a character of the written word stands in the word without quotes."""
        return next((now + index - first for first, now in reversed(self._moved) if first <= index), 0)


def _unescaped(text: Text, start: int, end: int) -> Iterator[Text]:
    position = start
    for match in _escape().finditer(text, start, end):
        yield text.part(position, match.start())
        position = match.end()
        meant = {"n": "\n", "t": "\t"}.get(match[0][1])
        if meant:
            yield pinned(meant, text.source, text.offset(match.start()), text.offset(position - 1) + 1)
        else:
            yield text.part(position - 1, position)
    yield text.part(position, end)


@cache
def _token() -> re.Pattern[str]:
    """What Compose tells apart in a command. In backquotes and `$(...)` nothing has a meaning."""
    return re.compile(
        r"""(?P<blank>[ \t\r\n]+)|(?P<escape>\\.)|(?P<operator>[;&|<>])"""
        r"""|'(?P<single>[^']*)'|"(?P<double>(?:\\.|[^"\\])*)\""""
        r"""|(?P<command>`(?:\\.|[^`\\])*`|(?<=\$)\((?:\\.|[^()\\])*\))"""
        r"""|(?P<plain>[^\\ \t\r\n`()"';&|<>]+)""",
        re.DOTALL,
    )


@cache
def _escape() -> re.Pattern[str]:
    return re.compile(r"\\.", re.DOTALL)
