"""Instructions: one class for each keyword, with typed arguments that know their place.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from dockerlint.dockerfile import arguments
from dockerlint.dockerfile.errors import DockerfileError, Kind, Level
from dockerlint.dockerfile.instruction import Head, Instruction, Pair
from dockerlint.dockerfile.lines import LogicalLine
from dockerlint.dockerfile.shell_forms import Cmd, Entrypoint, Healthcheck, Run, Shell, ShellForm
from dockerlint.shell.dialects import POSIX
from dockerlint.shell.dialects import Shell as ScriptShell
from dockerlint.source import Text
from dockerlint.wording import did_you_mean

__all__ = [
    "CLASSES",
    "Add",
    "Arg",
    "Cmd",
    "Copy",
    "Entrypoint",
    "Env",
    "Expose",
    "From",
    "Head",
    "Healthcheck",
    "Instruction",
    "KeyValues",
    "Label",
    "Maintainer",
    "Onbuild",
    "Pair",
    "Run",
    "Shell",
    "ShellForm",
    "SingleArgument",
    "Stopsignal",
    "Transfer",
    "Unknown",
    "User",
    "Volume",
    "Workdir",
    "read_instruction",
    "refused_instruction",
]


class From(Instruction):
    """`FROM [--platform=P] image [AS name]`. One that Docker refuses begins a stage all the same."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        words = arguments.blank_words(self.rest)
        has_name = len(words) == 3 and words[1].upper() == "AS"
        self.image = words[0] if words else self.rest
        self.stage_name = words[2] if has_name else None
        if not has_name and len(words) != 1:
            self._refuse_words(words)
        elif self.stage_name is not None and not re.fullmatch(r"[a-z][a-z0-9\-_.]*", self.stage_name.lower()):
            message = f"`{self.stage_name}` cannot name a stage: a letter, then letters, digits, `-`, `_` and `.`"
            self.refuse(message, self.stage_name)

    def _refuse_words(self, words: tuple[Text, ...]) -> None:
        if not words:
            self.refuse("FROM needs an image")
        elif any(word.startswith("#") for word in words):
            start = next(self.rest.index(word) for word in words if word.startswith("#"))
            comment = self.rest.part(start, len(self.rest))
            self.refuse("a comment stands on a line of its own: FROM takes an image, or `image AS name`", comment)
        else:
            self.refuse("FROM takes an image, or `image AS name`", self.rest)

    @property
    def platform(self) -> Text | None:
        return self.flag("platform")


class Transfer(Instruction):
    """COPY and ADD: `sources` (heredocs left out) go to `destination`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        words = self._json_words(self.rest)
        self.is_json = words is not None
        if words is None:
            words = arguments.blank_words(self.rest)
        self._words = words
        openers = {heredoc.opener.text.start for heredoc in self.heredocs}
        self.sources = tuple(word for word in words[:-1] if word.start not in openers)
        self.destination = words[-1] if words else self.rest
        if len(words) < 2:
            self.refuse(f"{self.name} needs a source and a destination", self.rest)
        elif self.destination.start in openers:
            self.refuse(f"{self.name} cannot write into a heredoc", self.destination)

    @property
    def words(self) -> tuple[Text, ...]:
        return self._words

    @property
    def owner(self) -> Text | None:
        return self.flag("chown")

    @property
    def mode(self) -> Text | None:
        return self.flag("chmod")

    @property
    def origin(self) -> Text | None:
        """The stage or image that `--from` names; ADD has none."""
        return self.flag("from") or None


class Copy(Transfer):
    """`COPY [--from=stage] source... destination`."""


class Add(Transfer):
    """`ADD source... destination`."""


class KeyValues(Instruction):
    """ENV and LABEL: `KEY=value ...`, or the old `KEY value`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self.pairs: tuple[Pair, ...] = ()
        self.is_legacy = False
        words = arguments.quoted_words(self.rest, self.escape)
        if not words:
            self.refuse(f"{self.name} needs a name and a value")
            return
        self.is_legacy = "=" not in words[0]
        self.pairs = tuple(self._legacy_pair() if self.is_legacy else self._pairs(words))

    def _legacy_pair(self) -> Iterator[Pair]:
        """The key reaches to the first blank, quoted or not; all the rest is the value."""
        key, *others = arguments.blank_words(self.rest)
        if others:
            yield Pair(key, self.rest.part(self.rest.index(others[0], len(key)), len(self.rest)))
        else:
            self.refuse(f"{self.name} {key} has no value", key, Level.PARSE)

    def _from_on(self, word: Text) -> Text:
        """This word and all behind it."""
        start = next(index for index in range(len(self.rest)) if self.rest.offset(index) == word.start)
        return self.rest.part(start, len(self.rest))

    def _pairs(self, words: tuple[Text, ...]) -> Iterator[Pair]:
        for index, word in enumerate(words):
            key, equals, _ = word.partition("=")
            if not equals and index and word.startswith("#"):
                self.refuse("a comment stands on a line of its own", self._from_on(word), Level.PARSE)
                return
            if not equals:
                self.refuse(f"`{word}` is no `name=value`; a value with blanks needs quotes", word, Level.PARSE)
            elif not key:
                self.refuse(f"`{word}` has no name before the `=`", word)
            else:
                yield Pair(word.part(0, len(key)), word.part(len(key) + 1, len(word)))


class Env(KeyValues):
    """`ENV KEY=value ...`."""


class Label(KeyValues):
    """`LABEL key=value ...`."""


class Arg(Instruction):
    """`ARG NAME[=default] ...`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        words = arguments.quoted_words(self.rest, self.escape)
        if not words:
            self.refuse("ARG needs a name")
        self.pairs = tuple(self._pairs(words))

    def _check_flags(self) -> None:
        """BuildKit splits flags off here, and ignores them."""

    def _pairs(self, words: tuple[Text, ...]) -> Iterator[Pair]:
        for word in words:
            key, equals, _ = word.partition("=")
            if key:
                yield Pair(word.part(0, len(key)), word.part(len(key) + 1, len(word)) if equals else None)
            else:
                self.refuse(f"`{word}` has no name before the `=`", word)


class SingleArgument(Instruction):
    """Instructions whose whole rest is one argument, blanks and all."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self.argument = self.rest
        if not self.argument:
            self.refuse(f"{self.name} needs an argument")


class User(SingleArgument):
    """`USER user[:group]`."""


class Workdir(SingleArgument):
    """`WORKDIR path`."""


class Maintainer(SingleArgument):
    """`MAINTAINER name`, deprecated."""


class Stopsignal(SingleArgument):
    """`STOPSIGNAL signal`."""

    def _check_flags(self) -> None:
        """BuildKit splits flags off here, and ignores them."""


class Expose(Instruction):
    """`EXPOSE port[/protocol] ...`."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        self.ports = arguments.blank_words(self.rest)
        if not self.ports:
            self.refuse("EXPOSE needs a port")


class Volume(Instruction):
    """`VOLUME path ...` or a JSON array of paths."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        words = self._json_words(self.rest)
        self.is_json = words is not None
        self.paths = arguments.blank_words(self.rest) if words is None else words
        if not self.paths:
            self.refuse("VOLUME needs a path", self.rest)
        for path in self.paths:
            if not path.strip(arguments.UNICODE_BLANKS):
                self.refuse("the path of a VOLUME cannot be empty", path)

    @property
    def words(self) -> tuple[Text, ...]:
        return self.paths


_NO_TRIGGERS = frozenset({"ONBUILD", "FROM", "MAINTAINER"})


class Onbuild(Instruction):
    """`ONBUILD instruction`: what a build on top of this image runs first."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        line = head.line._replace(text=self.rest, empty_continuations=())
        trigger = arguments.split_keyword(self.rest)[0]
        if trigger and trigger.upper() not in _NO_TRIGGERS:
            self.instruction = read_instruction(line, head.escape, head.shell)
            self.faults += [fault.of_trigger() for fault in self.instruction.faults]
        else:
            self.refuse(
                f"ONBUILD cannot hold {trigger.upper()}" if trigger else "ONBUILD needs an instruction", trigger
            )
            self.instruction = refused_instruction(line, head.escape)

    @property
    def is_readable(self) -> bool:
        """Whether it holds an instruction that may be one."""
        return bool(self.instruction.keyword) and self.instruction.name not in _NO_TRIGGERS


class Unknown(Instruction):
    """A keyword that Docker does not know."""

    def __init__(self, head: Head) -> None:
        super().__init__(head)
        message, place = f"`{self.keyword}` is no instruction{did_you_mean(self.name, CLASSES)}", self.keyword
        if not self.keyword:
            message, place = "an escape stands here, and no instruction", self.text
        elif (index := self._odd_blank()) is not None:
            message = f"behind {self.keyword[:index]} stands an odd blank, which Docker takes for a part of the word"
            place = self.keyword.part(index, index + 1)
        self.faults.append(DockerfileError(message, place, kind=Kind.INSTRUCTION))

    def _odd_blank(self) -> int | None:
        """Where a no-break space or the like keeps a keyword from being one."""
        blanks = (index for index, character in enumerate(self.keyword) if character in arguments.UNICODE_BLANKS)
        index = next(blanks, None)
        return index if index is not None and self.keyword[:index].upper() in CLASSES else None

    def _check_flags(self) -> None:
        """The keyword is at fault."""


CLASSES: dict[str, Callable[[Head], Instruction]] = {
    "ADD": Add,
    "ARG": Arg,
    "CMD": Cmd,
    "COPY": Copy,
    "ENTRYPOINT": Entrypoint,
    "ENV": Env,
    "EXPOSE": Expose,
    "FROM": From,
    "HEALTHCHECK": Healthcheck,
    "LABEL": Label,
    "MAINTAINER": Maintainer,
    "ONBUILD": Onbuild,
    "RUN": Run,
    "SHELL": Shell,
    "STOPSIGNAL": Stopsignal,
    "USER": User,
    "VOLUME": Volume,
    "WORKDIR": Workdir,
}


def read_instruction(line: LogicalLine, escape: str, shell: ScriptShell) -> Instruction:
    """Understand one logical line; `shell` is what reads shell forms at this place."""
    head = _head(line, escape, shell)
    return CLASSES.get(head.keyword.upper(), Unknown)(head)


def refused_instruction(line: LogicalLine, escape: str) -> Instruction:
    """An instruction of which only the keyword and the flags are read."""
    return Instruction(_head(line, escape, POSIX))


def _head(line: LogicalLine, escape: str, shell: ScriptShell) -> Head:
    keyword, rest = arguments.split_keyword(line.text)
    flags, rest = arguments.split_flags(rest)
    return Head(line, keyword, flags, rest, escape, shell)
