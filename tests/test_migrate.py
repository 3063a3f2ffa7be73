"""Settings of hadolint: what is taken over, what did nothing, and that both then find the same."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result

from dockerlint.cli.main import cli
from dockerlint.lint import hadolint, peer
from tests.harness import AS_OF, inside, lay_out

HADOLINT = str(Path(sys.executable).parent / "hadolint")

DOCKERFILES = {
    "Dockerfile": """FROM debian
RUN apt-get update && apt-get install -y curl
RUN cd /srv && make
LABEL team="" version=1.2
MAINTAINER me
""",
    "web/Dockerfile": """FROM quay.io/acme/base:1.2 AS build
WORKDIR src
ADD app.py /srv/
FROM node:22
COPY --from=build /srv /srv
ENTRYPOINT serve
""",
    "rpm/Dockerfile": """FROM fedora:latest
RUN yum install nginx
RUN sudo make
USER 1000
""",
    "ok/Dockerfile": """FROM ghcr.io/acme/tool:3
LABEL team=web version=1.2.3
USER 1000
# hadolint ignore=DL3025
CMD run me
""",
}


class Case(NamedTuple):
    """A configuration as teams have them, what is taken over of it, and how many things in it did nothing."""

    title: str
    text: str
    variables: Mapping[str, str] = {}
    settings: Mapping[str, Any] = {}
    idle: int = 0


CASES = [
    Case("a plain list", "ignored:\n  - DL3008\n  - DL3059 # two RUNs are fine\n", settings={"ignore": ["DL3008", "DL3059"]}),
    Case(
        "registries, wildcards among them",
        'ignored: [DL3006, DL3007]\ntrustedRegistries:\n  - docker.io\n  - "*.quay.io"\n  - ghcr.io\n',
        settings={"trusted-registries": ["docker.io", "*.quay.io", "ghcr.io"]},
    ),
    Case(
        "severities and a threshold",
        "failure-threshold: error\noverride:\n  error: [DL3020]\n  warning: [DL3015, DL3009]\n  info: [DL3008, DL3020]\n",
        settings={"fail-on": "error", "severity": {"DL3020": "error", "DL3015": "warning", "DL3009": "warning", "DL3008": "info"}},
        idle=1,
    ),
    Case(
        "labels",
        "label-schema:\n  team: text\n  version: semver\nstrict-labels: true\n",
        settings={"label-schema": {"types": {"team": "text", "version": "semver"}, "required": ["team", "version"], "strict": True}},
    ),
    Case(
        "mistakes that nobody noticed",
        "ignore: [DL3008]\ntrusted-registries: [ghcr.io]\nfailureThreshold: error\nstrictLabels: true\noverride:\n  off: [DL3003]\n",
        idle=5,
    ),
    Case("one wrong type", "ignored: DL3008\nfailure-threshold: error\n", idle=1),
    Case("documented, and refused", "trustedRegistries: docker.io\nignored: [DL3008]\n", idle=1),
    Case(
        "codes in small letters, unknown ones, one ignored and made graver",
        "ignored: [dl3008, DL9999, DL3003, 'DL3015 DL3009']\noverride:\n  error: [DL3003]\n",
        settings={"ignore": ["DL3003"]},
        idle=4,
    ),
    Case(
        "variables only",
        "",
        {"HADOLINT_IGNORE": "DL3008, DL3015", "HADOLINT_OVERRIDE_INFO": "DL4000,DL3020", "HADOLINT_NOFAIL": "true", "HADOLINT_IGNORED": "DL3003"},
        {"ignore": ["DL3008"], "fail-on": "never", "severity": {"DL4000": "info", "DL3020": "info"}},
        idle=2,
    ),
    Case(
        "a file and variables",
        "ignored: [DL3008]\nfailure-threshold: warning\ntrustedRegistries: [docker.io]\nlabel-schema: {team: text}\nno-color: true\n",
        {"HADOLINT_IGNORE": "DL3003", "HADOLINT_FAILURE_THRESHOLD": "error", "HADOLINT_TRUSTED_REGISTRIES": "ghcr.io", "HADOLINT_REQUIRE_LABELS": "version:semver,x:y"},
        {"ignore": ["DL3003", "DL3008"], "fail-on": "warning", "trusted-registries": ["ghcr.io", "docker.io"]},
        idle=2,
    ),
    Case("comments off, and other reports", "disable-ignore-pragma: true\nformat: tty\nverbose: true\n", settings={"inline-ignores": False, "format": ["full"]}),
    Case("everything fails", "failure-threshold: none\nignored: [DL3006, DL3007, DL3002]\n", settings={"fail-on": "info"}),
]  # fmt: skip


def migrate(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Result:
    with inside(folder):
        return CliRunner().invoke(cli, ["migrate", *arguments], env=env)


PATH = {"PATH": f"{Path(HADOLINT).parent}{os.pathsep}{os.environ['PATH']}"}
NO_PATH = {"PATH": "/nowhere"}


@pytest.fixture(params=CASES, ids=lambda case: case.title)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    found: Case = request.param
    lay_out({**DOCKERFILES, ".git/HEAD": "", **({".hadolint.yaml": found.text} if found.text else {})}, tmp_path)
    return found


def test_settings_are_taken_over_and_what_did_nothing_is_named(case: Case, tmp_path: Path) -> None:
    result = migrate(tmp_path, env=case.variables)
    settings = tomllib.loads(result.stdout)
    assert settings.pop("profile") == "hadolint"
    assert {name: settings[name] for name in case.settings} == case.settings
    assert result.stdout.count("# - ") == case.idle


def asked(folder: Path, variables: Mapping[str, str]) -> tuple[set[tuple[str, str, str]], bool]:
    """What hadolint reports: files, codes and levels, the mildest of which is `info` here; and whether it fails."""
    environment = {**os.environ, **variables}
    command = [HADOLINT, "--no-color", "--format", "json", *DOCKERFILES]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    start = next(index for index in range(len(done.stdout)) if done.stdout.startswith("[{", index))
    found, _ = json.JSONDecoder().raw_decode(done.stdout, start)
    levels = {(one["file"], one["code"], one["level"].replace("style", "info")) for one in found}
    return levels, done.returncode != 0


def test_both_find_the_same_as_gravely(case: Case, tmp_path: Path) -> None:
    (tmp_path / "dockerlint.toml").write_text(migrate(tmp_path, env=case.variables).stdout)
    with inside(tmp_path):
        result = CliRunner().invoke(cli, ["check", "--format", "json", "--as-of", str(AS_OF), *DOCKERFILES])
    findings = json.loads(result.stdout)["findings"]
    theirs, fails = asked(tmp_path, case.variables)
    ours = {
        (one["path"], code, one["severity"]) for one in findings for code in one["aliases"] if code[:2] in ("DL", "SC")
    }
    assert ours == theirs
    assert (result.exit_code != 0) is fails


def check(folder: Path, files: dict[str, str], *options: str) -> Result:
    lay_out({".git/HEAD": "", **DOCKERFILES, **files}, folder)
    with inside(folder):
        return CliRunner().invoke(cli, ["check", "--format", "json", "--as-of", str(AS_OF), *options])


def codes(result: Result, path: str) -> set[str]:
    return {code for one in json.loads(result.stdout)["findings"] if one["path"] == path for code in one["aliases"]}


def test_hadolints_file_holds_where_there_is_none_of_ours(tmp_path: Path) -> None:
    text = (
        "ignored: [DL3007]\noverride:\n  error: [DL3004]\ntrustedRegistries: [docker.io]\nlabel-schema: {team: text}\n"
    )
    result = check(tmp_path, {"rpm/.hadolint.yml": text})
    assert "DL3007" not in codes(result, "rpm/Dockerfile")
    assert {"DL3004", "DL3049"} <= codes(result, "rpm/Dockerfile")
    assert "DL3026" not in codes(result, "web/Dockerfile")
    (note,) = [line for line in result.stderr.splitlines() if line.startswith("note")]
    assert note == (
        "note: no settings of dockerlint here, so rpm/.hadolint.yml holds;"
        " `dockerlint migrate` writes it as settings of our own"
    )


@pytest.mark.parametrize("options", [("--isolated",), ("--config", "any.toml")])
def test_hadolints_file_is_left_alone_where_settings_are_said_otherwise(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    result = check(tmp_path, {".hadolint.yaml": "ignored: [DL3007]\n", "any.toml": ""}, *options)
    assert "DL3007" in codes(result, "rpm/Dockerfile")
    assert "note" not in result.stderr


def test_a_file_of_ours_above_wins_over_hadolints_beside(tmp_path: Path) -> None:
    result = check(tmp_path, {"rpm/.hadolint.yaml": "ignored: [DL3007]\n", "dockerlint.toml": ""})
    assert "DL3007" in codes(result, "rpm/Dockerfile")


@pytest.mark.parametrize("text", ["ignored: DL3007\n", "ignored: [\n", "", "ignored: [DL3007]\nignored: []\n"])
def test_what_hadolint_leaves_unread_is_left_unread_and_said(text: str, tmp_path: Path) -> None:
    result = check(tmp_path, {".hadolint.yaml": text})
    assert "DL3007" in codes(result, "rpm/Dockerfile")
    assert ".hadolint.yaml says nothing: hadolint leaves the whole file unread" in result.stderr


def test_the_place_of_what_hadolint_says_is_shown(tmp_path: Path) -> None:
    check(tmp_path, {".hadolint.yaml": "# x\nfailure-threshold: error\n"})
    with inside(tmp_path):
        result = CliRunner().invoke(cli, ["check", "--show-settings"])
    assert 'fail-on = "error"  # .hadolint.yaml:2:1' in result.stdout


def test_settings_are_written_over_nothing_that_is_there(tmp_path: Path) -> None:
    lay_out({"a/.hadolint.yaml": "ignored: [DL3008]\nignore: [DL3009]\n"}, tmp_path)
    assert migrate(tmp_path, "a", "--write").exit_code == 0
    written = tmp_path / "a" / "dockerlint.toml"
    assert tomllib.loads(written.read_text())["ignore"] == ["DL3008"]
    written.write_text("# ours")
    refused = migrate(tmp_path, "a/.hadolint.yaml", "--write")
    assert refused.exit_code == 2
    assert "is there already; `--force` writes over it" in refused.output
    assert written.read_text() == "# ours"
    assert "`ignore` has no effect" in migrate(tmp_path, "a", "--write", "--force").stderr
    assert "DL3008" in written.read_text()
    assert sorted(path.name for path in written.parent.iterdir()) == [".hadolint.yaml", "dockerlint.toml"]


def test_where_there_is_nothing_to_take_over_it_is_said(tmp_path: Path) -> None:
    result = migrate(tmp_path)
    assert result.exit_code == 2
    assert "there is no .hadolint.yaml in ., and no variable HADOLINT_*" in result.output


def test_findings_are_compared_with_hadolints(tmp_path: Path) -> None:
    text = "ignored: [DL3008]\nformat: json\nverbose: true\n"
    lay_out({**DOCKERFILES, "user/Dockerfile": "FROM node:22\nRUN echo $FOO\n", ".hadolint.yaml": text}, tmp_path)
    said = migrate(tmp_path, "--compare", env=PATH).stderr.splitlines()
    assert [line for line in said if not line.startswith("note")] == [
        "codes in files: 14 of 15 are reported by both",
        "  SC2086: both 0, only hadolint 1, only dockerlint 0",
        "    only hadolint: user/Dockerfile",
        "the run fails with hadolint and fails with dockerlint",
    ]


def test_without_hadolint_findings_are_compared_with_our_own_before(tmp_path: Path) -> None:
    lay_out({**DOCKERFILES, ".hadolint.yaml": "ignored: [DL3007]\n"}, tmp_path)
    said = migrate(tmp_path, "--compare", env=NO_PATH).stderr
    assert "hadolint is not on the PATH" in said
    assert "  latest-base-image: 1 -> 0\n" in said


@pytest.mark.parametrize("program", ["/nowhere/hadolint", "/bin/true"])
def test_a_hadolint_that_does_not_answer_is_told(program: str, tmp_path: Path) -> None:
    with pytest.raises(peer.CannotAsk):
        peer.ask(program, ["/x"], tmp_path)


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("no-fail: false\n", {"HADOLINT_NOFAIL": "1"}),
        ("x: 1\n", {"HADOLINT_NOFAIL": "Yes"}),
        ("x: 1\n", {"HADOLINT_NOFAIL": "0"}),
        ("strict-labels: false\n", {"HADOLINT_STRICT_LABELS": "1"}),
        ("failure-threshold: warning\n", {"HADOLINT_FAILURE_THRESHOLD": "error"}),
        ("x: 1\n", {"HADOLINT_FAILURE_THRESHOLD": "Error"}),
        ("label-schema: {a: semver}\n", {"HADOLINT_REQUIRE_LABELS": "a:text,b:url,c:bad"}),
        ("disable-ignore-pragma: false\n", {"HADOLINT_DISABLE_IGNORE_PRAGMA": "on"}),
        ("ignored: [DL3003]\noverride: {info: [DL3008]}\n", {"HADOLINT_OVERRIDE_INFO": "DL3009"}),
    ],
)
def test_file_and_variables_go_together_as_hadolint_says(text: str, variables: dict[str, str], tmp_path: Path) -> None:
    lay_out({".hadolint.yaml": text, "Dockerfile": "FROM scratch\n"}, tmp_path)
    environment = {**os.environ, **variables, "HADOLINT_VERBOSE": "1"}
    done = subprocess.run(
        [HADOLINT, "Dockerfile"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    settings = {
        name: item.value for name, item in hadolint.read(tmp_path / ".hadolint.yaml", variables).settings.items()
    }
    threshold = settings.get("fail-on", "info")
    schema = settings.get("label-schema", {"types": {}, "strict": False})
    assert f"no fail: {threshold == 'never'}" in said
    assert threshold == "never" or f"failure threshold: {threshold}" in said
    assert f"strict labels: {schema['strict']}" in said
    assert f"disable ignore pragma: {settings.get('inline-ignores') is False}" in said
    assert all(f"- {label}: {kind}" in said for label, kind in schema["types"].items())
    assert said.count("- a: ") + said.count("- b: ") + said.count("- c: ") == len(schema["types"])
    assert all(f'- "{code}"' in said for code in [*settings.get("ignore", ()), *settings.get("severity", ())])


def test_a_severity_switches_on_what_hadolint_leaves_out_without(tmp_path: Path) -> None:
    lay_out({".hadolint.yaml": "override: {warning: [DL3057, DL3008], info: [SC2129]}\n"}, tmp_path)
    text = migrate(tmp_path).stdout
    assert tomllib.loads(text)["extend-select"] == ["DL3057"]
    dockerfile = 'FROM python:3.13\nCMD ["python", "app.py"]\n'
    result = check(tmp_path, {"dockerlint.toml": text, "Dockerfile": dockerfile}, "Dockerfile")
    (found,) = [one for one in json.loads(result.stdout)["findings"] if "DL3057" in one["aliases"]]
    assert (found["path"], found["severity"]) == ("Dockerfile", "warning")


@pytest.mark.parametrize(
    ("script", "codes", "severity"),
    [
        ("rm $V", {"SC2086"}, "info"),
        ('cp "$(date)" $(cat /v)', {"SC2046"}, "warning"),
        ('sh -c "x" && set -- a && ls $@', {"SC2068"}, "error"),
        ("for f in $(cat /v); do true; done", {"SC2013"}, "info"),
        ("for f in $(ls /v); do true; done", {"SC2045"}, "error"),
        ("ls /v | grep x", {"SC2010"}, "warning"),
        ("find /v | xargs rm", {"SC2038"}, "warning"),
        ("find . -name *.pyc", {"SC2035"}, "info"),
        ("find . -name a*", {"SC2061"}, "warning"),
        ("rm -rf /usr", {"SC2114"}, "warning"),
        ("[[ -f /v ]]", {"SC3010"}, "warning"),
        ("source /v", {"SC3046", "SC3051"}, "warning"),
        ("echo -e a", {"SC3037"}, "warning"),
    ],
)
def test_a_finding_bears_the_code_of_its_kind_and_its_gravity(
    script: str, codes: set[str], severity: str, tmp_path: Path
) -> None:
    files = {"Dockerfile": f"FROM debian:13\nARG V\nRUN {script}\n", "dockerlint.toml": 'profile = "hadolint"'}
    result = check(tmp_path, files, "Dockerfile")
    found = [
        ({code for code in one["aliases"] if code.startswith("SC")}, one["severity"])
        for one in json.loads(result.stdout)["findings"]
    ]
    assert (codes, severity) in found


def test_an_ignored_code_silences_only_its_kind(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM debian:13\nARG V\nRUN rm $V && cp $(cat /v) /w && source /v && [[ -f /v ]]\n",
        "dockerlint.toml": 'profile = "hadolint"\nignore = ["SC2086", "SC3010"]',
    }
    found = codes(check(tmp_path, files, "Dockerfile"), "Dockerfile")
    assert found >= {"SC2046", "SC3046"}
    assert found.isdisjoint({"SC2086", "SC3010"})
