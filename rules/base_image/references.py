"""Names that are no image names."""

from __future__ import annotations

from dockerlint.dockerfile.errors import Kind
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build

from .platforms import undeclared_in


class InvalidImageReference(Rule[Dockerfile]):
    """FROM names something that cannot be an image.

    Docker refuses the build: what FROM names is no stage of the file, and no name that a registry could have.

    Names of images are in lower case; after a `:` stands a tag. A stage is named exactly as Docker calls it, in lower
    case, whatever its AS says.

    https://docs.docker.com/reference/dockerfile/#from
    """

    severity = Severity.ERROR
    guards = True
    aliases = ("InvalidDefaultArgInFrom",)
    bad = {
        "FROM golang:1.26 AS Builder\nFROM «Builder»": None,
        "FROM «Python:3.13»": None,
        "FROM «python:»": None,
        "ARG IMAGE=https://docker.io/python\nFROM «$IMAGE»": None,
        "FROM «python:3.13:slim»": None,
    }
    good = (
        "FROM golang:1.26 AS Builder\nFROM builder",
        "FROM registry.example.com:5000/team/app:1.2@sha256:"
        "4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1",
        "ARG TAG\nFROM python:$TAG",
        "FROM scratch",
        "=== Dockerfile.j2\nFROM python:{{ version }}",
        "FROM %%BASE_IMAGE%%\nRUN make",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        errors = dockerfile.certain_errors(Kind.IMAGE)
        # Of a variable that nothing declares `undeclared-arg-in-from` speaks.
        told = {word.span for stage in dockerfile.stages for word, _ in undeclared_in(stage.from_, dockerfile)}
        for error in errors:
            if error.span not in told:
                yield self.finding(error.span, error.message, is_refusal=True)


class FromNeedsBuildArg(Rule[Build]):
    """The base image has no valid name unless the build is given an argument.

    A plain `docker build .` fails, and says only that the name is invalid.

    Give the ARG a default that builds; whoever passes `--build-arg` still has the last word.

    https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact
    """

    severity = Severity.INFO
    aliases = ("InvalidDefaultArgInFrom",)
    bad = {
        "ARG TAG\nFROM «busybox:$TAG»": None,
        "ARG BASE\nFROM «${BASE}»": None,
        "ARG VERSION\nARG IMAGE=python:$VERSION\nFROM «$IMAGE»": None,
    }
    good = (
        "ARG TAG=3.22\nFROM alpine:$TAG",
        "ARG SUFFIX\nFROM python:3.13$SUFFIX",
        "ARG TAG\nFROM alpine:${TAG:-3.22}",
        "=== compose.yaml\nservices:\n  app:\n    build:\n      context: .\n      args: {TAG: 3.22}\n"
        "=== Dockerfile\nARG TAG\nFROM alpine:$TAG",
        "=== Makefile\nimage:\n\tdocker build --build-arg TAG=$(VERSION) .\n=== Dockerfile\nARG TAG\nFROM alpine:$TAG",
    )

    def check(self, build: Build) -> Findings:
        if build.services or build.dockerfile.is_template:  # who may pass it
            return
        for error in build.dockerfile.errors:
            if error.kind is Kind.IMAGE and error.unless_given and build.given_arguments.isdisjoint(error.unless_given):
                options = " ".join(f"--build-arg {name}=..." for name in error.unless_given)
                yield self.finding(error.span, f"without `{options}` {error.message}")
