"""Settings from a configuration file: what is read, and what is an error."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dockerlint.cli.main import cli
from dockerlint.lint.configuration import Configuration
from dockerlint.lint.given import of_text
from dockerlint.lint.keys import BadSetting
from dockerlint.lint.settings import LabelSchema, Settings
from tests.harness import AS_OF, inside, lay_out


def settings(text: str) -> Settings:
    return Configuration([of_text(text)]).settings(AS_OF)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("", "context_size", 100_000_000),
        ('trusted-registries = ["docker.io", "ghcr.io/acme"]', "trusted_registries", ("docker.io", "ghcr.io/acme")),
        ('context-size = "2 GB"', "context_size", 2_000_000_000),
        ("file-size = 10", "file_size", 10),
        ("squash = true", "squash", True),
        ('moving-tags = ["latest"]', "moving_tags", ("latest",)),
        ("host-ports = [80, 389]", "host_ports", (80, 389)),
        ('limits = ["memory"]', "limits", ("memory",)),
        ('order = ["ports"]', "order", ("ports",)),
        ('[label-schema]\nrequired = ["a"]\ntypes = { a = "url" }', "labels", LabelSchema({"a": "url"}, ("a",))),
    ],
)
def test_settings_are_read(text: str, name: str, value: object) -> None:
    assert getattr(settings(text), name) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("trusted-registry = []", "did you mean `trusted-registries`"),
        ("trusted-registries = 'x'", "is a list of texts"),
        ("squash = 1", "is true or false"),
        ("context-size = true", "is a size"),
        ("host-ports = [true]", "is a list of ports"),
        ("limits = ['disk']", "is a list of memory, cpus, pids"),
        ("order = ['names']", "is a list of services, depends_on, ports"),
        ("context-size = '1 TB'", "is a size"),
        ("label-schema = { type = {} }", "it has no `type`; did you mean `types`"),
        ("label-schema = { types = { a = 'date' } }", "has no kind of value `date`"),
    ],
)
def test_what_cannot_be_meant_is_an_error(text: str, message: str) -> None:
    with pytest.raises(BadSetting, match=message):
        settings(text)


@pytest.mark.parametrize(
    ("files", "rules"),
    [
        ({"dockerlint.toml": 'profile = "strict"'}, {"unpinned-digest", "missing-user"}),
        ({".dockerlint.toml": 'ignore = ["CKV_DOCKER_3"]'}, set()),
        ({"pyproject.toml": '[tool.dockerlint]\nselect = ["unpinned-digest"]'}, {"unpinned-digest"}),
        ({"pyproject.toml": "[tool.other]"}, {"missing-user"}),
        ({"dockerlint.toml": 'extend-select = ["unpinned-digest"]'}, {"unpinned-digest", "missing-user"}),
    ],
)
def test_a_configuration_file_says_which_rules_speak(files: dict[str, str], rules: set[str], tmp_path: Path) -> None:
    result = check(tmp_path, files)
    assert {finding["rule"] for finding in json.loads(result.stdout)["findings"]} >= rules
    assert ("missing-user" in result.stdout) is ("missing-user" in rules)


def test_the_command_line_wins_and_isolated_reads_nothing(tmp_path: Path) -> None:
    files = {"dockerlint.toml": 'profile = "strict"\nignore = ["missing-user"]'}
    assert "unpinned-digest" not in check(tmp_path, files, "--profile", "default").stdout
    assert "missing-user" in check(tmp_path, files, "--isolated").stdout


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"dockerlint.toml": "# x\nprofle = 1"}, "dockerlint.toml:2:1: no setting is called `profle`; did you mean"),
        ({"dockerlint.toml": "\n\nprofile = 'x'"}, "dockerlint.toml:3:1: `profile` is one of default, strict"),
        ({"dockerlint.toml": "profile ="}, "dockerlint.toml:1:10: Invalid value"),
        ({"dockerlint.toml": "ignore = ['no-rule']"}, "no rule is called `no-rule`"),
        ({"dockerlint.toml": "rules-version = 1"}, "dockerlint.toml:1:1: `rules-version` is a version"),
        ({"pyproject.toml": "[x]\n[tool.dockerlint]\n\nsquash = 3"}, "pyproject.toml:4:1: `squash` is true or false"),
    ],
)
def test_a_bad_configuration_file_stops_the_run(files: dict[str, str], message: str, tmp_path: Path) -> None:
    result = check(tmp_path, files)
    assert result.exit_code == 2
    assert message in result.output


def check(folder: Path, files: dict[str, str], *options: str) -> Result:
    lay_out({"Dockerfile": 'FROM python:3.13-slim\nCMD ["python", "app.py"]\n', ".git/HEAD": "", **files}, folder)
    with inside(folder):
        return CliRunner().invoke(cli, ["check", "--format", "json", "--as-of", "2026-11-23", *options])
