"""What a RUN installs and keeps, and what holds where one of its commands stands."""

import pytest

from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.project.build import Build
from dockerlint.project.installed import installed
from dockerlint.project.layers import Layer
from dockerlint.source import Source


def layer_of(text: str) -> Layer:
    return Build(Dockerfile(Source("Dockerfile", f"FROM debian:13\n{text}"))).layers[-1]


@pytest.mark.parametrize(
    ("run", "names"),
    [
        ("apt-get install -y a b=1 && make", ["a", "b"]),
        ("apt-get install -y a b && apt-get purge -y --auto-remove a", ["b"]),
        ("apt-get install -y a1 a2 b && apt-get remove -y 'a*'", ["b"]),
        ("apt-get install -y a && apt-get purge -y $(cat list)", []),
        ("apt-get install -y a && apt-get autoremove -y", ["a"]),
        ("apt-get install -y a && apt-mark auto '.*' && apt-get autoremove -y", []),
        ("apt-get remove -y a && apt-get install -y a", ["a"]),
        ("apt-get install -y a && pip uninstall -y a", ["a"]),
        ("apt-get install -y a && dpkg --purge a", []),
        ("D='a b'; apt-get install -y $D c && apt-get purge -y $D", ["c"]),
        ("apt-get install -y a- 'b*' $C $(d) task^", []),
        ("apt-get install -s a", []),
        ("apk add -t .x a b && make && apk del .x", []),
        ("apk add --virtual .x a && apk add b && apk del .x", ["b"]),
        ("apk add a b && apk del b", ["a"]),
    ],
)
def test_what_a_run_installs_and_keeps(run: str, names: list[str]) -> None:
    found = [str(package.name) for _, package in installed(layer_of(f"RUN {run}"), "apt-get", "apk")]
    assert found == names


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("RUN x", None),
        ("ENV V=1\nRUN x", "1"),
        ("ARG V\nRUN x", None),
        ("ENV V=1\nRUN V=2 x", "2"),
        ("RUN export V=3 && x", "3"),
        ("RUN x && export V=3", None),
        ("RUN V=2 y && x", None),
    ],
)
def test_a_command_sees_a_variable(text: str, value: str | None) -> None:
    layer = layer_of(text)
    assert layer.variable("V", layer.named("x")[0]) == value


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("RUN x", "/"),
        ("WORKDIR /a\nRUN x", "/a"),
        ("WORKDIR /a\nRUN cd b && x && cd c", "/a/b"),
        ("RUN cd /a && cd ../b && x", "/b"),
        ("RUN cd $A && x", None),
        ("RUN cd - && x", None),
        ("RUN (cd a && x)", None),
        ("RUN pushd a && x", None),
    ],
)
def test_a_command_runs_in_a_folder(text: str, folder: str | None) -> None:
    layer = layer_of(text)
    assert layer.folder_of(layer.named("x")[0]) == folder
