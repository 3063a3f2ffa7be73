"""What the samples of the rules about secrets cannot show: whole tokens, several rules at once, build arguments.

Tokens are put together here, so that no tool that looks for them finds one in this file.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.dockerfile.stages import Dockerfile, Options
from dockerlint.lint.engine import Engine
from dockerlint.lint.finding import Finding
from dockerlint.lint.registry import rules_of
from dockerlint.lint.settings import Settings
from dockerlint.project.build import Build
from dockerlint.source import Source
from tests.harness import AS_OF, check_files

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def github_token() -> str:
    secret = "8TvIz1SmXlGPN3j1rjIUlYKTIyjbIa"
    rest, checksum = zlib.crc32(secret.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        checksum = _DIGITS[digit] + checksum
    return "gh" + "p_" + secret + checksum


GITHUB = github_token()
AWS = "AK" + "IACXL3GORBIIGAAPHJ"
GOOGLE = "AI" + "zaSyD8TvIz1SmXlGPN3j1rjIUlYKTIyjbIa9Q"


def findings(text: str, build_arguments: dict[str, str] | None = None) -> list[Finding]:
    """What the chapter says of a Dockerfile in the default profile."""
    rules = [rule for rule in rules_of("secrets") if rule.profile == "default"]
    build = Build(Dockerfile(Source("Dockerfile", text), Options(build_arguments or {})))
    return Engine(rules, Settings(as_of=AS_OF)).check_build(build)


def names(text: str, build_arguments: dict[str, str] | None = None) -> list[str]:
    return [finding.rule for finding in findings(text, build_arguments)]


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\n# <token>\nRUN true",
        "FROM a\nRUN true && \\\n  # old: <token>\n  true",
        "FROM a\nENV GITHUB_TOKEN=<token>",
        "FROM a\nENV GITHUB_TOKEN '<token>'",
        "FROM a\nARG GITHUB_TOKEN=<token>\nENV GITHUB_TOKEN=$GITHUB_TOKEN",
        "FROM a\nLABEL token=<token>",
        "FROM a\nRUN git clone https://<token>@github.com/a/b",
        "FROM a\nRUN git clone https://x-access-token:<token>@github.com/a/b",
        "FROM a\nRUN export GH_TOKEN=<token> && make",
        'FROM a\nRUN curl -H "Authorization: token <token>" https://api.github.com',
        "FROM a\nRUN echo <token> | docker login -u a --password-stdin",
        "FROM a\nRUN cat <<EOF > /etc/a.ini\ntoken=<token>\nEOF",
        "FROM a\nCOPY <<EOF /etc/a.ini\ntoken=<token>\nEOF",
        'FROM a\nCMD ["app", "--token", "<token>"]',
        "FROM a\nONBUILD ENV TOKEN=<token>",
        "FROM a\nADD https://<token>@raw.githubusercontent.com/a/b /b",
        "FROM a\nENV AWS_ACCESS_KEY_ID=<aws>",
        "FROM a\nENV GOOGLE_API_KEY=<google>",
        "FROM a\n# -----BEGIN RSA PRIVATE KEY-----\n# P1x6w5cr+kF7z5y8HBWTrl3qvTStdTbTXAabVPYiscCRKLE7eHzWG7Qg9Xki6PeH\nRUN true",
    ],
)
def test_token_is_found_wherever_it_stands_and_reported_once(text: str) -> None:
    whole = text.replace("<token>", GITHUB).replace("<aws>", AWS).replace("<google>", GOOGLE)
    assert names(whole) == ["known-token"]


def test_token_is_never_printed() -> None:
    (finding,) = findings(f"FROM a\nENV GITHUB_TOKEN={GITHUB}")
    assert "`ghp_...`" in finding.message
    assert GITHUB[4:] not in finding.message + finding.help


def test_key_for_web_pages_is_public() -> None:
    assert names(f"FROM a\nENV NEXT_PUBLIC_FIREBASE_API_KEY={GOOGLE}\nARG VITE_MAPS_API_KEY") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nENV DB_PASSWORD=postgres://a:hunter2@db/a", ["credentials-in-url"]),
        ("FROM a\nRUN PGPASSWORD=postgres://a:hunter2@db/a psql", ["credentials-in-url"]),
        ("FROM a\nRUN app --password=postgres://a:hunter2@db/a", ["credentials-in-url"]),
        ("FROM a\nRUN useradd --password hunter2 app", ["password-set-in-run"]),
        ("FROM a\nENV PW_PASSWORD=hunter2\nRUN echo root:$PW_PASSWORD | chpasswd", ["secret-in-env"]),
        ("FROM a\nARG DB_PASSWORD=hunter2\nENV DB_PASSWORD=$DB_PASSWORD", ["secret-in-env"]),
        ("FROM a\nARG DB_PASSWORD\nENV DB_PASSWORD=$DB_PASSWORD", ["secret-in-env"]),
        ("ARG DB_PASSWORD=hunter2\nFROM a\nARG DB_PASSWORD", ["secret-in-env"]),
        ("FROM a AS b\nARG TOKEN\nFROM b\nENV TOKEN=$TOKEN", ["secret-in-env"]),
    ],
)
def test_one_fault_is_one_finding(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_default_that_gives_way_to_a_build_argument_is_no_part_of_the_image() -> None:
    text = "FROM a\nARG DB_PASSWORD=hunter2\nRUN make"
    assert names(text) == ["secret-in-env"]
    assert names(text, {"DB_PASSWORD": "given"}) == ["secret-build-arg"]


@pytest.mark.parametrize(
    "line", ["COPY .env /", "ENV API_KEY=Zk3nR8vQ2x", "ARG API_KEY", "RUN app --password Zk3nR8vQ2x", "COPY id_rsa /"]
)
def test_stage_that_does_not_ship_leaves_secrets_in_the_build_cache(line: str) -> None:
    (finding,) = findings(f"FROM a AS b\n{line}\nFROM c\nCOPY --from=b /x /x")
    assert "build cache" in finding.message


def test_message_says_that_deleting_a_file_later_does_not_help() -> None:
    (finding,) = findings("FROM a\nWORKDIR /app\nCOPY .env .\nRUN make\nRUN rm -f /app/.env")
    assert "line 5 deletes it, but the layer keeps it" in finding.message


def test_message_names_the_steps_that_use_a_build_argument() -> None:
    (finding,) = findings("FROM a\nARG NPM_TOKEN\nRUN true\nRUN npm ci --token=$NPM_TOKEN\nRUN echo ${NPM_TOKEN}")
    assert "used in line 4, 5" in finding.message


def test_token_in_a_file_that_is_copied(tmp_path: Path) -> None:
    rules = [rule for rule in rules_of("secrets") if rule.profile == "default"]
    files = {
        "Dockerfile": "FROM a\nCOPY conf/*.yaml app.json /etc/\nCOPY app.py /",
        "conf/a.yaml": "a: 1",
        "conf/b.yaml": f"a: 1\ntoken: {GITHUB}",
        "app.json": "{}",
        "app.py": f"TOKEN = '{GITHUB}'",
    }
    found, _ = check_files(rules, files, tmp_path)
    assert [(finding.rule, finding.region.line, finding.region.column) for finding in found] == [("known-token", 2, 6)]
    assert "`conf/b.yaml`" in found[0].message
    assert "line 2" in found[0].message


_PASSWORDS = st.text("abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789", min_size=9, max_size=20).map(
    "Zk3{}q".format
)


@given(_PASSWORDS)
def test_no_message_prints_a_password(password: str) -> None:
    text = (
        f"FROM a\nENV API_KEY={password} URL=https://u:{password}@host/\nARG TOKEN={password}\n"
        f"RUN app --password {password} && export X_TOKEN={password} && curl -u u:{password} https://x\n"
        f"RUN echo root:{password} | chpasswd && useradd -p {password} a && echo 'password={password}' > /etc/a\n"
        f'CMD ["app", "--secret={password}"]\n'
    )
    found = findings(text)
    assert found
    assert not any(password in finding.message + finding.help for finding in found)


_PIECES = st.sampled_from(
    [
        "RUN ", "ENV ", "ARG ", "COPY ", "ADD ", "LABEL ", "FROM a\n", "ONBUILD ", "CMD ", "--mount=type=secret,id=a,env=B ",
        "\n", "\\\n", " ", "=", "'", '"', "$", "${", "}", "$(", ")", "|", "<<EOF", "EOF\n", ">", "PASSWORD", "TOKEN", "x1",
        "echo ", "a:b", "chpasswd", "useradd -p ", "passwd", "net user a b", "ssh-keygen ", "-f ", "openssl req -newkey ",
        "https://a:b@c", "Password=b", "host=a", ".env", "id_rsa", "cat /run/secrets/a", "tee ", "git config ", "rm ", "[", "]",
        "npm config set ", "composer config ", "htpasswd -b ", "vault login ", "-p", "-u", "-H", "login ", "docker ", "curl ",
    ]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=30))
def test_no_text_makes_a_rule_fail(pieces: list[str]) -> None:
    text = "FROM a\n" + "".join(pieces)
    for finding in findings(text):
        assert finding.message
        assert finding.region.line >= 1
