"""What a service gets of the host, however it is written."""

import pytest

from dockerlint.compose.loading import read
from dockerlint.project.host_paths import host_paths
from dockerlint.source import Source


def paths(text: str) -> list[tuple[str, bool | None]]:
    compose = read(Source("compose.yaml", text))
    return [(given.path, given.read_only) for service in compose.services for given in host_paths(compose, service)]


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("/etc", "/etc"),
        ("//etc/./ssh/../", "/etc"),
        ("/var/run/docker.sock", "/run/docker.sock"),
        ("/var/running", "/var/running"),
        ("~/.ssh", "~/.ssh"),
        ("$HOME/.ssh", "~/.ssh"),
        ("${HOME}", "~"),
        ("${HOME:-/root}/.aws", "/root/.aws"),
        ("${SOCKET:-/var/run/docker.sock}", "/run/docker.sock"),
        ("${XDG_RUNTIME_DIR}/docker.sock", "/run/user/1000/docker.sock"),
        ("/run/user/${UID}/docker.sock", "/run/user/1000/docker.sock"),
        (r"C:\Users\me\.ssh", "C:/Users/me/.ssh"),
    ],
)
def test_a_path_is_compared_as_it_is_meant(source: str, path: str) -> None:
    assert paths(f"services:\n  a:\n    image: x\n    volumes:\n      - '{source}:/target'\n") == [(path, False)]


@pytest.mark.parametrize(
    "source",
    [".", "./etc", "../etc", "$PWD/docker.sock", "${PWD}", "~other/.ssh", "${FOLDER}/etc", "/etc/${NAME}", "data"],
)
def test_what_lies_in_the_project_or_anywhere_is_left_out(source: str) -> None:
    assert paths(f"services:\n  a:\n    image: x\n    volumes:\n      - '{source}:/target'\n") == []


def test_the_container_side_never_counts() -> None:
    assert paths("services:\n  a:\n    image: x\n    volumes: ['/etc', './a:/etc']\n    tmpfs: /run\n") == []


def test_the_long_form_and_its_read_only_are_read() -> None:
    text = (
        "services:\n  a:\n    image: x\n    volumes:\n      - {type: bind, source: /etc, target: /x, read_only: true}\n"
    )
    assert paths(text) == [("/etc", True)]


def test_a_named_volume_may_be_a_folder_of_the_host() -> None:
    mount = "services:\n  a:\n    image: x\n    volumes: ['etc:/x:ro']\nvolumes:\n  etc:\n    driver_opts:\n"
    assert paths(f"{mount}      type: none\n      o: rw,bind\n      device: /etc\n") == [("/etc", True)]
    assert paths(f"{mount}      type: nfs\n      o: addr=10.0.0.1\n      device: /etc\n") == []


def test_only_secrets_and_configs_that_a_service_uses_count() -> None:
    text = (
        "services:\n  a:\n    image: x\n    secrets: [one]\n    configs:\n      - {source: two, target: /two}\n"
        "secrets:\n  one:\n    file: /etc/one\n  unused:\n    file: /etc/unused\nconfigs:\n  two:\n    file: /etc/two\n"
    )
    assert paths(text) == [("/etc/one", True), ("/etc/two", True)]
