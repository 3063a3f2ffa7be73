"""What Docker refuses: the parser's and the builder's own errors, at the word at fault."""

from __future__ import annotations

import re
from itertools import pairwise

from dockerlint.dockerfile.errors import DockerfileError, Kind
from dockerlint.dockerfile.instructions import CLASSES, Instruction, Run, Unknown
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity, replace
from dockerlint.source import Span, Text
from dockerlint.wording import nearest


class SyntaxError(Rule[Dockerfile]):  # noqa: A001 (the name of the rule)
    """Docker refuses an instruction.

    The build stops before it begins, so there is no image. Docker names the first fault only; dockerlint goes on with
    the rest of the file, and exits with 2, since a file that Docker refuses cannot be checked for certain.

    The message says what Docker reads here and what it would take. Two faults do not stop the build: a RUN without a
    command does nothing, and what is wrong in an ONBUILD instruction shows in the builds on top of this image.

    https://docs.docker.com/reference/dockerfile/
    """

    severity = Severity.ERROR
    guards = True
    aliases = (
        "DL1000", "DL3043", "DF068", "DD043", "DD047", "required_params", "invalid_line", "invalid_format",
        "extra_args", "missing_args", "label_invalid", "healthcheck_options_missing_args",
    )  # fmt: skip
    bad = {
        'FROM python:3.13-slim\nHEALTHCHECK «--intervall=5s» CMD ["python", "ping.py"]': None,
        "FROM alpine:3.22\nENV A=1 «B»": None,
        "FROM alpine:3.22\nCOPY «app.py»": None,
        "FROM alpine:3.22 «# the base»": None,
        'FROM alpine:3.22\nENV A=«"one B=two»': None,
        "FROM alpine:3.22\nSHELL «/bin/bash -c»": None,
        "FROM alpine:3.22\nRUN --mount=type=«cach»,target=/root/.cache pip install flask": None,
        "FROM alpine:3.22\nONBUILD «FROM» alpine:3.23": None,
        "FROM alpine:3.22\nCOPY --chmod=«rwx» app /app": None,
        "FROM alpine:3.22\nRUN cat «<<EOF» > /motd\nhello": None,
        "FROM alpine:3.22\nCOPY «https://example.com/app» /app": None,
        'FROM alpine:3.22\nCMD «["app", 1]»': None,
        "FROM alpine:3.22\nENV V=«${X:=1}»": None,
        "# escape=\\\n«# escape=`»\nFROM alpine:3.22": None,
        "# check=skip=all;«err=true»\nFROM alpine:3.22": None,
        "FROM alpine:3.22\n«RUN»": None,
        "=== Dockerfile\nFROM alpine:3.22\nHEALTHCHECK --timeout=«30» CMD true": None,
    }
    good = (
        'FROM python:3.13-slim\nHEALTHCHECK --interval=5s --retries=3 CMD ["python", "ping.py"]',
        "FROM alpine:3.22\nENV A 1 B",
        "FROM alpine:3.22\nRUN --mount=type=cache,target=/root/.cache,sharing=locked pip install flask",
        "FROM alpine:3.22\nARG PORT\nEXPOSE $PORT/tcp 53/UDP 8000-8010",
        "# syntax=acme/frontend:1\nFROM alpine:3.22\nRUN --sandbox=strict make",
        "// syntax=acme/frontend:1\nservices: [web]",
        "FROM alpine:3.22\nSTOPSIGNAL sigrtmin+3\nCOPY --chmod=u+rx,go-w app /app",
        "FROM alpine:3.22\nRUN <<EOF\nENV A\nEOF",
        "=== Dockerfile.j2\nFROM alpine:3.22\nENV A={{ a }} {{ b }}",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        kinds = (Kind.SYNTAX,) if dockerfile.has_foreign_frontend else (Kind.SYNTAX, Kind.FLAG)
        for error in dockerfile.certain_errors(*kinds):
            yield _with_reason(self.finding(error.span, error.message), error)


class UnknownInstruction(Rule[Dockerfile]):
    """A line begins with a word that is no instruction.

    Docker refuses the file. Often it is the rest of a RUN whose line before lacks its backslash.

    End that line with a backslash, or write the keyword that is meant.

    https://docs.docker.com/reference/dockerfile/#format
    """

    severity = Severity.ERROR
    guards = True
    aliases = ("DL1000", "invalid_command")
    bad = {
        "FROM alpine:3.22\n«RUM» apk add curl": "FROM alpine:3.22\nRUN apk add curl",
        "FROM alpine:3.22\nRUN apk update\n  «&&» apk add curl": "FROM alpine:3.22\nRUN apk update \\\n  && apk add curl",
        "FROM debian:13\nRUN apt-get install -y \\\n  curl\n  «git»": (
            "FROM debian:13\nRUN apt-get install -y \\\n  curl \\\n  git"
        ),
        "FROM alpine:3.22\nRUN apk update\n  «&&» apk add curl\n  «||» true": (
            "FROM alpine:3.22\nRUN apk update \\\n  && apk add curl \\\n  || true"
        ),
        "FROM debian:13\nRUN apt-get install -y curl\n\n«make» all": None,
        "FROM alpine:3.22\nRUN«\u00a0»make all": "FROM alpine:3.22\nRUN make all",
        "FROM alpine:3.22\nONBUILD «INSTALL» curl": None,
    }
    good = (
        "FROM alpine:3.22\nrun apk add curl",
        "FROM alpine:3.22\nRUN apk update \\\n  && apk add curl",
        "# syntax=acme/frontend:1\nFROM alpine:3.22\nINCLUDE common.dockerfile",
        '{"syntax": "acme/frontend:1",\n "services": ["web"]}',
        "=== Dockerfile.j2\n{% set version = 3 %}\nFROM alpine:{{ version }}",
        "{% if debug %}\nFROM alpine:3.22\n{% else %}\nFROM alpine:3.21\n{% endif %}\nRUN make\n{{ steps() }}",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        if dockerfile.has_foreign_frontend:
            return
        errors = dockerfile.certain_errors(Kind.INSTRUCTION)
        open_runs = _continued(dockerfile) if errors else {}
        for error in errors:
            keyword = error.span.source.slice(error.span.start, error.span.end)
            before = open_runs.get(keyword.line)
            if before is not None:
                message = f"`{keyword}` is no instruction: line {before.end_line} ends without a backslash"
                found = self.finding(keyword, message, fix=_joined(before, keyword))
            else:
                found = self.finding(keyword, error.message, fix=_spelt(keyword))
            yield _with_reason(found, error)


def _continued(dockerfile: Dockerfile) -> dict[int, Instruction]:
    """By the lines that look like the rest of a RUN: the instruction before, which lacks its backslash."""
    found: dict[int, Instruction] = {}
    for before, unknown in pairwise(dockerfile.instructions):
        is_run = isinstance(before, Run) and not before.heredocs
        if isinstance(unknown, Unknown) and (is_run or before.start_line in found) and _may_continue(unknown.keyword):
            found[unknown.start_line] = before
    return found


def _may_continue(word: str) -> bool:
    """Whether a word looks like a command, an operator, an option or a package rather than a keyword."""
    return re.fullmatch(r"[|;&<>(){}\[\]\-a-z0-9./~$\"'].*", word) is not None and not nearest(word.upper(), CLASSES)


def _joined(before: Instruction, keyword: Text) -> Fix | None:
    """Continue the line before, where nothing stands between it and this one."""
    source = keyword.source
    line = source.position(keyword.start).line
    above = source.line(line - 1)
    is_indented = source.line(line)[:1] in (" ", "\t")
    if before.end_line != line - 1 or above.lstrip().startswith("#") or not (is_indented or keyword[:1] in "&|"):
        return None
    end = source.line_starts[line - 2] + len(above)
    edit = Edit.replacing(Span(source, end, end), f" {before.escape}")
    return Fix(f"end line {line - 1} with a backslash", (edit,), is_safe=False)


def _spelt(keyword: Text) -> Fix | None:
    if keyword and not keyword.strip():
        return replace(keyword, " ", "write a plain blank", is_safe=True)
    found = nearest(keyword.upper(), CLASSES)
    if len(found) != 1:
        return None
    name = found[0] if keyword.isupper() else found[0].lower()
    return replace(keyword, name, f"write `{name}`", is_safe=False)


class InstructionBeforeFrom(Rule[Dockerfile]):
    """An instruction stands before the first FROM, or there is no FROM.

    Docker refuses the file: only ARG, comments and parser directives may come before the stage that FROM begins.

    Put the instruction behind FROM; a file without any image of its own begins with `FROM scratch`.

    https://docs.docker.com/reference/dockerfile/#from
    """

    severity = Severity.ERROR
    guards = True
    aliases = ("DL3061", "from_first", "DF037")
    bad = {
        "«RUN» apk add curl\nFROM alpine:3.22": None,
        "«MAINTAINER» me\n«LABEL» a=b\nFROM alpine:3.22": None,
        "ARG VERSION=3.22\n«ENV» A=1\nFROM alpine:$VERSION": None,
        "«ARG A=1»": None,
    }
    good = (
        "# syntax=docker/dockerfile:1\n# a comment\nARG VERSION=3.22\nFROM alpine:$VERSION",
        "FROM scratch\nCOPY app /",
        "=== Dockerfile.in\n{% include 'head' %}\nRUN make",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        for error in dockerfile.certain_errors(Kind.ORDER):
            yield self.finding(error.span, error.message, is_refusal=True)


class BrokenStageReference(Rule[Dockerfile]):
    """`--from` names a stage that cannot be copied from.

    A stage copies only from stages that are defined above it, and Docker replaces no variables in `--from`: the build
    stops.

    Move the stage up, or name the one that is meant; for an image whose version is an argument, write
    `FROM image:$VERSION AS name` and copy from `name`.

    https://docs.docker.com/build/building/multi-stage/
    """

    severity = Severity.ERROR
    guards = True
    aliases = (
        "DL3022", "DL3023", "DS-0006", "copy-from-own-alias", "copy_from_references_current_from_alias", "DF049",
        "DF050", "DD039",
    )  # fmt: skip
    bad = {
        "FROM alpine:3.22 AS app\nCOPY --from=«App» /a /b": None,
        "FROM alpine:3.22\nCOPY --from=«0» /a /b": None,
        "FROM alpine:3.22\nCOPY --from=«build» /a /b\nFROM golang:1.26 AS build": None,
        "FROM golang:1.26 AS build\nFROM alpine:3.22\nCOPY --from=«2» /a /b": None,
        "ARG V=1\nFROM alpine:3.22\nCOPY --from=«nginx:$V» /a /b": None,
        "FROM alpine:3.22 AS app\nRUN --mount=type=bind,from=«app»,target=/x ls /x": None,
    }
    good = (
        "FROM golang:1.26 AS Build\nFROM alpine:3.22\nCOPY --from=build /a /b\nCOPY --from=0 /a /b",
        "FROM alpine:3.22\nCOPY --from=nginx:1.29 /a /b\nRUN --mount=type=bind,from=0,target=/x ls /x",
        "FROM alpine:3.22\nCOPY --from=nginx:1.29 /a /b\nCOPY --from=1 /a /c",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        for error in dockerfile.certain_errors(Kind.STAGE):
            yield self.finding(error.span, error.message, is_refusal=True)


def _with_reason(finding: Finding, error: DockerfileError) -> Finding:
    """A finding that says what happens because of the error, where that is not what the rule's page says."""
    if error.stops_build:
        return finding._replace(is_refusal=True)
    return finding._replace(reason="The builds of images on top of this one stop." if error.is_in_trigger else "")
