"""Comments that ask to leave findings out, in YAML and other files than Dockerfiles."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from dockerlint.cli.main import cli
from dockerlint.compose.comments import layout
from dockerlint.compose.pragmas import pragmas
from dockerlint.lint.registry import all_of_linter
from dockerlint.lint.registry import find as find_rules
from dockerlint.lint.run import Request, Result, run
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.lint.suppression import pragmas_of_source
from dockerlint.project.discovery import find
from dockerlint.source import Source
from tests.harness import AS_OF, inside, lay_out, mended

SERVICES = """\
services:
  web:
    image: "a#b # no comment" {end}
    command: |
      echo # {end}
    {inner}
    ports:
      - "80:80"
  {outer}
  db:
    image: b
    {tail}
"""


def compose(**places: str) -> Source:
    return Source("compose.yaml", SERVICES.format_map({"end": "", "inner": "", "outer": "", "tail": "", **places}))


@pytest.mark.parametrize(
    ("place", "comment", "linter", "first", "last"),
    [
        ("end", "# dockerlint: ignore[a] why", "dockerlint", 3, 3),
        ("end", "# see there # dockerlint: ignore[a] why", "dockerlint", 3, 3),
        ("inner", "# dockerlint: ignore[a]", "dockerlint", 7, 8),
        ("outer", "# dockerlint: ignore[a]\n  # more\n", "dockerlint", 12, 13),
        ("tail", "# dockerlint: ignore-file[a]", "dockerlint", 1, 13),
        ("inner", "# checkov:skip=a:why", "checkov", 2, 8),
        ("end", "# checkov:skip=a:why", "checkov", 2, 8),
        ("tail", "# checkov:skip=a", "checkov", 10, 12),
        ("outer", "# checkov:skip=a", "checkov", 10, 11),
        ("outer", "# trivy:ignore:a", "trivy", 10, 11),
        ("end", "# trivy:ignore:a", "trivy", 3, 3),
        ("inner", "# kics-scan ignore-line", "kics", 7, 7),
        ("outer", "# kics-scan ignore-block", "kics", 10, 11),
        ("inner", "# dclint disable-line a", "dclint", 7, 7),
        ("end", "# dclint disable-line", "dclint", 3, 3),
    ],
)
def test_a_pragma_covers_lines(place: str, comment: str, linter: str, first: int, last: int) -> None:
    found = list(pragmas(compose(**{place: comment})))
    assert [(one.linter, one.first, one.last, one.fault) for one in found] == [
        (linter, first, last if place != "tail" or linter != "checkov" else 11, "")
    ]
    assert [str(name) for name in found[0].names] == (["a"] if re.search(r"\ba\b", comment) else [])


@pytest.mark.parametrize(
    "comment", ["# kics-scan disable=a", "# kics-scan ignore", "# dclint disable a", "# dclint disable-file"]
)
def test_at_the_head_it_holds_for_the_file(comment: str) -> None:
    (found,) = pragmas(Source("compose.yaml", f"---\n# ours\n{comment}\nservices: {{}}\n"))
    assert (found.first, found.last, found.fault) == (1, 5, "")


@pytest.mark.parametrize(
    ("place", "comment", "fault"),
    [
        ("tail", "# dockerlint: ignore[a]", "nothing follows"),
        ("inner", "# dockerlint: ignore-stage[a]", "only a Dockerfile"),
        ("end", "# dockerlint: ignore a", "it is written"),
        ("outer", "  # dockerlint: ignore[a]", "below what it is indented for"),
        ("inner", "# kics-scan disable=a", "above it"),
        ("inner", "# dclint disable", "above it"),
        ("end", "# dockerlint: ignore[a] until=2026-02-30", "is no day"),
    ],
)
def test_what_has_no_effect_says_why(place: str, comment: str, fault: str) -> None:
    (found,) = pragmas(compose(**{place: comment}))
    assert fault in found.fault
    assert not any(found.covers(line) for line in range(1, 20))


@pytest.mark.parametrize(
    "text",
    [
        'a: "x # dockerlint: ignore[a]"\n',
        "a: 'x\n  # dockerlint: ignore[a]\n  y'\n",
        "a: |\n  # dockerlint: ignore[a]\n",
        "a: >-\n  x\n\n  # dockerlint: ignore[a]\n",
        "a: b#dockerlint: ignore[a]\n",
        "a: [x\n# dockerlint: ignore[a]\n",
    ],
)
def test_what_is_no_comment_is_no_pragma(text: str) -> None:
    assert list(pragmas(Source("compose.yaml", text))) == []


def test_comments_are_found_between_scalars_of_every_style() -> None:
    text = "# 1\na: b # 2\n'c': | # 3\n  # no\n# 4\nd: [1, # 5\n  \"2\"] # 6\ne: &x # 7\n  f: *y # 8\n"
    found = layout(Source("compose.yaml", text.replace("*y", "1"))).comments
    assert [str(comment) for comment in found] == [f"# {number}" for number in range(1, 9)]


def test_blocks_reach_from_a_key_to_the_end_of_its_value() -> None:
    found = layout(Source("compose.yaml", "a:\n  b: {c: 1,\n    d: 2}\n  # x\n\ne:\n- f\n- g: 1\n  h: 2\n"))
    assert sorted(tuple(block) for block in found.blocks) == [
        *((1, 3, 1), (2, 2, 3), (2, 3, 2), (3, 3, 3), (6, 9, 1), (7, 7, 2), (8, 8, 3), (8, 9, 2), (9, 9, 3))
    ]


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        ("app.py", "x = 1  # dockerlint: ignore[a]\n", [1]),
        ("app.py", "# dockerlint: ignore[a]\nx = 1\n", [2]),
        ("app.py", "x = '''\n# dockerlint: ignore[a]\n'''\ny = '# dockerlint: ignore[a]'\n", []),
        (".env", "# dockerlint: ignore[a]\nA=b\n", [2]),
        ("web.env", "A=b # dockerlint: ignore[a]\nB=c#dockerlint: ignore[a]\n", [1]),
        (".dockerignore", "# dockerlint: ignore[a]\n*.md\nx # dockerlint: ignore[a]\n", [2]),
        ("sub/Dockerfile.dev", "FROM a\n# dockerlint: ignore[a]\nRUN b \\\n c\n", [3]),
        ("ci.yml", "a:\n  b: 1 # dockerlint: ignore[a]\n", [2]),
    ],
)
def test_files_have_pragmas_of_their_kind(path: str, text: str, lines: list[int]) -> None:
    assert [pragma.first for pragma in pragmas_of_source(Source(path, text))] == lines


def test_comments_without_names_mean_what_their_linter_knows() -> None:
    assert "privileged-service" in all_of_linter("kics")
    assert all_of_linter("dclint") >= {rule.name for rule in find_rules("no-version-field")}
    assert not all_of_linter("hadolint")


def check(folder: Path, files: dict[str, str], *rules: str, **options: bool) -> Result:
    lay_out(files, folder)
    with inside(folder):
        return run(Request(tuple(find(["."])), Selection(rules), Settings(as_of=AS_OF), **options))  # type: ignore[arg-type]


PRIVILEGED = "services:\n  web:\n    image: nginx:1.29{}\n    privileged: true{}\n"


@pytest.mark.parametrize(
    ("image", "privileged", "kept"),
    [
        ("", "", 1),
        ("", " # dockerlint: ignore[privileged-service]", 0),
        ("", " # dockerlint: ignore[privileged_containers_enabled]", 0),
        ("\n    # dockerlint: ignore[privileged-service] why", "", 0),
        (" # dockerlint: ignore[privileged-service]", "", 1),
        ("\n    # kics-scan ignore-line", "", 0),
        ("\n    # dclint disable-line", "", 1),
        ("", " # dockerlint: ignore[privileged-service] until=2020-01-01", 1),
    ],
)
def test_findings_in_compose_files_are_left_out(image: str, privileged: str, kept: int, tmp_path: Path) -> None:
    result = check(tmp_path, {"compose.yaml": PRIVILEGED.format(image, privileged)}, "privileged-service")
    assert (len(result.findings), len(result.suppressed)) == (kept, 1 - kept)


def test_numbers_of_kics_are_known(tmp_path: Path) -> None:
    text = "# kics-scan disable=ae5b6871-7f45-42e0-bb4c-ab300c4d2026\n" + PRIVILEGED.format("", "")
    assert check(tmp_path, {"compose.yaml": text}, "privileged-service").findings == ()


def test_comments_count_for_nothing_where_policy_says_so(tmp_path: Path) -> None:
    text = PRIVILEGED.format("", " # dockerlint: ignore[privileged-service]")
    result = check(tmp_path, {"compose.yaml": text}, "privileged-service", inline_ignores=False)
    assert len(result.findings) == 1


INLINE = """\
services:
  web:
    build:
      dockerfile_inline: |
        FROM alpine:3.22
        # dockerlint: ignore[{}]
        MAINTAINER a
        MAINTAINER b
"""


def test_a_dockerfile_within_a_compose_file_has_comments_of_its_own(tmp_path: Path) -> None:
    result = check(tmp_path, {"compose.yaml": INLINE.format("maintainer")}, "maintainer", "ineffective-ignore")
    assert [(finding.rule, finding.region.line) for finding in result.findings] == [("maintainer", 8)]
    assert [finding.region.line for finding in result.suppressed] == [7]


def test_an_idle_one_there_is_told_at_its_line(tmp_path: Path) -> None:
    result = check(
        tmp_path, {"compose.yaml": INLINE.format("add-for-local-file")}, "add-for-local-file", "ineffective-ignore"
    )
    (found,) = result.findings
    assert (found.rule, found.region.line) == ("ineffective-ignore", 6)
    text = mended({"compose.yaml": INLINE.format("add-for-local-file")}, [found])["compose.yaml"]
    assert text == INLINE.replace("        # dockerlint: ignore[{}]\n", "")


def test_a_comment_for_a_finding_from_another_file_is_not_idle(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM nginx:1.29\n# dockerlint: ignore[all]\nEXPOSE 80\n",
        "compose.yaml": "services:\n  web:\n    build: .\n    ports: ['8080:81']\n",
        "app.env": "A=b\n",
    }
    result = check(tmp_path, files, "compose_build", "ineffective-ignore")
    assert "ineffective-ignore" not in {finding.rule for finding in result.findings}


APP = 'from flask import Flask\napp = Flask(__name__)\n{}app.run(host="0.0.0.0", debug=True)\n'
SERVED = 'FROM python:3.13-slim\nWORKDIR /srv\nCOPY app.py /srv/\nUSER 1000\nCMD ["python", "app.py"]\n'
NAMED = "services:\n  web:\n    image: postgres:17\n    env_file: db.env\n"
IDLE = "# dockerlint: ignore[{}] why\n"


def idle(folder: Path, files: dict[str, str], *paths: str, options: tuple[str, ...] = ()) -> list[str]:
    """The files, with lines, in which comments are reported that do nothing."""
    lay_out({".git/HEAD": "", **files}, folder)
    with inside(folder):
        result = CliRunner().invoke(cli, ["check", "--format", "json", "--as-of", str(AS_OF), *options, *paths])
    findings = json.loads(result.stdout)["findings"]
    return [f"{one['path']}:{one['line']}" for one in findings if one["rule"] == "ineffective-ignore"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        # Nothing is found in the file; a rule that was asked has nothing to say there.
        ({".dockerignore": IDLE.format("ineffective-dockerignore") + "*.md\n", "Dockerfile": SERVED}, [".dockerignore:1"]),
        ({"app.py": IDLE.format("debug-in-source") + "x = 1\n", "Dockerfile": SERVED}, ["app.py:1"]),
        ({"db.env": IDLE.format("committed-env-file") + "A=b\n", "compose.yaml": NAMED}, ["db.env:1"]),
        ({".env": IDLE.format("committed-env-file") + "A=b\n", "compose.yaml": NAMED}, [".env:1"]),
        ({"db.env": "A=b # dockerlint: ignore[no-such-rule]\n", "compose.yaml": NAMED}, ["db.env:1"]),
        ({"db.env": "# dockerlint ignore A\nA=b\n", "compose.yaml": NAMED}, ["db.env:1"]),
        # It is of use.
        ({"app.py": APP.format("# dockerlint: ignore[debug-in-source]\n"), "Dockerfile": SERVED}, []),
        # Nobody reads it, or the rules that read it were not asked.
        ({"other.py": IDLE.format("debug-in-source"), "other.env": IDLE.format("debug-in-source"), "Dockerfile": SERVED}, []),
        ({"app.py": IDLE.format("privileged-service") + "x = 1\n", "Dockerfile": SERVED}, []),
        ({"db.env": IDLE.format("missing-user") + "A=b\n", "compose.yaml": NAMED}, []),
        ({"app.py": IDLE.format("unpinned-digest") + "x = 1\n", "Dockerfile": SERVED}, []),
        ({"app.py": "x = '# dockerlint: ignore[debug-in-source]'\n", "Dockerfile": SERVED}, []),
    ],
)  # fmt: skip
def test_comments_that_do_nothing_are_told_in_what_is_read_anyway(
    files: dict[str, str], told: list[str], tmp_path: Path
) -> None:
    assert idle(tmp_path, {"app.py": "x = 1\n", "db.env": "A=b\n", **files}) == told


SECRET = "{}DB_PASSWORD=Zk3nR8vQ2xLp\n"
SECOND = "services:\n  db:\n    image: postgres:17\n    env_file: ../db.env\n"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        # Two Dockerfiles run one program, of which one is for development.
        (
            {
                "Dockerfile": SERVED,
                "Dockerfile.dev": SERVED,
                "app.py": APP.format("# dockerlint: ignore[debug-in-source]\n"),
            },
            [],
        ),
        # The one for development has settings of its own.
        (
            {
                "Dockerfile": SERVED,
                "dev/Dockerfile": SERVED,
                "dev/dockerlint.toml": "development-images = ['dev/*']",
                "app.py": APP.format("# dockerlint: ignore[debug-in-source]\n"),
            },
            [],
        ),
        # Settings that ask for nothing there cannot tell.
        (
            {
                "compose.yaml": NAMED,
                "db.env": SECRET.format(IDLE.format("committed-env-file")),
                "sub/compose.yaml": SECOND,
                "sub/dockerlint.toml": "ignore = ['committed-env-file']",
            },
            [],
        ),
        # Nobody has a use for it: told once.
        (
            {
                "compose.yaml": NAMED,
                "db.env": IDLE.format("committed-env-file") + "A=b\n",
                "sub/compose.yaml": SECOND,
                "sub/dockerlint.toml": "squash = true",
            },
            ["db.env:1"],
        ),
    ],
    ids=["development", "other settings", "rule off", "idle for all"],
)
def test_a_comment_is_of_use_if_one_of_those_who_read_it_needs_it(
    files: dict[str, str], told: list[str], tmp_path: Path
) -> None:
    assert idle(tmp_path, files) == told


@pytest.mark.parametrize(
    ("paths", "options", "told"),
    [
        ((), (), 1),
        ((".",), (), 1),
        (("Dockerfile",), (), 0),
        (("sub",), (), 0),
        ((), ("--target", "final"), 0),
        ((), ("--no-inline-ignores",), 0),
        ((), ("--ignore", "debug-in-source"), 0),
        ((), ("--select", "ineffective-ignore"), 0),
    ],
)
def test_only_a_check_of_all_that_may_need_a_comment_judges_it(
    paths: tuple[str, ...], options: tuple[str, ...], told: int, tmp_path: Path
) -> None:
    dockerfile = SERVED.replace("slim\n", "slim AS final\n", 1)
    files = {"Dockerfile": dockerfile, "app.py": IDLE.format("debug-in-source") + "x = 1\n", "sub/Dockerfile": SERVED}
    assert len(idle(tmp_path, files, *paths, options=options)) == told


def test_comments_beside_are_judged_by_many_processes_as_by_one(tmp_path: Path) -> None:
    apart = {f"d{number}/Dockerfile": "FROM scratch\n" for number in range(80)}
    files = {
        "x/Dockerfile": SERVED,
        "x/Dockerfile.b": SERVED,
        "x/app.py": IDLE.format("debug-in-source") + APP.format("").replace("app.run", "print"),
    }
    assert idle(tmp_path, {**apart, **files}) == ["x/app.py:1"]


def test_a_comment_without_a_reason_is_told_in_what_is_read_anyway(tmp_path: Path) -> None:
    files = {
        ".git/HEAD": "",
        "compose.yaml": NAMED,
        "db.env": SECRET.format("# dockerlint: ignore[committed-env-file]\n"),
    }
    lay_out(files, tmp_path)
    with inside(tmp_path):
        result = CliRunner().invoke(cli, ["check", "--format", "concise", "--require-reason"])
    assert "db.env:1:22: warning[ignore-comment]" in result.stdout
