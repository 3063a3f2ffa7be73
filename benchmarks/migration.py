"""Migrate configurations of hadolint, and compare what both report of real files and which of them fail.

    python -m benchmarks.migration FOLDER [FILES] [--show TITLE CODE CLASS COUNT]

FOLDER holds Dockerfiles under any names; FILES of them (400 unless said), spread over the whole, are checked one by one
by hadolint with each configuration, and here with what `dockerlint migrate` makes of it. A difference is a code of an
instruction that only one of the two tells; its reason is that of `hadolint_agreement`. Of a file that fails with one of
the two only, the reasons are those of the findings that make it fail. `--show` prints some differences of a class.
"""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.hadolint_agreement import Comparison, Theirs, class_of, compare, has_rule, is_explained, show
from benchmarks.hadolint_configurations import SETUPS, Setup
from benchmarks.sites import Files, Site
from dockerlint.cli.checking import exit_code
from dockerlint.lint import hadolint
from dockerlint.lint.configuration import Configuration
from dockerlint.lint.finding import Finding, Severity
from dockerlint.lint.given import of_text
from dockerlint.lint.groups import Group, Outcome, check
from dockerlint.lint.peer import report_in
from dockerlint.lint.run import KNOWING_IMAGES, Result
from dockerlint.project.discovery import named
from dockerlint.report import migration

_LEVELS = {"style": Severity.INFO, "info": Severity.INFO, "warning": Severity.WARNING, "error": Severity.ERROR}


class Answer(NamedTuple):
    """What hadolint says of a file, how gravely, and whether it fails."""

    found: tuple[Theirs, ...]
    levels: Mapping[Theirs, Severity]
    fails: bool


class Parity(NamedTuple):
    """What became of a configuration: the codes that both tell or only one, and the files that fail with only one."""

    comparison: Comparison
    # Codes that hadolint tells and no rule of ours bears.
    alone: Counter[str]
    other_gravity: Counter[str]
    fails: Counter[tuple[bool, bool]]  # with hadolint, here
    gate: Counter[tuple[str, str]]  # who fails alone, why


def laid_out(folder: Path, count: int, target: Path) -> list[str]:
    """Copies of files spread over a folder, each in a folder of its own."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    paths = []
    for number, file in enumerate(files[:: max(1, len(files) // count)][:count]):
        (target / f"{number:05}").mkdir()
        paths.append(f"{number:05}/Dockerfile")
        shutil.copyfile(file, target / paths[-1])
    return paths


def ask_hadolint(folder: Path, variables: Mapping[str, str], path: str) -> Answer:
    program = str(Path(sys.executable).parent / "hadolint")
    clean = {name: text for name, text in os.environ.items() if not name.startswith("HADOLINT_")}
    command = [program, "--no-color", "--format", "json", path]
    done = subprocess.run(command, cwd=folder, env={**clean, **variables}, capture_output=True, check=False)
    levels = {
        Theirs(each["file"], each["code"], each["line"]): _LEVELS[each["level"]]
        for each in report_in(done.stdout.decode("utf-8", "replace"))
    }
    return Answer(tuple(levels), levels, done.returncode != 0)


def ask_all(paths: Sequence[str], folder: Path, variables: Mapping[str, str]) -> dict[str, Answer]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(paths, pool.map(partial(ask_hadolint, folder, variables), paths), strict=True))


def migrated(setup: Setup, folder: Path) -> Configuration:
    """The settings that `dockerlint migrate` writes; hadolint's own file is left in the folder."""
    file = folder / ".hadolint.yaml"
    file.unlink(missing_ok=True)
    if setup.text:
        file.write_text(setup.text, "utf-8")
    reading = hadolint.read(file if setup.text else None, setup.variables)
    return Configuration([of_text(migration.document(reading, setup.title))])


def parity(
    setup: Setup, folder: Path, paths: Sequence[str], files: Files, unconfigured: Sequence[Theirs] = ()
) -> Parity:
    configuration = migrated(setup, folder)
    answers = ask_all(paths, folder, setup.variables)
    day = datetime.datetime.now(tz=datetime.UTC).date()
    ((_, result),) = check([Group(configuration, tuple(map(named, paths)))], day, KNOWING_IMAGES)
    theirs = [one for answer in answers.values() for one in answer.found]
    comparison = compare(list(result.findings), theirs, files, unconfigured)
    return Parity(
        comparison,
        Counter(one.code for one in theirs if not has_rule(one.code)),
        Counter(_other_gravity(answers, result.findings, files)),
        *_gate(answers, configuration, result, comparison),
    )


def _other_gravity(answers: Mapping[str, Answer], findings: Iterable[Finding], files: Files) -> Iterator[str]:
    """The codes that both tell of an instruction, but not as gravely."""
    levels: dict[tuple[str, str, int], set[Severity]] = defaultdict(set)
    for path, answer in answers.items():
        for one, level in answer.levels.items():
            levels[path, one.code, files.site(path, one.line, "").start].add(level)
    for finding in findings:
        path, start = finding.region.path, files.site(finding.region.path, finding.region.line, "").start
        told = {code: levels[path, code, start] for code in finding.aliases}
        if any(told.values()) and finding.severity not in set().union(*told.values()):
            yield next(code for code, found in told.items() if found)


def _gate(
    answers: Mapping[str, Answer], configuration: Configuration, result: Result, comparison: Comparison
) -> tuple[Counter[tuple[bool, bool]], Counter[tuple[str, str]]]:
    """How many files fail with whom, and why those that fail with one only do."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in result.findings:
        found[finding.region.path].append(finding)
    fails: Counter[tuple[bool, bool]] = Counter()
    why: Counter[tuple[str, str]] = Counter()
    for path, answer in answers.items():
        problems = tuple(one for one in result.problems if one.path == path)
        here = Result(tuple(found[path]), problems, (path,))
        both = answer.fails, exit_code([Outcome(configuration, here)]) != 0
        fails[both] += 1
        if both == (True, False):
            sites = [
                site for site in comparison.theirs if _path(site) == path and _is_grave(site, answer, configuration)
            ]
            codes = [one.code for one in answer.found if not has_rule(one.code)]
            why["hadolint", _reasons(sites, codes)] += 1
        elif both == (False, True):
            is_refused = any(one.is_refusal for one in here.findings) or problems
            sites = [site for site in comparison.ours if _path(site) == path]
            why["dockerlint", "Docker refuses the file" if is_refused else _reasons(sites, ())] += 1
    return fails, why


def _path(site: Site) -> str:
    return site.build.dockerfile.path


def _is_grave(site: Site, answer: Answer, configuration: Configuration) -> bool:
    level = answer.levels[Theirs(_path(site), site.code, site.line)]
    return level >= Severity[configuration["fail-on"].upper()]


def _reasons(sites: Sequence[Site], codes: Sequence[str]) -> str:
    """Why a file fails: the reasons of what makes it fail, each once."""
    if any(not is_explained(site) for site in sites):
        return "unexplained: " + ", ".join(f"{site.code} {_path(site)}:{site.line}" for site in sites)
    told = {f"{site.code} ({class_of(site)})" for site in sites} | {f"{code} (no rule here)" for code in codes}
    return ", ".join(sorted(told)) or "unexplained"


def _report(title: str, found: Parity) -> Iterator[str]:
    both = sum(found.comparison.both.values())
    sites = [*found.comparison.theirs, *found.comparison.ours]
    yield title
    total = both + len(found.comparison.theirs) + sum(found.alone.values())
    yield f"  codes told by hadolint {total:,}, of which here too {both:,}"
    for name, group in (("hadolint", found.comparison.theirs), ("dockerlint", found.comparison.ours)):
        counts = Counter(class_of(site).partition(":")[0] for site in group if is_explained(site))
        parts = ", ".join(f"{reason} {count:,}" for reason, count in counts.most_common())
        yield f"  only {name} {len(group):,}: {parts}"
    if found.alone:
        yield f"  no rule here: {', '.join(f'{code} {count}' for code, count in sorted(found.alone.items()))}"
    if found.other_gravity:
        yield f"  not as grave: {dict(found.other_gravity)}"
    unexplained = [f"{site.code} {_path(site)}:{site.line}" for site in sites if not is_explained(site)]
    yield f"  unexplained {len(unexplained)} {' '.join(unexplained)}".rstrip()
    same = found.fails[True, True] + found.fails[False, False]
    yield f"  files: {found.fails[True, True]} fail with both, {found.fails[False, False]} with neither; same {same}"
    for (who, why), count in sorted(found.gate.items()):
        yield f"    {count} with {who} only: {why}"


def _by_reason(found: Iterable[Parity]) -> Iterator[str]:
    """The differences of all configurations, by who tells what and why."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for one in found:
        for who, sites in (("hadolint", one.comparison.theirs), ("dockerlint", one.comparison.ours)):
            counts.update((who, site.code, class_of(site)) for site in sites)
        counts.update(
            {("hadolint", code, "no rule here, but --shellcheck"): count for code, count in one.alone.items()}
        )
    for (who, code, reason), count in sorted(counts.items(), key=lambda item: (item[0][0], -item[1])):
        yield f"  {count:6,} only {who:10} {code}: {reason}"


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]).resolve()
    count = int(arguments[1]) if len(arguments) > 1 and arguments[1].isdecimal() else 400
    shown = arguments[arguments.index("--show") + 1 :] if "--show" in arguments else []
    with tempfile.TemporaryDirectory() as name:
        target = Path(name)
        paths = laid_out(folder, count, target)
        os.chdir(target)
        files = Files(target)
        unconfigured = [one for answer in ask_all(paths, target, {}).values() for one in answer.found]
        all_found: list[Parity] = []
        for setup in SETUPS:
            if shown and setup.title != shown[0]:
                continue
            found = parity(setup, target, paths, files, unconfigured)
            if shown:
                show(found.comparison, shown[1], shown[2], int(shown[3]))
            else:
                print("\n".join(_report(setup.title, found)), flush=True)
                all_found.append(found)
        print("all configurations", *_by_reason(all_found), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
