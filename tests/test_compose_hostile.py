"""Compose projects that are made to hang, to fill the memory or to read what is not theirs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from dockerlint.lint.finding import Finding, Problem
from dockerlint.lint.registry import all_rules
from tests.harness import check_files

WEB = "services: {web: {image: 'x:1'}}\n"
TRAPS: dict[str, dict[str, str]] = {
    "aliases of aliases": {
        "compose.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{n}: &{n} [{','.join(['*' + chr(ord(n) - 1)] * 9)}]\n" for n in "bcdefghij")
        + WEB
    },
    "merges of merges": {
        "compose.yaml": "x0: &x0 {a: 1}\n"
        + "".join(f"x{n}: &x{n}\n  <<: [*x{n - 1}, *x{n - 1}]\n  k{n}: *x{n - 1}\n" for n in range(1, 30))
        + WEB
    },
    "half a million lines": {
        "compose.yaml": WEB.rstrip() + "\nx-a:\n" + "".join(f"  v{n}: {n}\n" for n in range(500_000))
    },
    "deep nesting": {"compose.yaml": "a: " + "[" * 100_000 + "]" * 100_000},
    "a very long command": {"compose.yaml": f"services: {{web: {{image: 'x:1', command: '{'a b ' * 300_000}'}}}}\n"},
    "nested defaults": {"compose.yaml": f"services: {{web: {{image: '{'${A:-' * 5000 + '}' * 5000}'}}}}\n"},
    "values that double": {
        "compose.yaml": "services: {web: {image: 'x:${A}', env_file: [e.env]}}\n",
        ".env": "A=xxxxxxxxxx\n" + "A=$A$A\n" * 60,
        "e.env": "B=xxxxxxxxxx\n" + "B=$B$B\n" * 60,
    },
    "includes that multiply": {
        "compose.yaml": "include: [a0.yaml, a0.yaml]\n",
        **{f"a{n}.yaml": f"include: [{','.join([f'a{n + 1}.yaml'] * 3)}]\n" for n in range(12)},
        "a12.yaml": WEB,
    },
    "a long row of extends": {
        "compose.yaml": "services:\n  s0: {image: 'x:1'}\n"
        + "".join(f"  s{n}: {{extends: s{n - 1}}}\n" for n in range(1, 400))
    },
    "a long row of extends, the last first": {
        "compose.yaml": "services:\n"
        + "".join(f"  s{n}: {{extends: s{n - 1}}}\n" for n in range(400, 0, -1))
        + "  s0: {image: 'x:1'}\n"
    },
    "many services": {
        "compose.yaml": "services:\n"
        + "".join(
            f"  s{n}: {{image: 'x:1', ports: ['{n + 1}:80'], depends_on: [s{n + 1}], environment: ['U=http://s{n}:8']}}\n"
            for n in range(500)
        )
        + "  s500: {image: 'x:1'}\n"
    },
}


def check(folder: Path, files: dict[str, str]) -> tuple[list[Finding], list[Problem]]:
    return check_files([rule for rule in all_rules() if rule.chapter.startswith("compose")], files, folder)


@pytest.mark.parametrize("files", TRAPS.values(), ids=TRAPS)
def test_trap_is_checked_in_bounded_time(files: dict[str, str], tmp_path: Path) -> None:
    begin = time.process_time()
    findings, problems = check(tmp_path, files)
    assert time.process_time() - begin < 30
    assert all("internal error" not in problem.message for problem in problems)
    assert findings or problems


@pytest.mark.parametrize(
    "files",
    [
        {"compose.yaml": "services: {a: {extends: {file: b.yaml, service: b}}}\n", "b.yaml": "services: {b: {extends: {file: compose.yaml, service: a}}}\n"},
        {"compose.yaml": f"include: [b.yaml]\n{WEB}", "b.yaml": "include: [c.yaml]\n", "c.yaml": "include: [b.yaml]\n"},
    ],
    ids=["extends", "include"],
)  # fmt: skip
def test_circles_of_files_are_told(files: dict[str, str], tmp_path: Path) -> None:
    findings, _ = check(tmp_path, files)
    assert [finding.rule for finding in findings if "round in a circle" in finding.message] == ["dependency-cycle"]


@pytest.mark.parametrize(
    "compose",
    [
        "include: [../secret.yaml]\n" + WEB,
        "services: {web: {extends: {file: ../secret.yaml, service: web}}}\n",
        "services: {web: {extends: {file: link.yaml, service: web}}}\n",
        "services: {web: {image: 'x:1', env_file: ../secret.yaml}}\n",
    ],
)
def test_nothing_outside_of_the_root_is_read(compose: str, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("services: {web: {image: 'x:1', privileged: true, command: AKIAIOSFODNN7}}\n")
    project = tmp_path / "project"
    project.mkdir()
    (project / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    findings, problems = check(project, {"compose.yaml": compose})
    assert not [finding for finding in findings if "privileged" in finding.message]
    assert all("secret" not in finding.region.path for finding in findings)
    assert problems == []
