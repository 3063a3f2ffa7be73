"""What a script does with what it fetches: where it comes from, whether it is checked, and what runs it."""

import pytest

from dockerlint.shell.addresses import host, is_near, is_pinned, scheme
from dockerlint.shell.pipes import readers
from dockerlint.shell.script import Command, Commands, read_script
from dockerlint.shell.trust import checks, is_checked, runner_of_file, runner_of_output
from dockerlint.source import Source

from .shell import command

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def commands(text: str) -> Commands:
    return read_script(Source("Dockerfile", text).slice(0, len(text))).commands


def first(text: str, name: str) -> tuple[Commands, Command]:
    found = commands(text)
    return found, next(one for one in found if one.name == name)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Example.com/a", "example.com"),
        ("http://user:pw@example.com:8080?x=/", "example.com"),
        ("example.com/a", "example.com"),
        ("http://[::1]:80/a", "::1"),
        ("http://$HOST/a", None),
        ("http://${HOST:-a/b}/c", None),
        ("https://example.com/$V", "example.com"),
        ("file:///etc/passwd", None),
        ("", None),
    ],
)
def test_host(url: str, expected: str | None) -> None:
    assert host(url) == expected


def test_scheme() -> None:
    assert [scheme(url) for url in ("HTTP://a", "a://b", "a/b", "file:///a")] == ["http", "", "", "file"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("localhost", True), ("127.0.1.1", True), ("10.1.2.3", True), ("172.16.0.1", True), ("172.32.0.1", False),
        ("192.168.1.1", True), ("8.8.8.8", False), ("10.example.com", False), ("nexus", True), ("::1", True),
        ("2001:db8::1", False), ("fd00::1", True), ("host.docker.internal", True), ("example.com", False),
    ],
)  # fmt: skip
def test_near_hosts(name: str, expected: bool) -> None:
    assert is_near(name) is expected


def test_pinned_addresses_name_a_commit() -> None:
    assert is_pinned(f"https://example.com/{COMMIT}/a")
    assert not is_pinned(f"https://example.com/{COMMIT}0/a")
    assert not is_pinned("https://example.com/v1/a")


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("curl a | tee b | sh", "curl", ["tee", "sh"]),
        ("curl $(wget -qO- a | head) | sh", "curl", ["sh"]),
        ("curl $(wget -qO- a | head) | sh", "wget", ["head"]),
        ("curl a | while read x; do echo; done; cat b | sh", "curl", []),
        ("curl a; cat b | sh", "curl", []),
        ("(curl a | tar x) | sh", "curl", ["tar"]),
    ],
)
def test_readers_of_a_pipe(text: str, name: str, expected: list[str]) -> None:
    assert [reader.name for reader in readers(*first(text, name))] == expected


@pytest.mark.parametrize(
    "text",
    [
        "sha256sum -c a.sum", "busybox sha512sum -c", "gpg --batch --verify a.asc a", "openssl dgst -sha256 a",
        "cosign verify-blob a", "rpm -K a.rpm", "git verify-tag v1", "./verify.sh a", "check_sha256 a",
        "php -r \"if (hash_file('sha384', 'a') !== 'b') exit(1);\"", "python3 -c 'import hashlib'",
    ],
)  # fmt: skip
def test_checks(text: str) -> None:
    assert checks(command(text))


@pytest.mark.parametrize("text", ["gpg --dearmor", "openssl x509", "git clone a", "echo sha256sum", "php a.php"])
def test_no_checks(text: str) -> None:
    assert not checks(command(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("curl -O a && sha256sum -c b", True),
        ("sha256sum -c b && curl -O a", False),
        ("test_it() { sha256sum -c $1; }; curl -O a && test_it a", True),
        ("curl -O a", False),
    ],
)
def test_is_checked(text: str, expected: bool) -> None:
    assert is_checked(*first(text, "curl")) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("curl a | sh", "sh"),
        ("curl a | sudo -E bash -s -- x", "bash"),
        ("curl a | python3 -", "python3"),
        ("curl a | python3 b.py", None),
        ("curl a | xargs sh", None),
        ("curl a | php -r 'x'", None),
        ("curl a | php -- --quiet", "php"),
        ("curl a | sha256sum -c | sh", None),
        ("source <(curl a)", "source"),
        ("bash -s x < <(curl a)", "bash"),
        ('bash <<< "$(curl a)"', "bash"),
        ('ruby -e "$(curl a)"', "ruby"),
        ('bash -c "echo $(curl a)"', None),
        ("bash x.sh $(curl a)", None),
        ('sh -c "$(head $(curl a))"', None),
        ("X=$(curl a)", None),
    ],
)
def test_what_runs_the_output(text: str, expected: str | None) -> None:
    runner = runner_of_output(*first(text, "curl"))
    assert (runner.name if runner is not None else None) == expected


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("sh /tmp/i.sh", True),
        ("bash -e i.sh -y", True),
        ("sh -n i.sh", False),
        ("chmod +x i.sh && ./i.sh", True),
        (". ./i.sh", True),
        ("/usr/local/bin/i.sh", False),
        ("i.sh", False),
        ("sha256sum -c s && sh i.sh", False),
        ("python3 -m i.sh", False),
    ],
)
def test_what_runs_a_file(text: str, runs: bool) -> None:
    assert (runner_of_file(commands(text), {"i.sh"}) is not None) is runs
