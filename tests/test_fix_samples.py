"""The fixes of all rules, applied to their own samples by `--fix`."""

from pathlib import Path

import pytest
from dockerfile import GoParseError, parse_string

from dockerlint.lint.configuration import Configuration
from dockerlint.lint.given import of_text
from dockerlint.lint.registry import all_rules
from dockerlint.lint.rule import AnyRule
from dockerlint.project.discovery import kind_of_name
from tests.harness import files_of, read_sample
from tests.test_cli import DAY, invoke

RULES = all_rules()
FIXED = [
    pytest.param(rule, bad, after, id=f"{rule.name}-{i}")
    for rule in RULES
    for i, (bad, after) in enumerate(rule.bad.items())
    if after is not None
]
ALL = [pytest.param(bad, id=f"{rule.name}-{i}") for rule in RULES for i, bad in enumerate(rule.bad)]


def fixed(folder: Path, files: dict[str, str], *options: str) -> dict[str, str]:
    """The files after `--fix`."""
    result = invoke(folder, "check", "--fix", "--format", "concise", *DAY, *options, files=files)
    assert "Traceback" not in result.output
    assert "internal error" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return texts_in(folder)


def texts_in(folder: Path) -> dict[str, str]:
    small = (path for path in folder.rglob("*") if path.is_file() and path.stat().st_size < 1_000_000)
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8", "replace") for path in small}


@pytest.mark.parametrize(("rule", "bad", "after"), FIXED)
def test_a_fix_gives_the_promised_text_and_nothing_is_left_to_mend(
    rule: AnyRule, bad: str, after: str, tmp_path: Path
) -> None:
    files = read_sample(bad).files
    others = Configuration([of_text(files.get("dockerlint.toml", ""))])["extend-select"]
    options = ("--unsafe-fixes", "--select", rule.name, "--config", f"unfixable = {list(others)}")
    result = fixed(tmp_path, files, *options)
    assert {name: result.get(name) for name in files_of(after)} == files_of(after)
    assert fixed(tmp_path, {}, *options) == result


@pytest.mark.parametrize("safety", ["--unsafe-fixes", "--no-unsafe-fixes"])
@pytest.mark.parametrize("bad", ALL[::10])
def test_all_fixes_together_settle_and_keep_what_docker_accepts(bad: str, safety: str, tmp_path: Path) -> None:
    files = read_sample(bad).files
    result = fixed(tmp_path, files, safety, "--select", "all")
    assert fixed(tmp_path, {}, safety, "--select", "all") == result
    for name, text in files.items():
        if kind_of_name(name.rpartition("/")[2]) == "dockerfile" and is_accepted(text):
            assert is_accepted(result[name])
        if " (" not in name:
            assert ("\r\n" in text) == ("\r\n" in result[name])


def is_accepted(text: str) -> bool:
    try:
        return bool(parse_string(text))
    except GoParseError:
        return False
