"""`--add-ignores`: comments in the right place, in no other, and only once."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockerlint.lint.finding import Finding
from dockerlint.lint.ignoring import add_ignores, can_be_ignored, with_ignores
from dockerlint.lint.reading import source_or_none
from dockerlint.lint.registry import find
from dockerlint.source import Source
from tests.harness import inside, lay_out
from tests.test_baseline import findings_of
from tests.test_cli import DAY, invoke, report, rules_in

RULES = ("maintainer", "add-for-local-file", "privileged-service", "debug-in-source", "DL3014")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM alpine:3.22\nMAINTAINER a\n", "FROM alpine:3.22\n# dockerlint: ignore[maintainer] why\nMAINTAINER a\n"),
        (
            "FROM alpine:3.22\r\n  MAINTAINER a",
            "FROM alpine:3.22\r\n  # dockerlint: ignore[maintainer] why\r\n  MAINTAINER a",
        ),
        (
            "FROM a:1\n# dockerlint: ignore[add-for-local-file] old\nADD a.txt /\nADD b.txt /\n",
            "FROM a:1\n# dockerlint: ignore[add-for-local-file] old\nADD a.txt /\n"
            "# dockerlint: ignore[add-for-local-file] why\nADD b.txt /\n",
        ),
        (
            "FROM a:1\n# dockerlint: ignore[x] old\nMAINTAINER a\n",
            "FROM a:1\n# dockerlint: ignore[x, maintainer] old\nMAINTAINER a\n",
        ),
        (
            "FROM a:1\n# dockerlint: ignore[x] until=2020-01-01\nMAINTAINER a\n",
            "FROM a:1\n# dockerlint: ignore[maintainer] why\n# dockerlint: ignore[x] until=2020-01-01\nMAINTAINER a\n",
        ),
        (
            "# syntax=docker/dockerfile:1\nFROM a:1\n# hadolint ignore=DL3001\nMAINTAINER a\n",
            "# syntax=docker/dockerfile:1\nFROM a:1\n# dockerlint: ignore[maintainer] why\n# hadolint ignore=DL3001\nMAINTAINER a\n",
        ),
        (
            "FROM debian:12\nRUN apt-get update \\\n # more\n && apt-get install nano\n",
            "FROM debian:12\n# dockerlint: ignore[unattended-install] why\nRUN apt-get update \\\n # more\n && apt-get install nano\n",
        ),
    ],
)
def test_in_a_dockerfile_it_stands_above_the_instruction(before: str, after: str, tmp_path: Path) -> None:
    after = after.replace("unattended-install", find("DL3014")[0].name)
    assert written(tmp_path, {"Dockerfile": before})["Dockerfile"] == after


def written(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """The files after comments were written, and written again."""
    for name, text in files.items():
        lay_out({name: text}, folder)
    for _ in range(2):
        found = findings_of(folder, {}, *RULES)
        with inside(folder):
            add_ignores(found, source_or_none, "why")
    return {name: (folder / name).read_bytes().decode() for name in files}


SERVICE = "services:\n  web:\n    image: nginx:1.29\n    {}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("privileged: true", "privileged: true  # dockerlint: ignore[privileged-service] why"),
        ("privileged: true   # ours", "privileged: true   # ours  # dockerlint: ignore[privileged-service] why"),
        (
            "privileged: true # dockerlint: ignore[x] old",
            "privileged: true # dockerlint: ignore[x, privileged-service] old",
        ),
        ("privileged:\n      true", "privileged:\n      true  # dockerlint: ignore[privileged-service] why"),
    ],
)
def test_in_yaml_it_stands_at_the_end_of_the_line(before: str, after: str, tmp_path: Path) -> None:
    files = {"compose.yaml": SERVICE.format(before)}
    assert written(tmp_path, files)["compose.yaml"] == SERVICE.format(after)


def test_within_a_text_of_several_lines_it_stands_above_the_key(tmp_path: Path) -> None:
    text = "services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM alpine:3.22\n        MAINTAINER a\n"
    comment = "      # dockerlint: ignore[maintainer] why\n"
    after = written(tmp_path, {"compose.yaml": text})["compose.yaml"]
    assert after == text.replace("      dockerfile_inline", f"{comment}      dockerfile_inline")
    assert findings_of(tmp_path, {}, "maintainer") == ()


def test_in_python_source_it_stands_at_the_end_of_the_line(tmp_path: Path) -> None:
    files = {
        "Dockerfile": 'FROM python:3.13-slim\nWORKDIR /app\nCOPY app.py .\nCMD ["python", "app.py"]\n',
        "app.py": "from flask import Flask\napp = Flask(__name__)\napp.run(debug=True)\n",
    }
    after = written(tmp_path, files)
    assert after["app.py"].endswith("app.run(debug=True)  # dockerlint: ignore[debug-in-source] why\n")
    assert after["Dockerfile"] == files["Dockerfile"]


def maintainer_in_line_two(folder: Path) -> Finding:
    (found,) = findings_of(folder, {"Dockerfile": "FROM alpine:3.22\nMAINTAINER a\n"}, "maintainer")
    return found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("web.env", 'A="x\nMAINTAINER a\n"\n'),
        ("app.py", "a = '''\nMAINTAINER a\n'''\n"),
        ("notes.json", '{"a":\nMAINTAINER a\n}'),
        ("sub/Makefile", "a:\nMAINTAINER a\n"),
    ],
)
def test_nothing_is_written_where_it_would_be_no_comment(path: str, text: str, tmp_path: Path) -> None:
    found = maintainer_in_line_two(tmp_path)
    assert with_ignores(Source(path, text), [found], "why") is None


def test_nothing_is_written_into_a_file_that_was_changed_since(tmp_path: Path) -> None:
    found = maintainer_in_line_two(tmp_path)
    assert with_ignores(Source("Dockerfile", "FROM alpine:3.22\nRUN true\n"), [found], "why") is None
    assert with_ignores(Source("Dockerfile", "FROM alpine:3.22"), [found], "why") is None


def test_a_dockerfile_of_any_name_is_written(tmp_path: Path) -> None:
    invoke(
        tmp_path,
        "check",
        "--add-ignores",
        "web.prod",
        "--select",
        "maintainer",
        *DAY,
        files={"web.prod": "FROM a:1\nMAINTAINER a\n"},
    )
    assert (tmp_path / "web.prod").read_text() == "FROM a:1\n# dockerlint: ignore[maintainer]\nMAINTAINER a\n"


def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "outside").write_text("FROM alpine:3.22\nMAINTAINER a\n")
    (tmp_path / "inside" / "Dockerfile").symlink_to(tmp_path / "outside")
    invoke(tmp_path / "inside", "check", "--add-ignores", "--select", "maintainer", *DAY)
    assert (tmp_path / "outside").read_text() == "FROM alpine:3.22\nMAINTAINER a\n"


def test_marks_at_the_beginning_and_foreign_bytes_stay(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"\xef\xbb\xbfFROM alpine:3.22\nMAINTAINER \xff\n")
    path.chmod(0o640)
    result = invoke(tmp_path, "check", "--add-ignores=it is old", "--select", "maintainer", *DAY)
    assert (
        path.read_bytes()
        == b"\xef\xbb\xbfFROM alpine:3.22\n# dockerlint: ignore[maintainer] it is old\nMAINTAINER \xff\n"
    )
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["Dockerfile"]
    assert "Wrote comments for 1 finding into 1 file." in result.stderr
    assert result.exit_code == 0


LINES = st.sampled_from(
    [
        *("MAINTAINER a", "RUN apt-get install curl", "ADD a.txt /", "WORKDIR x", "EXPOSE 80:80", "# a comment", ""),
        *("USER root", "RUN cd /x \\\n  && ls", "# hadolint ignore=DL3003", "FROM alpine AS b", 'CMD ["a"]', "CMD b"),
        *(
            "COPY <<E /x\n# text\nE",
            "ENV A B",
            "# dockerlint: ignore[maintainer] old",
            "ARG X=y",
            "RUN a | b ; \\\n# c\n d",
        ),
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=8))
def test_afterwards_nothing_is_found_and_a_second_run_writes_nothing(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("a")
    files = {"Dockerfile": "\n".join(["FROM debian", *lines]) + "\n"}
    invoke(folder, "check", "--add-ignores=why", *DAY, files=files)
    after = (folder / "Dockerfile").read_text()
    assert [line for line in after.splitlines() if "dockerlint:" not in line] == [
        line for line in files["Dockerfile"].splitlines() if "dockerlint:" not in line
    ]
    left = findings_of(folder, {}, "default")
    assert [one for one in left if can_be_ignored(one)] == []
    invoke(folder, "check", "--add-ignores=why", *DAY)
    assert (folder / "Dockerfile").read_text() == after


ROOT = {"Dockerfile": 'FROM alpine:3.22\n# dockerlint: ignore[maintainer]\nMAINTAINER a\nUSER 1000\nCMD ["a"]\n'}


@pytest.mark.parametrize(
    ("options", "files", "rules"),
    [
        ((), {}, []),
        (("--require-reason",), {}, ["ignore-comment"]),
        ((), {"dockerlint.toml": "require-reason = true\n"}, ["ignore-comment"]),
        (("--no-inline-ignores",), {}, ["maintainer"]),
    ],
)
def test_reasons_may_be_required_and_comments_turned_off(
    options: tuple[str, ...], files: dict[str, str], rules: list[str], tmp_path: Path
) -> None:
    document = report(tmp_path, *options, files={**ROOT, **files})
    assert rules_in(document) == rules
    assert all(found["severity"] == "warning" for found in document["findings"] if found["rule"] == "ignore-comment")
