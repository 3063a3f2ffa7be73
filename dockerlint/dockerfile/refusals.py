"""What Docker refuses only when it carries instructions out, with their variables replaced.

A word counts only when its value is certain. https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from dockerlint.dockerfile import image, platforms
from dockerlint.dockerfile.environment import GlobalArguments
from dockerlint.dockerfile.errors import DockerfileError, Kind, Level
from dockerlint.dockerfile.expansion import Expansion, Fault, Lookup, Missing, expand, expand_heredoc, expand_words
from dockerlint.dockerfile.instructions import (
    Add,
    Arg,
    Copy,
    Env,
    Expose,
    From,
    Instruction,
    KeyValues,
    Label,
    Run,
    Stopsignal,
    Transfer,
    User,
    Volume,
    Workdir,
)
from dockerlint.dockerfile.mounts import late_faults
from dockerlint.dockerfile.ports import fault_of_port
from dockerlint.dockerfile.signals import is_signal
from dockerlint.source import Text

if TYPE_CHECKING:
    from dockerlint.dockerfile.stages import Stage

Errors = Iterator[DockerfileError]
Result = TypeVar("Result")


def refusals(stages: Iterable[Stage], arguments: GlobalArguments) -> Errors:
    """What a build without further arguments is refused for in the stages, their FROM instructions included."""
    names: set[str] = set()
    for stage in stages:
        yield from _refused_from(stage, names, _Words(stage.from_, arguments.built, arguments.missing))
        if stage.name is not None:
            names.add(stage.name)
        for step in stage.steps:
            instruction = step.instruction
            check = _CHECKS.get(type(instruction))
            if check is not None:
                environment = step.before.environment
                words = _Words(instruction, environment.lookup, environment.missing)
                yield from check(instruction, words)
                yield from words.errors


class _Words:
    """Expands the words of one instruction, and gathers the faults of those that Docker refuses."""

    def __init__(
        self, instruction: Instruction, lookup: Lookup, missing: Callable[[Expansion[Any]], tuple[str, ...]]
    ) -> None:
        self.lookup = lookup
        self.escape = instruction.escape
        self.errors: list[DockerfileError] = []
        self._missing = missing
        self._unless_given: tuple[str, ...] = ()
        self._unset: tuple[str, ...] = ()

    def value(self, word: Text) -> str | None:
        """What a word becomes when nobody gives more arguments; None if that is not known."""
        return self._built(word, expand(word, self.lookup, self.escape))

    def certain(self, word: Text) -> str | None:
        """What a word becomes whatever arguments are given; None if that is not known."""
        expansion = expand(word, self.lookup, self.escape)
        self._built(word, expansion)
        return expansion.value

    def values(self, word: Text) -> tuple[str, ...]:
        """The words that a word of EXPOSE becomes; none if that is not known."""
        return self._built(word, expand_words(word, self.lookup, self.escape)) or ()

    def body(self, heredoc: Text) -> None:
        self._built(heredoc, expand_heredoc(heredoc, self.lookup))

    def _built(self, word: Text, expansion: Expansion[Result]) -> Result | None:
        self._unless_given = self._missing(expansion)
        self._unset = expansion.unset
        if expansion.fault is not None:
            self._note(word, expansion.fault)
        return expansion.as_built

    def _note(self, word: Text, fault: Fault) -> None:
        if self._unless_given and expand(word, lambda _: Missing.UNKNOWN, self.escape).fault is not None:
            self._unless_given = ()  # wrong whatever the arguments are
        self.errors.append(self.error(fault.message, word.part(fault.start, fault.end) or word))

    @property
    def undeclared(self) -> str:
        """What to add to a message where the value that was asked for last puts in a variable that is none."""
        name = next((name for name in self._unset if name not in self._unless_given), None)
        return f"; no ARG before FROM declares `{name}`" if name else ""

    def error(self, message: str, place: Text, kind: Kind = Kind.SYNTAX) -> DockerfileError:
        """An error in the value that was asked for last."""
        return DockerfileError(message, place, kind=kind, level=Level.BUILD, unless_given=self._unless_given)


def _refused_from(stage: Stage, names: Container[str], words: _Words) -> Errors:
    from_ = stage.from_
    name = words.value(from_.image) if from_.image else None
    if name is not None and stage.parent is None and name != "scratch" and image.parse(name) is None:
        yield words.error(_why_no_image(name, from_, names, words), from_.image, Kind.IMAGE)
    platform = from_.platform
    value = words.value(platform) if platform else None
    if platform and value is not None and platforms.parse(value) is None:
        shown = f"`{value}`" if value else "an empty text"
        yield words.error(f"{shown} is no platform: it has the form `linux/arm64`", platform)
    yield from words.errors


def _why_no_image(name: str, from_: From, stages: Container[str], words: _Words) -> str:
    shown = f"`{name}`" if name == from_.image else f"`{name}` (from `{from_.image}`)"
    if name.lower() in stages:
        return f"{shown} is no stage (the stage is called `{name.lower()}`) and no image name: it has capital letters"
    if not name:
        return f"`{from_.image}` is empty, so there is no base image{words.undeclared}"
    return f"{shown} is no image name: {image.why_invalid(name)}{words.undeclared}"


def _refused_pairs(instruction: KeyValues | Arg, words: _Words) -> Errors:
    for pair in instruction.pairs:
        if pair.value is None:
            continue
        if not isinstance(instruction, Arg) and pair.key[0] in "'\"" and pair.key[0] not in pair.key[1:]:
            name = pair.key[1:]
            yield words.error(f"a quote opens before the name: write `{name}={pair.key[0]}...{pair.key[0]}`", pair.key)
            continue
        if not isinstance(instruction, Arg):
            words.value(pair.key)
        words.value(pair.value)


def _refused_transfer(transfer: Transfer, words: _Words) -> Errors:
    is_local = isinstance(transfer, Copy) and not transfer.origin
    for word in transfer.sources:
        source = words.value(word)
        if source is not None and is_local and _is_remote(source):
            yield words.error("COPY takes files of the build context; ADD fetches URLs and git repositories", word)
    for word in filter(None, (transfer.destination, transfer.owner)):
        words.value(word)
    for heredoc in transfer.heredocs:
        if not heredoc.opener.is_quoted:
            words.body(heredoc.body)
    mode = words.value(transfer.mode) if transfer.mode else None
    if transfer.mode and mode and not _is_mode(mode):
        message = f"`--chmod` is an octal number up to 07777, or like `u+rx,go-w`, not `{mode}`"
        yield words.error(message, transfer.mode)
    checksum = transfer.flag("checksum")
    if checksum and isinstance(transfer, Add):
        yield from _refused_checksum(checksum, transfer, words)


def _refused_checksum(checksum: Text, add: Add, words: _Words) -> Errors:
    words.value(checksum)
    if len(add.sources) > 1:
        yield words.error("`--checksum` is for one source, not for several", checksum)
    for word in add.sources[:1]:
        source = words.value(word)
        if source is not None and not _is_remote(source):
            yield words.error("`--checksum` is for what ADD fetches, not for files of the build context", word)


def _is_mode(mode: str) -> bool:
    if re.fullmatch(r"[0-7]{1,12}", mode):
        return int(mode, 8) <= 0o7777
    clause = r"[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+"
    return re.fullmatch(rf"{clause}(?:,{clause})*", mode) is not None


def _is_remote(source: str) -> bool:
    """Whether Docker takes a source for a URL or a git repository."""
    return source.startswith(("http://", "https://", "git://", "ssh://", "git@"))


def _refused_argument(instruction: User | Workdir, words: _Words) -> Errors:
    value = words.value(instruction.argument)
    if value == "" and instruction.argument and isinstance(instruction, Workdir):
        yield words.error(f"the path of WORKDIR is empty{_from(instruction.argument)}", instruction.argument)


def _refused_volume(volume: Volume, words: _Words) -> Errors:
    for path in volume.paths:
        if words.value(path) == "" and path:
            yield words.error(f"the path of a VOLUME is empty{_from(path)}", path)


def _from(word: Text) -> str:
    return f": `{word}` has no value" if "$" in word else ""


def _refused_signal(stopsignal: Stopsignal, words: _Words) -> Errors:
    value = words.value(stopsignal.argument)
    if value is not None and stopsignal.argument and not is_signal(value):
        message = f"`{value}` is no signal: it has a number, or a name such as `SIGTERM`"
        yield words.error(message, stopsignal.argument)


def _refused_expose(expose: Expose, words: _Words) -> Errors:
    for word in expose.ports:
        for value in words.values(word):
            message = fault_of_port(value)
            if message is not None:
                yield words.error(message, word)
        if word.startswith("#"):
            return  # the rest is the same comment


def _refused_run(run: Run, words: _Words) -> Errors:
    for mount in run.mounts:
        yield from late_faults(mount, words.certain)


_CHECKS: dict[type[Instruction], Callable[..., Errors]] = {
    Add: _refused_transfer,
    Arg: _refused_pairs,
    Copy: _refused_transfer,
    Env: _refused_pairs,
    Expose: _refused_expose,
    Label: _refused_pairs,
    Run: _refused_run,
    Stopsignal: _refused_signal,
    User: _refused_argument,
    Volume: _refused_volume,
    Workdir: _refused_argument,
}
