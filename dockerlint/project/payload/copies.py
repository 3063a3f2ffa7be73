"""Broad copies: each COPY or ADD that takes a whole folder of the context."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache

from dockerlint.context.files import Context
from dockerlint.context.ignore import clean
from dockerlint.dockerfile.copies import placed
from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.instructions import Add, Copy, Run, Transfer
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import State, Step
from dockerlint.project.build import Build
from dockerlint.project.payload.contents import Contents, contents
from dockerlint.project.payload.evidence import is_the_context
from dockerlint.source import Text

_LONGEST_SHOWN = 50


class BroadCopy:
    """A source word of a COPY or ADD that takes a whole folder of the context.

    `base` is that folder from the context's root, "" for the root itself; `source` is the word
    with its variables replaced. `ships`: what it takes is in an image that somebody runs.
    """

    def __init__(self, build: Build, stage: Stage, step: Step, word: Text, source: str, base: str) -> None:
        self.stage = stage
        self.transfer = _transfer(step)
        self.before = step.before
        self.word = word
        self.source = source
        self.base = base
        self.ships = _ships(build, stage, step)
        self._context = build.context

    @property
    def contents(self) -> Contents:
        """What the copy takes. Read from the disk, so asked for only when it matters."""
        assert self._context is not None  # noqa: S101 (there are no broad copies without a context)
        excludes, has_parents = _filters(self.transfer, self.before)
        return contents(self._context, self.source, self.base, excludes, has_parents=has_parents)

    @property
    def title(self) -> str:
        """The instruction as a message shows it."""
        text = " ".join(self.transfer.text.split())
        is_short = len(text) <= _LONGEST_SHOWN and "\n" not in self.transfer.text
        return f"`{text}`" if is_short else f"`{self.transfer.name} {self.word}`"

    @property
    def destination(self) -> str | None:
        """Where the files go, as far as it is known; relative while no WORKDIR is known."""
        written = expand(self.transfer.destination, self.before.environment.lookup, self.transfer.escape).value
        return None if written is None else posixpath.normpath(posixpath.join(self.before.workdir or "", written))


@lru_cache(maxsize=1)
def broad_copies(build: Build) -> tuple[BroadCopy, ...]:
    """The broad copies of a build; none where the context is not known for sure."""
    if build.context is None:
        return ()
    found = tuple(_broad_copies(build, build.context))
    return found if found and is_the_context(build) else ()


def _broad_copies(build: Build, context: Context) -> Iterator[BroadCopy]:
    for stage in build.dockerfile.stages:
        for step in stage.steps:
            for word, source in sources(step):
                base = _base(context, source)
                if base is not None and None not in _filters(_transfer(step), step.before)[0]:
                    yield BroadCopy(build, stage, step, word, source, base)


def sources(step: Step) -> Iterator[tuple[Text, str]]:
    """The words of a COPY or ADD that name files of the context, each as a path from its root, "" for the root."""
    transfer = step.instruction
    if not isinstance(transfer, Copy | Add) or transfer.origin is not None:
        return
    for word in transfer.sources:
        source = expand(word, step.before.environment.lookup, transfer.escape).value
        if source and "://" not in source and not source.startswith("git@"):
            yield word, clean("/" + source)[1:]


def takes_from_context(build: Build) -> bool:
    """Whether some COPY or ADD takes files of the context."""
    return any(True for stage in build.dockerfile.stages for step in stage.steps for _ in sources(step))


def is_glob(source: str) -> bool:
    return any(character in source for character in "*?[")


def _base(context: Context, source: str) -> str | None:
    """The folder that a source takes as a whole."""
    folder, _, last = source.rpartition("/")
    if last in ("*", "**"):
        source = folder
    if is_glob(source):
        return None
    is_folder = not source or (context.exists(source) and not context.is_file(source))
    return source if is_folder else None


def _transfer(step: Step) -> Transfer:
    assert isinstance(step.instruction, Transfer)  # noqa: S101 (`sources` gave none for anything else)
    return step.instruction


def _filters(transfer: Transfer, before: State) -> tuple[tuple[str | None, ...], bool]:
    """The patterns of `--exclude`, None for those that nobody knows, and whether there is a `--parents`."""
    lookup = before.environment.lookup
    excludes = [flag.value for flag in transfer.flags if flag.name == "exclude"]
    patterns = tuple(expand(value, lookup, transfer.escape).value for value in excludes if value is not None)
    return patterns, transfer.flag("parents") is not None


def _ships(build: Build, stage: Stage, step: Step) -> bool:
    """Whether files copied in a stage reach an image, be it by a `COPY --from` of their whole folder."""
    if stage in build.shipping_stages:
        return True
    place = placed(_transfer(step), step.before)
    if place is None or any(_removes_files(link) for link in build.dockerfile.stages if stage in link.chain):
        return False
    folders = [folder for link in build.shipping_stages for folder in _taken_from(build, link, stage)]
    return any(place.destination == folder or place.destination.startswith(folder + "/") for folder in folders)


def _removes_files(stage: Stage) -> bool:
    return any(command.name == "rm" for run in stage.instructions if isinstance(run, Run) for command in run.commands)


def _taken_from(build: Build, stage: Stage, origin: Stage) -> Iterator[str]:
    """The folders that a stage takes from another, or from one that is built on that."""
    for step in stage.steps:
        copy = step.instruction
        if not isinstance(copy, Copy) or copy.origin is None:
            continue
        named = build.dockerfile.stage_of_origin(copy.origin, stage)
        place = placed(copy, step.before)
        if place is not None and named is not None and origin in named.chain:
            yield from (clean("/" + source).rstrip("/") for _, source in place.sources)
