"""What Docker refuses only when it carries instructions out, with their variables replaced.

A word counts only when its value is certain. https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dockerlint.dockerfile import image, platforms
from dockerlint.dockerfile.arguments import quoted_words
from dockerlint.dockerfile.environment import GlobalArguments
from dockerlint.dockerfile.errors import DockerfileError, Kind, Level
from dockerlint.dockerfile.expansion import Expansion, Lookup, Missing, expand, expand_heredoc, expand_words
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
    Pair,
    Run,
    Stopsignal,
    Transfer,
    User,
    Volume,
    Workdir,
)
from dockerlint.dockerfile.mounts import late_faults
from dockerlint.dockerfile.ports import fault_of_port
from dockerlint.dockerfile.signals import SIGNALS, is_signal
from dockerlint.source import Text
from dockerlint.wording import did_you_mean

if TYPE_CHECKING:
    from dockerlint.dockerfile.stages import Stage

Errors = Iterator[DockerfileError]


def refusals(stages: Iterable[Stage], arguments: GlobalArguments, skipped: Container[int] = ()) -> Errors:
    """What a build without further arguments is refused for in the stages, their FROM instructions included.

    The instructions of stages whose numbers are `skipped` are not carried out.
    """
    names: set[str] = set()
    for stage in stages:
        yield from _refused_from(stage, names, _Words(stage.from_, arguments.built, arguments.missing))
        if stage.name is not None:
            names.add(stage.name)
        for step in stage.steps if stage.index not in skipped else ():
            instruction = step.instruction
            check = _CHECKS.get(type(instruction))
            if check is not None and not _is_unreadable(instruction):
                environment = step.before.environment
                words = _Words(instruction, environment.lookup, environment.missing, arguments.given)
                yield from check(instruction, words)
                yield from words.errors


def _is_unreadable(instruction: Instruction) -> bool:
    return any(fault.level is Level.PARSE for fault in instruction.faults)


Expander = Callable[[str, Lookup, str], Expansion[Any]]


class Read(NamedTuple):
    """A word and what becomes of it. `unless_given` are the arguments without default that it relies on."""

    word: Text
    expansion: Expansion[Any]
    unless_given: tuple[str, ...]
    level: Level
    expander: Expander = expand

    @property
    def built(self) -> Any:
        """What the word becomes when nobody gives more arguments; None if that is not known."""
        return self.expansion.as_built

    def error(self, message: str, place: Text | None = None, kind: Kind = Kind.SYNTAX) -> DockerfileError:
        """What is wrong with the word, or with what it becomes."""
        where = self.word if place is None else place
        return DockerfileError(message, where, kind=kind, level=self.level, unless_given=self.unless_given)

    @property
    def shown(self) -> str:
        """What the word becomes, for a message, and the word itself if that is something else."""
        return f"`{self.built}`" if self.built == self.word else f"`{self.built}` (from `{self.word}`)"


def fault_of(read: Read, escape: str) -> DockerfileError | None:
    """Why Docker cannot expand a word at all."""
    fault = read.expansion.fault
    if fault is None:
        return None
    if read.unless_given and read.expander(read.word, lambda _: Missing.UNKNOWN, escape).fault is not None:
        read = read._replace(unless_given=())  # wrong whatever the arguments are
    part = read.word.part(fault.start, fault.end)
    return read.error(fault.message, part or read.word)


class _Words:
    """Expands the words of one instruction, and gathers the errors of those that Docker cannot expand."""

    def __init__(
        self,
        instruction: Instruction,
        lookup: Lookup,
        missing: Callable[[Expansion[Any]], tuple[str, ...]],
        given: Container[str] = (),
    ) -> None:
        self.lookup = lookup
        self.escape = instruction.escape
        self.given = given
        self.errors: list[DockerfileError] = []
        self._level = Level.BASE if isinstance(instruction, From) else Level.BUILD
        self._missing = missing

    def read(self, word: Text) -> Read:
        return self._noted(word, expand)

    def read_words(self, word: Text) -> Read:
        """The words that a word of EXPOSE becomes."""
        return self._noted(word, expand_words)

    def read_body(self, heredoc: Text) -> Read:
        return self._noted(heredoc, lambda body, lookup, _: expand_heredoc(body, lookup))

    def certain(self, word: Text) -> str | None:
        """What a word becomes by the defaults that the file gives."""
        return self.read(word).expansion.value

    def _noted(self, word: Text, expander: Expander) -> Read:
        expansion = expander(word, self.lookup, self.escape)
        read = Read(word, expansion, self._missing(expansion), self._level, expander)
        error = fault_of(read, self.escape)
        if error is not None:
            self.errors.append(error)
        return read


def _refused_from(stage: Stage, names: Container[str], words: _Words) -> Errors:
    from_ = stage.from_
    if from_.image and stage.parent is None and not from_.faults:
        read = words.read(from_.image)
        if read.built not in (None, "scratch") and image.parse(read.built) is None:
            yield read.error(_why_no_image(read, names), kind=Kind.IMAGE)
    if from_.platform:
        read = words.read(from_.platform)
        if read.built is not None and platforms.parse(read.built) is None:
            shown = f"`{read.built}`" if read.built else "an empty text"
            yield read.error(f"{shown} is no platform: it has the form `linux/arm64`")
    yield from words.errors


def _why_no_image(read: Read, stages: Container[str]) -> str:
    if read.built.lower() in stages:
        name = read.built.lower()
        return f"{read.shown} is no stage (the stage is called `{name}`) and no image name: it has capital letters"
    absent = next((name for name in read.expansion.unset if name not in read.unless_given), None)
    hint = f"; no ARG before FROM declares `{absent}`" if absent else ""
    if not read.built:
        return f"`{read.word}` is empty, so there is no base image{hint}"
    return f"{read.shown} is no image name: {image.why_invalid(read.built)}{hint}"


def _refused_pairs(instruction: KeyValues, words: _Words) -> Errors:
    for pair in instruction.pairs:
        if (error := _quoted_name(pair)) is not None:
            yield error
            continue
        words.read(pair.key)
        if pair.value is not None:
            words.read(pair.value)


def _quoted_name(pair: Pair) -> DockerfileError | None:
    """Docker takes `"NAME=value"` apart at the `=`, so that neither half has both its quotes."""
    mark = pair.key[0]
    if mark not in "'\"" or mark in pair.key[1:]:
        return None
    message = f"a quote opens before the name: write `{pair.key[1:]}={mark}...{mark}`"
    return DockerfileError(message, pair.key, level=Level.BUILD)


def _refused_arg(arg: Arg, words: _Words) -> Errors:
    """Docker leaves the default of an argument alone that is given."""
    for pair in arg.pairs:
        if pair.value is None or pair.key in words.given:
            continue
        if (error := _quoted_name(pair)) is not None:
            yield error
        else:
            words.read(pair.value)


def _refused_transfer(transfer: Transfer, words: _Words) -> Errors:
    if not transfer.is_json and (error := _quoted_blank(transfer, transfer.words, words)) is not None:
        yield error
        return
    is_local = isinstance(transfer, Copy) and not transfer.origin
    for word in transfer.sources:
        source = words.read(word)
        if is_local and source.built is not None and _is_remote(source.built):
            yield source.error("COPY takes files of the build context; ADD fetches URLs and git repositories")
    for word in filter(None, (transfer.destination, transfer.owner)):
        words.read(word)
    for heredoc in transfer.heredocs:
        if not heredoc.opener.is_quoted:
            words.read_body(heredoc.body)
    if transfer.mode:
        mode = words.read(transfer.mode)
        if mode.built and not _is_mode(mode.built):
            yield mode.error(f"`--chmod` is an octal number up to 07777, or like `u+rx,go-w`, not {mode.shown}")
    checksum = transfer.flag("checksum")
    if checksum and isinstance(transfer, Add):
        yield from _refused_checksum(checksum, transfer, words)


def _quoted_blank(instruction: Instruction, arguments: tuple[Text, ...], words: _Words) -> DockerfileError | None:
    """Docker splits these arguments at blanks even inside quotes, so that a quote seems never to be closed."""
    rest = instruction.rest
    for mark in "'\"":
        halves = [word for word in arguments if word.count(mark) % 2]
        if len(halves) == 2 and all(expand(half, words.lookup, words.escape).fault for half in halves):
            joined = [instruction.unquoted(word) for word in quoted_words(rest, instruction.escape)]
            example = f"{instruction.name} {json.dumps(joined, ensure_ascii=False)}"
            start, end = rest.index(halves[0]), rest.rindex(halves[1]) + len(halves[1])
            message = f"{instruction.name} splits its arguments at blanks, even inside quotes: write `{example}`"
            return DockerfileError(message, rest.part(start, end), level=Level.BUILD)
    return None


def _refused_checksum(checksum: Text, add: Add, words: _Words) -> Errors:
    digest = words.read(checksum)
    if digest.built and not image.is_digest(digest.built):
        yield digest.error(f"{digest.shown} is no digest: it has the form `sha256:` and 64 hexadecimal digits")
    if len(add.sources) != 1:
        yield digest.error("`--checksum` is for one source that ADD fetches")
    for word in add.sources[:1]:
        source = words.read(word)
        if source.built is not None and not _is_remote(source.built):
            yield source.error("`--checksum` is for what ADD fetches, not for files of the build context")


def _is_mode(mode: str) -> bool:
    if re.fullmatch(r"[0-7]{1,12}", mode):
        return int(mode, 8) <= 0o7777
    clause = r"[ugoa]*(?:[-+=][rwxXstugo]*)+"
    return re.fullmatch(rf"{clause}(?:,{clause})*", mode) is not None


def _is_remote(source: str) -> bool:
    """Whether Docker takes a source for a URL or a git repository."""
    is_git = source.startswith("git@") and ":" in source
    return is_git or source.startswith(("http://", "https://", "git://", "ssh://"))


def _refused_argument(instruction: User | Workdir, words: _Words) -> Errors:
    words.read(instruction.argument)
    yield from ()


def _refused_volume(volume: Volume, words: _Words) -> Errors:
    if not volume.is_json and (error := _quoted_blank(volume, volume.paths, words)) is not None:
        yield error
        return
    for path in volume.paths:
        read = words.read(path)
        if read.built == "" and path:
            yield read.error(f"the path of a VOLUME is empty{_without_value(path)}")


def _without_value(word: Text) -> str:
    return f": `{word}` has no value" if "$" in word else ""


def _refused_signal(stopsignal: Stopsignal, words: _Words) -> Errors:
    read = words.read(stopsignal.argument)
    if read.built == "" and stopsignal.argument:
        yield read.error(f"there is no signal{_without_value(stopsignal.argument)}", kind=Kind.SIGNAL)
    elif read.built and not is_signal(read.built):
        hint = did_you_mean(read.built.upper(), SIGNALS) or ": it has a number, or a name such as `SIGTERM`"
        yield read.error(f"{read.shown} is no signal{hint}", kind=Kind.SIGNAL)


def _refused_expose(expose: Expose, words: _Words) -> Errors:
    for word in expose.ports:
        read = words.read_words(word)
        messages = [fault_of_port(value) for value in read.built or ()]
        yield from (read.error(message, kind=Kind.PORT) for message in messages if message is not None)
        if word.startswith("#"):
            return  # the rest is the same comment


def _refused_run(run: Run, words: _Words) -> Errors:
    for mount in run.mounts:
        yield from late_faults(mount, words.certain)


_CHECKS: dict[type[Instruction], Callable[..., Errors]] = {
    Add: _refused_transfer,
    Arg: _refused_arg,
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
