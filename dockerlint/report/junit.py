"""JUnit's XML: a suite for each file, a failed test for each error and warning.

There is no one schema; this keeps to what Jenkins and GitLab read:
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
https://docs.gitlab.com/ci/testing/unit_test_reports/
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple, TextIO

from dockerlint.lint.finding import Finding, Problem, Severity
from dockerlint.lint.run import Result
from dockerlint.report.described import name_of
from dockerlint.report.places import CANNOT_CHECK, shown
from dockerlint.report.xml import element, text_element


class _Test(NamedTuple):
    """One test of a file, as XML, and how it ended."""

    outcome: str
    xml: str


def render(result: Result, out: TextIO) -> None:
    suites: dict[str, list[_Test]] = {path: [] for path in result.files}
    for problem in result.problems:
        suites.setdefault(problem.path, []).append(_of_problem(problem))
    for finding in result.findings:
        suites.setdefault(finding.region.path, []).append(_of_finding(finding))
    tests = {path: suites[path] or [_passed(path)] for path in sorted(suites)}
    written = (_suite("testsuite", shown(path), tests[path], (test.xml for test in tests[path])) for path in tests)
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(_suite("testsuites", "dockerlint", list(chain(*tests.values())), written))


def _suite(tag: str, name: str, tests: list[_Test], content: Iterable[str]) -> str:
    outcomes = [test.outcome for test in tests]
    counts = {"failures": outcomes.count("failure"), "errors": outcomes.count("error")}
    return element(tag, content, name=name, tests=len(tests), **counts, time="0")


def _of_problem(problem: Problem) -> _Test:
    error = text_element("error", _place(problem.line, problem.column), type=CANNOT_CHECK, message=problem.message)
    name = f"{CANNOT_CHECK} at {problem.line}:{problem.column}"
    return _Test("error", _case(problem.path, problem.line, name, error))


def _of_finding(finding: Finding) -> _Test:
    """Infos never fail a run, so they are what a passed test has printed."""
    region = finding.region
    name = f"{name_of(finding)} at {region.line}:{region.column}"
    lines = [_place(region.line, region.column), finding.help, finding.url]
    if finding.severity is Severity.INFO:
        outcome, said = "passed", text_element("system-out", finding.message, *lines)
    else:
        outcome = "failure"
        said = text_element("failure", *lines, type=finding.severity.label, message=finding.message)
    return _Test(outcome, _case(region.path, region.line, name, said))


def _place(line: int, column: int) -> str:
    return f"line {line}, column {column}"


def _passed(path: str) -> _Test:
    return _Test("passed", element("testcase", name="nothing to report", classname=shown(path), time="0"))


def _case(path: str, line: int, name: str, said: str) -> str:
    return element("testcase", [said], name=name, classname=shown(path), file=shown(path), line=line, time="0")
