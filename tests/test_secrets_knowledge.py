"""Tokens, secret names, harmless values, passwords in URLs, files of secrets.

No token stands whole in this file: all are made when the tests run, or secret scanners would
report them. Checksums are computed here by other means than in the code.
"""

import base64
import json
import string
import time
import zlib
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.knowledge.secret_files import credential_file, env_lines, holds_secret, may_be_harmless
from dockerlint.knowledge.secrets import (
    find_credentials,
    find_parameters,
    find_tokens,
    is_harmless,
    is_secret_name,
    is_secret_option,
)

ALPHANUMERIC = string.digits + string.ascii_letters
URL_SAFE = ALPHANUMERIC + "-_"
BASE64 = ALPHANUMERIC + "+/"
HEX = "0123456789abcdef"
UPPER = string.digits + string.ascii_uppercase
LOWER = string.digits + string.ascii_lowercase


def words(text: str) -> list[str]:
    return text.split()


def some(alphabet: str, length: int, seed: int = 1) -> str:
    random = Random(seed)
    # Letters at both ends, since a word ends there.
    letters = [char for char in alphabet if char.isalnum()]
    return random.choice(letters) + "".join(random.choices(alphabet, k=length - 2)) + random.choice(letters)


def in_base(alphabet: str, number: int, width: int) -> str:
    digits = [number // len(alphabet) ** place % len(alphabet) for place in reversed(range(width))]
    return "".join(alphabet[digit] for digit in digits)


def base62(prefix: str, seed: int = 1) -> str:
    secret = some(ALPHANUMERIC, 30, seed)
    digits = string.digits + string.ascii_uppercase + string.ascii_lowercase
    return prefix + secret + in_base(digits, zlib.crc32(secret.encode()), 6)


def routable(prefix: str) -> str:
    checked = f"{prefix}{some(URL_SAFE, 27)}.01.0r"
    return checked + in_base(string.digits + string.ascii_lowercase, zlib.crc32(checked.encode()), 7)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def pypi(host: bytes) -> str:
    return "pypi-" + encoded(bytes([2, 1, len(host)]) + host + bytes(Random(1).choices(range(256), k=80)))


def web_token(header: dict[str, str], claims: dict[str, str]) -> str:
    return ".".join([encoded(json.dumps(part).encode()) for part in (header, claims)] + [some(URL_SAFE, 43)])


def age_key() -> str:
    alphabet, prefix = "qpzry9x8gf2tvdw0s3jn54khce6mua7l", "age-secret-key-"
    data = Random(1).choices(range(32), k=52)
    values = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix] + data + [0] * 6
    remainder = 1
    for value in values:
        top, remainder = remainder >> 25, (remainder & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3]):
            remainder ^= generator * (top >> place & 1)
    checksum = [(remainder ^ 1) >> 5 * (5 - place) & 31 for place in range(6)]
    return (prefix + "1" + "".join(alphabet[value] for value in data + checksum)).upper()


def discord() -> str:
    return f"{encoded(b'418273950617284935')}.{some(URL_SAFE, 6)}.{some(URL_SAFE, 27)}"


def pem(label: str, newline: str = "\n") -> str:
    body = some(BASE64, 192)
    lines = [f"-----BEGIN {label}-----", body[:64], body[64:128], body[128:], f"-----END {label}-----"]
    return newline.join(lines)


TOKENS = [
    ("AWS", "AKI" + "A" + some("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)),
    ("AWS", "ASI" + "A" + some("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)),
    ("GitHub", base62("ghp" + "_")),
    ("GitHub", base62("gho" + "_")),
    ("GitHub", base62("ghs" + "_")),
    ("GitHub", "ghr" + "_" + some(ALPHANUMERIC, 76)),
    ("GitHub", "github_" + "pat_" + some(ALPHANUMERIC, 22) + "_" + some(ALPHANUMERIC, 59, 2)),
    ("npm", base62("npm" + "_")),
    ("GitLab", "glpat" + "-" + some(URL_SAFE, 20)),
    ("GitLab", "glrt" + "-" + some(URL_SAFE, 20)),
    ("GitLab", routable("glpat" + "-")),
    ("PyPI", pypi(b"pypi.org")),
    ("PyPI", pypi(b"test.pypi.org")),
    ("RubyGems", "rubygems" + "_" + some(HEX, 48)),
    ("crates.io", "ci" + "o" + some(ALPHANUMERIC, 32)),
    ("NuGet", "oy" + "2" + some(LOWER, 43)),
    ("Docker Hub", "dckr_" + "pat_" + some(URL_SAFE, 27)),
    ("Docker Hub", "dckr_" + "oat_" + some(URL_SAFE, 32)),
    ("Slack", "xox" + "b-739164820573-8264019375826-" + some(ALPHANUMERIC, 24)),
    ("Slack", "xox" + "s-" + some(ALPHANUMERIC, 40)),
    ("Slack", "xap" + "p-1-A0F3K9QX2LM-8264019375826-" + some(HEX, 64)),
    ("Slack", "hooks.slack" + ".com/services/T0F3K9QX2/B0M7W4ZC1/" + some(ALPHANUMERIC, 24)),
    ("Stripe", "sk_" + "live_" + some(ALPHANUMERIC, 24)),
    ("Stripe", "rk_" + "test_" + some(ALPHANUMERIC, 99)),
    ("Stripe", "whse" + "c_" + some(BASE64, 32)),
    ("Google", "AIz" + "a" + some(URL_SAFE, 35)),
    ("Google", "GOCSP" + "X-" + some(URL_SAFE, 28)),
    ("Google", "ya2" + "9." + some(URL_SAFE, 120)),
    ("Azure", "AccountKe" + "y=" + some(BASE64, 86) + "=="),
    ("Azure", "aB3" + "8Q" + "~" + some(ALPHANUMERIC + "_~.-", 34)),
    ("Azure DevOps", some(ALPHANUMERIC, 76) + "AZD" + "O" + some(ALPHANUMERIC, 4)),
    ("OpenAI", "sk-" + "proj-" + some(URL_SAFE, 40) + "T3Blbk" + "FJ" + some(URL_SAFE, 40, 2)),
    ("Anthropic", "sk-" + "ant-api03-" + some(URL_SAFE, 95)),
    ("Hugging Face", "hf" + "_" + some(string.ascii_letters, 34)),
    ("Replicate", "r8" + "_" + some(ALPHANUMERIC, 37)),
    ("Groq", "gsk" + "_" + some(ALPHANUMERIC, 52)),
    ("SendGrid", "SG" + "." + some(URL_SAFE, 22) + "." + some(URL_SAFE, 43, 2)),
    ("Mailgun", "ke" + "y-" + some(HEX, 32)),
    ("Mailchimp", some(HEX, 32) + "-u" + "s14"),
    ("Telegram", "739164820" + ":A" + "A" + some(URL_SAFE, 33)),
    ("Discord", discord()),
    ("DigitalOcean", "dop_" + "v1_" + some(HEX, 64)),
    ("Heroku", "HRK" + "U-AA" + some(URL_SAFE, 58)),
    ("Fly.io", "fm" + "2_lJPECAAAAAAAA" + some(BASE64, 200)),
    ("Vault", "hv" + "s." + some(URL_SAFE, 90)),
    ("Terraform", some(ALPHANUMERIC, 14) + ".atlas" + "v1." + some(URL_SAFE, 66, 2)),
    ("Doppler", "dp." + "pt." + some(ALPHANUMERIC, 43)),
    ("Databricks", "dap" + "i" + some(HEX, 32)),
    ("Shopify", "shpa" + "t_" + some(HEX, 32)),
    ("Shopify", "shps" + "s_" + some(HEX, 32)),
    ("Square", "sq0at" + "p-" + some(URL_SAFE, 22)),
    ("Grafana", "gls" + "a_" + some(ALPHANUMERIC, 32) + "_" + some(HEX, 8)),
    ("New Relic", "NRA" + "K-" + some(UPPER, 27)),
    ("Sentry", "sntry" + "u_" + some(HEX, 64)),
    ("Atlassian", "ATAT" + "T3" + some(URL_SAFE, 186)),
    ("Linear", "lin_" + "api_" + some(ALPHANUMERIC, 40)),
    ("Postman", "PMA" + "K-" + some(HEX, 24) + "-" + some(HEX, 34, 2)),
    ("Artifactory", "AKC" + "p" + some(ALPHANUMERIC, 69)),
    ("", web_token({"alg": "HS256", "typ": "JWT"}, {"sub": "somebody", "aud": "api"})),
    ("age", age_key()),
]
by_provider = [pytest.param(*case, id=f"{case[0] or 'web token'}-{place}") for place, case in enumerate(TOKENS)]


@pytest.mark.parametrize(("provider", "token"), by_provider)
@pytest.mark.parametrize(
    "text",
    ["{}", "ENV KEY={}", 'ENV KEY="{}"', "# key: {}.", '{{"key": "{}"}}', "RUN printf 'a\\n{}\\n' > f", "x {} y\nz"],
)
def test_a_token_is_found_wherever_it_stands(provider: str, token: str, text: str) -> None:
    written = text.format(token)
    found = next(find_tokens(written))
    assert (found.provider, written[found.start : found.end]) == (provider, token)
    assert len(found.shown) <= 7


@pytest.mark.parametrize(("provider", "token"), by_provider)
def test_a_token_ends_at_word_boundaries(provider: str, token: str) -> None:
    assert not list(find_tokens(f"a{token}"))
    longer = next(find_tokens(f"{token}_a"), None)
    assert longer is None or longer.end == len(token) + 2  # formats of variable length take it in


@pytest.mark.parametrize(
    ("token", "title", "secret_id", "shown"),
    [
        (base62("ghp" + "_"), "a GitHub personal access token", "github_token", "ghp_..."),
        (base62("npm" + "_"), "an npm access token", "npm_token", "npm_..."),
        (TOKENS[0][1], "an AWS access key", "aws_key", "AKIA..."),
        ("dckr_" + "pat_" + some(URL_SAFE, 27), "a Docker Hub access token", "docker_hub_token", "dckr..."),
        (pem("PRIVATE KEY"), "a private key", "private_key", "----..."),
        (discord(), "a Discord bot token", "discord_token", "..."),
    ],
)
def test_a_token_says_what_it_is_and_not_what_it_holds(token: str, title: str, secret_id: str, shown: str) -> None:
    found = next(find_tokens(token))
    assert (found.title, found.secret_id, found.shown) == (title, secret_id, shown)


def changed(token: str, place: int) -> str:
    return token[:place] + ("b" if token[place] != "b" else "c") + token[place + 1 :]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(changed(base62("ghp" + "_"), 10), id="GitHub checksum"),
        pytest.param(changed(base62("npm" + "_"), 10), id="npm checksum"),
        pytest.param(changed(routable("glpat" + "-"), 12), id="GitLab checksum"),
        pytest.param(pypi(b"pypi.com"), id="macaroon of another host"),
        pytest.param(age_key()[:-1] + ("Q" if age_key()[-1] != "Q" else "P"), id="age checksum"),
        pytest.param(web_token({"typ": "JWT"}, {"sub": "a"}), id="no algorithm"),
        pytest.param(web_token({"alg": "HS256"}, {"sub": "1234567890"}), id="the standard's example"),
        pytest.param(web_token({"alg": "HS256"}, {"role": "anon"}), id="a key for browsers"),
        pytest.param("AKI" + "AIOSFODNN7EXAMPLE", id="Amazon's example"),
        pytest.param("AKI" + "A" + "X" * 16, id="repeated"),
        pytest.param("glpat" + "-" + "x" * 20, id="repeated GitLab"),
        pytest.param("glpat" + "-your-access-token-here", id="words"),
        pytest.param("glpat" + "-personal-access-token", id="words without digits"),
        pytest.param("ghr" + "_" + "0123456789abcdef" * 4 + "0123456789ab", id="sequential"),
        pytest.param("ghr" + "_" + "a1b2c3d4e5f6g7h8i9j0" * 3 + "a1b2c3d4e5f6g7h8", id="two sequences"),
        pytest.param("dap" + "i" + "deadbeef" * 4, id="few characters"),
        pytest.param("hooks.slack" + ".com/services/T00000000/B00000000/" + "X" * 24, id="Slack's example"),
        pytest.param("xox" + "b-not-a-token-but-some-words-2", id="Slack without numbers"),
        pytest.param("sk_" + "test_4eC39Hq" + "LyjWDarjtT1zdp7dc", id="Stripe's example"),
        pytest.param("AccountKe" + "y=Eby8vdM02xNOcqFl" + some(BASE64, 70) + "==", id="Azure's emulator"),
        pytest.param("pk_" + "live_" + some(ALPHANUMERIC, 24), id="public by design"),
        pytest.param(some(HEX, 64), id="digest"),
        pytest.param(pem("PUBLIC KEY"), id="public key"),
        pytest.param(pem("CERTIFICATE"), id="certificate"),
        pytest.param(
            "-----BEGIN PRIVATE KEY-----\n${KEY}\n-----END PRIVATE KEY-----\n" + pem("CERTIFICATE"), id="empty"
        ),
        pytest.param(
            "grep -q -- '-----BEGIN PRIVATE KEY-----' key && echo " + some(HEX, 64), id="a digest after a header"
        ),
    ],
)
def test_what_only_looks_like_a_token_is_none(text: str) -> None:
    assert not list(find_tokens(f"ENV KEY={text}"))


@pytest.mark.parametrize("label", ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"])
@pytest.mark.parametrize("newline", ["\n", "\\n", "\\n\\\n", "\n    ", "\n# "])
def test_a_private_key_is_found_however_it_is_written(label: str, newline: str) -> None:
    text = f'KEY="{pem(label, newline)}"'
    (found,) = find_tokens(text)
    assert text[found.start : found.end] == f"-----BEGIN {label}-----"


def test_a_private_key_is_found_behind_headers_and_a_redirection() -> None:
    body = some(BASE64, 64)
    armoured = f"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n{body}\n"
    echoed = f'echo "-----BEGIN RSA PRIVATE KEY-----" > key && echo "{body}" >> key'
    assert [token.kind for text in (armoured, echoed) for token in find_tokens(text)] == ["private key"] * 2


def test_a_service_account_names_its_provider() -> None:
    text = json.dumps({"type": "service_account", "private_key": pem("PRIVATE KEY")})
    assert [token.title for token in find_tokens(text)] == ["a Google service account key"]


AWS_SECRET = some(BASE64, 40)
TWILIO_KEY = "S" + "K" + some(HEX, 32)


@pytest.mark.parametrize(
    ("text", "name", "is_found"),
    [
        (f"ENV AWS_SECRET_ACCESS_KEY={AWS_SECRET}", "", True),
        (f"ENV AWS_SECRET_ACCESS_KEY {AWS_SECRET}", "", True),
        (f'"awsSecretKey": "{AWS_SECRET}"', "", True),
        (f"aws configure set aws_secret_access_key {AWS_SECRET}", "", True),
        (AWS_SECRET, "AWS_SECRET_ACCESS_KEY", True),
        (AWS_SECRET, "", False),
        (AWS_SECRET, "CHECKSUM", False),
        (f"AWS_SECRET_ACCESS_KEY=$X SUM={AWS_SECRET}", "", False),
        (f"AWS_SECRET_ACCESS_KEY=\n{AWS_SECRET}", "", False),
        (f"AWS_SECRET_ACCESS_KEY={some(HEX, 40)}", "", False),
        (f"TWILIO_API_KEY={TWILIO_KEY}", "", True),
        (TWILIO_KEY, "TWILIO_API_KEY", True),
        (f"API_KEY={TWILIO_KEY}", "", False),
    ],
)
def test_formats_without_a_prefix_need_a_name(text: str, name: str, is_found: bool) -> None:
    assert bool(list(find_tokens(text, name))) is is_found


def test_several_tokens_come_in_their_order_and_once() -> None:
    first, second = base62("ghp" + "_", 1), base62("npm" + "_", 2)
    text = f"{second} {first} {second}"
    assert [text[token.start : token.end] for token in find_tokens(text)] == [second, first, second]


@settings(deadline=None)
@given(st.text(st.sampled_from("gheyJ-._ :/@=aZ0\n$\udc80é") | st.characters(), max_size=300))
def test_nothing_makes_the_searches_fail(text: str) -> None:
    for token in find_tokens(text):
        assert 0 <= token.start < token.end <= len(text)
    for found in (*find_credentials(text), *find_parameters(text)):
        assert 0 <= found.url_start <= found.start < found.end <= found.url_end <= len(text)
    for _, value, start, end in env_lines(text):
        assert text[start:end] == value
    assert is_harmless(text) in {True, False}
    assert is_secret_name(text) in {True, False}
    assert is_secret_option(text) in {True, False}
    assert credential_file(text) is None or holds_secret(text, text) in {True, False}


@settings(deadline=None)
@given(st.sampled_from([token for _, token in TOKENS]), st.text(max_size=40), st.text(max_size=40))
def test_a_token_between_blanks_is_found(token: str, before: str, after: str) -> None:
    text = f"{before} {token} {after}"
    assert any(text[found.start : found.end] == token for found in find_tokens(text))


@pytest.mark.parametrize(
    "part",
    [
        "a", "eyJ", "-eyJ", "eyJ" + "a" * 20 + ".", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "://", "://a@", "@",
        "sk-T3Blbk" + "FJ", "-fm" + "2_A1", "glpat" + "-A1", "aB1/", "secret ", ":AA", "password=", "a=\"\\", "${",
        "MTIz", "{", "a:", "=ATATT" + "3", "a.", "' ", "user:pw@tcp(", "0a",
        "-----BEGIN PRIVATE KEY-----" + "a" * 31 + " ",
    ],
)  # fmt: skip
def test_time_grows_with_length_only(part: str) -> None:
    text = (part * (100_000 // len(part)))[:100_000]
    start = time.process_time()
    for search in (find_tokens, find_credentials, find_parameters, env_lines):
        list(search(text))
    holds_secret(".npmrc", text)
    is_harmless(text, "A")
    is_secret_name(text)
    assert time.process_time() - start < 10  # seconds, of which it takes a fifth of one


@pytest.mark.parametrize(
    "name",
    words(
        "PASSWORD DB_PASSWORD db.password dbPassword PGPASSWORD MYSQL_PWD PASSPHRASE SECRET secret_key SECRET_KEY_BASE "
        "DJANGO_SECRET_KEY JWT_SECRET CLIENT_SECRET TOKEN GITHUB_TOKEN apiKey API-KEY APIKEY APIToken OPENAI_API_KEY "
        "NGROK_AUTHTOKEN AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN SSH_PRIVATE_KEY ENCRYPTION_KEY GH_PAT NPM_AUTH "
        "PASSWORD2 SLACK_WEBHOOK_URL //registry.npmjs.org/:_authToken LICENSE_KEY GOOGLE_CREDENTIALS"
    ),
)
def test_a_secret_name(name: str) -> None:
    assert is_secret_name(name)
    assert is_secret_name(name, compose=True)


@pytest.mark.parametrize(
    "name",
    words(
        "PWD OLDPWD KEY KEYBOARD PUBLIC_KEY SSH_KEY_PATH PASSWORD_FILE TOKEN_URL TOKEN_TTL SECRET_NAME "
        "AWS_ACCESS_KEY_ID TOKENIZERS_PARALLELISM BYPASS COMPASS_VERSION MAX_TOKEN PASSWORD_MIN_LENGTH SECRET_ARN "
        "DATABASE_URL SENTRY_DSN GPG_KEY APT_KEY PATH HOME PASSENGER tokenType JWT_SECRET_EXPIRE DUMMY_SECRET _"
    ),
)
def test_no_secret_name(name: str) -> None:
    assert not is_secret_name(name)
    assert not is_secret_name("")


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [("PASSWORD_SALT", True), ("HASH_SALT", True), ("SALT_ROUNDS", False), ("MYSQL_RANDOM_ROOT_PASSWORD", False)],
)
def test_compose_knows_more_names(name: str, is_secret: bool) -> None:
    assert is_secret_name(name, compose=True) is is_secret


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("", "A"), ('""', "A"), ("true", "A"), ("No", "A"), ("null", "A"), ("3600", "TOKEN"), ("-1.5", "TOKEN"),
        ("$X", "A"), ("${X:-y}", "A"), ("<token>", "A"), ("{{ token }}", "A"), ("%(token)s", "A"),
        ("/run/secrets/db", "A"), ("file:/etc/key", "A"), ("/etc/ssl/private/server.key", "SSL_PRIVATE_KEY"),
        ("./certs/tls.pem", "KEY"), ("changeme", "A"), ("ChangeMe123", "A"), ("please-replace", "A"),
        ("your-token", "A"), ("my-secret", "A"), ("EXAMPLEKEY", "A"), ("xxxxxx", "A"), ("****", "A"), ("...", "A"),
        ("not-set", "A"), ("API_TOKEN", "API_TOKEN"), ("api_token", "API_TOKEN"), ("test", "A"), ("none-needed", "A"),
        ("BOT_API_TOKEN", "token"), ("__TOKEN__", "A"), ("@TOKEN@", "A"), ("**None**", "A"),
    ],
)  # fmt: skip
def test_a_harmless_value(value: str, name: str) -> None:
    assert is_harmless(value, name)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("password", "PASSWORD"), ("secret", "SECRET"), ("admin", "A"), ("root", "A"), ("postgres", "A"),
        ("123456", "TOKEN"), ("1234", "TOKEN"), ("0000", "PIN"), ("8675309", "DB_PASSWORD"), ("123", "ROOT_PASSWORD"),
        ("s3cr3t", "A"), ("prefix-${X}", "A"), ("/aB3dE5fG7hI9+kL1mN3oP5==", "A"), ("hunter2", "A"), ("testing1", "A"),
    ],
)  # fmt: skip
def test_a_weak_value_is_not_harmless(value: str, name: str) -> None:
    assert not is_harmless(value, name)


@pytest.mark.parametrize(
    ("option", "takes_secret"),
    [
        ("--password", True), ("--password=x", True), ("--passwd", True), ("--pass", True), ("-password", True),
        ("--token", True), ("--secret", True), ("--api-key", True), ("--apikey", True), ("--access-token", True),
        ("--auth-token", True), ("--db-password", True), ("--client-secret", True), ("--requirepass", True),
        ("--masterauth", True), ("-rpcpassword", True),
        ("--password-stdin", False), ("--password-file", False), ("--token-ttl", False), ("--disabled-password", False),
        ("--no-password", False), ("--pass-through", False), ("--private-key", False), ("-p", False), ("--key", False),
        ("password", False), ("--compass", False), ("--", False), ("", False),
    ],
)  # fmt: skip
def test_an_option_that_takes_a_secret(option: str, takes_secret: bool) -> None:
    assert is_secret_option(option) is takes_secret


GITHUB_TOKEN = base62("ghp" + "_")


@pytest.mark.parametrize(
    ("text", "scheme", "user", "secret", "host"),
    [
        ("postgres://app:hunter2@db:5432/app", "postgres", "app", "hunter2", "db"),
        ("redis://:hunter2@cache/0", "redis", "", "hunter2", "cache"),
        ("git+https://bob:hun%40ter2@git.acme.io/x.git", "git+https", "bob", "hun%40ter2", "git.acme.io"),
        ("http://bob:%40hunter2@proxy:3128", "http", "bob", "%40hunter2", "proxy"),
        ("amqp://guest:guest@rabbit", "amqp", "guest", "guest", "rabbit"),
        ("mongodb://root:p@ss:w0rd@a:1,b:2/db", "mongodb", "root", "p@ss:w0rd", "a"),
        ("https://${USER}:hunter2@host", "https", "${USER}", "hunter2", "host"),
        ("https://${USER:-bob}:hunter2@host", "https", "${USER:-bob}", "hunter2", "host"),
        ("https://bob:hunter2@[::1]:80/", "https", "bob", "hunter2", "[::1]"),
        ("https://bob:hunter2@$HOST/", "https", "bob", "hunter2", "$HOST"),
        ("https://bob:12345@host/", "https", "bob", "12345", "host"),
        (f"https://{GITHUB_TOKEN}@github.com/a/b", "https", "", GITHUB_TOKEN, "github.com"),
        (f"https://x-access-token:{GITHUB_TOKEN}@github.com", "https", "x-access-token", GITHUB_TOKEN, "github.com"),
        (f"https://{some(HEX, 40)}:x-oauth-basic@github.com", "https", "", some(HEX, 40), "github.com"),
    ],
)
@pytest.mark.parametrize("around", ["{}", 'ENV URL="{}"', "RUN git clone {} && make", "see {}"])
def test_a_password_in_a_url(text: str, scheme: str, user: str, secret: str, host: str, around: str) -> None:
    written = around.format(text) if around != "see {}" else f"see {text}"
    (found,) = find_credentials(written)
    assert written[found.start : found.end] == secret
    assert (found.scheme, found.user, found.host) == (scheme, user, host)
    assert written[found.url_start : found.url_end] == text


@pytest.mark.parametrize(
    "text",
    [
        "https://${USER}:${PASS}@host", "https://$USER:$PASS@host", "https://$TOKEN@host", "git@github.com:a/b.git",
        "ssh://git@github.com/a/b", "https://x-access-token:$T@github.com", "https://user:<password>@host",
        "https://<user>:<password>@host", "https://{{ user }}:{{ password }}@host", "https://{user}:{password}@host",
        "https://%(user)s:%(password)s@host", "https://u:%DB_PASS%@host", "https://u:pre${PASS}@host",
        "https://u:${PASS:-hunter2}@host", "https://u:$(cat /run/secrets/p)@host", "https://u:changeme@host",
        "https://u:xxxx@host", "https://u:***@host", "https://host:8080/a@b", "https://host/a:b@c", "u:hunter2@host",
        "docker://alpine:3.22@sha256:" + "0a" * 32, "s#://[^:]+:[^@]+@#://#", "https://host", "https://u:@host",
        "https://USER:PASSWORD@host", "://", "https://u:hunter2@", "https://a b:hunter2@host",
    ],
)  # fmt: skip
def test_no_literal_password_in_a_url(text: str) -> None:
    assert not list(find_credentials(text))


def test_several_urls_in_a_text() -> None:
    text = "A=redis://:one1@a B=redis://:$X@b C=redis://:two2@c"
    assert [text[found.start : found.end] for found in find_credentials(text)] == ["one1", "two2"]


@pytest.mark.parametrize(
    ("password", "is_documentation"), [("password", True), ("Pass", True), ("secret", True), ("hunter2", False)]
)
def test_the_words_that_manuals_write_are_marked(password: str, is_documentation: bool) -> None:
    (found,) = find_credentials(f"https://user:{password}@host")
    assert found.documentation_style is is_documentation


@pytest.mark.parametrize(
    ("text", "user", "secret", "host"),
    [
        ("jdbc:postgresql://db:5432/app?user=bob&password=hunter2", "bob", "hunter2", "db"),
        ("Server=db;Database=app;User Id=bob;Password=hunter2;", "bob", "hunter2", "db"),
        ("host=db user=bob password=hunter2 dbname=app", "bob", "hunter2", "db"),
        ("bob:hunter2@tcp(db:3306)/app?parseTime=true", "bob", "hunter2", "db:3306"),
    ],
)
def test_a_password_in_a_connection_string(text: str, user: str, secret: str, host: str) -> None:
    (found,) = find_parameters(text)
    assert (found.user, text[found.start : found.end], found.host) == (user, secret, host)


@pytest.mark.parametrize(
    "text",
    [
        "jdbc:postgresql://db/app?password=${P}", "Server=db;Password=$P;", "password=hunter2", "a=b", "",
        "host=db password=changeme", "https://db/?reset-password=hunter2", "bob:$P@tcp(db)/app",
    ],
)  # fmt: skip
def test_no_literal_password_in_a_connection_string(text: str) -> None:
    assert not list(find_parameters(text))


@pytest.mark.parametrize(
    ("path", "noun"),
    [
        (".env", "an environment file"),
        ("config/.env.production", "an environment file"),
        (".en[v]", "an environment file"),
        ("id_rsa", "an SSH private key"),
        ("id_rsa*", "an SSH private key"),
        ("keys/ID_ED25519", "an SSH private key"),
        ("server.key", "a private key"),
        ("ca.key", "a private key"),
        ("ca-key.pem", "a private key"),
        ("*.key", "a private key"),
        ("cert.pfx", "a certificate with its private key"),
        ("app.jks", "a Java key store"),
        (".ssh", "SSH keys"),
        (".ssh/", "SSH keys"),
        ("home/.ssh/id_rsa", "an SSH private key"),
        (".ssh/config", "SSH keys"),
        (".aws/credentials", "cloud credentials"),
        (".kube/config", "a Kubernetes configuration"),
        (".gnupg", "GnuPG keys"),
        (".npmrc", "an npm configuration"),
        (".npmrc*", "an npm configuration"),
        (".docker/config.json", "registry credentials"),
        ("service-account-prod.json", "a service account key"),
        ("terraform.tfstate", "a Terraform state"),
        ("config/secrets.yml", "a file of secrets"),
        (".git", "the Git history"),
        (".git/", "the Git history"),
        ("wallet.dat", "a wallet"),
    ],
)
def test_a_file_of_secrets_by_its_name(path: str, noun: str) -> None:
    assert credential_file(path) == noun


@pytest.mark.parametrize(
    "path",
    [
        ".env.example", ".env.sample", ".env.template", ".env.dist", ".env.defaults", ".env.test", ".env*", ".env.*",
        ".env/", "id_rsa.pub", ".ssh/known_hosts", ".ssh/authorized_keys", ".ssh/id_rsa.pub", "ca.pem", "fullchain.pem",
        "global-bundle.pem", "public.key", "nginx_signing.key", "Release.key", "*.pem", "test-server.key",
        "truststore.jks", "config.json", "package.json", "src", ".", "", "/", "*", ".git/HEAD", "environment.py",
        ".envrc", ".git*", "https://acme.io/repo.key",
    ],
)  # fmt: skip
def test_no_file_of_secrets_by_its_name(path: str) -> None:
    assert credential_file(path) is None


@pytest.mark.parametrize(
    ("path", "is_open"),
    [
        (".env", True), (".npmrc", True), ("server.pem", True), ("ca.pem", True), ("server.key", True),
        (".aws/config", True), ("secrets.yml", True), ("cert.p12", False), ("app.jks", False), (".git", False),
        (".ssh", False), ("README.md", False), (".env.example", False),
    ],
)  # fmt: skip
def test_where_the_content_decides(path: str, is_open: bool) -> None:
    assert may_be_harmless(path) is is_open


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "PORT=8080\nexport DB_PASSWORD='hunter2'\n"),
        (".env", "DATABASE_URL=postgres://app:hunter2@db/app\n"),
        (".env", "DATABASE_DSN=app:hunter2@tcp(db)/app\n"),
        (".env", f"CI={GITHUB_TOKEN}\n"),
        (".env", "# nothing\nPASSWORD=postgres # weak\n"),
        (".npmrc", "registry=https://npm.acme.io/\n//npm.acme.io/:_authToken=3fK9sLq0\n"),
        (".npmrc", "_auth = Ym9iOmh1bnRlcjI=\n"),
        (".pypirc", "[pypi]\nusername = bob\npassword = hunter2\n"),
        (".yarnrc.yml", 'npmAuthToken: "3fK9sLq0"\n'),
        (".docker/config.json", '{"auths": {"acme.io": {"auth": "Ym9iOmh1bnRlcjI="}}}'),
        (".aws/credentials", "[default]\naws_secret_access_key = 3fK9sLq0\n"),
        (".kube/config", "users:\n- name: bob\n  user:\n    token: 3fK9sLq0\n"),
        (".netrc", "machine acme.io login bob password hunter2\n"),
        (".git-credentials", "https://bob:hunter2@acme.io\n"),
        (".htpasswd", "bob:$apr1$odHl5EJN$KbxMfo86Qdve2FH4owePn.\n"),
        ("prod.tfvars", 'db_password = "hunter2"\n'),
        ("secrets.yml", "production:\n  secret_key_base: 3fK9sLq0\n"),
        ("server.pem", pem("CERTIFICATE") + "\n" + pem("RSA PRIVATE KEY")),
        ("id_ed25519", pem("OPENSSH PRIVATE KEY")),
        ("app.key", some(BASE64, 44)),
    ],
)
def test_a_file_that_holds_a_secret(path: str, text: str) -> None:
    assert credential_file(path)
    assert holds_secret(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "PORT=8080\nDEBUG=true\nAPP_NAME=shop\n"),
        (".env", "DB_PASSWORD=\nAPI_TOKEN=${TOKEN}\nSECRET_KEY=changeme\n#PASSWORD=hunter2\n"),
        (".env", 'DOTENV_PUBLIC_KEY="03f8"\nDB_PASSWORD="encrypted:BEs3"\n'),
        (".npmrc", "registry=https://npm.acme.io/\nsave-exact=true\n//npm.acme.io/:_authToken=${NPM_TOKEN}\n"),
        (".pypirc", "[distutils]\nindex-servers = pypi\n"),
        (".yarnrc.yml", "nodeLinker: node-modules\n# npmAuthToken: 3fK9sLq0\n"),
        (".docker/config.json", '{"credsStore": "desktop", "auths": {"acme.io": {}}}'),
        (".aws/config", "[default]\nregion = eu-central-1\n"),
        (".ssh/config", "Host acme\n  User bob\n"),
        ("secrets.yml", "secret_key_base: <%= ENV['SECRET_KEY_BASE'] %>\n"),
        ("secrets.yaml", "db_password: ENC[AES256_GCM,data:3fK9sLq0]\nsops:\n  version: 3.9.0\n"),
        ("server.pem", pem("CERTIFICATE") + "\n" + pem("CERTIFICATE")),
        ("app.key", pem("PUBLIC KEY")),
        ("docs.key", "PK\x03\x04 a presentation"),
        (".env", ""),
    ],
)
def test_a_file_that_holds_no_secret(path: str, text: str) -> None:
    assert may_be_harmless(path)
    assert not holds_secret(path, text)


def test_the_variables_of_an_environment_file() -> None:
    text = "# c\nA=1\nexport B = two words # c\nC='x # y'\nD=\"a\nb\"\nE: yaml\nF=\nnothing\nG=#x\r\n"
    found = list(env_lines(text))
    assert [(name, value) for name, value, _, _ in found] == [
        ("A", "1"),
        ("B", "two words"),
        ("C", "x # y"),
        ("D", "a\nb"),
        ("E", "yaml"),
        ("F", ""),
        ("G", "#x"),
    ]
    assert all(text[start:end] == value for _, value, start, end in found)
