"""What counts as a secret: by its name, by its value, in a URL, in a connection string.

Tokens that are known by their form are in `dockerlint.knowledge.tokens`, files that hold secrets
in `dockerlint.knowledge.secret_files`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dockerlint.knowledge.tokens import Token, find_tokens

__all__ = [
    "Credentials",
    "Token",
    "find_credentials",
    "find_parameters",
    "find_tokens",
    "is_harmless",
    "is_secret_name",
    "is_secret_option",
]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SECRET_WORDS = _set(
    "password passwd pword pwd pass psw passphrase secret token apikey credential credentials "
    # Written as one word often enough: NGROK_AUTHTOKEN, --accesskey.
    "accesskey accesstoken apitoken appsecret authtoken clientsecret privatekey secretkey sshpass"
)
_SECRET_ENDINGS = ("password", "passwd", "passphrase")  # PGPASSWORD
_SECRET_KEYS = _set(
    "api access secret private client encryption signing auth master account storage deploy ssh license"
)
_WELL_KNOWN = _set("gh_pat github_pat npm_auth slack_webhook slack_webhook_url rediscli_auth")
_NEUTRAL_WORDS = _set(
    "public file path url uri dir directory name id length len size max min count ttl expire expiry expires expiration "
    "lifetime timeout rotation rounds policy enabled required header field column prefix suffix limit budget algorithm "
    "alg type mode format version endpoint host port issuer audience scope provider method realm store ref arn "
    "location dummy strength complexity mechanism through"
)
# These say only whose password it is: `SERVER_SSL_KEY_STORE_PASSWORD`.
_OWNERS_OF_PASSWORDS = _set("store host realm directory provider endpoint issuer location")
_COMPOSE_NEUTRAL_WORDS = _set("random empty")
_COMPOSE_ENDINGS = ("_erlang_cookie", "_root_token_id")


def is_secret_name(name: str, compose: bool = False) -> bool:
    """Whether a variable, key or label of this name is for a secret, and not for something about one.

    `compose` adds the names that mean a secret in a service's environment, such as `*_SALT`.
    """
    if name in {"PWD", "OLDPWD"}:  # where the shell is, and was
        return False
    if name.lower() in _WELL_KNOWN or (compose and name.lower().endswith(_COMPOSE_ENDINGS)):
        return True
    words = _words(name)
    is_password = words[-1:] in _PASSWORD_NAMES or words[-1:] == ["passphrase"]
    neutral = _NEUTRAL_WORDS - _OWNERS_OF_PASSWORDS if is_password else _NEUTRAL_WORDS
    if not neutral.isdisjoint(words) or (compose and not _COMPOSE_NEUTRAL_WORDS.isdisjoint(words)):
        return False
    return _has_secret_word(words) or (compose and words[-1:] == ["salt"])


def _has_secret_word(words: list[str]) -> bool:
    if any(word in _SECRET_WORDS or word.endswith(_SECRET_ENDINGS) for word in words):
        return True
    return len(words) > 1 and words[-1] == "key" and words[-2] in _SECRET_KEYS


def _words(name: str) -> list[str]:
    """The words of a name in lower case: `dbRootPassword2` has three, `db`, `root`, `password`."""
    if not (name.isupper() or name.islower()):
        name = _borders().sub("_", name)
    return [word.rstrip("0123456789") or word for word in _separators().split(name.lower()) if word]


@cache
def _borders() -> re.Pattern[str]:
    return re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def _separators() -> re.Pattern[str]:
    return re.compile("[^a-z0-9]+")


_NEUTRAL_OPTION_WORDS = _set(
    "stdin prompt ask env fd from command cmd helper through all no not non without with skip disable disabled "
    "allow empty generate random reset show use check hash store manager reuse"
)


def is_secret_option(option: str) -> bool:
    """Whether a command's option of this name (`--password`, `--api-key=x`) takes a secret."""
    name = option.partition("=")[0]
    words = _words(name)
    if not name.startswith("-") or len(name.lstrip("-")) < 4 or not _NEUTRAL_OPTION_WORDS.isdisjoint(words):
        return False
    if words[-1:] == ["key"] and words[-2:-1] in _KEY_FILES:
        return False
    return is_secret_name(name) or words[-1:] in (["requirepass"], ["masterauth"])


_KEY_FILES = (["private"], ["ssh"], ["client"], ["signing"], ["deploy"])  # such keys are given as files


# Values.

_HARMLESS_WORDS = _set("true false yes no on off none null nil auto build test none-needed")
_STAND_INS = (
    "changeme", "change-me", "change_me", "replace", "your-", "your_", "my-", "example", "placeholder", "dummy",
    "xxx", "****", "redacted", "not-set", "to-be",
)  # fmt: skip
# Stand-ins that are parts of other words too: mastodon.
_WHOLE_STAND_INS = _set("todo insert unset undefined")
_REFERENCES = ("$", "<", "{", "%", "/run/secrets/", "file:")
_BRACKETS = (("__", "__"), ("**", "**"), ("@", "@"), ("[", "]"), ("#{", "}"))
_WEAK = _set("password passwd pass secret admin root postgres mysql mongo redis guest user test123 letmein qwerty")


def is_harmless(value: str, name: str = "") -> bool:
    """Whether a value gives nothing away: empty, a switch, a reference, a path, or a stand-in.

    A weak password such as `admin` is not harmless, for a container runs with it. `name` is what
    the value is given to.
    """
    value = value.strip().strip("\"'")
    lower = value.lower()
    if not any(map(str.isalnum, value)) or value.startswith(_REFERENCES) or lower in _HARMLESS_WORDS:
        return True
    if lower in _WEAK:
        return False
    if _is_number(value):
        return not _is_weak_number(value, name)
    if lower == name.lower() or any(word in lower for word in _STAND_INS):
        return True
    if not _WHOLE_STAND_INS.isdisjoint(re.split(r"[^a-z]+", lower)):
        return True
    return _is_variable(value) or _is_bracketed(value) or _is_path(value)


def _is_variable(value: str) -> bool:
    """Whether a value is itself the name of a variable for a secret: `BOT_API_TOKEN`."""
    return "_" in value and value.isupper() and is_secret_name(value)


def _is_bracketed(value: str) -> bool:
    return any(value.startswith(start) and value.endswith(end) for start, end in _BRACKETS)


def _is_number(value: str) -> bool:
    return value.isascii() and value.lstrip("+-").replace(".", "", 1).isdigit()


def _is_weak_number(value: str, name: str) -> bool:
    """Whether a number is somebody's password: `123456`, `0000`, or given to one."""
    if len(value) < 3 or not value.isdigit():
        return False
    return value in "12345678901234567890" or len(set(value)) == 1 or _words(name)[-1:] in _PASSWORD_NAMES


_PASSWORD_NAMES = (["password"], ["passwd"], ["pass"], ["pwd"])


def _is_path(value: str) -> bool:
    # The first part of a path is a word; base64 may begin with a slash too, but hardly goes on so.
    return _path().fullmatch(value) is not None


@cache
def _path() -> re.Pattern[str]:
    return re.compile(
        r"(?:~|\.{1,2})?/\.?[a-z][a-z0-9_.-]*(?:/[\w.@$%{}-]*)*|[A-Za-z]:[\\/].*"
        r"|[\w./-]+\.(?:pem|key|crt|cer|p12|pfx|jks|pub|gpg|asc|json|ya?ml|txt|env|conf|ini|sh|py)",
        re.ASCII,
    )


# URLs.


class Credentials(NamedTuple):
    """A login with a literal secret in a text.

    `start` and `end` are the indices of the password, or of the user if that is the secret, as in
    `https://TOKEN@host`; `url_start` and `url_end` those of all of it. `user` is empty where it is
    the secret or isn't given.
    """

    start: int
    end: int
    url_start: int
    url_end: int
    scheme: str
    user: str
    host: str
    # Whether the password is the word for one, as manuals write it: `user:password@host`.
    documentation_style: bool


def find_credentials(text: str) -> Iterator[Credentials]:
    """The URLs of `text` that hold a literal password, or a known token in place of the user.

    https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1
    """
    mark = text.find("://")
    while mark >= 0:
        if text.find("@", mark, mark + _LONGEST_USERINFO) >= 0:
            found = _credentials_at(text, mark)
            if found:
                yield found
        mark = text.find("://", mark + 3)


_LONGEST_USERINFO = 2000  # a web token may be the password


def _credentials_at(text: str, mark: int) -> Credentials | None:
    url = _authority().match(text, mark + 3)
    if not url or text.startswith("sha256:", url.start("host")):  # an image and its digest, not a user and a host
        return None
    userinfo, start = url["userinfo"], url.start("userinfo")
    user = _user(userinfo)
    secret = _secret_in_userinfo(userinfo, user)
    if secret is None:
        return None
    scheme = _scheme().search(text, max(0, mark - 20), mark)
    return Credentials(
        start + secret[0],
        start + secret[1],
        scheme.start() if scheme else mark,
        url.end(),
        scheme[0] if scheme else "",
        user if secret[0] > len(user) else "",
        url["host"],
        _is_word_for_password(userinfo[slice(*secret)]),
    )


@cache
def _scheme() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z][A-Za-z0-9+.-]*\Z")


@cache
def _authority() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<userinfo>[^\s/?#\"'`<>\\|]{{1,{_LONGEST_USERINFO}}})@"
        r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/?#\"'`<>\\|:,;@()]+)"
        r"[^\s\"'`<>\\]{0,2000}"
    )


def _user(userinfo: str) -> str:
    # Expansions are masked at equal length: one with a default value has a colon of its own.
    masked = _expansions().sub(lambda match: "$" * len(match[0]), userinfo)
    return userinfo[: len(masked.partition(":")[0])]


def _secret_in_userinfo(userinfo: str, user: str) -> tuple[int, int] | None:
    """Where the secret of `user:password` is."""
    token = next(find_tokens(userinfo), None)
    if token:
        return token.start, token.end
    password = userinfo[len(user) + 1 :]
    if password in _NO_PASSWORDS and _old_token().fullmatch(user):
        return 0, len(user)
    if not password or not _PATTERN_CHARACTERS.isdisjoint(user) or _is_harmless_password(password):
        return None
    return len(user) + 1, len(userinfo)


_NO_PASSWORDS = ("", "x-oauth-basic")  # what GitHub takes beside a token


@cache
def _old_token() -> re.Pattern[str]:
    """A token of GitHub from the time before they had a prefix."""
    return re.compile("[0-9a-f]{40}")


_PATTERN_CHARACTERS = frozenset("[]()*^|")


@cache
def _expansions() -> re.Pattern[str]:
    return re.compile(r"\$\{[^{}]*\}|\$\([^()]*\)|\{\{[^{}]*\}\}|\{[^{}]*\}|%\(\w*\)s|\$\w+|\$\$", re.ASCII)


def _is_literal(text: str) -> bool:
    return _expansions().search(text) is None


def _is_word_for_password(password: str) -> bool:
    return password.lower() in {"password", "pass", "secret"}


def _is_harmless_password(password: str) -> bool:
    if not _is_literal(password) or password.startswith(("[", "(", "*")):  # a regular expression
        return True
    if password.isupper() and is_secret_name(password):  # `USER:PASSWORD@HOST`
        return True
    if re.match("%[0-9A-Fa-f]{2}", password) and not password.endswith("%"):
        password = password[3:]  # an escaped character, not the beginning of a format
    return is_harmless(password, "password")


# Connection strings.


def find_parameters(text: str) -> Iterator[Credentials]:
    """The literal passwords among the parameters of connection strings.

    `jdbc:...?user=u&password=x`, `Server=db;User Id=u;Password=x`, `host=db user=u password=x`, and
    `user:x@tcp(host)/db` as Go's drivers take it.
    """
    parameters = [
        match for match in _password_parameter().finditer(text) if not _is_harmless_password(match["password"])
    ]
    if parameters and _connects().search(text):
        user, host = _first(_user_parameter(), text), _first(_host_parameter(), text)
        for match in parameters:
            yield _parameter(match, user, host)
    for match in _go_address().finditer(text):
        if not _is_harmless_password(match["password"]):
            yield _parameter(match, match["user"], match["host"])


def _parameter(match: re.Match[str], user: str, host: str) -> Credentials:
    is_word = _is_word_for_password(match["password"])
    return Credentials(*match.span("password"), *match.span(), "", user, host, is_word)


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


@cache
def _password_parameter() -> re.Pattern[str]:
    return re.compile(r"(?i)(?<![\w.-])(?:password|passwd|pwd)[ \t]?=[ \t]?(?P<password>[^;&\s\"'`]{1,200})")


@cache
def _go_address() -> re.Pattern[str]:
    """https://github.com/go-sql-driver/mysql#dsn-data-source-name"""
    return re.compile(
        r"(?<![^\s\"'=])(?P<user>[\w.-]{1,64}):(?P<password>[^\s:@/\"']{1,200})@(?:tcp|unix)\((?P<host>[^()\s]{1,200})\)"
    )


@cache
def _connects() -> re.Pattern[str]:
    return re.compile(r"(?i)://|\b(?:host|server|data source|addr|address|dbname|database|initial catalog)\s?=")


@cache
def _user_parameter() -> re.Pattern[str]:
    return re.compile(r"(?i)\b(?:user|username|user id|uid)\s?=\s?([^;&\s\"'`]{1,200})")


@cache
def _host_parameter() -> re.Pattern[str]:
    return re.compile(r"(?i)(?:\b(?:host|server|data source|addr|address)\s?=\s?|://)([\w.-]{1,200})")
