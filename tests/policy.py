"""Runs rules of an organisation on files, without the settings that name them."""

from pathlib import Path

from dockerlint.lint.configuration import Configuration, of_text
from dockerlint.lint.finding import Finding, Problem
from dockerlint.lint.policy.definitions import Definition, read
from dockerlint.lint.policy.rules import rule_of
from dockerlint.lint.registry import Selection
from dockerlint.lint.rule import AnyRule
from dockerlint.lint.run import Request, run
from dockerlint.project.discovery import find
from dockerlint.source import Source
from tests.harness import AS_OF, inside, lay_out


class _Only(Selection):
    """Some rules and no others."""

    def __init__(self, rules: tuple[AnyRule, ...]) -> None:
        super().__init__()
        self._rules = rules

    def rules(self, chapters: object) -> tuple[AnyRule, ...]:
        return self._rules


def rules_of(text: str) -> tuple[Definition, ...]:
    return read(Source("dockerlint-rules.yaml", text))


def check_files(
    definitions: tuple[Definition, ...], files: dict[str, str], folder: Path
) -> tuple[list[Finding], list[Problem]]:
    """What rules say of a folder with these files."""
    lay_out(files, folder)
    configuration = Configuration([of_text(files.get("dockerlint.toml", ""))])
    selection = _Only(tuple(map(rule_of, definitions)))
    with inside(folder):
        result = run(Request(tuple(find(["."])), selection, configuration.settings(AS_OF)))
    return list(result.findings), list(result.problems)
