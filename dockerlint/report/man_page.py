"""The manual page of the program, in the language of man(7): all commands on one page.

The commands describe themselves; here is what no command says. (click-man writes a page for each command and has no
place for files, variables and examples.)

https://man7.org/linux/man-pages/man7/man.7.html
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from inspect import cleandoc

import click

from dockerlint import __version__
from dockerlint.knowledge.records import load
from dockerlint.lint.keys import KEYS

_DESCRIPTION = """\
dockerlint checks Dockerfiles and Compose files, and the project around them: the build context, `.dockerignore`, and
the Python program that the image runs. It reads both as Docker does, knows who a base image runs as and how long it is
supported, and speaks only when it is sure. It never runs or imports anything of the project that it checks, reads
nothing outside of it, and has no network code.

`dockerlint rules` lists the rules, and `dockerlint rule` prints the page of one.
"""
_EXIT_CODES = {
    "0": "Nothing at or above `--fail-on` was found.",
    "1": "Something was found.",
    "2": "Something could not be checked: an unreadable file, an instruction that Docker refuses, bad usage.",
    "130": "The run was interrupted.",
}
_FILES = {
    "dockerlint.toml, .dockerlint.toml, .dockerlint.yaml, .dockerlint.yml, pyproject.toml": (
        "The settings, in `pyproject.toml` below `[tool.dockerlint]`. For each file that is checked the nearest of them"
        " holds: in its own folder or the next above, up to the root of the repository."
    ),
    ".hadolint.yaml": "hadolint's settings. They hold where none of ours do; `dockerlint migrate` takes them over.",
    "dockerlint-baseline.json": "What `dockerlint baseline create` writes.",
    ".gitignore": "What it leaves out is not looked for.",
}
_VARIABLES = {
    "DOCKERLINT_FORMAT": "The formats of `--format`, separated by spaces, where that is not given.",
    "DOCKERLINT_CONFIG": "The file of settings, as by `--config`.",
    "DOCKERLINT_ISOLATED": "As `--isolated`.",
    "NO_COLOR, FORCE_COLOR": "Whether reports for people have colours, where `--color` is not given.",
    "GITHUB_STEP_SUMMARY": "A file that `--format github` adds a summary to.",
}
_EXAMPLES = {
    "dockerlint check": "Check everything below the current folder.",
    "dockerlint check --profile strict --ignore DL3059,needless-tool api": (
        "Check a folder for taste and policy too, but for two rules."
    ),
    "dockerlint check --format full --format sarif=dockerlint.sarif": "Write several reports at once.",
    "dockerlint baseline create": "Accept what is found, so that `dockerlint baseline check` reports only what is new.",
    "dockerlint audit --max-risk 200": "Tell how ready a project is for production, and fail above 200 points of risk.",
    "dockerlint context --write-ignore": "Write a .dockerignore that is fitted to the project.",
}


def render(group: click.Group) -> str:
    """The page of a program with these commands."""
    context = click.Context(group, info_name="dockerlint")
    about = (group.help or "").rstrip(".")
    date = load("eol")["_meta"]["snapshot"]
    lines = [
        f'.TH DOCKERLINT 1 "{date}" "dockerlint {__version__}" "User Commands"',
        ".nh",  # names of files and options are copied from the page
        *_section("NAME", [f"dockerlint \\- {_prose(about[0].lower() + about[1:])}"]),
        *_section("SYNOPSIS", _synopsis(context)),
        *_section("DESCRIPTION", _paragraphs(_DESCRIPTION)),
        *_section("OPTIONS", _options(context)),
        *_section("COMMANDS", _commands(context)),
        *_section("EXIT STATUS", _list(_EXIT_CODES)),
        *_section("FILES", _list(_FILES)),
        *_section("ENVIRONMENT", _list(_VARIABLES | _of_settings())),
        *_section("EXAMPLES", _list(_EXAMPLES)),
        *_section("SEE ALSO", [".BR hadolint (1),", ".BR shellcheck (1),", ".BR docker\\-build (1)"]),
    ]
    return "\n".join(lines) + "\n"


def _of_settings() -> dict[str, str]:
    settable = (key for key in KEYS.values() if key.name != "extend")  # only a file can extend another
    return {key.variable: key.about[0].upper() + key.about[1:] for key in settable}


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f".SH {title}"
    yield from lines


def _synopsis(context: click.Context) -> Iterator[str]:
    yield f"\\fBdockerlint\\fP {_usage(context)}"
    for one in _below(context):
        yield ".br"
        yield _title(one)


def _commands(context: click.Context) -> Iterator[str]:
    for one in _below(context):
        yield f".SS {_title(one)}"
        yield from _paragraphs(one.command.help or "")
        yield from _options(one)


def _below(context: click.Context) -> Iterator[click.Context]:
    """Every command below a group that can be called by itself, those of groups in it included."""
    group = context.command
    if not isinstance(group, click.Group):
        yield context
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            yield from _below(click.Context(command, info_name=name, parent=context))


def _title(context: click.Context) -> str:
    return f"\\fB{_escaped(context.command_path)}\\fP {_usage(context)}".rstrip()


def _usage(context: click.Context) -> str:
    return _escaped(" ".join(context.command.collect_usage_pieces(context)))


def _options(context: click.Context) -> Iterator[str]:
    for parameter in context.command.get_params(context):
        told = parameter.get_help_record(context)
        is_told_above = "--help" in parameter.opts and context.parent is not None
        if isinstance(parameter, click.Option) and told is not None and not is_told_above:
            names, about = told
            yield ".TP"
            yield " ".join(map(_word, names.split(" ")))
            yield from _wrapped(about)


def _word(word: str) -> str:
    """A word of how an option is written: its names are bold, what it takes is in italics."""
    if word in ("/", "|"):
        return word
    return f"\\fB{_escaped(word)}\\fP" if word.startswith("-") else f"\\fI{_escaped(word)}\\fP"


def _list(entries: Mapping[str, str]) -> Iterator[str]:
    for name, about in entries.items():
        yield ".TP"
        yield f"\\fB{_escaped(name)}\\fP"
        yield from _wrapped(about)


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(cleandoc(text).split("\n\n")):
        if number:
            yield ".PP"
        if paragraph.startswith("\b\n"):  # as click is told to keep the lines
            yield from (".nf", *map(_guarded, _escaped(paragraph.removeprefix("\b\n")).split("\n")), ".fi")
        else:
            yield from _wrapped(paragraph)


def _wrapped(text: str) -> Iterator[str]:
    lines = textwrap.wrap(_prose(text), 78, break_long_words=False, break_on_hyphens=False)
    return map(_guarded, lines)


def _prose(text: str) -> str:
    """A text of ours, where what stands between backticks is bold."""
    return re.sub(r"`([^`]+)`", r"\\fB\1\\fP", _escaped(text))


def _guarded(line: str) -> str:
    """A line that no request of roff begins."""
    return f"\\&{line}" if line.startswith((".", "'")) else line


# What roff would show as other characters than those that are typed, or not read at all.
_SHOWN = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "~": "\\(ti", "^": "\\(ha", "«": "\\(Fo", "»": "\\(Fc"}


def _escaped(text: str) -> str:
    return "".join(_SHOWN.get(character, character) for character in text)
