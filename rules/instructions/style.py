"""Instructions in an old, misleading or uneven form that Docker still takes."""

from __future__ import annotations

import re

from dockerlint.dockerfile.arguments import UNICODE_BLANKS
from dockerlint.dockerfile.instructions import Env, From, Instruction, Label, Unknown
from dockerlint.dockerfile.instructions import Maintainer as MaintainerInstruction
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity, replace
from dockerlint.source import Span, Text


class EmptyContinuation(Rule[Instruction]):
    """An empty line stands inside a continued instruction.

    Docker reads on behind it for now, and has announced that it will stop to; other programs end the instruction there.
    What follows looks like an instruction of its own and is none.

    Delete the line, or begin it with `#`.

    https://docs.docker.com/reference/build-checks/no-empty-continuation/
    """

    severity = Severity.WARNING
    aliases = ("NoEmptyContinuation", "DD076")
    bad = {
        "FROM alpine:3.22\nRUN apk update && \\\n«»\n  apk add curl": "FROM alpine:3.22\nRUN apk update && \\\n  apk add curl",
        "FROM alpine:3.22\nENV A=1 \\\n«  »\n\n  B=2\nRUN make": "FROM alpine:3.22\nENV A=1 \\\n  B=2\nRUN make",
        "FROM alpine:3.22\nONBUILD RUN a \\\n«»\n && b": "FROM alpine:3.22\nONBUILD RUN a \\\n && b",
    }
    good = (
        "FROM alpine:3.22\nRUN apk update && \\\n  # refresh first\n  apk add curl",
        "FROM alpine:3.22\nRUN <<EOF\napk update\n\napk add curl\nEOF",
        "FROM alpine:3.22\n\nRUN apk update\n\n",
    )

    def check(self, instruction: Instruction) -> Findings:
        lines = instruction.line.empty_continuations
        if not lines:
            return
        source = instruction.keyword.source
        starts = source.line_starts
        ends = [*starts[1:], len(source.text)]
        edits = tuple(Edit.replacing(Span(source, starts[line - 1], ends[line - 1]), "") for line in lines)
        first = lines[0]
        place = Span(source, starts[first - 1], starts[first - 1] + len(source.line(first)))
        message = f"line {first} is empty in the middle of {instruction.name}"
        yield self.finding(place, message, fix=Fix("delete the empty lines", edits, is_safe=True))


class InstructionCasing(Rule[Dockerfile]):
    """An instruction is written in another case than most.

    Docker does not mind, but readers find instructions by their capitals and take the odd one for a part of the line
    above it.

    Write all of them alike, in capitals by custom.

    https://docs.docker.com/reference/build-checks/consistent-instruction-casing/
    """

    severity = Severity.INFO
    aliases = ("ConsistentInstructionCasing", "uppercase_commands", "DD071")
    bad = {
        'FROM alpine:3.22\n«run» make\nCMD ["app"]': 'FROM alpine:3.22\nRUN make\nCMD ["app"]',
        'from alpine:3.22\nrun make\n«Cmd» ["app"]': 'from alpine:3.22\nrun make\ncmd ["app"]',
        "FROM alpine:3.22\n«copy» a b": "FROM alpine:3.22\nCOPY a b",
    }
    good = (
        "from alpine:3.22\nrun make",
        "arg V=3.22\nFROM alpine:$V\nRUN make",
        'FROM alpine:3.22\nONBUILD run make\nCMD ["app"]',
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        instructions = [one for one in _in_stages(dockerfile) if not isinstance(one, Unknown)]
        lower = sum(one.keyword.islower() for one in instructions)
        upper = sum(one.keyword.isupper() for one in instructions)
        is_lower = lower > upper
        for one in instructions:
            if not (one.keyword.islower() if is_lower else one.keyword.isupper()):
                wanted = one.keyword.lower() if is_lower else one.keyword.upper()
                stands = f"`{one.keyword}` stands among {'lower' if is_lower else 'upper'}-case instructions"
                yield self.finding(one.keyword, stands, fix=_respelt(one.keyword, wanted))


def _in_stages(dockerfile: Dockerfile) -> list[Instruction]:
    """All instructions from the first FROM on."""
    first = next((index for index, one in enumerate(dockerfile.instructions) if isinstance(one, From)), None)
    return [] if first is None else dockerfile.instructions[first:]


def _respelt(word: Text, wanted: str) -> Fix | None:
    """Write a word otherwise, if it stands in one piece."""
    return replace(word, wanted, f"write `{wanted}`", is_safe=True) if word.is_verbatim else None


class FromAsCasing(Rule[From]):
    """FROM and its AS are written in different cases.

    Docker does not mind, but who looks for `AS` misses the stage.

    https://docs.docker.com/reference/build-checks/from-as-casing/
    """

    severity = Severity.INFO
    aliases = ("FromAsCasing",)
    bad = {
        "FROM golang:1.26 «as» build\nRUN make": "FROM golang:1.26 AS build\nRUN make",
        "from golang:1.26 «AS» build\nrun make": "from golang:1.26 as build\nrun make",
        "FROM --platform=$BUILDPLATFORM golang:1.26 «As» build": "FROM --platform=$BUILDPLATFORM golang:1.26 AS build",
    }
    good = ("FROM golang:1.26 AS build", "from golang:1.26 as build", "From golang:1.26 as build", "FROM golang:1.26")

    def check(self, from_: From) -> Findings:
        if from_.stage_name is None:
            return
        as_ = from_.words[1]
        wanted = "AS" if from_.keyword.isupper() else "as" if from_.keyword.islower() else None
        if wanted is not None and as_ != wanted:
            message = f"`{from_.keyword} ... {as_} {from_.stage_name}`: write {wanted}"
            yield self.finding(as_, message, fix=_respelt(as_, wanted))


class LegacyKeyValue(Rule[Env | Label]):
    """ENV or LABEL is written without `=`.

    The old form takes one name only, and all the rest of the line for its value: what looks like a second pair, or like
    a comment, becomes a part of it.

    Write `NAME=value`, with quotes around a value that holds blanks.

    https://docs.docker.com/reference/build-checks/legacy-key-value-format/
    """

    severity = Severity.INFO
    aliases = ("LegacyKeyValueFormat",)
    bad = {
        "FROM alpine:3.22\nENV «APP_HOME» /app": "FROM alpine:3.22\nENV APP_HOME=/app",
        "FROM alpine:3.22\nENV «OPTS» -a -b": 'FROM alpine:3.22\nENV OPTS="-a -b"',
        'FROM alpine:3.22\nLABEL «title» "The app"': 'FROM alpine:3.22\nLABEL title="The app"',
        "FROM alpine:3.22\nENV «OPTS» -Dx='a b' -y": 'FROM alpine:3.22\nENV OPTS="-Dx=a b -y"',
        'FROM alpine:3.22\nENV «OPTS» "a=1 b=2"': 'FROM alpine:3.22\nENV OPTS="a=1 b=2"',
        "FROM alpine:3.22\nENV «PATH»\t/opt/bin:$PATH": "FROM alpine:3.22\nENV PATH=/opt/bin:$PATH",
        "FROM alpine:3.22\nENV «OPTS» -a \\\n  -b": None,
        'FROM alpine:3.22\nLABEL «maintainer» "Jo Do" version="1"': None,
        "FROM alpine:3.22\nENV «export» LANG=C.UTF-8": None,
        "FROM alpine:3.22\nENV «OPTS» it\\'s '$HOME' here": None,
    }
    good = ("FROM alpine:3.22\nENV APP_HOME=/app", "FROM alpine:3.22\nARG APP_HOME", 'FROM alpine:3.22\nLABEL a="b c"')

    def check(self, node: Env | Label) -> Findings:
        if not node.is_legacy or not node.pairs:
            return
        key, value = node.pairs[0]
        written = _as_value(node, value) if value is not None and _is_plain(key, node.escape) else None
        if value is None or written is None or _holds_a_pair(value):
            message = f"`{node.keyword} {key}` is in the old form, in which all the rest of the line is the value"
            yield self.finding(key, message)
            return
        new = f"{key}={written}"
        edit = Edit.replacing(Span(key.source, key.start, value.end), new)
        message = f"`{node.keyword} {key} ...` is the old form; write `{node.keyword} {key}=...`"
        yield self.finding(key, message, fix=Fix(f"write `{new}`", (edit,), is_safe=True))


def _holds_a_pair(value: str) -> bool:
    """Whether a second pair seems to be meant: what to write depends on that."""
    is_whole = value.startswith("-") or _is_one_quotation(value)
    return not is_whole and re.search(r"(?:^|[ \t])[A-Za-z_][\w.]*=", value) is not None


def _is_one_quotation(value: str) -> bool:
    return value[0] in "'\"" and value[-1] == value[0] and value.count(value[0]) == 2


def _is_plain(key: Text, escape: str) -> bool:
    return key.is_verbatim and not any(mark in key for mark in ("'", '"', "$", escape))


def _as_value(node: Env | Label, value: Text) -> str | None:
    """The value as the new form writes it; None where lines, quotes or escapes stand in the way."""
    if not value.is_verbatim:
        return None
    if _is_one_quotation(value) or not any(blank in value for blank in UNICODE_BLANKS):
        return str(value)
    bare = str(node.unquoted(value))
    if node.escape in value or '"' in bare or ("'" in value and "$" in value):
        return None
    return f'"{bare}"'


class Maintainer(Rule[Dockerfile]):
    """MAINTAINER is used, which is deprecated.

    Docker will not take it for ever, and what it sets is not found by the tools that read labels.

    Write the label that everybody reads: `LABEL org.opencontainers.image.authors="..."`.

    https://docs.docker.com/reference/build-checks/maintainer-deprecated/
    """

    severity = Severity.INFO
    aliases = (
        "DL4000", "CKV_DOCKER_6", "DS-0022", "maintainer-is-deprecated", "maintainer_instruction_being_used",
        "MaintainerDeprecated", "DF019", "DD017", "deprecated_in_1.13",
    )  # fmt: skip
    bad = {
        "FROM alpine:3.22\n«MAINTAINER» Jo Do <jo@example.com>": (
            'FROM alpine:3.22\nLABEL org.opencontainers.image.authors="Jo Do <jo@example.com>"'
        ),
        'FROM alpine:3.22\n«maintainer» "Jo $Do"': (
            'FROM alpine:3.22\nlabel org.opencontainers.image.authors="Jo \\$Do"'
        ),
        'FROM alpine:3.22\n«MAINTAINER» Jo "the" Do': (
            'FROM alpine:3.22\nLABEL org.opencontainers.image.authors="Jo \\"the\\" Do"'
        ),
        "FROM alpine:3.22\n«MAINTAINER» Jo \\\n  Do": None,
        "FROM alpine:3.22\n«MAINTAINER» Jo\nLABEL org.opencontainers.image.authors=Jo": None,
    }
    good = (
        'FROM alpine:3.22\nLABEL org.opencontainers.image.authors="Jo Do"',
        "FROM alpine:3.22\nLABEL maintainer=jo",
        "FROM alpine:3.22\n# MAINTAINER jo",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        maintainers = [one for one in dockerfile.instructions if isinstance(one, MaintainerInstruction)]
        if not maintainers:
            return
        # Before FROM there is nothing to label, and a label that is there already has the last word.
        free = [stage for stage in dockerfile.stages if all(key != _AUTHORS for key, _ in stage.state.labels)]
        to_label = {id(one) for stage in free for one in stage.instructions}
        for one in maintainers:
            fix = _as_label(one) if id(one) in to_label else None
            yield self.finding(one.keyword, "MAINTAINER is deprecated; a LABEL takes its place", fix=fix)


_AUTHORS = "org.opencontainers.image.authors"


def _as_label(maintainer: MaintainerInstruction) -> Fix | None:
    keyword, text = maintainer.keyword, maintainer.argument
    if not text or not text.is_verbatim or not keyword.is_verbatim:
        return None
    new = f"{'label' if keyword.islower() else 'LABEL'} {_AUTHORS}={_quoted(text, maintainer.escape)}"
    edit = Edit.replacing(Span(keyword.source, keyword.start, text.end), new)
    return Fix(f"write `{new}`", (edit,), is_safe=True)


def _quoted(text: str, escape: str) -> str:
    """A text in double quotes that expands to itself, quotes around all of it left out."""
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0] and text.count(text[0]) == 2:
        text = text[1:-1]
    return '"' + "".join(f"{escape}{letter}" if letter in ('"', "$", escape) else letter for letter in text) + '"'
