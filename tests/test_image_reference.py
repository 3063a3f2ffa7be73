import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.dockerfile.image import Reference, parse, split

SHA256 = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "name", "tag", "digest"),
    [
        ("python", "python", None, None),
        ("python:3.9-slim", "python", "3.9-slim", None),
        ("registry:5000/app", "registry:5000/app", None, None),
        ("registry:5000/app:1", "registry:5000/app", "1", None),
        ("localhost:5000", "localhost", "5000", None),
        (f"img@{SHA256}", "img", None, SHA256),
        (f"ghcr.io/a/b:1@{SHA256}", "ghcr.io/a/b", "1", SHA256),
        ("Host/app", "Host/app", None, None),
        ("[::1]:5000/app", "[::1]:5000/app", None, None),
        ("a__b.c--d/e_f", "a__b.c--d/e_f", None, None),
        ("img:_x", "img", "_x", None),
        ("img:" + "x" * 128, "img", "x" * 128, None),
        ("scratch", "scratch", None, None),
    ],
)
def test_reads_what_docker_accepts(text: str, name: str, tag: str | None, digest: str | None) -> None:
    assert parse(text) == Reference(name, tag, digest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Python",
        "team/App",
        "img:",
        "img:a:b",
        "img:.x",
        "img:" + "x" * 129,
        "img@sha256:abc",
        "img@sha256:" + "A" * 64,
        "img@md5:" + "a" * 32,
        "a" * 64,
        "a/" * 128 + "a",
        "a//b",
        "a___b",
        "a..b",
        "-a",
        "a_",
        "docker.io/",
        "https://example.org/app",
        "{{image}}",
        "$IMAGE",
        '"python"',
        "python ",
        "python\n",
        "a-" * 5000,
    ],
)
def test_refuses_what_docker_refuses(text: str) -> None:
    assert parse(text) is None


def test_a_path_may_be_as_long_as_docker_takes_it() -> None:
    assert parse("a/" * 127 + "a") is not None
    assert parse("docker.io/" + "a" * (255 - len("library/"))) is not None
    assert parse("docker.io/" + "a" * (256 - len("library/"))) is None


@pytest.mark.parametrize(
    ("text", "familiar", "registry", "path"),
    [
        ("python:3", "python", "docker.io", "library/python"),
        ("docker.io/library/python", "python", "docker.io", "library/python"),
        ("docker.io/python", "python", "docker.io", "library/python"),
        ("index.docker.io/acme/app", "acme/app", "docker.io", "acme/app"),
        ("library/python", "python", "docker.io", "library/python"),
        ("quay.io/library/x", "quay.io/library/x", "quay.io", "library/x"),
        ("localhost/app", "localhost/app", "localhost", "app"),
        ("registry:5000/a/b", "registry:5000/a/b", "registry:5000", "a/b"),
        ("acme/app", "acme/app", "docker.io", "acme/app"),
    ],
)
def test_names_are_told_from_registries(text: str, familiar: str, registry: str, path: str) -> None:
    reference = parse(text)
    assert reference is not None
    assert (reference.familiar, reference.registry, reference.path) == (familiar, registry, path)


@pytest.mark.parametrize(
    ("text", "is_windows"),
    [
        ("mcr.microsoft.com/windows/servercore:1809", True),
        ("mcr.microsoft.com/windows:20H2", True),
        ("mcr.microsoft.com/dotnet/framework/sdk:4.8", True),
        ("microsoft/nanoserver", True),
        ("golang:1.22-nanoserver-ltsc2022", True),
        ("python:3.12-windowsservercore", True),
        ("mcr.microsoft.com/dotnet/aspnet:8.0-nanoserver-1809", True),
        ("acme/agent:ltsc2019", True),
        ("mcr.microsoft.com/dotnet/sdk:8.0", False),
        ("dockurr/windows:5", False),
        ("python", False),
    ],
)
def test_knows_windows_by_name_or_tag(text: str, is_windows: bool) -> None:
    reference = parse(text)
    assert reference is not None
    assert reference.is_windows is is_windows


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("img:$T", ("img", "$T", None)),
        ("img:${T}@sha256:x", ("img", "${T}", "sha256:x")),
        ("${X:-a:b}", ("${X:-a:b}", None, None)),
        ("${A:-${B:-x/y:z}}:1", ("${A:-${B:-x/y:z}}", "1", None)),
        ("$REGISTRY:5000/app", ("$REGISTRY:5000/app", None, None)),
        ("${R}/a:${V:-1.0}", ("${R}/a", "${V:-1.0}", None)),
        ("img$T", ("img$T", None, None)),
        ("img:", ("img", "", None)),
        ("{{x}}:y", ("{{x}}", "y", None)),
        ("", ("", None, None)),
    ],
)
def test_texts_with_variables_are_split_where_the_parts_meet(
    text: str, parts: tuple[str, str | None, str | None]
) -> None:
    assert split(text) == parts


@given(st.text(alphabet="aB1/:@${}-._ \n", max_size=60))
def test_splitting_loses_nothing(text: str) -> None:
    assert str(split(text)) == text


@given(st.from_regex(r"([a-z]{1,3}[.:]?[0-9]{0,2}/)?[a-z]{1,4}(/[a-z0-9_.-]{1,4})?(:[a-z0-9.-]{1,4})?", fullmatch=True))
def test_splitting_agrees_with_parsing(text: str) -> None:
    reference = parse(text)
    assert reference is None or split(text) == reference
