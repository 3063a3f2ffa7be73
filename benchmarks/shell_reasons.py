"""Tests that a place belongs to a class of differences of ShellCheck's codes: what stands in the shell text there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from benchmarks.reasons import Test
from benchmarks.sites import Site
from dockerlint.dockerfile.instructions import Run
from dockerlint.project.shell_texts import Body, ShellText
from dockerlint.shell.packages import action_of
from dockerlint.shell.script import Command
from dockerlint.shell.tree import Compound, Simple, nodes
from dockerlint.shell.words import Part, Word, substitutions


def text_of(site: Site) -> ShellText | None:
    return next((text for text in site.build.shell_texts if text.instruction is site.written), None)


def bodies(site: Site) -> tuple[Body, ...]:
    """The script of the instruction, and those inside it."""
    text = text_of(site)
    return text.bodies if text is not None else ()


def dialect(*names: str) -> Test:
    """Whether one of these shells reads the instruction."""
    return lambda site: bool(bodies(site)) and bodies(site)[0].dialect in names


def is_not_run(site: Site) -> bool:
    return not isinstance(site.instruction, Run)


def is_unread(site: Site) -> bool:
    text = text_of(site)
    return text is not None and not text.script.shell.is_posix


def any_command(test: Callable[[Command], bool]) -> Test:
    return lambda site: any(test(command) for body in bodies(site) for command in body.commands)


# Expansions without quotes.


class Expansion(NamedTuple):
    """An expansion that the shell splits: where it stands, and what it stands for."""

    text: ShellText
    body: Body
    command: Simple | None
    word: Word
    part: Part

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def assignments(self) -> list[Word | None]:
        """The values that the script itself gives to the variable."""
        found = (one for each in self.body.commands for one in each.assignments if one.name == self.name)
        return [one.value for one in found]


Reason = tuple[str, Callable[[Expansion], bool]]


def last_command(part: Part) -> Command | None:
    simple = part.statements[-1].pipeline.commands[-1] if part.statements else None
    return Command(simple.text, simple.words) if isinstance(simple, Simple) and simple.words else None


def explained(kinds: tuple[str, ...], reasons: tuple[Reason, ...]) -> tuple[tuple[str, Test], ...]:
    """Classes for each reason not to quote; a place belongs to none unless all expansions there have a reason."""

    def why(site: Site) -> str | None:
        found = [_first(reasons, one) for one in _expansions(site) if one.part.kind in kinds and not _is_pretended(one)]
        return found[0] if found and None not in found else None

    def is_class(name: str) -> Test:
        return lambda site: why(site) == name

    return tuple((name, is_class(name)) for name, _ in reasons)


def _first(reasons: tuple[Reason, ...], expansion: Expansion) -> str | None:
    return next((name for name, holds in reasons if holds(expansion)), None)


def _is_pretended(expansion: Expansion) -> bool:
    """Whether hadolint declares it to ShellCheck, as it does with every ARG and ENV, which then never warns of it."""
    return expansion.name in expansion.text.before.environment and not expansion.assignments


def _expansions(site: Site) -> Iterator[Expansion]:
    text = text_of(site)
    for body in bodies(site):
        for node in nodes(body.script.statements):
            if not isinstance(node, Simple | Compound):
                continue
            command = node if isinstance(node, Simple) else None
            values = [one.value for one in command.assignments if one.value is not None] if command is not None else []
            own = [value for value in values if command is not None and command.words]
            targets = [one.target for one in node.redirections if one.target is not None]
            for word in (*(node.words if command is not None else ()), *own, *targets):
                for part in word.parts:
                    if text is not None and part.kind in ("parameter", "command", "backtick"):
                        yield Expansion(text, body, command, word, part)


def is_package(one: Expansion) -> bool:
    simple = one.command
    action = action_of(Command(simple.text, simple.words)) if simple is not None else None
    return action is not None and action.download is None


def is_argument_of(*programs: str) -> Callable[[Expansion], bool]:
    return lambda one: one.command is not None and bool(one.command.words) and one.command.words[0].value in programs


def is_behind(option: str) -> Callable[[Expansion], bool]:
    return lambda one: one.word.value.startswith(option)


def is_program(one: Expansion) -> bool:
    return one.command is not None and bool(one.command.words) and one.word is one.command.words[0]


def is_from_base(one: Expansion) -> bool:
    """Whether nothing in the file gives the variable a value."""
    return one.part.kind == "parameter" and not one.assignments and one.name not in one.text.before.environment


def is_literal(one: Expansion) -> bool:
    values = one.assignments
    return bool(values) and all(value is not None and value.is_literal for value in values)


def is_named(pattern: str) -> Callable[[Expansion], bool]:
    return lambda one: re.search(f"(?i)(?:{pattern})$", one.name) is not None


def is_of_others(one: Expansion) -> bool:
    """Whether the script makes the value of other variables and text alone."""
    parts = [part for value in one.assignments if value is not None for part in value.parts]
    return bool(parts) and all(_kinds(part) <= {"parameter", "bare", "double", "quoted", "single"} for part in parts)


def _kinds(part: Part) -> set[str]:
    return {part.kind, *(kind for inner in part.parts for kind in _kinds(inner))}


def is_looped(one: Expansion) -> bool:
    loops = (node for node in nodes(one.body.script.statements) if isinstance(node, Compound))
    return any(loop.kind == "for" and loop.words[0].value == one.name for loop in loops if loop.words)


def prints_by(*programs: str) -> Callable[[Expansion], bool]:
    """Whether one of these programs prints what stands there, or what the script puts into the variable."""

    def holds(one: Expansion) -> bool:
        values = [value for value in one.assignments if value is not None]
        parts = [one.part, *(part for value in values for part in substitutions(value.parts))]
        last = [last_command(part) for part in parts if part.statements]
        return bool(last) and all(command is not None and command.name in programs for command in last)

    return holds


def has_no_expansions(*kinds: str) -> Test:
    """Whether all that is split are variables of the file, or stands in other places than words."""
    return lambda site: not any(one.part.kind in kinds and not _is_pretended(one) for one in _expansions(site))


def tells_declared(site: Site) -> bool:
    """Whether our message is about an ARG or ENV of the file."""
    text, match = text_of(site), re.search(r"\$\{?(\w+)", site.message)
    return text is not None and match is not None and match[1] in text.before.environment


# Text in single quotes.


def _quoted_dollars(site: Site) -> Iterator[tuple[Body, Simple, Part]]:
    for body in bodies(site):
        for node in nodes(body.script.statements):
            if isinstance(node, Simple):
                for word in node.words:
                    yield from ((body, node, part) for part in word.parts if part.kind == "single" and "$" in part.text)


def quoted_for(*programs: str) -> Test:
    """Whether every text in single quotes with a `$` is handed to one of these programs."""

    def holds(site: Site) -> bool:
        names = [Command(simple.text, simple.words).name for _, simple, _ in _quoted_dollars(site)]
        return bool(names) and all(name in programs for name in names)

    return holds


def quotes_lost_variable(site: Site) -> bool:
    """Whether an ARG, or a variable of the RUN alone, stands in single quotes."""
    text = text_of(site)
    for body, _, part in _quoted_dollars(site):
        assigned = {str(one.name) for each in body.commands for one in each.assignments}
        for match in re.finditer(r"\$\{?(\w+)", part.text):
            variable = text.before.environment.variable(match[1]) if text is not None else None
            if match[1] in assigned or (variable is not None and variable.is_argument):
                return True
    return False


# Folders.


def is_lost_cd(site: Site) -> bool:
    """Whether the RUN ends in its only `cd`, which goes somewhere."""
    moves = [one for one in site.commands if one.name in ("cd", "pushd")]
    return len(moves) == 1 and moves[0] is site.commands[-1] and len(moves[0].arguments) == 1


def only_absolute_after_cd(site: Site) -> bool:
    """Whether what follows the last `cd` that may fail deletes by an absolute path."""
    return bool(site.commands) and [one.name for one in site.commands[-2:]] == ["cd", "rm"]


def is_made_before(site: Site) -> bool:
    """Whether instructions before name the folder: COPY, ADD, WORKDIR, VOLUME, or a RUN that fills it."""
    folders = [str(one.arguments[0].value).rstrip("/") for one in site.commands if one.name == "cd" and one.arguments]
    source = site.build.dockerfile.source
    before = source.text[: source.line_starts[site.line - 1]]
    return bool(folders) and all(folder.startswith("/") and folder in before for folder in folders)
