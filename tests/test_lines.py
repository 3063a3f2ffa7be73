"""A file is split into instructions as BuildKit splits it."""

import pytest
from dockerfile import parse_string
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.dockerfile.arguments import split_keyword
from dockerlint.dockerfile.lines import LONGEST_LINE, split
from dockerlint.source import Source

Boundaries = list[tuple[str, int, int]]


def boundaries(text: str | bytes) -> Boundaries:
    data = text.encode() if isinstance(text, str) else text
    lines = split(Source.from_bytes("Dockerfile", data)).lines
    return [(split_keyword(line.text)[0].upper(), line.start, line.end) for line in lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nRUN x \\\n\n  y\n", [("FROM", 1, 1), ("RUN", 2, 4)]),
        ("FROM a\nRUN x \\\n", [("FROM", 1, 1), ("RUN", 2, 2)]),
        ("FROM a\nRUN x \\\n# c\n", [("FROM", 1, 1), ("RUN", 2, 3)]),
        ("FROM a\nRUN <<EOF\nx y\nEOF\n", [("FROM", 1, 1), ("RUN", 2, 4)]),
        ("\ufeffFROM a\n", [("FROM", 1, 1)]),
        ("\ufeff# escape=`\nFROM a\nRUN x `\n y", [("FROM", 2, 2), ("RUN", 3, 4)]),
        ("FROM a\nRUN\\\n x\n", [("FROM", 1, 1), ("RUN", 2, 3)]),
        ("FROM a\nRU\\\nN x\n", [("FROM", 1, 1), ("RUN", 2, 3)]),
        ("FROM a\n\\\nRUN x\n", [("FROM", 1, 1), ("RUN", 2, 3)]),
        ("FROM a\nRUN x \\\\\nRUN y z\n", [("FROM", 1, 1), ("RUN", 2, 2), ("RUN", 3, 3)]),
        ("FROM a\nRUN", [("FROM", 1, 1), ("RUN", 2, 2)]),
        ("FROM a\nRUN\u00a0x\n", [("FROM", 1, 1), ("RUN\u00a0X", 2, 2)]),
        ("FROM a\nRUN x \\\u00a0\nRUN y z\n", [("FROM", 1, 1), ("RUN", 2, 2), ("RUN", 3, 3)]),
        (b"FROM a\nRUN echo \xff\n", [("FROM", 1, 1), ("RUN", 2, 2)]),
        ("# check=skip=all\n# escape=`\nFROM a\nRUN x `\n y\n", [("FROM", 3, 3), ("RUN", 4, 5)]),
        ("FROM a\nCOMMENT x\n", [("FROM", 1, 1), ("COMMENT", 2, 2)]),
        ("FROM a\r\nRUN x \\\r\n  y\r\n", [("FROM", 1, 1), ("RUN", 2, 3)]),
        ("FROM a\nRUN x \\\n  # c \\\n  y\n", [("FROM", 1, 1), ("RUN", 2, 4)]),
        ("FROM a\nCOPY <<A <<-B /x\n1\nA\n2\n\tB\nRUN z", [("FROM", 1, 1), ("COPY", 2, 6), ("RUN", 7, 7)]),
        ("FROM a\nONBUILD RUN <<E\nx\nE\n", [("FROM", 1, 1), ("ONBUILD", 2, 4)]),
    ],
)
def test_instructions_begin_and_end_as_in_buildkit(text: str | bytes, expected: Boundaries) -> None:
    assert boundaries(text) == expected


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("RUN <<EOF", ["EOF"]),
        ("RUN 3<<EOF", ["EOF"]),
        ("RUN << EOF", ["EOF"]),
        ("RUN cat <<'E F' <<B", ["E F", "B"]),
        ("RUN cat <<<x", []),
        ("RUN cat<<EOF", []),
        ("RUN a1<<EOF", []),
        ('RUN "<<EOF"', []),
        ("RUN \\<<EOF", []),
        ("RUN <<A<<B", []),
        ("RUN echo 'open <<EOF", []),
        ('RUN ["cat", "<<EOF"]', []),
        ("CMD <<EOF", []),
        ("RUN --mount=type=cache,target=/x <<EOF", ["EOF"]),
        ("RUN echo $(( 1 << 3 ))", ["3"]),
        ("RUN x <<EOF;", ["EOF;"]),
    ],
)
def test_heredocs_open_as_in_buildkit(line: str, names: list[str]) -> None:
    body = "".join(f"{name}\n" for name in names)
    lines = split(Source("Dockerfile", f"FROM a\n{line}\n{body}"))
    assert [heredoc.name for heredoc in lines.lines[1].heredocs] == names
    assert not lines.errors


def test_heredoc_that_never_ends_is_an_error_at_its_opener() -> None:
    lines = split(Source("Dockerfile", "FROM a\nRUN cat <<EOF\nx\n"))
    (error,) = lines.errors
    assert error.span.source.position(error.span.start) == (2, 9)
    assert [line.start for line in lines.lines] == [1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("# only a comment\n", "no instruction"),
        ("FROM a\nRUN " + "x" * LONGEST_LINE, "longer"),
        ("# escape=x\nFROM a", "escape"),
        ("# escape=`\n# escape=`\nFROM a", "second time"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, message: str) -> None:
    (error,) = split(Source("Dockerfile", text)).errors
    assert message in error.message


def test_comments_before_an_instruction_are_its_block() -> None:
    lines = split(Source("Dockerfile", "# syntax=docker/dockerfile:1\n# a\n\n# b\nFROM x\nRUN y \\\n# c\n z"))
    assert [str(comment) for comment in lines.lines[0].comments] == ["# a", "# b"]
    assert lines.lines[1].comments == ()
    assert [directive.name for directive in lines.directives] == ["syntax"]


WORDS = st.sampled_from(["x", "y \\", "# c", "", "  ", "RUN a", "a \\\\", "\\", "COPY a b", "\ty", "echo 'q' \\ "])


@given(st.lists(WORDS, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_boundaries_equal_those_of_dockers_own_parser(lines: list[str], line_end: str) -> None:
    text = line_end.join(["FROM a", *lines])
    expected = [((command.cmd or "").upper(), command.start_line, command.end_line) for command in parse_string(text)]
    assert [(keyword, start) for keyword, start, _ in boundaries(text)] == [(k, s) for k, s, _ in expected]


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_read_without_a_crash(text: str, has_from: bool) -> None:
    split(Source("Dockerfile", ("FROM a\n" if has_from else "") + text))


@pytest.mark.parametrize(
    ("head", "names", "escape"),
    [
        ("# syntax=a/b\n# escape=`\n# check=skip=all\n", ["syntax", "escape", "check"], "`"),
        ("# ESCAPE = `  \n", ["escape"], "`"),
        ("#escape=\\\n", ["escape"], "\\"),
        ("  # escape=`\n", ["escape"], "`"),
        ("  # syntax=a/b\n", [], "\\"),
        ("  # escape=`\n# syntax=a/b\n", ["escape"], "`"),
        ("#!/bin/sh\n# syntax=a/b\n# escape=`\n", ["syntax"], "\\"),
        ("# a comment\n# escape=`\n", [], "\\"),
        ("# unknown=x\n# escape=`\n", [], "\\"),
        ("\n# escape=`\n", [], "\\"),
        ("# escape=\n# syntax=a/b\n", [], "\\"),
        ("\ufeff# escape=`\n", ["escape"], "`"),
        ("# escape=`\r\n", ["escape"], "`"),
    ],
)
def test_directives_stand_at_the_very_top(head: str, names: list[str], escape: str) -> None:
    lines = split(Source("Dockerfile", head + "FROM a\n"))
    assert ([directive.name for directive in lines.directives], lines.escape) == (names, escape)
    assert lines.errors == ()


@pytest.mark.parametrize(
    ("head", "escape"), [("# escape=x\n", "\\"), ("# escape=`\n# escape=\\\n", "`"), ("# check=a=b\n# check=c\n", "\\")]
)
def test_reading_goes_on_after_a_bad_directive(head: str, escape: str) -> None:
    lines = split(Source("Dockerfile", head + "FROM a\nRUN x\n"))
    assert (len(lines.errors), lines.escape, len(lines.lines)) == (1, escape, 2)


@pytest.mark.parametrize(
    ("comments", "block"),
    [
        ("# a\n# b\n", ["# a", "# b"]),
        ("# a\n\n# b\n", ["# a", "# b"]),
        ("# a\n#\n# b\n", ["# b"]),
        ("# a\n##\n", ["# a", "##"]),
        ("# a\n  #\n", ["# a", "#"]),
        ("", []),
    ],
)
def test_comment_without_text_begins_a_new_block(comments: str, block: list[str]) -> None:
    lines = split(Source("Dockerfile", f"FROM x\n{comments}RUN y\n"))
    assert [str(comment) for comment in lines.lines[1].comments] == block
