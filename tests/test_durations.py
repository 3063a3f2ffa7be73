"""Durations in Dockerfiles and Compose files, and what HEALTHCHECK and mounts make of their options."""

import pytest

from dockerlint.compose.durations import nanoseconds as of_compose
from dockerlint.dockerfile.checks import read_options
from dockerlint.dockerfile.durations import nanoseconds
from dockerlint.dockerfile.instructions import Copy, Healthcheck, Instruction, Run
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.source import Source

SECOND = 10**9


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("0", 0), ("-0", 0), ("30s", 30 * SECOND), ("1m30s", 90 * SECOND), ("1.5h", 5400 * SECOND), (".5s", SECOND // 2),
        ("1.s", SECOND), ("+1s", SECOND), ("-1s", -SECOND), ("5ms", 5_000_000), ("3us", 3000), ("3µs", 3000),
        ("3μs", 3000), ("1h1h", 7200 * SECOND), ("30", None), ("", None), ("s", None), ("1d", None), ("1 s", None),
        ("--1s", None), ("1s" * 60, None), ("1e3s", None),
    ],
)  # fmt: skip
def test_duration_as_go_reads_it(text: str, length: int | None) -> None:
    assert nanoseconds(text) == length


@pytest.mark.parametrize(("text", "length"), [("0", 0), ("1d", 86_400 * SECOND), ("1w1ms", 604_800 * SECOND + 10**6)])
def test_duration_of_compose(text: str, length: int) -> None:
    assert of_compose(text) == length


@pytest.mark.parametrize("text", ["30", "-1s", "+1s", "", "3μs", "1 s"])
def test_compose_takes_no_signs_and_wants_units(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        of_compose(text)


def instruction(line: str) -> Instruction:
    return Dockerfile(Source("Dockerfile", f"FROM a\n{line}")).instructions[1]


def test_healthcheck_tells_its_times() -> None:
    check = instruction("HEALTHCHECK --interval=1m --timeout=0 --retries=+3 CMD x")
    assert isinstance(check, Healthcheck)
    assert (check.duration("interval"), check.duration("timeout"), check.duration("start-period")) == (
        60 * SECOND,
        None,
        None,
    )
    assert check.retries == 3
    assert isinstance(plain := instruction("HEALTHCHECK --retries=0 CMD x"), Healthcheck)
    assert plain.retries is None


@pytest.mark.parametrize(
    ("mount", "is_readonly"),
    [
        ("target=/x", True),
        ("target=/x,rw", False),
        ("target=/x,rw=false", True),
        ("type=cache,target=/x", False),
        ("type=cache,target=/x,ro", True),
        ("type=cache,target=/x,readonly=0", False),
    ],
)
def test_mount_tells_whether_it_can_be_written(mount: str, is_readonly: bool) -> None:
    run = instruction(f"RUN --mount={mount} x")
    assert isinstance(run, Run)
    assert run.mounts[0].is_readonly is is_readonly


@pytest.mark.parametrize(
    ("flag", "is_on"), [("--link", True), ("--link=TRUE", True), ("--link=false", False), ("", False)]
)
def test_switch_is_on_unless_it_says_false(flag: str, is_on: bool) -> None:
    copy = instruction(f"COPY {flag} a b")
    assert isinstance(copy, Copy)
    assert copy.is_switched_on("link") is is_on


def test_check_options_are_read_up_to_the_first_blank() -> None:
    text = "skip=A,B;experimental=C;error=true D"
    options = read_options(Source("Dockerfile", text).slice(0, len(text)))
    assert ([*options.skip], [*options.experimental], options.error) == (["A", "B"], ["C"], True)
    assert [options.skips(name) for name in ("A", "C", "a")] == [True, False, False]
    every = Dockerfile(Source("Dockerfile", "# check=skip=all\nFROM a")).check_options
    assert every.skips("A")
