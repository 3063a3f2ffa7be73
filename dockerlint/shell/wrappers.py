"""Commands that run the command written after them: `sudo`, `env` and their kin."""

from __future__ import annotations

from typing import NamedTuple

from dockerlint.shell.words import Assignment, Word, as_assignment, base_name


class Wrapper(NamedTuple):
    """A command that runs the command written after it.

    `valued` are its short options that take a value, `operands` how many words of its own follow.
    With a `subcommand` only that runs another command: `poetry run`.
    With `required` it runs another command only if one of these options is given: `runuser -u`.
    """

    valued: str = ""
    long_valued: tuple[str, ...] = ()
    operands: int = 0
    subcommand: str = ""
    required: tuple[str, ...] = ()


_UV_VALUED = ("--with", "--python", "--project", "--directory", "--env-file", "--extra", "--group", "--package")
WRAPPERS: dict[str, Wrapper] = {
    "builtin": Wrapper(),
    "bundle": Wrapper(subcommand="exec"),
    "busybox": Wrapper(),
    "chroot": Wrapper(operands=1),
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
    "runuser": Wrapper("ugG", ("--user", "--group", "--supp-group"), required=("-u", "--user")),
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
        if wrapper.required and not any(word.value.partition("=")[0] in wrapper.required for word in words[:after]):
            break
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
