"""Writes comments that leave findings out, each where it holds in that kind of file.

In a Dockerfile that is above the instruction, in YAML at the end of the line, or above the key where the line is within
a text of several lines; elsewhere above the line. A file is written only if it says the same afterwards as before.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from dockerlint.compose.comments import Layout, layout
from dockerlint.dockerfile.instructions import Arg, From
from dockerlint.dockerfile.pragmas import pragmas as dockerfile_pragmas
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.finding import Finding
from dockerlint.lint.registry import all_rules
from dockerlint.lint.suppression import Suppression, pragmas_of_source
from dockerlint.lint.writing import is_writable, write_all
from dockerlint.pragmas import Pragma, may_hold_pragma
from dockerlint.project.discovery import kind_of_name
from dockerlint.project.project import root_of
from dockerlint.source import BOM, Source


class Slot(NamedTuple):
    """Where a comment may stand: above a line, at its end, or anywhere for the whole file, above a line."""

    line: int
    kind: str  # "above", "end" or "file"


class Added(NamedTuple):
    """How many findings comments were written for, and into which files."""

    findings: int
    files: tuple[str, ...]


def add_ignores(
    findings: Iterable[Finding], read: Callable[[str], Source | None], reason: str, dockerfiles: Collection[str] = ()
) -> Added:
    """Write comments for all findings that a comment can leave out. Raises CannotWrite.

    `dockerfiles` are files that were checked as such whatever they are called.
    """
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        if can_be_ignored(finding):
            by_path.setdefault(finding.region.path, []).append(finding)
    texts: dict[str, str] = {}
    count = 0
    for path, found in by_path.items():
        source = read(path) if path != "-" and os.path.lexists(path) and is_writable(path, str(root_of(path))) else None
        if source is None:
            continue
        text = with_ignores(source, found, reason, is_dockerfile=path in dockerfiles)
        if text not in (None, source.text):
            texts[path] = (BOM if source.has_bom else "") + text
            count += len(found)
    write_all((Path(path), text.encode("utf-8", "surrogateescape")) for path, text in texts.items())
    return Added(count, tuple(texts))


def can_be_ignored(finding: Finding) -> bool:
    """Whether a comment silences it: not what Docker refuses, nor what is said of comments themselves."""
    about_comments = {rule.name for rule in all_rules() if Suppression in rule.kinds}
    return not finding.is_refusal and finding.rule not in about_comments


def with_ignores(
    source: Source, findings: Iterable[Finding], reason: str, *, is_dockerfile: bool = False
) -> str | None:
    """The text with comments for the findings in it; None where none can be written."""
    writer = _writer(source, is_dockerfile=is_dockerfile)
    if writer is None:
        return None
    wanted: dict[Slot, dict[str, None]] = {}
    for finding in findings:
        # The file may have been changed since it was checked.
        if finding.region.line > len(source.line_starts) or not _still_there(source, finding):
            return None
        name = finding.aliases[0] if finding.rule == "shellcheck" else finding.rule
        wanted.setdefault(writer.slot(finding.region.line), {})[name] = None
    edits = [writer.edit(slot, list(names), reason) for slot, names in wanted.items()]
    text = source.text
    for place, added in sorted(edits, reverse=True):
        text = text[:place] + added + text[place:]
    return text if writer.meaning(Source(source.path, text)) == writer.meaning(source) else None


def _still_there(source: Source, finding: Finding) -> bool:
    return not finding.lines or source.line(finding.region.line).startswith(finding.lines[0])


def _writer(source: Source, *, is_dockerfile: bool) -> _Writer | None:
    """What writes into a kind of file; None for one where nobody would look for comments."""
    name = source.path.replace("\\", "/").rpartition("/")[2].lower()
    if is_dockerfile or kind_of_name(name) == "dockerfile":
        return _DockerfileWriter(source)
    if name.endswith((".yml", ".yaml")):
        return _YamlWriter(source)
    if name.endswith(".py"):
        return _PythonWriter(source)
    if name.endswith("ignore"):
        return _Writer(source)
    return _EnvWriter(source) if name.endswith(".env") or name.startswith(".env") else None


class _Writer:
    """Writes comments above lines, as an ignore file has them."""

    def __init__(self, source: Source, pragmas: Iterable[Pragma] | None = None) -> None:
        self.source = source
        found = pragmas_of_source(source) if pragmas is None else pragmas
        self._pragmas = [pragma for pragma in found if pragma.is_ours and not pragma.fault]

    def slot(self, line: int) -> Slot:
        return Slot(line, "above")

    def meaning(self, source: Source) -> object:
        """What the text says, comments apart."""
        lines = (source.line(number) for number in range(1, len(source.line_starts) + 1))
        return [line for line in lines if not line.startswith("#")]

    def edit(self, slot: Slot, names: list[str], reason: str) -> tuple[int, str]:
        """What to insert, and where: names into the comment that is there, or a new one."""
        there = next((pragma for pragma in self._pragmas if self._is_at(pragma, slot)), None)
        if there is not None:
            new = [name for name in names if name not in there.names]
            return there.names[-1].end, "".join(f", {name}" for name in new)
        kind = "ignore-file" if slot.kind == "file" else "ignore"
        comment = f"# dockerlint: {kind}[{', '.join(names)}] {reason}".rstrip()
        line = self.source.line(slot.line)
        start = self.source.line_starts[slot.line - 1]
        if slot.kind == "end":
            return start + len(line.rstrip()), f"  {comment}"
        start = self.source.line_starts[self._above(slot.line) - 1]
        ending = "\r\n" if self.source.text.find("\r\n") >= 0 else "\n"
        return start, line[: len(line) - len(line.lstrip())] + comment + ending

    def _is_at(self, pragma: Pragma, slot: Slot) -> bool:
        if slot.kind == "file" or pragma.scope == "file":
            return slot.kind == "file" and pragma.scope == "file" and pragma.until is None
        is_behind = pragma.comment.line == slot.line
        return pragma.until is None and pragma.first == slot.line and is_behind == (slot.kind == "end")

    def _above(self, line: int) -> int:
        """The line to put a comment above, so that it comes above a line."""
        return line


class _DockerfileWriter(_Writer):
    def __init__(self, source: Source) -> None:
        self._dockerfile = Dockerfile(source)
        super().__init__(source, dockerfile_pragmas(self._dockerfile))

    def slot(self, line: int) -> Slot:
        instructions = self._dockerfile.instructions
        for instruction in instructions:
            if instruction.start_line <= line <= instruction.end_line:
                return Slot(instruction.start_line, "above")
        return Slot(instructions[0].start_line if instructions else line, "file")

    def meaning(self, source: Source) -> object:
        dockerfile = Dockerfile(source)
        written = [(one.start_line, one.end_line) for one in dockerfile.instructions]
        lines = [[source.line(number) for number in range(first, last + 1)] for first, last in written]
        return [(one.name, one.value) for one in dockerfile.directives], lines

    def _above(self, line: int) -> int:
        """Above comments that only hold for the very next line: other linters', and descriptions of stages."""
        comments = {comment.line: str(comment) for comment in self._dockerfile.comments}
        named = [one for one in self._dockerfile.instructions if one.start_line == line and isinstance(one, Arg | From)]
        directives = [directive.value.line for directive in self._dockerfile.directives]
        first = max(directives, default=0)
        while line - 1 > first and line - 1 in comments and (named or may_hold_pragma(comments[line - 1])):
            line -= 1
        return line


class _YamlWriter(_Writer):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._layout: Layout = layout(source)

    def slot(self, line: int) -> Slot:
        text = next((lines for lines in self._layout.long if line in lines), None)
        if text is None:
            return Slot(line, "end")
        around = [block for block in self._layout.blocks if block.first <= text[0] - 1 and line <= block.last]
        started = [block for block in self._layout.blocks if block.first == text[0]]
        best = max((*around, *started), key=lambda block: (block.first, block.depth), default=None)
        return Slot(best.first if best is not None else line, "above")

    def meaning(self, source: Source) -> object:
        import yaml  # noqa: PLC0415

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        events = yaml.parse(source.text, Loader=loader)
        return [(type(event).__name__, *map(str, _said(event))) for event in events]


def _said(event: object) -> Iterator[object]:
    return (getattr(event, name, None) for name in ("value", "anchor", "tag", "style"))


class _EnvWriter(_Writer):
    def meaning(self, source: Source) -> object:
        from dockerlint.compose.env_files import parse_env  # noqa: PLC0415

        return [(str(entry.name), entry.value) for entry in parse_env(source)]


class _PythonWriter(_Writer):
    def slot(self, line: int) -> Slot:
        return Slot(line, "end")

    def meaning(self, source: Source) -> object:
        import ast  # noqa: PLC0415

        return ast.dump(ast.parse(source.text))
