"""Files of rules that settings name: where they are looked for, when their rules speak, and what is refused."""

import json
import pickle
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dockerlint.cli.main import cli
from dockerlint.lint.policy import definitions
from dockerlint.lint.registry import Catalogue
from dockerlint.source import Source
from tests.harness import inside, lay_out

RULES = """
rules:
  {name}:
    about: command
    where: {{ name: {command} }}
    summary: A command is forbidden.
    why: It is made up for a test.
    severity: error
    bad: ["FROM alpine:3.22\\nRUN «{command}» x"]
    good: ["FROM alpine:3.22\\nRUN true"]
"""
NO_CURL = RULES.format(name="no-curl", command="curl")
NO_WGET = RULES.format(name="no-wget", command="wget")
DOCKERFILE = "FROM alpine:3.22\nRUN curl -f https://a.example/x -o x && wget https://a.example/y\nUSER 1000\n"
NAMED = 'rule-files = ["rules.yaml"]\n'


def check(folder: Path, files: dict[str, str], *options: str) -> Result:
    lay_out({"Dockerfile": DOCKERFILE, ".git/HEAD": "", **files}, folder)
    with inside(folder):
        return CliRunner().invoke(cli, ["check", "--format", "json", "--as-of", "2026-11-23", *options])


def found(result: Result) -> set[tuple[str, str]]:
    told = json.loads(result.stdout)["findings"]
    return {(one["path"], one["rule"]) for one in told if one["rule"] in {"no-curl", "no-wget"}}


def test_they_are_relative_to_the_settings_that_name_them(tmp_path: Path) -> None:
    files = {
        "dockerlint.toml": 'rule-files = ["policy/curl.yaml"]',
        "policy/curl.yaml": NO_CURL,
        "api/.dockerlint.yaml": "rule-files: [../policy/wget.yaml]",
        "api/Dockerfile": DOCKERFILE,
        "policy/wget.yaml": NO_WGET,
    }
    assert found(check(tmp_path, files)) == {("Dockerfile", "no-curl"), ("api/Dockerfile", "no-wget")}


def test_those_of_extended_settings_count_too(tmp_path: Path) -> None:
    files = {
        "policy/base.toml": NAMED,
        "policy/rules.yaml": NO_CURL,
        "dockerlint.toml": 'extend = "policy/base.toml"\nrule-files = ["own.yaml"]\nseverity = { no-curl = "info" }',
        "own.yaml": NO_WGET,
    }
    assert found(check(tmp_path, files)) == {("Dockerfile", "no-curl"), ("Dockerfile", "no-wget")}


@pytest.mark.parametrize(
    ("settings", "options", "speaks"),
    [
        ("", [], False),
        (NAMED, [], True),
        ("", ["--config", NAMED], True),
        (NAMED, ["--isolated"], False),
        (NAMED, ["--profile", "hadolint"], True),
        (NAMED, ["--select", "custom"], True),
        (NAMED, ["--select", "user"], False),
        (NAMED, ["--ignore", "no-curl"], False),
        (NAMED + 'ignore = ["custom"]', [], False),
        (NAMED + 'per-file-ignores = { "/Dockerfile" = ["no-curl"] }', [], False),
    ],
)
def test_rules_speak_where_settings_name_their_file(
    settings: str, options: list[str], speaks: bool, tmp_path: Path
) -> None:
    result = check(tmp_path, {"dockerlint.toml": settings, "rules.yaml": NO_CURL}, *options)
    assert bool(found(result)) is speaks


def test_they_speak_in_every_process(tmp_path: Path) -> None:
    files = {f"{number}/Dockerfile": DOCKERFILE for number in range(80)}
    assert len(found(check(tmp_path, {**files, "dockerlint.toml": NAMED, "rules.yaml": NO_CURL}))) == 81


def test_a_catalogue_can_be_handed_to_another_process() -> None:
    catalogue = pickle.loads(pickle.dumps(Catalogue(definitions=definitions.read(Source("rules.yaml", NO_CURL)))))
    assert [rule.name for rule in catalogue.find("custom")] == ["no-curl"]


def test_a_baseline_remembers_their_findings(tmp_path: Path) -> None:
    check(tmp_path, {"dockerlint.toml": NAMED, "rules.yaml": NO_CURL})
    with inside(tmp_path):
        assert CliRunner().invoke(cli, ["baseline", "create"]).exit_code == 0
        result = CliRunner().invoke(cli, ["baseline", "check", "--format", "json"])
    assert (result.exit_code, found(result)) == (0, set())


def test_comments_can_be_written_for_their_findings(tmp_path: Path) -> None:
    result = check(
        tmp_path, {"dockerlint.toml": NAMED, "rules.yaml": NO_CURL}, "--select", "custom", "--add-ignores=later"
    )
    assert result.exit_code == 0
    assert "# dockerlint: ignore[no-curl] later\nRUN curl" in (tmp_path / "Dockerfile").read_text()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"dockerlint.toml": 'rule-files = ["rule.yaml"]'},
            "dockerlint.toml:1:15: `rule-files` names `rule.yaml`, which is no file",
        ),
        (
            {"dockerlint.toml": 'rule-files = ["../rules.yaml"]'},
            "dockerlint.toml:1:15: `rule-files` leads out of the project",
        ),
        ({"dockerlint.toml": NAMED, "rules.yaml": "rules: ["}, "rules.yaml:1:8: a value is missing"),
        ({"dockerlint.toml": NAMED, "rules.yaml": NO_CURL.replace("about", "abuot")}, "rules.yaml:4:5"),
        (
            {"dockerlint.toml": NAMED, "rules.yaml": NO_CURL.replace("no-curl", "missing-user")},
            "dockerlint.toml:1:1: a rule of rules.yaml is called `missing-user`, as one of `dockerlint` is",
        ),
        (
            {"dockerlint.toml": 'rule-files = ["a.yaml", "b.yaml"]', "a.yaml": NO_CURL, "b.yaml": NO_CURL},
            "dockerlint.toml:1:1: a rule of a.yaml and one of b.yaml is called `no-curl`",
        ),
    ],
)
def test_what_cannot_be_used_ends_the_run_with_its_place(files: dict[str, str], message: str, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(NO_CURL)
    result = check(tmp_path / "work", files)
    assert result.exit_code == 2
    assert message in result.output


def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(NO_CURL)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "rules.yaml").symlink_to("../outside.yaml")
    result = check(tmp_path / "work", {"dockerlint.toml": NAMED})
    assert (result.exit_code, "leads out of the project" in result.output) == (2, True)


# `dockerlint test-rules`


def run(folder: Path, files: dict[str, str], *arguments: str) -> Result:
    lay_out(files, folder)
    with inside(folder):
        return CliRunner().invoke(cli, ["test-rules", *arguments])


def test_samples_of_all_rules_that_the_settings_name_are_run(tmp_path: Path) -> None:
    result = run(tmp_path, {"dockerlint.toml": NAMED, "rules.yaml": NO_CURL})
    assert (result.exit_code, result.output) == (
        0,
        "ok    no-curl: 2 samples\n1 rule with 2 samples: none failed\n",
    )


def test_samples_of_a_file_are_run_whatever_the_settings_say(tmp_path: Path) -> None:
    result = run(tmp_path, {"dockerlint.toml": "no-such-key = 1", "x/rules.yaml": NO_WGET}, "x/rules.yaml")
    assert (result.exit_code, "ok    no-wget" in result.output) == (0, True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("«curl»", "curl"), "rules.yaml:9:11: a bad sample has what is reported between `«` and `»`"),
        (("RUN true", "RUN curl y"), "no-curl-good-1: found at Dockerfile:2:5 to 2:9, where nothing is marked"),
        (("    good: [", "    bad2: ["), "rules.yaml:"),
        (('    good: ["FROM alpine:3.22\\nRUN true"]\n', ""), "it has no good sample"),
    ],
)
def test_a_sample_that_is_wrong_fails(change: tuple[str, str], told: str, tmp_path: Path) -> None:
    result = run(tmp_path, {"dockerlint.toml": NAMED, "rules.yaml": NO_CURL.replace(*change)})
    assert result.exit_code in (1, 2)
    assert told in result.output


def test_without_any_rules_of_ones_own_there_is_nothing_to_test(tmp_path: Path) -> None:
    result = run(tmp_path, {})
    assert (result.exit_code, "name no `rule-files` and no `plugins`" in result.output) == (2, True)
