"""Which settings are in force: files, their places, the environment, the command line, and what is excluded."""

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

from dockerlint.cli.main import cli
from dockerlint.lint.configuration import Configuration
from dockerlint.lint.documents import of_toml, of_yaml
from dockerlint.lint.given import of_text
from dockerlint.lint.keys import KEYS
from dockerlint.report import settings_report, toml
from dockerlint.source import Source
from tests.harness import AS_OF, inside, lay_out

ROOT = Path(__file__).parent.parent
ROOTED = 'FROM python:3.13-slim\nCMD ["python", "app.py"]\n'  # a container that runs as root: missing-user
SCHEMA = ROOT / "docs" / "settings.schema.json"
PAGE = ROOT / "docs" / "settings.md"


def check(folder: Path, files: dict[str, str], *options: str, env: dict[str, str] | None = None) -> Result:
    lay_out({".git/HEAD": "", **files}, folder)
    with inside(folder):
        return CliRunner().invoke(cli, ["check", "--as-of", str(AS_OF), *options], env=env)


def found(
    folder: Path, files: dict[str, str], *options: str, env: dict[str, str] | None = None
) -> set[tuple[str, str]]:
    """Paths and rules that are reported."""
    result = check(folder, files, "--format", "json", *options, env=env)
    assert "Traceback" not in result.output
    return {(one["path"], one["rule"]) for one in json.loads(result.stdout)["findings"]}


def users(folder: Path, files: dict[str, str], *options: str, env: dict[str, str] | None = None) -> list[str]:
    """The files of which `missing-user` speaks."""
    return sorted(path for path, rule in found(folder, files, *options, env=env) if rule == "missing-user")


IGNORES = 'ignore = ["missing-user"]'


@pytest.mark.parametrize(
    ("files", "spoken"),
    [
        ({}, ["Dockerfile", "a/Dockerfile", "a/b/Dockerfile"]),
        ({"dockerlint.toml": IGNORES}, []),
        ({".dockerlint.yaml": "ignore: [missing-user]"}, []),
        ({".dockerlint.yml": "ignore:\n- user"}, []),
        ({"a/dockerlint.toml": IGNORES}, ["Dockerfile"]),
        ({"dockerlint.toml": IGNORES, "a/b/.dockerlint.yaml": "squash: true"}, ["a/b/Dockerfile"]),
        ({"dockerlint.toml": IGNORES, "a/dockerlint.toml": 'extend = "../dockerlint.toml"'}, []),
        (
            {"base.yaml": "ignore: [user]", "a/pyproject.toml": '[tool.dockerlint]\nextend = "../base.yaml"'},
            ["Dockerfile"],
        ),
        ({"a/dockerlint.toml": "", "dockerlint.toml": IGNORES}, ["a/Dockerfile", "a/b/Dockerfile"]),
        ({"dockerlint.toml": IGNORES, ".dockerlint.yaml": "profile: strict"}, []),
    ],
)
def test_nearest_file_holds_and_extends_only_what_it_names(
    files: dict[str, str], spoken: list[str], tmp_path: Path
) -> None:
    dockerfiles = dict.fromkeys(("Dockerfile", "a/Dockerfile", "a/b/Dockerfile"), ROOTED)
    assert users(tmp_path, {**dockerfiles, **files}) == spoken


def test_files_above_the_repository_say_nothing(tmp_path: Path) -> None:
    lay_out({"dockerlint.toml": IGNORES}, tmp_path)
    assert users(tmp_path / "repository", {"Dockerfile": ROOTED}) == ["Dockerfile"]


@pytest.mark.parametrize(
    ("options", "env", "profile", "origin"),
    [
        ((), {}, "strict", "dockerlint.toml:1:1"),
        ((), {"DOCKERLINT_PROFILE": "security"}, "security", "DOCKERLINT_PROFILE"),
        (
            ("--config", 'profile = "hadolint"'),
            {"DOCKERLINT_PROFILE": "security"},
            "hadolint",
            "--config 'profile = \"hadolint\"'",
        ),
        (("--profile", "default", "--config", 'profile = "hadolint"'), {}, "default", "--profile"),
        (("--isolated",), {}, "default", "default"),
        (("--isolated",), {"DOCKERLINT_PROFILE": "security"}, "security", "DOCKERLINT_PROFILE"),
        (("--config", "other.toml"), {}, "security", "other.toml:2:3"),
        ((), {"DOCKERLINT_CONFIG": "other.toml"}, "security", "other.toml:2:3"),
    ],
)
def test_nearer_places_win_and_are_named(
    options: tuple[str, ...], env: dict[str, str], profile: str, origin: str, tmp_path: Path
) -> None:
    files = {"dockerlint.toml": 'profile = "strict"', "other.toml": '# x\n  profile = "security"', "Dockerfile": ROOTED}
    result = check(tmp_path, files, "--show-settings", "--format", "json", *options, env=env)
    (group,) = json.loads(result.stdout)["groups"]
    assert group["settings"]["profile"] == {"value": profile, "origin": origin}
    assert group["files"] == ["Dockerfile"]


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("DOCKERLINT_IGNORE", "DL3059, user", "ignore", ["DL3059", "user"]),
        ("DOCKERLINT_HOST_PORTS", "80,389", "host-ports", [80, 389]),
        ("DOCKERLINT_SQUASH", "yes", "squash", True),
        ("DOCKERLINT_SEVERITY", '{root-user = "error"}', "severity", {"root-user": "error"}),
        ("DOCKERLINT_EXCLUDE", '["a, b"]', "exclude", ["a, b"]),
        ("DOCKERLINT_CONTEXT_SIZE", "2 MB", "context-size", 2_000_000),
        ("DOCKERLINT_PROFILE", "", "profile", "default"),
    ],
)
def test_variables_are_read(variable: str, text: str, name: str, value: object, tmp_path: Path) -> None:
    result = check(tmp_path, {}, "--show-settings", "--format", "json", env={variable: text})
    assert json.loads(result.stdout)["groups"][0]["settings"][name]["value"] == value


@pytest.mark.parametrize(
    ("options", "env", "message"),
    [
        ((), {"DOCKERLINT_SQUASH": "maybe"}, "DOCKERLINT_SQUASH: `squash` is true or false"),
        ((), {"DOCKERLINT_HOST_PORTS": "80,http"}, "DOCKERLINT_HOST_PORTS: `host-ports` is a list of ports"),
        ((), {"DOCKERLINT_SEVERITY": "x"}, "is no value as in TOML"),
        (("--config", "profile = strict"), {}, "texts stand in quotes"),
        (("--config", 'profle = "strict"'), {}, "did you mean `profile`"),
        (("--config", "none.toml"), {}, "is no file, and no `key = value` either"),
        (("--ignore", "mising-user"), {}, "did you mean `missing-user`"),
    ],
)
def test_what_cannot_be_meant_ends_the_run(
    options: tuple[str, ...], env: dict[str, str], message: str, tmp_path: Path
) -> None:
    result = check(tmp_path, {}, *options, env=env)
    assert result.exit_code == 2
    assert message in result.output


def test_a_variable_that_sets_nothing_is_doubted_but_may_be_somebody_elses(tmp_path: Path) -> None:
    result = check(
        tmp_path, {"Dockerfile": "FROM scratch\n"}, env={"DOCKERLINT_PROFLE": "x", "DOCKERLINT_IMAGE_TAG": "1"}
    )
    assert "`DOCKERLINT_PROFLE` sets nothing: no setting is called `profle`; did you mean `profile`?" in result.stderr
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("dockerlint.toml", '[severity]\nroot-user = "eror"', "dockerlint.toml:2:1: `severity` is a table"),
        ("dockerlint.toml", '[severity]\nroot-user = "eror"', "did you mean `error`?"),
        ("dockerlint.toml", '[severity]\n"rot-user" = "error"', "dockerlint.toml:2:1: "),
        ("dockerlint.toml", 'ignore = [\n  "DL3008", # x\n  "rot-user",\n]', "dockerlint.toml:3:3: "),
        ("dockerlint.toml", 'x = """\nignore = 1\n"""\n', "dockerlint.toml:1:1: no setting is called `x`"),
        ("dockerlint.toml", 'label-schema = { types = { a = "semver", b = "dat" } }', "dockerlint.toml:1:42: "),
        ("dockerlint.toml", '[label-schema.types]\nb."c" = "url"', "dockerlint.toml:2:1: "),
        ("dockerlint.toml", 'limits = ["memory", "disk"]', "dockerlint.toml:1:21: "),
        ("dockerlint.toml", 'per-file-ignores = { "a" = ["user"], "b" = ["usr"] }', "dockerlint.toml:1:45: "),
        ("dockerlint.toml", "profile = [[[", "dockerlint.toml:1:14: "),
        (
            "pyproject.toml",
            "[tool]\ndockerlint.x = 1\n[tool.dockerlint.y]",
            "pyproject.toml:2:12: no setting is called `x`",
        ),
        (".dockerlint.yaml", "profile: strict\n# x\nseverity:\n  root-user: eror", ".dockerlint.yaml:4:3: "),
        (".dockerlint.yaml", "ignore:\n  - user\n  - usr\n", ".dockerlint.yaml:3:5: "),
        (".dockerlint.yaml", "ignore: [user\n", ".dockerlint.yaml:"),
        (".dockerlint.yaml", "- user\n", ".dockerlint.yaml:1:1: not a table of settings"),
        (".dockerlint.yaml", "rules-version: 0.1\n", ".dockerlint.yaml:1:1: `rules-version` is a version"),
        (".dockerlint.yaml", "a: 1\n---\nb: 1\n", ".dockerlint.yaml:3:1: more than one document"),
        (
            "dockerlint.toml",
            'extend = "none.toml"',
            "dockerlint.toml:1:1: `extend` names `none.toml`, which is no file",
        ),
        ("dockerlint.toml", 'extend = "../x.toml"', "dockerlint.toml:1:1: `extend` leads out of the project"),
        ("dockerlint.toml", 'extend = "dockerlint.toml"', "circle: dockerlint.toml -> dockerlint.toml"),
        ("dockerlint.toml", 'extend = "a/b.yaml"', "a/b.yaml:1:1: no setting is called `profle`"),
        ("dockerlint.toml", 'profile = "stric\xe9"\n', "dockerlint.toml:1:1: `profile` is one of"),
    ],
)
def test_a_bad_file_is_told_with_its_place(name: str, text: str, message: str, tmp_path: Path) -> None:
    result = check(tmp_path, {"Dockerfile": ROOTED, name: text, "a/b.yaml": "profle: x"})
    assert result.exit_code == 2
    assert message in result.output


def test_a_circle_of_files_is_told(tmp_path: Path) -> None:
    files = {"dockerlint.toml": 'extend = "a.toml"', "a.toml": 'extend = "b.yaml"', "b.yaml": "extend: a.toml"}
    result = check(tmp_path, {"Dockerfile": ROOTED, **files})
    assert "b.yaml:1:1: `extend` goes round in a circle: dockerlint.toml -> a.toml -> b.yaml -> a.toml" in result.output


def test_extend_does_not_follow_a_link_out_of_the_project(tmp_path: Path) -> None:
    lay_out({"secret.toml": "", "project/dockerlint.toml": 'extend = "link.toml"'}, tmp_path)
    (tmp_path / "project" / "link.toml").symlink_to(tmp_path / "secret.toml")
    result = check(tmp_path / "project", {"Dockerfile": ROOTED})
    assert "leads out of the project" in result.output


COMPOSE = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n  adminer:\n    image: adminer:4\n    privileged: true\n"
STAGED = "FROM python:3.13 AS dev\nMAINTAINER a\nFROM python:3.13\nMAINTAINER b\nUSER 1\n"


@pytest.mark.parametrize(
    ("text", "files", "rule", "paths"),
    [
        ('per-file-ignores = { "a/" = ["missing-user"] }', {}, "missing-user", ["Dockerfile", "b/a.Dockerfile"]),
        ('per-file-ignores = { "/*.Dockerfile" = ["user"] }', {}, "missing-user", ["Dockerfile", "a/Dockerfile", "b/a.Dockerfile"]),
        ('per-file-ignores = { "*.Dockerfile" = ["user"] }', {}, "missing-user", ["Dockerfile", "a/Dockerfile"]),
        ('per-file-ignores = { "Dockerfile" = ["DL3002"] }', {}, "missing-user", ["Dockerfile", "a/Dockerfile", "b/a.Dockerfile"]),
        ('per-stage-ignores = { "d*" = ["DL4000"] }', {"s/Dockerfile": STAGED}, "maintainer", ["s/Dockerfile:4"]),
        ('per-stage-ignores = { "1" = ["DL4000"] }', {"s/Dockerfile": STAGED}, "maintainer", ["s/Dockerfile:2"]),
        ('per-service-ignores = { "admin*" = ["compose_security"] }', {"s/compose.yaml": COMPOSE}, "privileged-service", ["s/compose.yaml:4"]),
    ],
)  # fmt: skip
def test_rules_are_left_out_of_some_files_stages_services(
    text: str, files: dict[str, str], rule: str, paths: list[str], tmp_path: Path
) -> None:
    dockerfiles = dict.fromkeys(("Dockerfile", "a/Dockerfile", "b/a.Dockerfile"), ROOTED)
    result = check(tmp_path, {**dockerfiles, **files, "dockerlint.toml": text}, "--format", "json")
    findings = [one for one in json.loads(result.stdout)["findings"] if one["rule"] == rule]
    shown = [f"{one['path']}:{one['line']}" if ":" in paths[0] else one["path"] for one in findings]
    assert shown == paths


def test_patterns_belong_to_the_file_that_they_stand_in(tmp_path: Path) -> None:
    files = {"dockerlint.toml": 'exclude = ["/a/x/"]', "a/dockerlint.toml": 'extend = "../dockerlint.toml"'}
    dockerfiles = dict.fromkeys(("a/x/Dockerfile", "a/a/x/Dockerfile", "x/Dockerfile"), ROOTED)
    assert users(tmp_path, {**dockerfiles, **files}) == ["a/a/x/Dockerfile", "x/Dockerfile"]


@pytest.mark.parametrize(
    ("text", "options", "spoken"),
    [
        ("", (), ["Dockerfile", "vendor/Dockerfile"]),
        ('exclude = ["vendor/"]', (), ["Dockerfile", "node_modules/Dockerfile"]),
        ('extend-exclude = ["vendor/"]', (), ["Dockerfile"]),
        ('extend-exclude = ["vendor/*", "!vendor/Dockerfile"]', (), ["Dockerfile", "vendor/Dockerfile"]),
        ('extend-exclude = ["vendor"]', ("vendor/Dockerfile",), ["vendor/Dockerfile"]),
        ('extend-exclude = ["vendor"]', ("--force-exclude", "vendor/Dockerfile", "Dockerfile"), ["Dockerfile"]),
        ('extend-exclude = ["vendor"]\nforce-exclude = true', ("vendor", "Dockerfile"), ["Dockerfile"]),
        ("force-exclude = true", ("node_modules/Dockerfile",), []),
        ("respect-gitignore = false", (), ["Dockerfile", "ignored/Dockerfile", "vendor/Dockerfile"]),
        ("", ("--exclude", "vendor,node_modules"), ["Dockerfile"]),
        ("", ("--no-respect-gitignore",), ["Dockerfile", "ignored/Dockerfile", "vendor/Dockerfile"]),
    ],
)
def test_files_are_excluded(text: str, options: tuple[str, ...], spoken: list[str], tmp_path: Path) -> None:
    names = ("Dockerfile", "vendor/Dockerfile", "node_modules/Dockerfile", "ignored/Dockerfile")
    files = {**dict.fromkeys(names, ROOTED), ".gitignore": "ignored/\n", "dockerlint.toml": text}
    assert users(tmp_path, files, *options) == spoken


def test_files_are_shown_with_the_reasons_of_those_that_are_not_checked(tmp_path: Path) -> None:
    names = ("a/Dockerfile", "compose.yaml", "vendor/Dockerfile", "node_modules/x", "out/Dockerfile", "Dockerfile.md")
    files = {**dict.fromkeys(names, ""), ".gitignore": "out\n", "dockerlint.toml": 'extend-exclude = ["vendor/"]'}
    result = check(tmp_path, files, "--show-files")
    assert result.stdout.splitlines() == [
        "compose.yaml: compose, by dockerlint.toml",
        "a/Dockerfile: dockerfile, by dockerlint.toml",
        ".git/: left out: a folder of git",
        "Dockerfile.md: left out: `.md` is no ending of a Dockerfile",
        "node_modules/: left out: a folder of a tool",
        "out/: left out: git ignores it",
        "vendor/: left out: `vendor/` is excluded by dockerlint.toml:1:1",
    ]
    document = json.loads(check(tmp_path, {}, "--show-files", "--format", "json").stdout)
    assert document["files"][1] == {"path": "a/Dockerfile", "kind": "dockerfile", "settings": "dockerlint.toml"}
    assert {"path": "out/", "reason": "git ignores it"} in document["left_out"]


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("0.1", ""),
        ("0.1.0", ""),
        ("9.0", "which has no rules of 9.0 yet"),
        ("0.0", "there were no rules in version 0.0"),
    ],
)
def test_versions_of_the_rules_that_cannot_be_are_doubted(version: str, said: str, tmp_path: Path) -> None:
    result = check(tmp_path, {"Dockerfile": ROOTED}, "--rules-version", version)
    assert said in result.stderr
    assert bool(said) is ("warning: " in result.stderr)


def test_each_folder_may_fail_a_run_as_it_likes(tmp_path: Path) -> None:
    files = {
        "a/Dockerfile": ROOTED,
        "a/dockerlint.toml": 'fail-on = "error"',
        "b/dockerlint.toml": 'min-severity = "error"',
    }
    assert check(tmp_path, files).exit_code == 0
    assert check(tmp_path, {"b/Dockerfile": ROOTED}).exit_code == 1
    assert users(tmp_path, {}) == ["a/Dockerfile"]


def test_files_with_other_settings_still_say_how_a_dockerfile_is_built(tmp_path: Path) -> None:
    files = {
        "api/Dockerfile": 'FROM python:3.13-slim\nCOPY app.py /app.py\nUSER 1\nCMD ["python", "/app.py"]\n',
        "src/app.py": "",
        "deploy/compose.yaml": "services:\n  api:\n    build:\n      context: ../src\n      dockerfile: ../api/Dockerfile\n",
    }
    without = found(tmp_path, files)
    assert found(tmp_path, {"deploy/dockerlint.toml": "squash = false"}) == without


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ('severity = { missing-user = "info" }', "info"),
        ('severity = { missing-user = "info", user = "error" }', "info"),
        ('severity = { user = "error" }', "error"),
        ('severity = { CKV_DOCKER_3 = "error" }', "error"),
        ('severity = { missing-user = "off" }', None),
        ('severity = { all = "error", user = "off" }', None),
        ('profile = "hadolint"\nextend-select = ["missing-user"]\nseverity = { missing-user = "info" }', "info"),
    ],
)
def test_severities_are_changed(text: str, severity: str | None, tmp_path: Path) -> None:
    result = check(tmp_path, {"Dockerfile": ROOTED, "dockerlint.toml": text}, "--format", "json")
    severities = {one["rule"]: one["severity"] for one in json.loads(result.stdout)["findings"]}
    assert severities.get("missing-user") == severity


def test_a_code_of_several_means_only_what_bears_it(tmp_path: Path) -> None:
    text = "FROM fedora:42\nRUN yum install -y curl\nRUN dnf install -y git\n"
    files = {"Dockerfile": text, "dockerlint.toml": 'extend-select = ["unpinned-rpm-packages"]\nignore = ["DL3033"]'}
    result = check(tmp_path, files, "--format", "json")
    findings = [one for one in json.loads(result.stdout)["findings"] if one["rule"] == "unpinned-rpm-packages"]
    assert [one["line"] for one in findings] == [3]


IGNORED = "# dockerlint: ignore[missing-user] it is a demo\n" + ROOTED


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("", set()),
        ("inline-ignores = false", {"missing-user"}),
        # The comment would still be of use if the setting went.
        ('per-file-ignores = { "*" = ["missing-user"] }', set()),
        ('per-file-ignores = { "*" = ["ineffective-ignore"] }\nignore = ["missing-user"]', set()),
    ],
)
def test_settings_and_comments_do_not_fight(text: str, rules: set[str], tmp_path: Path) -> None:
    reported = {rule for _, rule in found(tmp_path, {"Dockerfile": IGNORED, "dockerlint.toml": text})}
    assert reported & {"missing-user", "ineffective-ignore"} == rules


def test_what_docker_refuses_is_never_left_out(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM a b c\n", "dockerlint.toml": 'per-file-ignores = { "*" = ["all"] }'}
    assert check(tmp_path, files).exit_code == 2


# The schema and the page


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


def test_schema_is_what_the_table_of_settings_gives() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        SCHEMA.write_text(settings_report.schema(), "utf-8")
    assert SCHEMA.read_text("utf-8") == settings_report.schema()
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text("utf-8")))


def test_page_shows_every_setting() -> None:
    page = PAGE.read_text("utf-8")
    if os.environ.get("UPDATE_GOLDEN"):
        page = re.sub(
            r"(<!-- table -->\n).*(<!-- end -->)",
            lambda m: m[1] + settings_report.table() + m[2],
            page,
            flags=re.DOTALL,
        )
        PAGE.write_text(page, "utf-8")
    assert settings_report.table() in page


def examples() -> list[Any]:
    text = PAGE.read_text("utf-8")
    of_page = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)]
    of_page += [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    return of_page + [{key.name: key.example} for key in KEYS.values()]


@pytest.mark.parametrize("example", examples(), ids=str)
def test_every_example_is_valid(example: dict[str, Any]) -> None:
    validator().validate(example)
    around = ("extend", "plugins", "rule-files")  # what they name is not here
    Configuration([{name: given for name, given in of_text(toml_of(example)).items() if name not in around}])


def toml_of(table: dict[str, Any]) -> str:
    return "".join(f"{toml.key(name)} = {toml.value(one)}\n" for name, one in table.items())


@pytest.mark.parametrize(
    "table",
    [
        {"profle": 1},
        {"profile": "stric"},
        {"ignore": "DL3008"},
        {"severity": {"root-user": "fatal"}},
        {"label-schema": {"types": {"a": "date"}}},
        {"label-schema": {"type": {}}},
        {"host-ports": [0]},
        {"context-size": "1 TB"},
        {"squash": 1},
        {"rules-version": 0.1},
        {"limits": ["disk"]},
    ],
    ids=str,
)
def test_schema_and_program_refuse_the_same(table: dict[str, Any]) -> None:
    assert not validator().is_valid(table)
    with pytest.raises(Exception, match="`"):
        of_text(toml_of(table))


def test_toml_is_written_so_that_it_reads_back() -> None:
    table = {"a b": ['x"y\\', "é\x7f\n", True, 3], "t": {"*.x": ["a"], "k": {}}, "plain": "ok"}
    assert tomllib.loads(toml_of(table)) == table


@pytest.mark.parametrize(
    "text",
    [
        "a = 1979-05-27 07:32:00\nb = 1",
        'a = """x"""""\nb = 1',
        "a = '''\n[b]\nc=1'''\nb = 1",
        "[[t]]\nx = [1, [2, 3], { y = 'b' }]\n[[t]]\nb = 1",
        '"a.b".c = 1 # b\nb = 1',
        "a = [ # ]\n 'x', # '\n]\nb = 1",
        "a.b = 1\n[c]\nb = 1",
    ],
)
def test_every_key_of_a_toml_file_has_its_place(text: str) -> None:
    document = of_toml(Source("x.toml", text))

    def steps(value: Any, above: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [above, *(one for name, inner in pairs for one in steps(inner, (*above, name)))]

    wanted = {one for one in steps(dict(document.table), ()) if one}
    assert wanted - {("t", 0), ("t", 1)} <= document.offsets.keys()
    last = max(document.offsets.values())
    assert text[last:].startswith("b")


def test_an_empty_yaml_file_is_an_empty_table() -> None:
    assert of_yaml(Source("x.yaml", "# nothing\n")).table == {}
