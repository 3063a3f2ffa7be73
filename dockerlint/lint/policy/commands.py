"""The commands that a build and its images run."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from dockerlint.dockerfile.instructions import Cmd, ShellForm
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.policy.facts import UNKNOWN, Fact, One, Several, Table, Thing, one
from dockerlint.lint.policy.stages import Written, of_stage, written
from dockerlint.project.build import Build, is_script_by_name
from dockerlint.shell.options import read_options
from dockerlint.shell.script import Command, command_of_words
from dockerlint.shell.values import with_values
from dockerlint.shell.words import Word, base_name
from dockerlint.shell.wrappers import programs
from dockerlint.source import Text

_RUNNING = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
# Of one command; more than this nobody puts before it.
_MOST_WRAPPERS = 10


def of_build(build: Build) -> Iterator[Thing]:
    """The simple commands of a Dockerfile; those of scripts in its context are not among them."""
    for each in written(build):
        instruction = each.instruction
        if isinstance(instruction, ShellForm) and instruction.name in _RUNNING and each.before is not None:
            common = {"instruction": One((instruction.name,)), **of_stage(each.stage, build)}
            for command in _commands(each):
                yield from _things(command, common)


def _commands(each: Written) -> Iterator[Command]:
    instruction, stage, before = each.instruction, each.stage, each.before
    if not isinstance(instruction, ShellForm) or stage is None or before is None:
        return
    words = _joined(instruction, stage)
    if words:
        yield from command_of_words(words, shown=instruction.exec_form)
    if not (words and instruction is stage.entrypoint) and not _are_arguments(instruction, stage):
        yield from with_values(instruction.script, before.environment.get)


def _joined(instruction: ShellForm, stage: Stage) -> tuple[Text, ...]:
    """The words of ENTRYPOINT with those of CMD behind them; none where the instruction does not join them."""
    entrypoint, cmd = stage.entrypoint, stage.cmd
    if entrypoint is None or cmd is None or not entrypoint.exec_form or not cmd.exec_form:
        return ()
    # A CMD on top of the ENTRYPOINT of another stage is what starts something new.
    is_own = any(one is entrypoint for one in stage.instructions)
    return (*entrypoint.exec_form, *cmd.exec_form) if instruction is (entrypoint if is_own else cmd) else ()


def _are_arguments(instruction: ShellForm, stage: Stage) -> bool:
    """Whether a CMD only gives arguments to the program of an ENTRYPOINT, which is no script that may run them."""
    program = stage.entrypoint.exec_form if stage.entrypoint is not None else None
    if not isinstance(instruction, Cmd) or not program:
        return False
    return instruction.exec_form is not None and not is_script_by_name(program[0])


def _things(command: Command, common: dict[str, Fact]) -> Iterator[Thing]:
    """A command, and those before it that run it, as `sudo` does."""
    found = list(programs(command.words))
    for index in (*found[:_MOST_WRAPPERS], *found[_MOST_WRAPPERS:][-1:]):
        yield _thing(command, command.words[index:], common)
    module = _module(command.words[found[-1] :]) if found else ()
    if module:
        yield _thing(command, module, common)


def _module(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The module that Python runs as a program, with its arguments: `pip install x` of `python -m pip install x`."""
    if not base_name(words[0].value).startswith(("python", "pypy")):
        return ()
    read = read_options(base_name(words[0].value), words[1:])
    module = read.find("-m")
    if module is None or module.value is None:
        return ()
    return (module.value, *read.operands)


def _thing(command: Command, words: tuple[Word, ...], common: dict[str, Fact]) -> Thing:
    """A program with its arguments."""
    program, *arguments = words
    name = program.value
    known = program.is_literal and name != ""
    entries = {
        "name": One(tuple(dict.fromkeys((base_name(str(name)), str(name)))), name) if known else UNKNOWN,
        "arguments": Several(tuple(map(_argument, arguments)), between=" "),
        "options": _options(base_name(name), tuple(arguments)) if known else UNKNOWN,
        "text": _text(command, words),
        **common,
    }
    return Thing(name, Table(entries))


def _argument(word: Word) -> Fact:
    return one(str(word.value) if word.is_literal else None, word.value)


def _options(program: str, arguments: tuple[Word, ...]) -> Fact:
    """The options of a command; a word that only a variable knows may be another one."""
    found = read_options(program, arguments).options
    is_whole = all(word.is_literal or not word.value.startswith(("$", "`")) for word in arguments)
    return Several(tuple(One((str(option.name),), option.name) for option in found), is_whole, " ")


def _text(command: Command, words: tuple[Word, ...]) -> Fact:
    """A command from one of its words on, also with single blanks between words, and by what its words are."""
    text, place = command.text, words[0].value
    start = bisect_left(range(len(text)), place.start, key=text.offset)
    raw = str(text[start:])
    # The words are without quotes, and without the commas of an exec form.
    plain = " ".join(str(word.value) for word in words)
    return One(tuple(dict.fromkeys((" ".join(raw.split()), raw, plain))), place)
