"""Words of shell text, and the commands that stand before another command."""

from __future__ import annotations

from typing import NamedTuple

from dockerlint.source import Text


class Word(NamedTuple):
    """A word without its quotes and escapes.

    `is_literal` says that the shell gives exactly `value` to the command; otherwise a variable, a
    substitution or the like stands in it, as it is written.
    """

    value: Text
    is_literal: bool


class Assignment(NamedTuple):
    """`NAME=value`; for `NAME` alone (as in `export NAME`) the value is None."""

    name: Text
    value: Word | None


class Redirection(NamedTuple):
    """`> file`, `2>&1`, `<<< text`: the operator, the descriptor before it, the word after it."""

    operator: str
    descriptor: str
    target: Word | None


class Wrapper(NamedTuple):
    """A command that runs the command written after it.

    `valued` are its short options that take a value, `operands` how many words of its own follow.
    With a `subcommand` only that runs another command: `poetry run`.
    """

    valued: str = ""
    long_valued: tuple[str, ...] = ()
    operands: int = 0
    subcommand: str = ""


_UV_VALUED = ("--with", "--python", "--project", "--directory", "--env-file", "--extra", "--group", "--package")
WRAPPERS: dict[str, Wrapper] = {
    "builtin": Wrapper(),
    "bundle": Wrapper(subcommand="exec"),
    "busybox": Wrapper(),
    "command": Wrapper(),
    "doas": Wrapper("uC"),
    "dumb-init": Wrapper("r", ("--rewrite",)),
    "eatmydata": Wrapper(),
    "env": Wrapper("uCS", ("--unset", "--chdir")),
    "exec": Wrapper("a"),
    "gosu": Wrapper(operands=1),
    "nice": Wrapper("n", ("--adjustment",)),
    "nohup": Wrapper(),
    "npx": Wrapper("p", ("--package",)),
    "pdm": Wrapper(subcommand="run"),
    "pipenv": Wrapper(subcommand="run"),
    "poetry": Wrapper(subcommand="run"),
    "retry": Wrapper("dtm", ("--delay", "--times")),
    "setpriv": Wrapper("", ("--reuid", "--regid", "--groups", "--inh-caps", "--bounding-set")),
    "su-exec": Wrapper(operands=1),
    "sudo": Wrapper("ugCDhprRtTU", ("--user", "--group", "--host", "--prompt", "--chdir", "--close-from")),
    "tini": Wrapper("pe"),
    "time": Wrapper("fo", ("--format", "--output")),
    "timeout": Wrapper("ks", ("--kill-after", "--signal"), operands=1),
    "uv": Wrapper("", _UV_VALUED, subcommand="run"),
    "xargs": Wrapper("adEILnPs", ("--max-args", "--max-procs", "--replace", "--arg-file", "--delimiter")),
}

_TAKES_ASSIGNMENTS = frozenset({"env", "sudo", "doas"})


def base_name(path: str) -> str:
    return path.rpartition("/")[2]


def looked_through(words: tuple[Word, ...]) -> tuple[int, list[Assignment]]:
    """How many words stand before the command that really runs, and the assignments among them."""
    index = 0
    assignments: list[Assignment] = []
    while index < len(words):
        name = base_name(words[index].value)
        wrapper = WRAPPERS.get(name)
        if wrapper is None:
            break
        after = _after_options(words, index + 1, wrapper)
        if wrapper.subcommand:
            if after >= len(words) or words[after].value != wrapper.subcommand:
                break
            after = _after_options(words, after + 1, wrapper)
        found: list[Assignment] = []
        if name in _TAKES_ASSIGNMENTS:
            while after < len(words) and (assignment := as_assignment(words[after])):
                found.append(assignment)
                after += 1
        after += wrapper.operands
        if after >= len(words):
            break
        assignments += found
        index = after
    return index, assignments


def _after_options(words: tuple[Word, ...], index: int, wrapper: Wrapper) -> int:
    while index < len(words):
        word = words[index].value
        if word == "--":
            return index + 1
        if not word.startswith("-") or word == "-":
            return index
        takes_next = word in wrapper.long_valued or (
            not word.startswith("--") and len(word) > 1 and word[-1] in wrapper.valued
        )
        index += 2 if takes_next else 1
    return index


def as_assignment(word: Word) -> Assignment | None:
    """A word of the form `NAME=value`, taken apart."""
    name, equals, _ = word.value.partition("=")
    if not equals or not name.isidentifier():
        return None
    cut = len(name)
    return Assignment(word.value.part(0, cut), Word(word.value.part(cut + 1, len(word.value)), word.is_literal))
