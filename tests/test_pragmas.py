"""Comments that ask to leave findings out: what they cover, and what a run does with them."""

from pathlib import Path

import pytest

from dockerlint.dockerfile.pragmas import pragmas
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.run import Request, run
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import named
from dockerlint.source import Source
from tests.harness import AS_OF, lay_out

TWO_STAGES = "FROM a:1 AS x\nRUN a\n{}\nRUN b \\\n  c\nFROM a:1\nRUN d\n"


@pytest.mark.parametrize(
    ("comment", "linter", "names", "first", "last"),
    [
        ("# dockerlint: ignore[a,b] why", "dockerlint", ["a", "b"], 4, 5),
        ("#dockerlint:ignore[ a ]", "dockerlint", ["a"], 4, 5),
        ("# dockerlint: ignore-stage[a]", "dockerlint", ["a"], 1, 5),
        ("# dockerlint: ignore-file[a]", "dockerlint", ["a"], 1, 8),
        ("# hadolint ignore=DL3008,SC2086", "hadolint", ["DL3008", "SC2086"], 4, 5),
        ("# hadolint ignore=DL3008, DL3009 # why", "hadolint", ["DL3008", "DL3009"], 4, 5),
        ("# hadolint global ignore=DL3008", "hadolint", ["DL3008"], 1, 8),
        ("# hadolint stage ignore=DL3008", "hadolint", ["DL3008"], 1, 5),
        ("# checkov:skip=CKV_DOCKER_2: why", "checkov", ["CKV_DOCKER_2"], 1, 8),
        ("#trivy:ignore:AVD-DS-0002", "trivy", ["AVD-DS-0002"], 4, 5),
    ],
)
def test_a_pragma_covers_lines(comment: str, linter: str, names: list[str], first: int, last: int) -> None:
    (found,) = pragmas(Dockerfile(Source("Dockerfile", TWO_STAGES.format(comment))))
    assert (found.linter, list(found.names), found.first, found.last) == (linter, names, first, last)
    assert not found.fault


@pytest.mark.parametrize(
    ("comment", "fault"),
    [
        ("# dockerlint: ignore root-user", "it is written"),
        ("# dockerlint: disable=root-user", "it is written"),
        ("# dockerlint: ignore[]", "the brackets name no rule"),
        ("# dockerlint: ignore[a] until=2026-02-30", "`2026-02-30` is no day"),
        ("# hadolint ignore=DL3008 some reason", "text only behind another `#`"),
        ("# hadolint ignore=dl3008", "hadolint reads"),
        ("# hadolint ignore=DL3008\n# why", "just above the instruction"),
    ],
)
def test_what_has_no_effect_says_why(comment: str, fault: str) -> None:
    (found,) = pragmas(Dockerfile(Source("Dockerfile", TWO_STAGES.format(comment))))
    assert fault in found.fault
    assert not any(found.covers(line) for line in range(1, 10))


@pytest.mark.parametrize("comment", ["# we use hadolint", "# see dockerlint: it is new", "# trivy scans this"])
def test_other_comments_are_none(comment: str) -> None:
    assert list(pragmas(Dockerfile(Source("Dockerfile", TWO_STAGES.format(comment))))) == []


def test_a_directive_of_docker_counts_for_the_file() -> None:
    (found,) = pragmas(Dockerfile(Source("Dockerfile", "# check=skip=StageNameCasing,FromAsCasing\nFROM a\nRUN b")))
    assert (list(found.names), found.first, found.last) == (["StageNameCasing", "FromAsCasing"], 1, 3)


@pytest.mark.parametrize(
    ("text", "kept", "ignored"),
    [
        ("FROM alpine:3.22\nMAINTAINER a\n", ["maintainer"], 0),
        ("FROM alpine:3.22\n# dockerlint: ignore[maintainer] old\nMAINTAINER a\n", [], 1),
        ("FROM alpine:3.22\n# hadolint ignore=DL4000\nMAINTAINER a\nMAINTAINER b\n", ["maintainer"], 1),
        ("# check=skip=MaintainerDeprecated\nFROM alpine:3.22\nMAINTAINER a\nMAINTAINER b\n", [], 2),
        ("FROM alpine:3.22\n# trivy:ignore:DS-0022\nMAINTAINER a\n", [], 1),
        ("# dockerlint: ignore-file[instructions]\nFROM alpine:3.22\nMAINTAINER a\n", [], 1),
        ("FROM alpine:3.22\n# dockerlint: ignore[maintainer] until=2026-11-22\nMAINTAINER a\n", ["maintainer"], 0),
        ("FROM alpine:3.22\n# dockerlint: ignore[maintainer] until=2026-11-23\nMAINTAINER a\n", [], 1),
        ("# dockerlint: ignore-file[syntax-error]\nFROM alpine:3.22\nCOPY a\n", ["syntax-error"], 0),
    ],
)
def test_findings_are_left_out(text: str, kept: list[str], ignored: int, tmp_path: Path) -> None:
    lay_out({"Dockerfile": text}, tmp_path)
    selection = Selection(["maintainer", "syntax-error"])
    result = run(Request((named(str(tmp_path / "Dockerfile")),), selection, Settings(as_of=AS_OF)))
    assert [finding.rule for finding in result.findings] == kept
    assert len(result.suppressed) == ignored


@pytest.mark.parametrize(
    ("line", "is_kept"),
    [
        ("app.run(debug=True)", True),
        ("app.run(debug=True)  # dockerlint: ignore[debug-in-source] behind a proxy", False),
        ("# dockerlint: ignore[debug-in-source]\napp.run(debug=True)", False),
        ("# dockerlint: ignore-file[application]\n\napp.run(debug=True)", False),
        ("# dockerlint: ignore[debug-in-source]\n\napp.run(debug=True)", True),
        ("app.run(debug=True)  # dockerlint: ignore[root-user]", True),
    ],
)
def test_a_comment_in_source_counts_there(line: str, is_kept: bool, tmp_path: Path) -> None:
    files = {
        "Dockerfile": 'FROM python:3.13-slim\nWORKDIR /app\nCOPY app.py .\nCMD ["python", "app.py"]\n',
        "app.py": f"from flask import Flask\napp = Flask(__name__)\n{line}\n",
    }
    lay_out(files, tmp_path)
    selection = Selection(["debug-in-source"])
    result = run(Request((named(str(tmp_path / "Dockerfile")),), selection, Settings(as_of=AS_OF)))
    assert bool(result.findings) is is_kept
    assert len(result.suppressed) == (not is_kept)
