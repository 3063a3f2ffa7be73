"""Runs rules of an organisation on files, without the settings that name them."""

from pathlib import Path

from dockerlint.lint.finding import Finding, Problem
from dockerlint.lint.policy.definitions import Definition, read
from dockerlint.lint.policy.rules import rule_of
from dockerlint.source import Source
from tests import harness


def rules_of(text: str) -> tuple[Definition, ...]:
    return read(Source("dockerlint-rules.yaml", text))


def check_files(
    definitions: tuple[Definition, ...], files: dict[str, str], folder: Path
) -> tuple[list[Finding], list[Problem]]:
    """What rules say of a folder with these files."""
    return harness.check_files(tuple(map(rule_of, definitions)), files, folder)
