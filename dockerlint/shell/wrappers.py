"""Commands that run the command written after them: `sudo`, `env` and their kin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.shell.words import Assignment, Word, as_assignment, base_name


class Wrapper(NamedTuple):
    """A command that runs the command written after it.

    `valued` are its short options that take a value, `operands` how many words of its own follow.
    With a `subcommand` only that runs another command: `poetry run`.
    With `required` it runs another command only if one of these options is given: `runuser -u`;
    with one of `refused` it runs none that is written so: `command -v`, `env -S`.
    """

    valued: str = ""
    long_valued: tuple[str, ...] = ()
    operands: int = 0
    subcommand: str = ""
    required: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


_UV_VALUED = (
    "--with", "--python", "--project", "--directory", "--env-file", "--extra", "--group", "--only-group", "--no-group",
    "--package", "--with-requirements", "--with-editable", "--index", "--index-url", "--cache-dir", "--config-file",
)  # fmt: skip
_CONDA = Wrapper("npae", ("--name", "--prefix", "--cwd"), subcommand="run")
WRAPPERS: dict[str, Wrapper] = {
    "builtin": Wrapper(),
    "bundle": Wrapper(subcommand="exec"),
    "busybox": Wrapper(),
    "catatonit": Wrapper(),
    "chronic": Wrapper(),
    "chroot": Wrapper("", ("--userspec", "--groups"), operands=1),
    "command": Wrapper(refused=("-v", "-V")),
    "conda": _CONDA,
    "doas": Wrapper("uC"),
    "dumb-init": Wrapper("r", ("--rewrite",)),
    "eatmydata": Wrapper(),
    "env": Wrapper("uC", ("--unset", "--chdir"), refused=("-S", "--split-string")),
    "exec": Wrapper("a"),
    "fakeroot": Wrapper("lsib", ("--lib", "--faked")),
    "gosu": Wrapper(operands=1),
    "ionice": Wrapper("cn", ("--class", "--classdata")),
    "mamba": _CONDA,
    "micromamba": _CONDA,
    "nice": Wrapper("n", ("--adjustment",)),
    "nohup": Wrapper(),
    "npx": Wrapper("p", ("--package",)),
    "pdm": Wrapper("p", ("--project",), subcommand="run"),
    "pipenv": Wrapper(subcommand="run"),
    "poetry": Wrapper("CP", ("--directory", "--project"), subcommand="run"),
    "retry": Wrapper("dtm", ("--delay", "--times")),
    "runuser": Wrapper("ugG", ("--user", "--group", "--supp-group"), required=("-u", "--user")),
    "s6-setuidgid": Wrapper(operands=1),
    "setpriv": Wrapper(
        "",
        ("--reuid", "--regid", "--groups", "--inh-caps", "--ambient-caps", "--bounding-set", "--securebits",
         "--pdeathsig", "--selinux-label", "--apparmor-profile"),
    ),
    "setsid": Wrapper(),
    "stdbuf": Wrapper("ioe", ("--input", "--output", "--error")),
    "su-exec": Wrapper(operands=1),
    "sudo": Wrapper(
        "ugCDhprRtTU",
        ("--user", "--group", "--host", "--prompt", "--chdir", "--chroot", "--close-from", "--role", "--type",
         "--command-timeout", "--other-user"),
        refused=("-e", "--edit", "-l", "--list"),
    ),
    "tini": Wrapper("pe"),
    "time": Wrapper("fo", ("--format", "--output")),
    "timeout": Wrapper("ks", ("--kill-after", "--signal"), operands=1),
    "unbuffer": Wrapper(),
    "uv": Wrapper("pw", _UV_VALUED, subcommand="run"),
    "xargs": Wrapper(
        "adEILnPs",
        ("--max-args", "--max-chars", "--max-procs", "--arg-file", "--delimiter", "--process-slot-var"),
    ),
    "xvfb-run": Wrapper(
        "efnpsw", ("--error-file", "--auth-file", "--server-num", "--xauth-protocol", "--server-args", "--wait")
    ),
}  # fmt: skip

# `time` is a keyword of bash, before any simple command.
_TAKES_ASSIGNMENTS = frozenset({"doas", "env", "sudo", "time"})


def looked_through(words: tuple[Word, ...]) -> tuple[int, list[Assignment]]:
    """How many words stand before the command that really runs, and the assignments among them."""
    index = 0
    assignments: list[Assignment] = []
    while (found := _behind(words, index)) is not None:
        index, given = found
        assignments += given
    return index, assignments


def programs(words: tuple[Word, ...]) -> Iterator[int]:
    """Which of the words are programs: those that run the others in turn, and the command that really runs."""
    index = 0
    while index < len(words):
        yield index
        found = _behind(words, index)
        if found is None:
            return
        index = found[0]


def _behind(words: tuple[Word, ...], index: int) -> tuple[int, list[Assignment]] | None:
    """Where the command stands that a word runs, with the assignments before it; None if it runs no other."""
    name = base_name(words[index].value) if index < len(words) else ""
    wrapper = WRAPPERS.get(name)
    if wrapper is None:
        return None
    after, names = _read_options(words, index + 1, wrapper)
    if not names.isdisjoint(wrapper.refused) or (wrapper.required and names.isdisjoint(wrapper.required)):
        return None
    if wrapper.subcommand:
        if after >= len(words) or words[after].value != wrapper.subcommand:
            return None
        after, _ = _read_options(words, after + 1, wrapper)
    found: list[Assignment] = []
    if name in _TAKES_ASSIGNMENTS:
        while after < len(words) and (assignment := as_assignment(words[after])):
            found.append(assignment)
            after += 1
    after += wrapper.operands
    return None if after >= len(words) else (after, found)


def _read_options(words: tuple[Word, ...], index: int, wrapper: Wrapper) -> tuple[int, set[str]]:
    """Where the options end that begin at `index`, and their names; a lone dash is one, as in `env -`."""
    names: set[str] = set()
    while index < len(words):
        text = words[index].value
        if not text.startswith("-"):
            break
        index += 1
        if text == "--":
            break
        if text.startswith("--"):
            names.add(text.partition("=")[0])
            index += text in wrapper.long_valued
            continue
        for place, letter in enumerate(text[1:], start=2):
            names.add("-" + letter)
            if letter in wrapper.valued:
                # What is left of the word is the value, or else the next word.
                index += place == len(text)
                break
    return index, names
