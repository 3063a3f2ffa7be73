"""What holds at every instruction of a stage, and what of it the next stage inherits."""

import pytest

from dockerlint.dockerfile.copies import placed
from dockerlint.dockerfile.environment import DEFAULT_PATH, ImageEnvironment
from dockerlint.dockerfile.expansion import Missing, Value
from dockerlint.dockerfile.image import Reference
from dockerlint.dockerfile.stages import BaseImage, Dockerfile, Options, Stage
from dockerlint.dockerfile.state import State
from dockerlint.source import Source


def stages(text: str, options: Options | None = None) -> list[Stage]:
    return Dockerfile(Source("Dockerfile", text), options or Options()).stages


def state(text: str, options: Options | None = None) -> State:
    return stages(text, options)[-1].state


BASE = """FROM a AS base
ENV A=1
EXPOSE 80 443/TCP
VOLUME /data
LABEL one=1
COPY x /srv/
CMD ["run"]
HEALTHCHECK CMD check
STOPSIGNAL SIGINT
"""


def test_everything_is_inherited_by_a_stage_that_is_built_on_another() -> None:
    found = state(BASE + "FROM base\n")
    assert [(port.first, port.protocol) for port in found.ports] == [(80, "tcp"), (443, "tcp")]
    assert list(found.volumes) == ["/data"]
    assert dict(found.labels) == {"one": "1"}
    assert [copied.transfer.destination for copied in found.copies] == ["/srv/"]
    assert found.cmd is not None
    assert found.healthcheck is not None
    assert found.stop_signal == "SIGINT"


def test_stages_of_one_parent_do_not_see_each_other() -> None:
    first, second = stages(BASE + "FROM base\nEXPOSE 1\nLABEL two=2\nFROM base\nEXPOSE 2\n")[1:]
    assert [port.first for port in first.state.ports] == [80, 443, 1]
    assert [port.first for port in second.state.ports] == [80, 443, 2]
    assert "two" not in dict(second.state.labels)


def test_state_of_a_step_is_what_held_before_it() -> None:
    steps = stages("FROM a\nEXPOSE 1\nUSER app\nEXPOSE 2\nUSER root")[0].steps
    seen = [(len(step.before.ports), step.before.user_name) for step in steps]
    assert seen == [(0, None), (1, None), (1, "app"), (2, "app")]


@pytest.mark.parametrize(
    ("text", "has_cmd"),
    [
        ('FROM a AS b\nCMD ["x"]\nFROM b\nENTRYPOINT ["y"]', False),
        ('FROM a AS b\nCMD ["x"]\nFROM b\nCMD ["z"]\nENTRYPOINT ["y"]', True),
        ('FROM a\nENTRYPOINT ["y"]\nCMD ["x"]', True),
        ('FROM a\nCMD ["x"]\nENTRYPOINT ["y"]', True),
    ],
)
def test_entrypoint_resets_only_a_command_that_is_inherited(text: str, has_cmd: bool) -> None:
    assert (state(text).cmd is not None) is has_cmd


@pytest.mark.parametrize(
    ("lines", "workdir"),
    [
        ("WORKDIR /a", "/a"),
        ("WORKDIR /a\nWORKDIR b/../c", "/a/c"),
        ("WORKDIR a", None),
        ("ARG D=/x\nWORKDIR $D/y", "/x/y"),
        ("ARG D\nWORKDIR $D", None),
        ("WORKDIR '/a b'", "/a b"),
    ],
)
def test_workdir(lines: str, workdir: str | None) -> None:
    assert state(f"FROM a\n{lines}").workdir == workdir


@pytest.mark.parametrize(
    ("line", "ports"),
    [
        ("EXPOSE 8000-8010/udp", [(8000, 8010, "udp")]),
        ("ARG P=1\nEXPOSE $P", [(1, 1, "tcp")]),
        ("ARG P\nEXPOSE $P 2", [(2, 2, "tcp")]),
        ('ARG P="1 2"\nEXPOSE $P', [(1, 1, "tcp"), (2, 2, "tcp")]),
        ("EXPOSE 127.0.0.1:80:8080", [(8080, 8080, "tcp")]),
        ("EXPOSE http", []),
    ],
)
def test_ports(line: str, ports: list[tuple[int, int, str]]) -> None:
    assert [(port.first, port.last, port.protocol) for port in state(f"FROM a\n{line}").ports] == ports


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("COPY a /b", "root"),
        ("USER app\nCOPY a /b", "root"),
        ("COPY --chown=app:app a /b", "app:app"),
        ("ARG O=me\nADD --chown=$O a /b", "me"),
        ("ARG O\nCOPY --chown=$O a /b", None),
        ("COPY --from=img a /b", None),
    ],
)
def test_owner_of_what_is_copied(line: str, owner: str | None) -> None:
    (copied,) = state(f"FROM a\n{line}").copies
    place = placed(copied.transfer, copied.before)
    assert place is not None
    assert (place.destination, place.owner) == ("/b", owner)


def test_triggers_of_a_stage_run_first_in_the_one_built_on_it_and_not_further() -> None:
    text = "FROM a AS b\nONBUILD USER app\nONBUILD ENV A=$B\nENV B=1\nFROM b AS c\nUSER root\nFROM c\nFROM b"
    base, child, grandchild, other = (stage.state for stage in stages(text))
    assert (base.user_name, child.user_name, grandchild.user_name, other.user_name) == (None, "root", "root", "app")
    assert child.environment.get("A") == "1"


def test_triggers_are_read_with_the_default_escape() -> None:
    text = "# escape=`\nFROM a AS b\nONBUILD ENV A=x\\ y\nFROM b"
    assert state(text).environment.get("A") == "x y"


def images(reference: Reference) -> BaseImage:
    known = {"python": BaseImage(ImageEnvironment({"LANG": "C", "PYTHON_VERSION": None}, True))}
    return known.get(reference.name, BaseImage())


@pytest.mark.parametrize(
    ("image", "name", "value"),
    [
        ("python", "LANG", "C"),
        ("python", "PYTHON_VERSION", Missing.UNKNOWN),
        ("python", "NOTHING", Missing.ABSENT),
        ("python", "PATH", DEFAULT_PATH),
        ("other", "NOTHING", Missing.UNKNOWN),
        ("other", "PATH", Missing.UNKNOWN),
        ("scratch", "PATH", DEFAULT_PATH),
        ("scratch", "NOTHING", Missing.ABSENT),
    ],
)
def test_variables_of_the_base_image(image: str, name: str, value: Value) -> None:
    options = Options(base_images=images)
    assert state(f"FROM {image}", options).environment.lookup(name) == value
    assert state(f"FROM {image} AS b\nFROM b", options).environment.lookup(name) == value


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("FROM a\nARG V=1", "V", "1"),
        ("FROM a\nARG V", "V", Missing.UNSET),
        ("ARG V=1\nFROM a", "V", Missing.UNKNOWN),
        ("ARG V=1\nFROM a\nARG V", "V", "1"),
        ("ARG V=1\nFROM a\nARG V=2", "V", "2"),
        ("ARG V=1\nARG V\nFROM a\nARG V", "V", "1"),
        ("FROM a\nENV V=1\nARG V", "V", "1"),
        ("FROM a\nENV V=1\nARG V=2", "V", "2"),
        ("FROM a\nARG V=1 W=$V", "W", "1"),
        ("FROM a\nENV V=1 W=$V", "W", Missing.UNKNOWN),
        ("FROM a\nARG V=", "V", ""),
        ("FROM a\nENV V=", "V", ""),
        ("FROM a\nARG TARGETARCH", "TARGETARCH", Missing.UNKNOWN),
        ("FROM a\nARG HTTP_PROXY", "HTTP_PROXY", Missing.UNKNOWN),
        ("FROM a AS b\nARG V=1\nFROM b", "V", "1"),
        ("FROM a AS b\nARG V=1\nFROM a", "V", Missing.UNKNOWN),
        ("FROM a\nARG V\nENV W=$V", "W", Missing.UNKNOWN),
        ("FROM a\nENV 'V'=1", "V", "1"),
        ("FROM scratch\nENV V=1 W=$V", "W", ""),
        ("FROM scratch\nENV W=${V:-2}", "W", "2"),
        ("ARG B\nARG V=$B\nARG V=1\nFROM a\nARG V", "V", "1"),
    ],
)
def test_scopes(text: str, name: str, value: Value) -> None:
    assert state(text).environment.lookup(name) == value


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("FROM a\nARG V=1", "V", "9"),
        ("FROM a\nARG V", "V", "9"),
        ("ARG V=1\nFROM a\nARG V", "V", "9"),
        ("FROM a\nENV V=1", "V", "1"),
        ("FROM a\nARG W=$V", "W", Missing.UNKNOWN),
        ("ARG V\nARG W=x$V\nFROM a\nARG W", "W", "x9"),
        ("FROM a\nARG TARGETARCH", "TARGETARCH", "arm64"),
    ],
)
def test_given_arguments(text: str, name: str, value: Value) -> None:
    options = Options({"V": "9", "TARGETARCH": "arm64"})
    assert state(text, options).environment.lookup(name) == value


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("FROM a AS b\nFROM b", {0, 1}),
        ("FROM a AS b\nFROM c\nCOPY --from=B x y", {0, 1}),
        ("FROM a AS b\nFROM c\nCOPY --from=0 x y", {0, 1}),
        ("FROM a AS b\nFROM c\nRUN --mount=from=b,target=/x y", {0, 1}),
        ("FROM a AS b\nFROM c\nRUN --mount=from=0,target=/x y", {1}),
        ("FROM a AS b\nFROM c\nCOPY --from=other x y", {1}),
    ],
)
def test_stages_that_something_uses(text: str, used: set[int]) -> None:
    assert set(Dockerfile(Source("Dockerfile", text)).used_stages) == used


def test_target_is_the_stage_asked_for() -> None:
    text = "FROM a AS build\nFROM b AS web"
    for target, name in ((None, "web"), ("BUILD", "build")):
        found = Dockerfile(Source("Dockerfile", text), Options(target=target)).target
        assert found is not None
        assert found.name == name
