"""Files that are made to hold secrets: known by their name, and by what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from dockerlint.knowledge.secrets import find_credentials, find_parameters, is_harmless, is_secret_name
from dockerlint.knowledge.tokens import find_tokens


class _Kind(NamedTuple):
    """What a file is, by its noun and the names it may have; whether its content decides if it is secret."""

    noun: str
    names: str = ""
    by_content: bool = True


_KINDS = (
    _Kind("an environment file", ".env .env.*"),
    _Kind("an SSH private key", "id_rsa id_dsa id_ecdsa id_ed25519"),
    _Kind("a private key", "*.pem *.key"),
    _Kind("a certificate with its private key", "*.p12 *.pfx", by_content=False),
    _Kind("a Java key store", "*.jks *.keystore", by_content=False),
    _Kind("a password database", "*.kdbx", by_content=False),
    _Kind("a Kubernetes configuration", "kubeconfig kubeconfig.yml kubeconfig.yaml *.kubeconfig"),
    _Kind("a file of logins", ".netrc _netrc .git-credentials .htpasswd htpasswd *.htpasswd"),
    _Kind("an npm configuration", ".npmrc"),
    _Kind("a PyPI configuration", ".pypirc"),
    _Kind("a Yarn configuration", ".yarnrc.yml"),
    _Kind("registry credentials", ".dockercfg .dockerconfigjson"),
    _Kind("cloud credentials", "credentials.json"),
    _Kind("a service account key", "service-account*.json service_account*.json"),
    _Kind("a Terraform state", "*.tfstate *.tfstate.backup"),
    _Kind("a file of Terraform variables", "*.tfvars *.tfvars.json"),
    _Kind("a file of secrets", "secrets.yml secrets.yaml secrets.toml"),
    _Kind("a wallet", "wallet.dat", by_content=False),
)
_FOLDERS = {
    ".ssh": "SSH keys",
    ".aws": "cloud credentials",
    ".azure": "cloud credentials",
    ".kube": "a Kubernetes configuration",
    ".gnupg": "GnuPG keys",
}
_IN_FOLDERS = {".docker/config.json": _Kind("registry credentials"), ".git/config": _Kind("a Git configuration")}
_GIT_HISTORY = _Kind("the Git history", by_content=False)
_FOR_EVERYBODY = _Kind("a public key or certificate")

# Parts of a name that say that a file is one to copy and fill in, or to test with, or encrypted.
_VARIANTS = frozenset((
    "example", "examples", "sample", "samples", "template", "templates", "tmpl", "tpl", "dist", "default", "defaults",
    "test", "tests", "testing", "dummy", "fake", "mock", "snakeoil", "schema", "vault", "encrypted", "enc", "pub",
))  # fmt: skip
# Parts of a name that say that a key is for everybody, and those that say so only of a certificate.
_PUBLIC_KEYS = frozenset((
    "pub", "public", "pubkey", "gpg", "pgp", "apt", "repo", "repository", "archive", "release", "signing", "trust",
    "truststore",
))  # fmt: skip
_CERTIFICATES = frozenset((
    "ca", "cacert", "cacerts", "cert", "certs", "certificate", "certificates", "chain", "fullchain", "bundle", "crt",
    "csr", "dhparam", "dhparams",
))  # fmt: skip
_WITHOUT_SECRETS = frozenset(("known_hosts", "authorized_keys"))


def credential_file(path: str) -> str | None:
    """What the file or folder at `path` is, if its name says that it holds secrets: "an SSH private key".

    None where the name says that it is an example, or public. `path` may be a pattern of COPY;
    it counts if it can mean nothing else: `id_rsa*`, but not `.env*`, which may mean `.env.example`.
    """
    kind = _kind(path)
    return None if kind is None or kind is _FOR_EVERYBODY else kind.noun


def may_be_harmless(path: str) -> bool:
    """Whether `holds_secret` decides about the file, since its name doesn't.

    That holds too for keys and certificates that `credential_file` takes for public ones.
    """
    kind = _kind(path)
    return kind is not None and kind.by_content


def _kind(path: str) -> _Kind | None:
    if "://" in path:  # keys to download are public ones
        return None
    is_folder = path.endswith("/")
    *folders, name = _without_pattern(path).lower().rstrip("/").split("/")
    kind = _kind_of_folder(folders, name) if is_folder else _kind_of_file(folders, name)
    if kind is None or is_folder:
        return kind
    parts = frozenset(_separators().split(name))
    if not _VARIANTS.isdisjoint(parts) or name in _WITHOUT_SECRETS:
        return None
    if name.endswith((".pem", ".key", ".jks", ".keystore")) and _is_named_public(name, parts):
        return _FOR_EVERYBODY
    return kind


def _kind_of_file(folders: list[str], name: str) -> _Kind | None:
    exact, patterns = _names()
    kind = exact.get(name) or _IN_FOLDERS.get("/".join((*folders[-1:], name))) or _kind_of_folder(folders, name)
    if kind is None:
        kind = next((each for start, end, each in patterns if name.startswith(start) and name.endswith(end)), None)
    means_several = not _PATTERN_CHARACTERS.isdisjoint(name) and (name.startswith(".env") or name.endswith(".pem"))
    return None if means_several else kind


def _kind_of_folder(folders: list[str], name: str) -> _Kind | None:
    if name == ".git" or (".git" in folders and "objects" in folders):
        return _GIT_HISTORY
    if name in _FOLDERS:
        return _Kind(_FOLDERS[name], by_content=False)
    folder = next((folder for folder in folders if folder in _FOLDERS), None)
    return _Kind(_FOLDERS[folder], by_content=folder != ".gnupg") if folder else None


@cache
def _names() -> tuple[dict[str, _Kind], list[tuple[str, str, _Kind]]]:
    exact = {}
    patterns = []
    for kind in _KINDS:
        for name in kind.names.split():
            start, star, end = name.partition("*")
            if star:
                patterns.append((start, end, kind))
            else:
                exact[name] = kind
    return exact, patterns


_PATTERN_CHARACTERS = frozenset("*?[")


def _without_pattern(path: str) -> str:
    """The only name that a pattern can mean, as in `.en[v]` or `id_rsa*`; others stay as they are."""
    if _PATTERN_CHARACTERS.isdisjoint(path):
        return path
    path = re.sub(r"\[([^\]^!-])\]", r"\1", path)
    bare = path.rstrip("*")
    return path if bare.endswith(("/", ".", ".env", ".git")) else bare


@cache
def _separators() -> re.Pattern[str]:
    return re.compile("[._-]")


def _is_named_public(name: str, parts: frozenset[str]) -> bool:
    if not _PUBLIC_KEYS.isdisjoint(parts):
        return True
    stem = parts - {name.rpartition(".")[2]}
    return not name.endswith(".key") and not _CERTIFICATES.isdisjoint(stem) and stem.isdisjoint(_PRIVATE)


_PRIVATE = ("key", "private", "privkey")


# Content.


def holds_secret(path: str, text: str) -> bool:
    """Whether the content of a file holds a secret.

    A private key, a known token, a password in a URL or connection string, or a value that is not
    harmless for a name that is a secret's.
    """
    name = path.rpartition("/")[2].lower()
    if name.endswith((".pem", ".key")) or name.startswith("id_"):
        return "PRIVATE KEY-----" in text or (name.endswith(".key") and _is_bare_key(text))
    if next(find_tokens(text), None) or next(find_credentials(text), None):
        return True
    if name == ".htpasswd":
        return ":" in text
    if "sops" in text and "ENC[" in text:  # https://getsops.io: the names are legible, the values encrypted
        return False
    settings = _logins(text) if name.endswith("netrc") else _settings(text) if name[:4] != ".env" else _env(text)
    return any(_is_secret_setting(name, value) for name, value in settings)


def _is_bare_key(text: str) -> bool:
    """Whether a text that is no PEM is a key all the same: one word, or an encoded sequence (DER) as Git shows it."""
    key = text.strip()
    is_word = 16 <= len(key) <= 512 and key.isascii() and key.isprintable() and " " not in key
    return (is_word and not is_harmless(key)) or text.startswith("0\udc82")


# A build tool puts variables of these names into the page, for every visitor to read.
_SHOWN_TO_VISITORS = (
    "NEXT_PUBLIC_", "VITE_", "REACT_APP_", "VUE_APP_", "GATSBY_", "EXPO_PUBLIC_", "NUXT_PUBLIC_", "PUBLIC_", "NG_APP_",
)  # fmt: skip


def _is_secret_setting(name: str, value: str) -> bool:
    if is_harmless(value, name) or value.startswith("encrypted:"):  # https://dotenvx.com
        return False
    if name.upper().startswith(_SHOWN_TO_VISITORS):
        return False
    return is_secret_name(name, compose=True) or name.lower() in _SECRET_SETTINGS or any(find_parameters(value))


_SECRET_SETTINGS = frozenset(("_auth", "npmauthident", "auth", "identitytoken", "client-key-data"))


def _env(text: str) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value, _, _ in env_lines(text))


def env_lines(text: str) -> Iterator[tuple[str, str, int, int]]:
    """The variables of a `.env` file: name, value, and the indices of the value, without its quotes.

    Escapes and expansions stay as they are. https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
    """
    for match in _env_line().finditer(text):
        group = match.lastgroup or "bare"
        value = match[group]
        if group == "bare":
            value = value.partition(" #")[0].rstrip()
        yield match["name"], value, match.start(group), match.start(group) + len(value)


@cache
def _env_line() -> re.Pattern[str]:
    return re.compile(
        r"^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*"
        r"(?:\"(?P<double>(?:[^\"\\]|\\.){0,9000})\"|'(?P<single>[^']{0,9000})'|(?P<bare>[^\r\n]*))",
        re.MULTILINE | re.ASCII,
    )


def _settings(text: str) -> Iterator[tuple[str, str]]:
    """Names and values of a configuration in any of the usual languages: JSON, YAML, INI, HCL."""
    for match in _setting().finditer(text):
        if match["name"]:
            yield match["name"], match["quoted"] or match["bare"] or ""


@cache
def _setting() -> re.Pattern[str]:
    return re.compile(
        r"^[ \t]*[#;][^\n]*"  # a comment
        r"|(?<![\w.-])(?P<name>[A-Za-z_][\w.-]{0,100})[\"']?[ \t]{0,20}[:=][ \t]{0,20}"
        r"(?:[\"'](?P<quoted>[^\"'\n]{0,9000})[\"']|(?P<bare>[^\s\"',;{}\[\]]{1,9000}))",
        re.MULTILINE | re.ASCII,
    )


def _logins(text: str) -> Iterator[tuple[str, str]]:
    """https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html"""
    return ((name, value) for name, value in pairwise(text.split()) if name == "password")
