"""What does not fit together in a project: kinds, places and words. Whether Compose refuses it is compared elsewhere."""

from __future__ import annotations

import pytest

from dockerlint.compose.errors import ComposeError
from dockerlint.compose.loading import Files, load
from dockerlint.source import Source

Told = tuple[str, str, str]  # kind, what it points at, message


def errors_of(*texts: str, environment: dict[str, str] | None = None, path: str = "compose.yaml") -> list[ComposeError]:
    sources = tuple(Source(path if not index else f"{index}.yaml", text) for index, text in enumerate(texts))
    return list(load(Files(sources, environment or {}, "", lambda _path: "missing")).errors)


def told(error: ComposeError) -> Told:
    span = error.span
    return error.kind, span.source.text[span.start : span.end], error.message


@pytest.mark.parametrize(
    ("services", "kind", "place", "message"),
    [
        (
            "a: {image: i, networks: [frnt]}",
            "undefined",
            "frnt",
            "`a` joins the network `frnt`, which is not declared; did you mean `front`?",
        ),
        (
            "a: {image: i, links: ['bb:x']}",
            "undefined",
            "bb",
            "`a` links to `bb`, which is no service of this project",
        ),
        (
            "{a: {image: i, depends_on: [b]}, b: {image: i, profiles: [p, q]}}",
            "undefined",
            "b",
            "`a` depends on `b`, which only the profile `p` or `q` switches on",
        ),
        (
            "{a: {build: {additional_contexts: {x: 'service:b'}}}, b: {image: i}}",
            "conflict",
            "b",
            "`a` is built on `b`, which is no image that is built",
        ),
        ("a: {image: ''}", "missing-image", "''", "`a` has no image: `image` is empty"),
        (
            "a: {image: i, cpus: 2, deploy: {resources: {limits: {memory: 1g}}}}",
            "conflict",
            "2",
            "`a` has `cpus: 2`, but `deploy.resources.limits.cpus` is missing beside other values of "
            "`deploy.resources.limits`: Compose wants it there too",
        ),
        (
            "a: {image: i, scale: 2, container_name: aa}",
            "conflict",
            "aa",
            "`a` has `container_name: aa` and 2 replicas: two containers cannot have one name",
        ),
        (
            "{a: {image: i, network_mode: 'service:b', dns: 1.1.1.1}, b: {image: i}}",
            "conflict",
            "dns",
            "`a` has the network of another container, so the engine refuses `dns`",
        ),
        (
            "a: {image: i, tmpfs: /t, volumes: [{type: tmpfs, target: /t/}]}",
            "mount",
            "/t/",
            "`/t/` is mounted here and in `tmpfs`: Compose refuses the file",
        ),
        ("a: {image: i, tmpfs: ['/t', '/t:size=1m']}", "mount", "/t", "`/t` stands twice in `tmpfs`"),
        (
            "a: {build: ., develop: {watch: [{path: ., action: sync}]}}",
            "value",
            "sync",
            "`action: sync` needs a `target`, the path in the container",
        ),
        (
            "{a: {image: i, links: [c]}, c: {image: i, uts: 'service:a'}}",
            "cycle",
            "a",
            "`a` -> `c` -> `a`: Compose refuses this circle",
        ),
    ],
)
def test_a_fault_is_told_at_its_word(services: str, kind: str, place: str, message: str) -> None:
    (error,) = errors_of(
        f"services: {services if services[0] == '{' else '{' + services + '}'}\nnetworks: {{front: }}\n"
    )
    assert told(error) == (kind, place, message)
    assert error.is_certain
    assert not error.is_dormant


def test_what_a_profile_keeps_off_is_told_as_such() -> None:
    text = (
        "services:\n  a: {image: i}\n  b: {profiles: [p], image: i, networks: [n], depends_on: [c]}\n"
        "  c: {profiles: [q], image: i, links: [b], network_mode: host, networks: [n]}\n"
    )
    assert {(error.kind, error.is_dormant) for error in errors_of(text)} == {
        ("undefined", True),
        ("conflict", True),
        ("cycle", True),
    }
    on = errors_of(text, environment={"COMPOSE_PROFILES": "p"})
    assert [told(error)[1] for error in on if not error.is_dormant] == ["n", "c"]


def test_a_shared_place_is_told_once_with_the_names() -> None:
    (error,) = errors_of("x-a: &a {image: i, networks: [n]}\nservices: {a: *a, b: *a, c: *a}\n")
    assert error.message == "`a` joins the network `n`, which is not declared (and so for `b`, `c`)"


def test_what_only_holds_for_a_part_of_a_project_is_not_certain() -> None:
    part = "services:\n  a: {restart: always, networks: [n]}\n"
    assert [error.is_certain for error in errors_of(part, path="prod.yaml")] == [False, False]
    assert [(error.kind, error.is_certain) for error in errors_of(part)] == [
        ("missing-image", True),
        ("undefined", False),
    ]


@pytest.mark.parametrize(
    "service",
    [
        "{image: '${I}'}",
        "{image: i, networks: ['${N}']}",
        "{image: i, volumes: ['${V}:/v']}",
        "{image: i, ports: ['80:${P}']}",
        "{image: i, platform: '${P}x', build: {platforms: [linux/amd64]}}",
    ],
)
def test_what_a_variable_may_mend_is_not_certain(service: str) -> None:
    (error,) = errors_of(f"services: {{a: {service}}}\n")
    assert not error.is_certain


def test_an_override_is_told_how_to_take_networks_away() -> None:
    base = "services: {a: {image: i, networks: [default]}}\n"
    later = "services: {a: {network_mode: host}}\n"
    (error,) = errors_of(base, later)
    assert error.message.endswith("; `networks: !reset null` takes away those of the file before")
    assert errors_of(base, "services: {a: {network_mode: host, networks: !reset null}}\n") == []


def test_a_name_that_is_inherited_is_told_at_the_service() -> None:
    (error,) = errors_of("services:\n  a: {image: i, container_name: cc}\n  b: {extends: a}\n")
    assert told(error)[:2] == ("repeated-name", "b")


def test_several_circles_are_told_each() -> None:
    errors = errors_of("services:\n  a: {image: i, links: [b, a]}\n  b: {image: i, depends_on: [a]}\n")
    assert [error.message.partition(":")[0] for error in errors] == ["`a` -> `a`", "`a` -> `b` -> `a`"]


@pytest.mark.parametrize(("used", "declared", "meant"), [("frontt", "front", "front"), ("frnt", "'frnt:'", None)])
def test_a_near_name_is_offered_where_it_may_stand(used: str, declared: str, meant: str | None) -> None:
    found = errors_of(f"services:\n  a: {{image: i, networks: [{used}]}}\nnetworks:\n  {declared}: {{}}\n")
    (error,) = [one for one in found if one.kind == "undefined"]
    assert (error.repair.edits[0][1] if error.repair is not None else None) == meant
