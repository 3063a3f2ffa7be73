"""Edits of shell text that leave all around them as it is, and when they must not be made."""

from __future__ import annotations

from dockerlint.dockerfile.instructions import Instruction
from dockerlint.lint.finding import Edit, Fix
from dockerlint.project.layers import Layer
from dockerlint.shell.script import Command
from dockerlint.shell.tree import Pipeline, Simple, Statement
from dockerlint.shell.words import Word
from dockerlint.source import Span, Text

# A command behind one of these never runs.
_LEAVES = frozenset({"exec", "exit", "return"})


def is_editable(layer: Layer) -> bool:
    """Whether the text of a RUN may be edited at all: read to its end, by rules that hold for it."""
    dockerfile = layer.build.dockerfile
    return not (layer.script.is_broken or layer.run.escape != "\\" or dockerfile.is_template)


def is_plain(command: Command, word: Word) -> bool:
    """Whether a word of a command stands in the file as it is, and the command runs where it stands."""
    is_inner = "script" in command.nesting or "find" in command.nesting or "xargs" in command.wrappers
    return word.is_literal and not word.is_expanded and word.value.is_verbatim and not is_inner


def inserted_after(
    layer: Layer, command: Command, word: Word, added: str, message: str, *, is_safe: bool
) -> Fix | None:
    """A fix that puts a word behind one of a command's: an option behind its verb. None where that cannot be done.

    In exec form the word becomes an element of its own.
    """
    if not is_editable(layer):
        return None
    place = word.value
    if layer.run.exec_form is not None:
        is_element = word.is_literal and any(place is element for element in layer.run.exec_form)
        if not is_element:
            return None
        return Fix(message, (_inserting(place, f', "{added}"'),), is_safe)
    if not is_plain(command, word):
        return None
    return Fix(message, (_inserting(place, f" {added}"),), is_safe)


def rewritten(
    layer: Layer, command: Command, word: Word, replacement: str, message: str, *, is_safe: bool
) -> Fix | None:
    """A fix that writes another word in place of one of a command's. None where that cannot be done."""
    if not is_editable(layer):
        return None
    if layer.run.exec_form is not None:
        is_element = word.is_literal and any(word.value is element for element in layer.run.exec_form)
        replacement = f'"{replacement}"'
    else:
        is_element = is_plain(command, word)
    return Fix(message, (Edit.replacing(word.value, replacement),), is_safe) if is_element else None


def appended(layer: Layer, command: str, message: str, *, is_safe: bool) -> Fix | None:
    """A fix that lets a command run at the end of a RUN, if all before it succeeded. None where that cannot be done."""
    if layer.run.exec_form is not None or layer.is_trigger or not is_editable(layer):
        return None
    if layer.run.is_heredoc_script:
        return _appended_line(layer, command, message, is_safe=is_safe)
    statements = layer.script.statements
    if layer.run.heredocs or not statements or statements[-1].connector:
        return None
    last = _plain_end(statements)
    if last is None:
        return None
    edit = Edit.replacing(Span(last.text.source, _end_of(last), _end_of(last)), _separator(layer, statements) + command)
    return Fix(message, (edit,), is_safe)


def prepended(layer: Layer, command: str, message: str, *, is_safe: bool) -> Fix | None:
    """A fix that lets a command which cannot fail, such as `set`, run before a RUN. None where that cannot be done."""
    run = layer.run
    if run.exec_form is not None or layer.is_trigger or not is_editable(layer) or not layer.script.statements:
        return None
    if run.is_heredoc_script:
        body = run.heredocs[0].body
        start = body.start + (body.index("\n") + 1 if body.lstrip("\t").startswith("#!") else 0)
        added = command + ("\r\n" if "\r\n" in body else "\n")
    elif run.heredocs:
        return None
    else:
        start = run.rest.offset(len(run.rest) - len(run.rest.lstrip()))
        added = f"{command} && "
    return Fix(message, (Edit.replacing(Span(run.rest.source, start, start), added),), is_safe)


def line_above(instruction: Instruction, line: str) -> Edit:
    """An edit that puts a line before an instruction and the comments right above it, which belong to it."""
    source = instruction.keyword.source
    comments = {comment.line for comment in instruction.line.comments}
    first = instruction.start_line
    while first - 1 in comments:
        first -= 1
    start = source.line_starts[first - 1]
    line_end = "\r\n" if "\r\n" in source.text else "\n"
    return Edit.replacing(Span(source, start, start), line + line_end)


def _inserting(place: Text, added: str) -> Edit:
    return Edit.replacing(Span(place.source, place.end, place.end), added)


def _appended_line(layer: Layer, command: str, message: str, *, is_safe: bool) -> Fix | None:
    """A heredoc's last line decides whether the step succeeds, unless each failure ends it."""
    body = layer.run.heredocs[0].body
    last = _plain_end(layer.script.statements) if layer.script.statements else None
    if last is None or not body.endswith("\n") or layer.commands[-1].errexit is not True:
        return None
    return Fix(message, (_inserting(body, f"{command}\n"),), is_safe)


def _plain_end(statements: tuple[Statement, ...]) -> Simple | None:
    """The command that the last list of a script ends with, if that is plain and all before it must succeed."""
    for before in reversed(statements[:-1]):
        if before.connector == "||":
            return None
        if before.connector != "&&":
            break
    return _only_command(statements[-1].pipeline)


def _only_command(pipeline: Pipeline) -> Simple | None:
    command = pipeline.commands[0]
    if len(pipeline.commands) > 1 or pipeline.negation is not None or not isinstance(command, Simple):
        return None
    is_last = not command.words or command.words[0].value in _LEAVES
    has_document = any(redirection.document is not None for redirection in command.redirections)
    return None if is_last or has_document else command


def _end_of(command: Simple) -> int:
    return max(command.text.end, *(redirection.text.end for redirection in command.redirections), 0)


def _separator(layer: Layer, statements: tuple[Statement, ...]) -> str:
    """What stands between the last two commands of the script, so that one more looks like those before it."""
    if len(statements) < 2:
        return " && "
    before = statements[-2].pipeline.commands[-1]
    if not isinstance(before, Simple):
        return " && "
    first = statements[-1].pipeline.commands[0].text.start
    between = layer.script.text.source.text[_end_of(before) : first]
    written = between.replace("\\", "").split()
    if written in (["&&"], [";"]):
        return between if written == ["&&"] else between.replace(";", " &&", 1)
    return " && "
