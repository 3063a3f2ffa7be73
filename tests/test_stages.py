"""Stages, what they are built on, and what holds in them."""

import pytest

from dockerlint.dockerfile.instructions import Run
from dockerlint.dockerfile.stages import Dockerfile, Options
from dockerlint.knowledge.base_images import base_image
from dockerlint.source import Source


def read(text: str) -> Dockerfile:
    return Dockerfile(Source("Dockerfile", text))


def test_stage_is_built_on_an_earlier_one_of_that_name() -> None:
    stages = read("FROM a AS Base\nFROM base AS next\nFROM Base").stages
    assert [stage.parent.index if stage.parent else None for stage in stages] == [None, 0, None]


def test_from_takes_the_defaults_of_global_arguments() -> None:
    dockerfile = read("ARG V=3.13\nARG I=python:$V-slim\nFROM $I\nFROM ${U:-alpine}\nFROM img:$NONE")
    assert [stage.base_name for stage in dockerfile.stages] == ["python:3.13-slim", "alpine", "img:"]


def test_build_arguments_win_over_defaults() -> None:
    dockerfile = Dockerfile(Source("Dockerfile", "ARG V=1\nFROM a:$V\nARG V\nUSER $V"), Options({"V": "2"}))
    assert dockerfile.stages[0].base_name == "a:2"
    assert dockerfile.stages[0].state.user_name == "2"


def test_user_workdir_shell_and_environment_are_inherited() -> None:
    text = (
        'FROM a AS base\nUSER app\nWORKDIR /srv\nSHELL ["/bin/bash", "-c"]\nENV H=/h\nFROM base\nWORKDIR sub\nUSER $H'
    )
    state = read(text).stages[1].state
    assert (state.user_name, state.workdir, state.shell) == ("/h", "/srv/sub", ("/bin/bash", "-c"))


def test_pairs_of_one_env_see_the_environment_before_it() -> None:
    state = read("FROM a\nENV A=1\nENV A=2 B=$A").stages[0].state
    assert state.environment.known() == {"A": "2", "B": "1"}


def test_argument_without_default_takes_the_global_one() -> None:
    state = read("ARG V=1\nFROM a\nARG V\nARG W").stages[0].state
    assert (state.environment.get("V"), state.environment.get("W")) == ("1", None)


@pytest.mark.parametrize(
    ("text", "pulled"),
    [
        ("FROM a AS b\nFROM b\nCOPY --from=0 x y\nCOPY --from=B x y\nCOPY --from=nginx:1 x y", ["a", "nginx:1"]),
        ("FROM scratch\nRUN --mount=type=bind,from=golang:1 x", ["golang:1"]),
        ("FROM $X", [None]),
    ],
)
def test_pulled_images_are_those_from_outside(text: str, pulled: list[str | None]) -> None:
    assert [pull.name for pull in read(text).pulls] == pulled


@pytest.mark.parametrize(
    ("shell", "names"),
    [
        ("", ["make"]),
        ('SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n', ["make"]),
        ('SHELL ["powershell", "-Command"]\n', []),
        ('SHELL ["cmd", "/S", "/C"]\n', []),
    ],
)
def test_only_posix_shells_are_read_as_such(shell: str, names: list[str]) -> None:
    run = read(f"FROM a\n{shell}RUN make").instructions[-1]
    assert [command.name for command in run.commands] == names  # type: ignore[attr-defined]


def test_windows_images_have_no_posix_shell() -> None:
    run = read("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN make").instructions[-1]
    assert run.commands == ()  # type: ignore[attr-defined]


def test_entrypoint_resets_an_inherited_command() -> None:
    dockerfile = read('FROM a AS b\nCMD ["x"]\nFROM b\nENTRYPOINT ["y"]')
    assert dockerfile.stages[1].cmd is None
    assert dockerfile.stages[0].cmd is not None


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN x", "cmd"),
        ("FROM --platform=windows/amd64 a\nRUN x", "cmd"),
        ("ARG P=windows/amd64\nFROM --platform=$P a AS b\nFROM b\nRUN x", "cmd"),
        ("# escape=`\nFROM a\nRUN x", ""),
        ("# escape=`\nFROM debian:13\nRUN x", "dash"),
        ("# escape=`\nFROM --platform=linux/amd64 a\nRUN x", "sh"),
        ('# escape=`\nFROM a\nSHELL ["pwsh", "-Command"]\nRUN x', "powershell"),
        ('FROM a\nSHELL ["C:\\\\Windows\\\\System32\\\\CMD.EXE", "/C"]\nRUN x', "cmd"),
    ],
)
def test_what_may_be_windows_is_not_read_as_sh(text: str, dialect: str) -> None:
    stage = Dockerfile(Source("Dockerfile", text), Options(base_images=base_image)).stages[-1]
    run = stage.steps[-1].instruction
    assert isinstance(run, Run)
    assert run.script.shell.dialect == dialect


@pytest.mark.parametrize(
    ("text", "dialect", "errexit", "pipefail"),
    [
        ("FROM a\nRUN x", "sh", False, False),
        ('FROM a\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN x', "bash", True, True),
        ('FROM a AS b\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nFROM b\nRUN x', "bash", False, True),
        ('FROM a AS b\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nFROM a\nRUN x', "sh", False, False),
        ("FROM a\nRUN <<E\n#!/bin/bash -e\nx\nE\n", "bash", True, False),
        ("FROM a\nRUN sh -ec 'x'", "sh", True, False),
        ("FROM a\nRUN set -euo pipefail && x", "sh", True, True),
        ("FROM python:3.13-slim\nRUN x", "dash", False, False),
        ("FROM alpine:3.22\nRUN x", "busybox", False, False),
        ("FROM fedora:42 AS b\nFROM b\nRUN x", "bash", False, False),
        ('FROM a AS b\nSHELL ["/bin/sh", "-ec"]\nONBUILD RUN x\nFROM b', "sh", True, False),
    ],
)
def test_commands_know_their_shell_and_what_it_is_told(text: str, dialect: str, errexit: bool, pipefail: bool) -> None:
    stage = Dockerfile(Source("Dockerfile", text), Options(base_images=base_image)).stages[-1]
    forms = [step.instruction for step in stage.steps if isinstance(step.instruction, Run)]
    scripts = [forms[-1].script, *forms[-1].script.inner]
    commands = [command for command in scripts[0].commands if command.name == "x"]
    assert scripts[-1].shell.dialect == dialect
    assert (commands[0].errexit, commands[0].pipefail) == (errexit, pipefail)
