"""Every word of every Dockerfile stands where it says, and the file's text there gives the word back.

    python -m benchmarks.spans FOLDER

For each text of the model (keywords, flags, values, words, mounts, pairs, heredocs, shell words, packages):
1. each of its characters stands at its place in the file, or is what an escape there stands for;
2. the file's text from start to end, continuations, comments, quotes and escapes taken out in an independent way,
   is the text. Shell words are taken apart by Python's shlex, members of exec form by its JSON reader.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dockerlint.dockerfile.instructions import (
    Arg,
    Instruction,
    KeyValues,
    Onbuild,
    Run,
    ShellForm,
    Transfer,
    Volume,
)
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.shell.packages import action_of
from dockerlint.shell.words import Word
from dockerlint.source import Source, Text

_MOST_PRINTED = 20


def texts(instruction: Instruction) -> Iterator[tuple[str, Text]]:
    """The texts of an instruction with their kinds."""
    yield "keyword", instruction.keyword
    yield from (("heredoc", heredoc.body) for heredoc in instruction.heredocs)
    yield from _flag_texts(instruction)
    yield from _argument_texts(instruction)
    if isinstance(instruction, ShellForm):
        yield from _shell_texts(instruction)


def _flag_texts(instruction: Instruction) -> Iterator[tuple[str, Text]]:
    for flag in instruction.flags:
        yield "flag", flag.text
        yield "flag name", flag.name
        if flag.value is not None:
            yield "flag value", flag.value
    for mount in instruction.mounts if isinstance(instruction, Run) else ():
        for field in mount.fields:
            yield "mount key", field.key
            if field.value is not None:
                yield "mount value", field.value


def _argument_texts(instruction: Instruction) -> Iterator[tuple[str, Text]]:
    for pair in instruction.pairs if isinstance(instruction, KeyValues | Arg) else ():
        yield "key", pair.key
        if pair.value is not None:
            yield "value", pair.value
    is_json = getattr(instruction, "exec_form", None) is not None or getattr(instruction, "is_json", False)
    if isinstance(instruction, ShellForm | Transfer | Volume) and is_json:
        yield from (("json", word) for word in instruction.words)
    elif not isinstance(instruction, Onbuild):
        yield from (("word", word) for word in instruction.words)


def _shell_texts(form: ShellForm) -> Iterator[tuple[str, Text]]:
    for command in form.commands:
        # What stands in a script inside of a word is escaped twice.
        is_inside = form.exec_form is not None or "script" in command.nesting
        for word in command.words:
            yield "word of a script in a word" if is_inside else _kind(word), word.value
        action = action_of(command)
        for package in action.packages if action is not None else ():
            yield "package", package.name
            if package.version is not None:
                yield "version", package.version


def _kind(word: Word) -> str:
    return "shell word" if word.is_literal else "shell word with variables"


def characters_differ(text: Text) -> str | None:
    """Which character does not stand where it says."""
    written = text.source.text
    if not 0 <= text.start <= text.end <= len(written):
        return f"{text.start} to {text.end} is outside of the file"
    for index, character in enumerate(text):
        there = written[text.offset(index)]
        # An escape of JSON or of $'...' stands for another character; a line end may be written as CR LF.
        if there not in (character, "\\") and not (character == "\n" and there in "\r\n"):
            return f"{character!r} is {there!r} at {text.offset(index)}"
    return None


def read_back(kind: str, text: Text, escape: str) -> str | None:
    """What the file's text between start and end stands for; None where this cannot be told in another way."""
    raw = text.source.text[text.start : text.end]
    if kind == "heredoc":
        return raw
    plain = _joined(raw, escape)
    if kind == "json":
        return str(json.loads(plain))
    if kind == "shell word":
        return _shell_value(plain)
    is_plain = not any(mark in plain for mark in "'\"\\")
    return plain if is_plain or kind in ("word", "key", "value", "keyword") else None


def _joined(raw: str, escape: str) -> str:
    """A text as Docker joins it: without continuations, and without the comments and empty lines in them."""
    if "\n" not in raw:
        return raw
    return re.sub(rf"{re.escape(escape)}[ \t]*\r*\n(?:[ \t\r]*(?:#[^\n]*)?\n)*", "", raw)


def _shell_value(plain: str) -> str | None:
    if any(mark in plain for mark in ("$", "`", "\n", "\r", "~")):
        return None
    try:
        words = shlex.split(plain, posix=True)
    except ValueError:
        return None
    return words[0] if len(words) == 1 else None


def main(folder: Path) -> None:
    checked: Counter[str] = Counter()
    read: Counter[str] = Counter()
    failures = 0
    for path in sorted(folder.iterdir()):
        source = Source.from_bytes(path.name, path.read_bytes())
        dockerfile = Dockerfile(source)
        for node in dockerfile.instructions:
            inner = [node.instruction] if isinstance(node, Onbuild) else []
            for kind, text in (found for one in (node, *inner) for found in texts(one)):
                checked[kind] += 1
                problem = characters_differ(text)
                back = read_back(kind, text, dockerfile.escape) if problem is None else None
                read[kind] += back is not None
                if back is not None and back != text:
                    problem = f"{source.text[text.start : text.end]!r} reads back as {back!r}"
                if problem is not None:
                    failures += 1
                    if failures <= _MOST_PRINTED:
                        print(f"{path.name}:{text.line}: {kind} {str(text)!r}: {problem}")
    for kind, count in checked.most_common():
        print(f"{count:9,}  {kind}, {read[kind]:,} read back")
    print(f"{sum(checked.values()):,} texts, {failures} failures")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
