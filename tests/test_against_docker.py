"""Generated Dockerfiles are read as Docker's own parser reads them.

The parser in the package `dockerfile` is older than today's BuildKit in one respect: it ignores what follows a JSON array.
"""

import json

from dockerfile import GoParseError, parse_string
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dockerlint.dockerfile.errors import Level
from dockerlint.dockerfile.instructions import Instruction, Onbuild
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.source import Source

KEYWORDS = st.sampled_from(
    ["ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
     "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR", "run", "Copy", "nope"]
)  # fmt: skip
FLAGS = st.sampled_from(
    [
        "--from=a",
        "--mount=type=bind,target=/x",
        "--x",
        "--",
        '--a="b c"',
        "--a=\\ b",
        "--chown='a b' ",
        "-x",
        "--interval=5s",
    ]
)
WORDS = st.sampled_from(
    ["a", "/b", "a=b", "A='x y'", '"q r"', "=", "$X", "${X:-y}", "#", "\\", "\\\\", "a\\ b", "NONE", "CMD", "AS", "&&",
     "<<E", "<<-E", '<<"E"', "3<<E", "<<E<<F", "a<<E", "[", "]", "é", "`", "'", '"']
)  # fmt: skip
ARRAYS = st.one_of(
    st.lists(st.text("ab\"\\ \té/'", max_size=4), max_size=3).map(json.dumps),
    st.sampled_from(
        ['["a",]', "[]", "[ ]", '["a" "b"]', '["a", 1]', "['a']", '["a"', '["\\x"]', '["\\u00e9"]', "[[]]"]
    ),
)
ENDS = st.sampled_from(
    ["\n", "\n", "\n", " \\\n", "\\\n", " \\ \n", "\n\n", "\n# c\n", " \\\n# c\n", " \\\n\n", "\r\n", " \\\r\n"]
)
LINES = st.one_of(
    st.tuples(
        KEYWORDS,
        st.sampled_from([" ", "  ", "\t", ""]),
        st.lists(FLAGS, max_size=2).map(" ".join),
        st.sampled_from(["", " "]),
        st.one_of(st.lists(WORDS, max_size=4).map(" ".join), ARRAYS),
        ENDS,
    ).map("".join),
    st.sampled_from(["E\n", "\tE\n", "F\n", "body $X\n", "# comment\n", "\n", "  indented\n"]),
)  # fmt: skip
HEADS = st.sampled_from(["", "# escape=`\n", "# syntax=docker/dockerfile:1\n", "#escape = \\\n# check=skip=all\n"])


def trailed_array(instruction: Instruction) -> bool:
    """Whether something follows a JSON array, where the two parsers differ."""
    rest = str(getattr(instruction, "command", instruction.rest))
    try:
        _, end = json.JSONDecoder().raw_decode(rest)
    except ValueError:
        return False
    return rest.startswith("[") and end < len(rest)


def ours(dockerfile: Dockerfile) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for instruction in dockerfile.instructions:
        inner = instruction.instruction if isinstance(instruction, Onbuild) else instruction
        is_json = getattr(inner, "exec_form", None) is not None or getattr(inner, "is_json", False)
        heredocs = [(heredoc.name, str(heredoc.body)) for heredoc in instruction.heredocs]
        # The package leaves out the heredocs of a trigger.
        heredocs = [] if isinstance(instruction, Onbuild) else heredocs
        flags = () if isinstance(instruction, Onbuild) else tuple(str(flag.text) for flag in instruction.flags)
        found.append((instruction.name, instruction.start_line, instruction.end_line, is_json, flags, heredocs))
    return found


def theirs(text: str) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for command in parse_string(text):
        flags = () if command.cmd.upper() == "ONBUILD" else command.flags
        heredocs = [(heredoc.name, heredoc.content) for heredoc in command.heredocs]
        found.append((command.cmd.upper(), command.start_line, command.end_line, command.json, flags, heredocs))
    return found


@settings(max_examples=600, deadline=None)
@given(HEADS, st.lists(LINES, max_size=7).map("".join))
def test_generated_files_are_read_as_docker_reads_them(head: str, body: str) -> None:
    text = f"{head}FROM a\n{body}"
    dockerfile = Dockerfile(Source("Dockerfile", text))
    nodes = [one.instruction if isinstance(one, Onbuild) else one for one in dockerfile.instructions]
    assume(not any(trailed_array(node) for node in nodes))
    assume("é" not in text or "--" not in text)  # the package splits a flag inside of a character
    refused = any(error.level is Level.PARSE for error in dockerfile.errors)
    try:
        expected = theirs(text)
    except GoParseError:
        assert refused
        return
    assert not refused
    assert ours(dockerfile) == expected
