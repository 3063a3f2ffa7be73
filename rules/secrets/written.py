"""Secrets in text that an instruction writes into files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dockerlint.dockerfile.instructions import Instruction, Run, ShellForm, Transfer
from dockerlint.source import Text

from .handed import Handed, mounted_names
from .shell_text import heredocs, is_printer, lines, printed, written_to
from .values import is_secret_word, names_secret

# Keys of configuration files that hold a secret, but are no names for one elsewhere.
_KEYS = frozenset({"_auth", "_authtoken", "npmauthident", "requirepass", "masterauth"})

_PLACES = ("/dev/", "/proc/", "&")  # what is written there stays nowhere


def written(instruction: Instruction) -> Iterator[Handed]:
    """The secrets of `name=value` lines that echo, printf and heredocs write into files."""
    mounted = mounted_names(instruction)
    for file, text in (*_printed(instruction), *_in_heredocs(instruction)):
        is_program = file.endswith(_PROGRAMS)
        for line in lines(text):
            for name, place in _settings(line, is_program):
                if name.lower() not in mounted:
                    yield Handed(place, f"the value of `{name}`{f' for `{file}`' if file else ''}")


# In the source of these programs a value without quotes is an expression.
_PROGRAMS = (
    ".py", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".go", ".rb", ".php", ".java", ".kt", ".cs", ".c", ".cpp",
    ".h", ".rs", ".lua", ".pl", ".scala", ".groovy",
)  # fmt: skip


def _printed(instruction: Instruction) -> Iterator[tuple[str, Text]]:
    """The name of a file, and a text that echo or printf writes into it."""
    if not isinstance(instruction, ShellForm):
        return
    for index, command in enumerate(instruction.commands):
        if is_printer(command):
            file = written_to(instruction.commands, index)
            if file is not None and not file.startswith(_PLACES):
                for word in printed(command):
                    yield file.rpartition("/")[2], word.value


def _in_heredocs(instruction: Instruction) -> Iterator[tuple[str, Text]]:
    """The bodies of the heredocs that become files, with their names where these are known."""
    if isinstance(instruction, Transfer):
        for heredoc in instruction.heredocs:
            yield instruction.destination.rpartition("/")[2] or heredoc.name, heredoc.body
    elif isinstance(instruction, Run) and instruction.heredocs:
        for written_text in heredocs(instruction):
            yield (written_text.file or "").rpartition("/")[2].strip("\"'"), written_text.body


def _settings(line: Text, is_program: bool) -> Iterator[tuple[str, Text]]:
    for match in _setting().finditer(line):
        name = match["name"]
        group = "quoted" if match["quoted"] is not None else "bare"
        value = match[group] or ""
        if _is_code(value) or (is_program and group == "bare"):
            continue
        if (names_secret(name) or name.lower() in _KEYS) and is_secret_word(value, name):
            yield name, line.part(*match.span(group))


@cache
def _setting() -> re.Pattern[str]:
    return re.compile(
        r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]{0,80})[\"']?\s{0,8}(?:=|:(?=[\s\"']))\s{0,8}"
        r"(?:u?\\{0,3}[\"'](?P<quoted>[^\"'\\]{0,500})|(?P<bare>[^\s\"',;{}<>\\]{1,500}))",
        re.ASCII,
    )


_TYPES = frozenset({"string", "str", "text", "bytes", "bool", "boolean", "number", "int", "object", "undefined"})


def _is_code(value: str) -> bool:
    """Whether a value is an expression, a type, a pattern or a sentence rather than a secret."""
    return value in _TYPES or re.search(r"[()\[\] ]|=>|\.\*", value) is not None
