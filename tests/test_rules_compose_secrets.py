"""What the samples of the rules about secrets in Compose files cannot show."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from dockerlint.lint.registry import all_rules
from dockerlint.lint.rule import AnyRule
from tests.harness import check_files, files_of, read_sample

RULES = [rule for rule in all_rules() if rule.chapter == "compose_secrets"]
SECRETS = ("hunter2", "Zk3nR8vQ2x", "q2w3e4r5t6", "x8Kq-2bL9", "s3cr3tkey", "nimda", "MX4RL6WKN3B")


def said(text: str, folder: Path, *names: str) -> list[tuple[str, str, int]]:
    """The rules that speak of a project, with their messages and lines."""
    rules = [rule for rule in RULES if not names or rule.name in names]
    findings, problems = check_files(rules, files_of(text), folder)
    assert not problems
    return [(finding.rule, finding.message, finding.region.line) for finding in findings]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_message_prints_a_secret(rule: AnyRule, tmp_path: Path) -> None:
    for number, bad in enumerate(rule.bad):
        findings, _ = check_files([rule], read_sample(bad).files, tmp_path / str(number))
        for finding in findings:
            told = f"{finding.message} {finding.help} {finding.fix.message if finding.fix else ''}"
            assert not any(secret in told for secret in SECRETS)


def test_an_anchor_of_several_services_is_told_once(tmp_path: Path) -> None:
    text = """=== compose.yaml
x-env: &env
  DB_PASSWORD: hunter22
  URL: postgresql://postgres:hunter23@db/x
services:
  a:
    image: x:1
    environment: *env
  b:
    image: x:1
    environment:
      <<: *env
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD:-hunter24}
"""
    assert said(text, tmp_path) == [
        ("secret-in-environment", "the value of `DB_PASSWORD` of `a` and `b` stands in the file", 2),
        ("credentials-in-service-url", "URL of `a` and `b` holds the password of `postgres` at `db`", 3),
        (
            "mismatched-credentials",
            "URL of `a` and `b` logs in with a password that is not POSTGRES_PASSWORD of `db` (line 15)",
            3,
        ),
        (
            "fallback-secret",
            "where DB_PASSWORD is not set, `db` starts with the `POSTGRES_PASSWORD` of this file",
            15,
        ),
    ]


def test_a_file_of_the_first_format_keeps_no_secret(tmp_path: Path) -> None:
    text = "=== compose.yaml\ndb:\n  image: mysql\n  command: mysqld --admin-password=root\n  environment:\n    - DB_PASS=root\n"
    findings, _ = check_files(RULES, files_of(text), tmp_path)
    assert [(finding.rule, finding.region.line) for finding in findings] == [
        ("secret-in-service-command", 3),
        ("secret-in-environment", 5),
    ]


def test_the_variable_at_fault_is_named(tmp_path: Path) -> None:
    text = """=== compose.yaml
services:
  admin:
    image: phpmyadmin:5
    env_file: admin.env
  db:
    image: mysql:8.4
    environment:
      MYSQL_ROOT_PASSWORD: hunter22
=== admin.env
PMA_HOST=db
PMA_USER=root
PMA_PASSWORD=hunter23
"""
    assert said(text, tmp_path, "mismatched-credentials") == [
        (
            "mismatched-credentials",
            "PMA_PASSWORD of `admin` logs in with a password that is not MYSQL_ROOT_PASSWORD of `db` (line 8)",
            3,
        )
    ]


@pytest.mark.parametrize(
    "server",
    [
        "image: postgres:17\n    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/x}",
        "image: postgres:17\n    environment: {POSTGRES_PASSWORD: b}\n    entrypoint: /start.sh",
        "image: postgres:17\n    environment: {POSTGRES_PASSWORD: b}\n    volumes: ['old:/var/lib/postgresql/data']",
        "image: postgres:17\n    environment: {POSTGRES_PASSWORD: b, POSTGRES_HOST_AUTH_METHOD: trust}",
        "image: postgres:17\n    environment: {POSTGRES_PASSWORD: b}\n  setup:\n    image: postgres:17\n"
        "    command: psql -h db -c \"create role app login password 'x'\"",
        "image: acme/postgres:17\n    environment: {POSTGRES_PASSWORD: b}",
        "build: .\n    environment: {POSTGRES_PASSWORD: b}",
    ],
)
def test_accounts_that_others_may_make_are_not_judged(server: str, tmp_path: Path) -> None:
    text = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      URL: postgresql://app:hunter22@db/x\n"
        f"  db:\n    {server}\nvolumes:\n  old:\n    external: true\n=== Dockerfile\nFROM postgres:17\n"
    )
    assert said(text, tmp_path, "mismatched-credentials") == []


@pytest.mark.parametrize(
    "text",
    [
        "=== .git/HEAD\n=== .gitattributes\n" + "env" * 200_000 + "\n=== .env\nDB_PASSWORD=hunter22\n"
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n",
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    configs: [a]\nconfigs:\n  a:\n    content: |\n"
        + "      /run/secrets/a -f\n" * 20_000,
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    environment:\n" + "      A_HOST: a\n      B: '{\"key" + " " * 200_000 + "'\n",
        "=== compose.yaml\nservices:\n" + "".join(f"  s{n}:\n    image: postgres\n    environment: [A_PASSWORD=b, A_HOST=s1]\n" for n in range(800)),
    ],
    ids=["attributes", "content", "blanks", "services"],
)  # fmt: skip
def test_a_hostile_file_costs_no_time(text: str, tmp_path: Path) -> None:
    start = time.process_time()
    check_files(RULES, files_of(text), tmp_path)
    assert time.process_time() - start < 15


def test_a_file_that_several_services_extend_is_spoken_of_once(tmp_path: Path) -> None:
    sample = (
        "=== compose.yaml\nservices:\n"
        + "".join(f"  {name}: {{extends: {{file: common.yaml, service: base}}}}\n" for name in "abc")
        + "=== common.yaml\nservices:\n  base:\n    image: x:1\n    environment:\n      DB_PASSWORD: hunter2secretX\n"
    )
    message = "the value of `DB_PASSWORD` of `a`, `b` and `c` stands in the file"
    assert said(sample, tmp_path, "secret-in-environment") == [("secret-in-environment", message, 5)]
