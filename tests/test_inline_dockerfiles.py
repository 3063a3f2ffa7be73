from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.lint.finding import Finding
from dockerlint.lint.registry import find
from dockerlint.source import EmbeddedSource, Source, Span
from tests.harness import check_files, mended


def findings(folder: Path, rule: str, compose: str) -> list[Finding]:
    found, problems = check_files(list(find(rule)), {"compose.yaml": compose}, folder)
    assert problems == []
    return found


BLOCK = """services:
  web:
    build:
      dockerfile_inline: |
        FROM python:3.13

        ADD app.py \\
          /srv/
"""


def test_findings_point_at_the_lines_of_the_compose_file(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, "add-for-local-file", BLOCK)
    assert found.region == ("compose.yaml", 7, 9, 7, 12)
    assert found.lines == ("        ADD app.py \\",)


def test_fixes_are_written_into_the_compose_file(tmp_path: Path) -> None:
    found = findings(tmp_path, "add-for-local-file", BLOCK)
    assert mended({"compose.yaml": BLOCK}, found)["compose.yaml"] == BLOCK.replace("ADD", "COPY")


@pytest.mark.parametrize(
    "scalar", ['"FROM python:3.13\\nADD app.py /srv/"', ">\n        FROM python:3.13\n\n        ADD app.py /srv/\n"]
)
def test_a_scalar_with_escapes_or_folds_gets_no_fix(tmp_path: Path, scalar: str) -> None:
    compose = f"services:\n  web:\n    build:\n      dockerfile_inline: {scalar}\n"
    (found,) = findings(tmp_path, "add-for-local-file", compose)
    assert found.fix is None
    line = compose.splitlines()[found.region.line - 1]
    assert line[found.region.column - 1 : found.region.end_column - 1] == "ADD"


def test_a_fix_that_adds_lines_is_left_out(tmp_path: Path) -> None:
    compose = (
        "services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM python:3.13\n        CMD python a.py\n"
    )
    assert findings(tmp_path, "python-unbuffered", compose)[0].fix is None


def test_what_compose_puts_in_is_what_is_checked(tmp_path: Path) -> None:
    compose = "services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM debian:${TAG:-latest}\n"
    (found,) = findings(tmp_path, "latest-base-image", compose)
    assert found.region[1] == 5


def test_nothing_is_said_of_a_dockerfile_that_nobody_knows(tmp_path: Path) -> None:
    compose = "services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM debian:${TAG}\n        ADD a b\n"
    assert findings(tmp_path, "add-for-local-file", compose) == []


def test_places_in_an_embedded_text_are_those_of_its_file() -> None:
    outer = Source("compose.yaml", "a:\n  b: |\n    one\n    two\n")
    start = outer.text.index("one")
    text = outer.slice(start, start + 3)
    inner = EmbeddedSource(text)
    assert inner.text == "\n\none"
    assert inner.in_file(Span(inner, 2, 5)) == Span(outer, start, start + 3)
    assert inner.in_file(Span(inner, 4, 4)) == Span(outer, start + 2, start + 2)
