"""Compare dockerlint with hadolint, code by code, on the same Dockerfiles.

    python -m benchmarks.hadolint_agreement FOLDER [FILES] [--show CODE CLASS COUNT]

FOLDER holds Dockerfiles under any names; the first FILES of them (2,000 unless said) are checked, each in a folder of
its own. A finding of hadolint agrees with one of ours that has its code and touches the same instruction. What is left
on either side is put into classes by what stands there; `--show` prints some of a class with their instructions.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.speed import lay_out
from dockerlint.dockerfile.instructions import Instruction, Onbuild, Run, ShellForm
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.knowledge.images import facts
from dockerlint.lint.finding import Finding
from dockerlint.lint.profiles import HADOLINT
from dockerlint.lint.registry import Selection, find
from dockerlint.lint.run import KNOWING_IMAGES, Request, run
from dockerlint.lint.settings import Settings
from dockerlint.project.build import Build
from dockerlint.project.discovery import named
from dockerlint.source import Source

_BATCH = 100


class Site(NamedTuple):
    """An instruction that one of the two speaks of, where it stands."""

    build: Build
    stage: Stage | None
    instruction: Instruction | None
    line: int
    code: str

    @property
    def run(self) -> Run | None:
        written = self.instruction.instruction if isinstance(self.instruction, Onbuild) else self.instruction
        return written if isinstance(written, Run) else None


class Theirs(NamedTuple):
    path: str
    code: str
    line: int


def ask_hadolint(paths: list[str], folder: Path) -> list[Theirs]:
    program = str(Path(sys.executable).parent / "hadolint")
    found: list[Theirs] = []
    for start in range(0, len(paths), _BATCH):
        command = [program, "--no-fail", "--no-color", "--format", "json", *paths[start : start + _BATCH]]
        answer = subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout
        found += [Theirs(each["file"], each["code"], each["line"]) for each in json.loads(answer)]
    return found


def ask_dockerlint(paths: list[str], folder: Path) -> list[Finding]:
    os.chdir(folder)
    settings = Settings(as_of=datetime.datetime.now(tz=datetime.UTC).date())
    codes = list(HADOLINT)
    request = Request(tuple(named(path) for path in paths), Selection(codes), settings)
    return list(run(request).findings)


class Files:
    """The files of a comparison, read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._builds: dict[str, Build] = {}

    def build(self, path: str) -> Build:
        if path not in self._builds:
            source = Source.from_bytes(path, (self._folder / path).read_bytes())
            self._builds[path] = Build(Dockerfile(source, KNOWING_IMAGES))
        return self._builds[path]

    def site(self, path: str, line: int, code: str) -> Site:
        build = self.build(path)
        instruction = next(
            (one for one in build.dockerfile.instructions if one.start_line <= line <= one.end_line), None
        )
        stage = next((one for one in build.dockerfile.stages if one.from_.start_line <= line <= one.end_line), None)
        return Site(build, stage, instruction, line, code)


def _does_not_ship(site: Site) -> bool:
    return site.stage is not None and site.stage not in site.build.shipping_stages


def _is_refused(site: Site) -> bool:
    return bool(site.build.dockerfile.errors)


def _has_cache_mount(site: Site) -> bool:
    return site.run is not None and any(mount.type in ("cache", "tmpfs") for mount in site.run.mounts)


def _has_unknown_base(site: Site) -> bool:
    base = site.stage.base if site.stage is not None else None
    return site.stage is not None and (base is None or facts(base) is None) and site.stage.root.base_name != "scratch"


def _has_unknown_shell(site: Site) -> bool:
    instruction = site.instruction
    return isinstance(instruction, ShellForm) and instruction.script.shell.dialect in ("sh", "")


def _is_unread(site: Site) -> bool:
    return isinstance(site.instruction, ShellForm) and site.instruction.script.unread is not None


def _is_trigger(site: Site) -> bool:
    return isinstance(site.instruction, Onbuild)


def _is_exec_form(site: Site) -> bool:
    return site.run is not None and site.run.exec_form is not None


def _is_heredoc(site: Site) -> bool:
    return site.instruction is not None and bool(site.instruction.heredocs)


def _has_inner_script(site: Site) -> bool:
    return site.run is not None and any("script" in command.nesting for command in site.run.commands)


def _has_variables(site: Site) -> bool:
    return site.instruction is not None and "$" in site.instruction.text


_CLASSES: tuple[tuple[str, Callable[[Site], bool]], ...] = (
    ("Docker refuses the file", _is_refused),
    ("does not ship", _does_not_ship),
    ("cache mount", _has_cache_mount),
    ("ONBUILD", _is_trigger),
    ("exec form", _is_exec_form),
    ("heredoc", _is_heredoc),
    ("no shell text", _is_unread),
    ("script in a script", _has_inner_script),
    ("unknown base image", _has_unknown_base),
    ("unknown shell", _has_unknown_shell),
    ("variables", _has_variables),
)


def class_of(site: Site) -> str:
    return next((name for name, holds in _CLASSES if holds(site)), "other")


class Comparison(NamedTuple):
    both: Counter[str]
    ours: list[tuple[Site, str]]
    theirs: list[Site]


def compare(ours: list[Finding], theirs: list[Theirs], files: Files) -> Comparison:
    """Pair what both say of one instruction; the codes that hadolint's defaults have and a rule of ours stands for."""
    told: dict[tuple[str, str, int], int] = {}
    both: Counter[str] = Counter()
    only_theirs: list[Site] = []
    only_ours: list[tuple[Site, str]] = []
    for finding in ours:
        start, end = _lines(files, finding.region.path, finding.region.line)
        for code in finding.aliases:
            for line in range(start, end + 1):
                told[finding.region.path, code, line] = finding.region.line
    said: set[tuple[str, str, int]] = set()
    for each in theirs:
        if not find_quietly(each.code):
            continue
        start, end = _lines(files, each.path, each.line)
        said |= {(each.path, each.code, line) for line in range(start, end + 1)}
        if (each.path, each.code, each.line) in told:
            both[each.code] += 1
        else:
            only_theirs.append(files.site(each.path, each.line, each.code))
    for finding in ours:
        codes = [code for code in finding.aliases if code in HADOLINT]
        if not any((finding.region.path, code, finding.region.line) in said for code in codes):
            site = files.site(finding.region.path, finding.region.line, "/".join(codes))
            only_ours.append((site, finding.message))
    return Comparison(both, only_ours, only_theirs)


def find_quietly(code: str) -> bool:
    return code in HADOLINT and bool(find(code))


def _lines(files: Files, path: str, line: int) -> tuple[int, int]:
    instruction = files.site(path, line, "").instruction
    return (instruction.start_line, instruction.end_line) if instruction is not None else (line, line)


def _table(comparison: Comparison) -> Iterator[str]:
    classes = {
        "hadolint only": Counter((site.code, class_of(site)) for site in comparison.theirs),
        "dockerlint only": Counter((site.code, class_of(site)) for site, _ in comparison.ours),
    }
    codes = {*comparison.both, *(code for counter in classes.values() for code, _ in counter)}
    for code in sorted(codes):
        yield f"{code:16} both {comparison.both[code]:6,}"
        for side, counter in classes.items():
            parts = [f"{name} {count:,}" for (one, name), count in sorted(counter.items()) if one == code]
            if parts:
                yield f"    {side}: {', '.join(parts)}"


def _show(comparison: Comparison, code: str, name: str, count: int) -> None:
    sites = [(site, "hadolint only") for site in comparison.theirs]
    sites += [(site, f"dockerlint only: {message}") for site, message in comparison.ours]
    wanted = [(site, side) for site, side in sites if site.code == code and name in (class_of(site), "any")]
    for site, side in wanted[:: max(1, len(wanted) // count)][:count]:
        base = site.stage.root.base_name if site.stage is not None else None
        text = site.instruction.text if site.instruction is not None else ""
        print(f"=== {site.build.dockerfile.path}:{site.line} {code} ({class_of(site)}), {side}\n[{base}] {text[:700]}")


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]).resolve()
    count = int(arguments[1]) if len(arguments) > 1 and arguments[1].isdecimal() else 2000
    with tempfile.TemporaryDirectory() as name:
        target = Path(name)
        paths = lay_out(folder, count, target)
        comparison = compare(ask_dockerlint(paths, target), ask_hadolint(paths, target), Files(target))
        if "--show" in arguments:
            code, wanted, number = arguments[arguments.index("--show") + 1 :][:3]
            _show(comparison, code, wanted, int(number))
        else:
            print("\n".join(_table(comparison)))


if __name__ == "__main__":
    main(sys.argv[1:])
