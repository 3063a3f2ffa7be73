"""What `dockerlint context --write-ignore` does: shows the change of an ignore file, and makes it."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

import click

from dockerlint.cli.writing import write_whole
from dockerlint.context.files import read_regular
from dockerlint.project.payload.fitting import fitted
from dockerlint.project.payload.proof import Objection, Proven
from dockerlint.project.payload.sections import Section
from dockerlint.report.text import plural, visible

DONE, LEFT, UNREADABLE = 0, 1, 2

_LARGEST = 1_000_000


def write(section: Section, *, only_check: bool, force: bool) -> int:
    """Write the ignore file of a context, or say why not. The result is an exit code."""
    context = section.context
    path = context.ignore_path or context.root / ".dockerignore"
    before = read_regular(path, _LARGEST) if context.ignore_path is not None else b""
    if not section.builds:
        _say(f"{context.root}: no Dockerfile here, so nothing to prove")
        return UNREADABLE
    if before is None or not context.is_complete:
        _say(f"{path}: left as it is, for not all of {context.root} can be read")
        return UNREADABLE
    found = fitted(section.builds)
    for objection in found.objections:
        _say(f"without `{objection.pattern}`: {_reason(objection)}")
    if not found.patterns:
        _say(f"{path}: lacks nothing")
        return DONE
    after = _appended(before, found)
    _show(path, before, after)
    if only_check or (before and not force):
        _say(f"{path}: not written" + ("" if only_check else "; --force changes an ignore file that is there"))
        return LEFT
    write_whole(path, after)
    _say(f"{path}: wrote {plural(len(found.patterns), 'pattern')}; every COPY and ADD still finds what it takes")
    return DONE


def _reason(objection: Objection) -> str:
    build, asked = objection.build, objection.asked
    return f"{build.dockerfile.path}:{asked.word.line} needs {objection.path} (`{asked.instruction.name} {asked.word}`)"


def _appended(before: bytes, found: Proven) -> bytes:
    line_end = b"\r\n" if b"\r\n" in before else b"\n"
    start = before if not before or before.endswith(b"\n") else before + line_end
    return start + b"".join(pattern.encode() + line_end for pattern in found.patterns)


def _show(path: Path, before: bytes, after: bytes) -> None:
    """Print the change as a difference; the whole text where there was none."""
    old, new = (text.decode("utf-8", "surrogateescape").splitlines() for text in (before, after))
    shown = unified_diff(old, new, str(path), str(path), lineterm="") if before else new
    for line in shown:
        _print(line)


def _say(text: str) -> None:
    click.echo(visible(text), err=True)


def _print(text: str) -> None:
    click.echo(visible(text))
