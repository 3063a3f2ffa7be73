"""What the rules about package managers and users say, with the reader's own names."""

from pathlib import Path

import pytest

from dockerlint.lint.registry import all_rules
from tests.harness import check_files

RULES = {rule.name: rule for rule in all_rules()}

MESSAGES = [
    (
        "apt-instead-of-apt-get",
        "FROM debian:trixie\nRUN apt install -y curl",
        "the interface of `apt install` is not for scripts; `apt-get` takes the same words",
    ),
    (
        "apt-instead-of-apt-get",
        "FROM debian:trixie\nRUN apt upgrade -y",
        "the interface of `apt upgrade` is not for scripts",
    ),
    (
        "prompts-in-build",
        "FROM debian:trixie\nRUN apt-get install nginx curl",
        "`apt-get install nginx` may ask for confirmation and the build cannot answer; add `-y`",
    ),
    (
        "prompts-in-build",
        "FROM archlinux\nRUN pacman -S git",
        "`pacman -S git` asks for confirmation and the build cannot answer; add `--noconfirm`",
    ),
    (
        "stale-package-index",
        "FROM debian:trixie\nRUN apt-get update\n\nRUN apt-get install -y curl",
        "`apt-get update` is cached apart from the install in line 4: join them with `&&`",
    ),
    (
        "install-without-update",
        "FROM debian:trixie\nRUN apt-get install -y git",
        "`apt-get install git` finds no package: `debian:trixie` comes without an index and no `apt-get update` comes "
        "before it",
    ),
    (
        "install-without-update",
        "FROM acme/a:1\nRUN rm -rf /var/lib/apt/lists/*\nRUN apt-get install -y git",
        "`apt-get install git` finds no package: the lists were removed in line 2 and no `apt-get update` comes "
        "before it",
    ),
    (
        "system-upgrade",
        "FROM debian:trixie\nRUN apt-get upgrade -y",
        "`apt-get upgrade` makes the result depend on the day of the build; rebuild on a newer `debian` tag",
    ),
    (
        "apt-key",
        "FROM debian:trixie\nRUN apt-key add a",
        "`apt-key add` fails: `debian:trixie` has no `apt-key` any more",
    ),
    (
        "externally-managed-python",
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y python3-pip && pip install flask",
        "`pip install flask` fails on `debian:bookworm`: its Python is managed by apt",
    ),
    (
        "unverified-packages",
        "FROM fedora:42\nRUN dnf install -y --nogpgcheck a b c",
        "`--nogpgcheck` installs `a` and 2 more even without a valid signature",
    ),
    (
        "sudo",
        "FROM debian:trixie\nRUN sudo apt-get update",
        "`sudo apt-get` runs as root already",
    ),
    (
        "user-not-numeric",
        "FROM debian:trixie\nRUN useradd -u 1000 app\nUSER app",
        "`USER app`: write its number (`USER 1000`, as made in line 2) so that `runAsNonRoot` can verify it",
    ),
    (
        "excessive-permissions",
        "FROM debian:trixie\nRUN chmod -R 777 /tmp/a /app",
        "`chmod -R 777 /app` lets every user of the container write there",
    ),
]


@pytest.mark.parametrize(("rule", "text", "message"), MESSAGES)
def test_message(rule: str, text: str, message: str, tmp_path: Path) -> None:
    findings, _ = check_files([RULES[rule]], {"Dockerfile": text}, tmp_path)
    assert [finding.message for finding in findings] == [message]


def test_excessive_permissions_name_the_user_who_needs_the_files(tmp_path: Path) -> None:
    text = "FROM debian:trixie\nRUN chmod 777 /app\nUSER app"
    findings, _ = check_files([RULES["excessive-permissions"]], {"Dockerfile": text}, tmp_path)
    assert [finding.help for finding in findings] == ["give the files to `app` instead (`chown app`)"]


@pytest.mark.parametrize(
    ("verb", "is_safe"),
    [("install -y curl", True), ("dist-upgrade -y", True), ("upgrade -y", False)],
)
def test_apt_get_keeps_back_what_apt_upgrades(verb: str, is_safe: bool, tmp_path: Path) -> None:
    text = f"FROM debian:trixie\nRUN apt {verb}"
    findings, _ = check_files([RULES["apt-instead-of-apt-get"]], {"Dockerfile": text}, tmp_path)
    assert [finding.fix.is_safe for finding in findings if finding.fix] == [is_safe]
