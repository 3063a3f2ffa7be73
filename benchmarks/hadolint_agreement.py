"""Compare dockerlint with hadolint, code by code, on the same Dockerfiles.

    python -m benchmarks.hadolint_agreement FOLDER [FILES] [--show CODE CLASS COUNT]

FOLDER holds Dockerfiles under any names; the first FILES of them (2,000 unless said) are checked, each in a folder of
its own. A finding of hadolint agrees with one of ours that has its code and touches the same instruction. What is left
on either side is put into classes: those of its code say who is right (`differences_dl`), the general ones only what
stands there. `--show` prints some of a class with their instructions.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import differences_dl, differences_sc, reasons
from benchmarks.sites import Files, Site
from benchmarks.speed import lay_out
from dockerlint.dockerfile.instructions import ShellForm
from dockerlint.lint.finding import Finding
from dockerlint.lint.profiles import HADOLINT
from dockerlint.lint.registry import find
from dockerlint.lint.run import Request, run
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import named

_BATCH = 100
_OFF_BY_DEFAULT = ("DL3057",)


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


def _has_cache_mount(site: Site) -> bool:
    return site.run is not None and any(mount.type in ("cache", "tmpfs") for mount in site.run.mounts)


def _has_unknown_base(site: Site) -> bool:
    return site.stage is not None and not site.has_known_base and site.base != "scratch"


def _has_unknown_shell(site: Site) -> bool:
    instruction = site.instruction
    return isinstance(instruction, ShellForm) and instruction.script.shell.dialect in ("sh", "")


def _is_unread(site: Site) -> bool:
    return isinstance(site.instruction, ShellForm) and site.instruction.script.unread is not None


def _is_heredoc(site: Site) -> bool:
    return site.instruction is not None and bool(site.instruction.heredocs)


def _has_inner_script(site: Site) -> bool:
    return site.run is not None and any("script" in command.nesting for command in site.run.commands)


def _has_variables(site: Site) -> bool:
    return site.instruction is not None and "$" in site.instruction.text


_CLASSES: tuple[tuple[str, Callable[[Site], bool]], ...] = (
    ("Docker refuses the file", reasons.is_refused),
    ("does not ship", reasons.does_not_ship),
    ("cache mount", _has_cache_mount),
    ("ONBUILD", reasons.is_trigger),
    ("exec form", reasons.is_in_exec_form),
    ("heredoc", _is_heredoc),
    ("no shell text", _is_unread),
    ("script in a script", _has_inner_script),
    ("unknown base image", _has_unknown_base),
    ("unknown shell", _has_unknown_shell),
    ("variables", _has_variables),
)


def class_of(site: Site) -> str:
    """The first class that the site belongs to: one of its code, else a general one."""
    classes = [*_classes_by_code(site), *_CLASSES]
    return next((name for name, holds in classes if holds(site)), "other")


def _classes_by_code(site: Site) -> Iterator[tuple[str, Callable[[Site], bool]]]:
    yield from differences_dl.classes(site)
    yield from differences_sc.classes(site, site.codes_there)


def is_explained(site: Site) -> bool:
    """Whether it is in a class of its code, which says who is right."""
    return any(holds(site) for _, holds in _classes_by_code(site))


class Comparison(NamedTuple):
    both: Counter[str]
    ours: list[Site]
    theirs: list[Site]


# The lines of a file on which one of the two tells of a code, all those of an instruction.
Told = dict[tuple[str, str], set[int]]


def compare(ours: list[Finding], theirs: list[Theirs], files: Files, unconfigured: Iterable[Theirs] = ()) -> Comparison:
    """Pair what both say of one instruction; the codes that hadolint has and a rule of ours stands for.

    `unconfigured` is what hadolint would say if no settings kept it from that.
    """
    everything = [*theirs, *unconfigured]
    theirs = [each for each in theirs if has_rule(each.code)]
    told = _told(((one.region.path, code, one.region.line) for one in ours for code in one.aliases), files)
    said = _told(theirs, files)
    both: Counter[str] = Counter()
    only_theirs: list[Site] = []
    for each in theirs:
        lines = told[each.path, each.code]
        if each.line in lines:
            both[each.code] += 1
        else:
            site = files.site(each.path, each.line, each.code)
            only_theirs.append(site._replace(told_lines=frozenset(lines)))
    only_ours: list[Site] = []
    for finding in ours:
        codes = [code for code in finding.aliases if has_rule(code)]
        lines = set().union(*(said[finding.region.path, code] for code in codes))
        if finding.region.line not in lines:
            site = _our_site(finding, "/".join(codes), files)
            is_given_up = bool(said[finding.region.path, "DL1000"])
            only_ours.append(site._replace(told_lines=frozenset(lines), is_given_up=is_given_up))
    there: dict[tuple[str, int], set[str]] = defaultdict(set)
    for each in everything:
        there[each.path, _lines(files, each.path, each.line)[0]].add(each.code)
    return Comparison(
        both, [_with_codes(site, there) for site in only_ours], [_with_codes(site, there) for site in only_theirs]
    )


def _with_codes(site: Site, there: dict[tuple[str, int], set[str]]) -> Site:
    return site._replace(codes_there=frozenset(there[site.build.dockerfile.path, site.start]))


def _told(places: Iterable[tuple[str, str, int]], files: Files) -> Told:
    told: Told = defaultdict(set)
    for path, code, line in places:
        start, end = _lines(files, path, line)
        told[path, code] |= set(range(start, end + 1))
    return told


def _our_site(finding: Finding, code: str, files: Files) -> Site:
    place = finding.region
    site = files.site(place.path, place.line, code)
    return site._replace(column=place.column, message=finding.message, is_ours=True)


def has_rule(code: str) -> bool:
    """Whether it is a code of hadolint's, reported by default or when it is given a severity, that a rule bears."""
    return (code in HADOLINT or code in _OFF_BY_DEFAULT) and bool(find(code))


def _lines(files: Files, path: str, line: int) -> tuple[int, int]:
    instruction = files.site(path, line, "").instruction
    return (instruction.start_line, instruction.end_line) if instruction is not None else (line, line)


def _table(comparison: Comparison) -> Iterator[str]:
    counts: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for site in (*comparison.theirs, *comparison.ours):
        side = "dockerlint only" if site.is_ours else "hadolint only"
        counts[site.code][side, class_of(site)] += 1
    for code in sorted({*comparison.both, *counts}):
        yield f"{code:16} both {comparison.both[code]:6,}"
        for (side, name), count in sorted(counts[code].items(), key=lambda item: (item[0][0], -item[1])):
            yield f"    {side:15} {count:6,}  {name}"
    sites = [*comparison.theirs, *comparison.ours]
    for prefix in ("DL", "SC"):
        yield from _summary(prefix, [site for site in sites if site.code.startswith(prefix)])


def _summary(prefix: str, sites: list[Site]) -> Iterator[str]:
    """How many differences of these codes there are, and which of them nobody has explained."""
    counts = Counter(class_of(site).partition(":")[0] for site in sites if is_explained(site))
    unexplained = [f"{site.code} {site.build.dockerfile.path}:{site.line}" for site in sites if not is_explained(site)]
    parts = ", ".join(f"{name} {count:,}" for name, count in counts.most_common())
    yield f"{len(sites):,} differences of {prefix} codes: {parts}; unexplained {len(unexplained):,} {unexplained or ''}"


def show(comparison: Comparison, code: str, name: str, count: int) -> None:
    sites = [site for site in (*comparison.theirs, *comparison.ours) if site.code == code]
    wanted = [site for site in sites if name in (class_of(site), "any")]
    for site in wanted[:: max(1, len(wanted) // count)][:count]:
        side = f"dockerlint only: {site.message}" if site.is_ours else "hadolint only"
        print(f"=== {site.build.dockerfile.path}:{site.line} {code} ({class_of(site)}), {side}")
        print(f"[{site.base}] {site.text[:700]}")


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]).resolve()
    count = int(arguments[1]) if len(arguments) > 1 and arguments[1].isdecimal() else 2000
    with tempfile.TemporaryDirectory() as name:
        target = Path(name)
        paths = lay_out(folder, count, target)
        comparison = compare(ask_dockerlint(paths, target), ask_hadolint(paths, target), Files(target))
        if "--show" in arguments:
            code, wanted, number = arguments[arguments.index("--show") + 1 :][:3]
            show(comparison, code, wanted, int(number))
        else:
            print("\n".join(_table(comparison)))


if __name__ == "__main__":
    main(sys.argv[1:])
