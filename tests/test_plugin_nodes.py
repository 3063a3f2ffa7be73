"""The page for authors of plug-ins names attributes that the nodes have: all that it names, on nodes of a real run."""

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dockerlint.plugin import Build, Command, Dockerfile, Findings, Instruction, Layer, Pull, Rule, Severity, Stage
from dockerlint.plugin.compose import Compose, Container, Service, Stack
from tests.harness import check_files

PAGE = Path(__file__).parents[1] / "docs" / "custom-rules.md"

FILES = {
    "Dockerfile": """\
# syntax=docker/dockerfile:1
FROM --platform=linux/amd64 python:3.13 AS base
ARG A
ENV B=1
LABEL c=d
FROM base
USER app
WORKDIR /srv
STOPSIGNAL TERM
EXPOSE 80
VOLUME /data
COPY --from=base --chown=a x y
ADD x y
RUN apt-get update && sudo apt-get install -y --no-install-recommends curl=1
ONBUILD RUN a
HEALTHCHECK CMD ["a"]
ENTRYPOINT ["a"]
CMD ["b"]
""",
    "compose.yaml": """\
name: shop
services:
  web:
    build: .
    image: a:${B:-1}
    user: "1"
    network_mode: host
    labels: [a=b]
    environment: {C: d}
    ports: ["127.0.0.1:80:8080"]
    volumes: ["./a:/b:ro"]
    command: a
    cap_add: [A]
    mem_limit: 1g
    deploy: {resources: {}}
    healthcheck: {test: a}
    depends_on: [db]
  db: {image: "x:1"}
""",
}
_Any = Instruction | Command | Stage | Pull | Dockerfile | Build | Layer | Compose | Service | Container | Stack


@cache
def nodes() -> dict[str, object]:
    """The first node of each kind that rules are shown, and what hangs on them."""
    found: dict[str, object] = {}

    class Probe(Rule[_Any]):
        """It is shown everything."""

        severity = Severity.INFO

        def check(self, node: _Any) -> Findings:
            if not isinstance(node, Stage) or node.index:
                found.setdefault(type(node).__name__, node)
            yield from ()

    with TemporaryDirectory() as folder:
        _, problems = check_files([Probe], FILES, Path(folder))
    assert not problems
    return found


def at(node: object, path: str) -> object:
    for name in path.split("."):
        node = tuple(node)[int(name)] if name.isdecimal() else getattr(node, name)  # type: ignore[call-overload]
    return node


def rows() -> list[tuple[str, str]]:
    """Each node that the table names, with each attribute."""
    table = PAGE.read_text("utf-8").split("<!-- nodes -->\n")[1].split("<!-- end -->")[0]
    found, names = [], [""]
    for line in table.splitlines()[2:]:
        node, attributes, _ = (cell.strip() for cell in line.strip("|").split(" |", 2))
        names = [*re.findall(r"`(\w+)`", node)] if node.startswith("`") else [node] if node else names
        found += [(name, attribute) for name in names for attribute in re.findall(r"`(\w+)", attributes)]
    return found


OTHERS = {
    "every instruction": "Run",
    "each of `packages`": "Layer.actions.1.packages.0",
    "a value": "Service.image",
}


@pytest.mark.parametrize(("name", "attribute"), rows())
def test_nodes_have_the_attributes_that_the_page_names(name: str, attribute: str) -> None:
    kind, _, path = OTHERS.get(name, name).partition(".")
    node = nodes()[kind]
    assert hasattr(at(node, path) if path else node, attribute)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Env", "pairs.0.key", "B"),
        ("Label", "pairs.0.value", "d"),
        ("Arg", "pairs.0.value", None),
        ("Copy", "origin", "base"),
        ("Command", "words.0.value", "apt-get"),
        ("Command", "words.0.is_literal", True),
        ("Stage", "state.user_name", "app"),
        ("Stage", "state.workdir", "/srv"),
        ("Stage", "state.healthcheck.name", "HEALTHCHECK"),
        ("Stage", "state.ports.0.first", 80),
        ("Stage", "chain.0.name", "base"),
        ("Pull", "reference.registry", "docker.io"),
        ("Pull", "reference.path", "library/python"),
        ("Pull", "reference.familiar", "python"),
        ("Pull", "reference.tag", "3.13"),
        ("Pull", "reference.digest", None),
        ("Dockerfile", "directives.0.name", "syntax"),
        ("Dockerfile", "directives.0.value", "docker/dockerfile:1"),
        ("Layer", "actions.0.verb.name", "update"),
        ("Layer", "actions.1.verb.name", "install"),
        ("Layer", "actions.1.manager", "apt-get"),
        ("Layer", "actions.1.packages.0.name", "curl"),
        ("Layer", "actions.1.packages.0.version", "1"),
        ("Layer", "actions.1.command.name", "apt-get"),
        ("Layer", "before.user_name", "app"),
        ("Service", "image.text", "a:1"),
        ("Service", "image.written", "a:${B:-1}"),
        ("Service", "labels.0.name", "a"),
        ("Service", "labels.0.value.text", "b"),
        ("Service", "environment.0.value.text", "d"),
        ("Service", "ports.0.published.text", "80"),
        ("Service", "ports.0.host_ip.text", "127.0.0.1"),
        ("Service", "ports.0.text", "127.0.0.1:80:8080"),
        ("Service", "volumes.0.kind", "bind"),
        ("Service", "volumes.0.source.text", "./a"),
        ("Service", "volumes.0.read_only", True),
        ("Service", "privileged", False),
        ("Container", "build.dockerfile.path", "Dockerfile"),
        ("Compose", "name.text", "shop"),
    ],
)
def test_what_the_attributes_are(kind: str, path: str, value: object) -> None:
    assert at(nodes()[kind], path) == value


def test_calls_of_the_page() -> None:
    run, build, layer = nodes()["Run"], nodes()["Build"], nodes()["Layer"]
    service, compose, stack, command = (nodes()[name] for name in ("Service", "Compose", "Stack", "Command"))
    copy, stage = nodes()["Copy"], nodes()["Stage"]
    assert isinstance(run, Instruction)
    assert run.flag("mount") is None
    assert isinstance(copy, Instruction)
    assert copy.flag("chown") == "a"
    assert isinstance(build, Build)
    assert isinstance(stage, Stage)
    assert build.runs_as(stage).name == "app"
    assert build.runs_as(stage).is_root is False
    assert build.facts(stage) is not None
    assert len(build.layers_of(stage)) == 1
    assert isinstance(layer, Layer)
    assert [found.has_option("-y") for found in layer.named("apt-get")] == [False, True]
    assert isinstance(command, Command)
    assert command.options.find("-y") is None
    assert isinstance(service, Service)
    assert service.settings.flag("read_only") is False
    assert [value.text for value in service.settings.texts("cap_add")] == ["A"]
    assert service.settings.section("deploy", "deploy") is not None
    assert service.settings.text("mem_limit") is not None
    assert isinstance(compose, Compose)
    assert compose.service("web") is service
    assert isinstance(stack, Stack)
    assert stack.container("db") is not None
