"""What counts as a secret in this chapter: names and values, beyond what `dockerlint.knowledge.secrets` says of them."""

from __future__ import annotations

import re
from functools import cache

from dockerlint.knowledge.secrets import is_harmless, is_secret_name

# Words of a name that say that it is about secrets, or about public ones.
_NEUTRAL_WORDS = frozenset({"attribute", "nopasswd", "maps", "ppa", "hint", "question", "message"})
# The same, unless the name ends in a word for a secret: `PASSWORD_MANAGER`, but not `KAFKA_MANAGER_PASSWORD`.
_NEUTRAL_BEFORE_END = frozenset(
    {
        "encoding", "chars", "replacer", "replacement", "regex", "pattern", "manager", "backend", "class", "engine",
        "driver", "hasher", "hashers", "handler", "generator", "template", "validator", "validators",
    }
)  # fmt: skip
_ENDS = frozenset({"password", "passwd", "pass", "pwd", "secret", "token"})

# The passwords of Java's own trust store and of Google's keys, which protect nothing.
_KNOWN_TO_ALL = frozenset({"changeit", "notasecret"})
_STAND_INS = ("change", "your", "editme", "notareal", "required", "fixme", "buildtime")
_NOTHING = frozenset({"fake", "unused", "notused", "unknown", "default"})
_CHOSEN = frozenset({"password", "passwd", "pass", "pwd", "jwt"})  # by those who run the program
_GIVEN_BY_OTHERS = frozenset({"api", "client", "access", "token"})


# Build tools put the variables that begin so into what every browser is sent.
_FOR_BROWSERS = (
    "NEXT_PUBLIC_", "VITE_", "REACT_APP_", "VUE_APP_", "GATSBY_", "EXPO_PUBLIC_", "NUXT_PUBLIC_", "PUBLIC_", "NG_APP_",
)  # fmt: skip


def names_secret(name: str, compose: bool = False) -> bool:
    """Whether a variable or setting of this name is for a secret; `compose` as in `is_secret_name`."""
    if not is_secret_name(name, compose) or "$" in name:
        return False
    words = re.split("[^a-z0-9]+", re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())
    if not _NEUTRAL_WORDS.isdisjoint(words) or (words[-1] not in _ENDS and not _NEUTRAL_BEFORE_END.isdisjoint(words)):
        return False
    return not (is_for_browsers(name) and words[-1] in ("key", "apikey", "token"))


def is_for_browsers(name: str) -> bool:
    """Whether a variable is made for web pages, so that its keys and tokens are public by design."""
    return name.startswith(_FOR_BROWSERS)


def is_secret(value: str, name: str = "") -> bool:
    """Whether a literal value is a secret, and no stand-in for one; `name` is what it is given to."""
    value = value.strip("\"'")
    if is_harmless(value, name) or value.startswith("#") or any(mark in value for mark in _GAPS):
        return False
    return not (_is_stand_in(value) or _no_secret().fullmatch(value) or _names_itself(value, name))


def is_secret_word(value: str, name: str = "") -> bool:
    """The same of a word of shell text, in which something may still be substituted."""
    return "$" not in value and "`" not in value and is_secret(value, name)


_GAPS = ("{{", "%s", "<%", "@@")  # where something else is put before the value is used


def _is_stand_in(value: str) -> bool:
    lower = re.sub("[_. -]", "", value.lower()).replace("exchange", "")
    if len(value) < 2 or value in _KNOWN_TO_ALL or lower in _NOTHING or lower.endswith("here"):
        return True
    repeats_one_character = len(lower) > 12 and len(set(lower)) == 1
    return repeats_one_character or lower.endswith("creds") or any(word in lower for word in _STAND_INS)


@cache
def _no_secret() -> re.Pattern[str]:
    """A hash, as Jupyter and its kin store it in the place of a password, or a hidden file in some folder."""
    return re.compile(r"(?:sha\d*|argon2\w*|pbkdf2\w*|md5|bcrypt|hash):.*|(?:[\w-]+/)+\.\w+", re.DOTALL)


def _names_itself(value: str, name: str) -> bool:
    """Whether a value only says what belongs in its place, or takes it: `CLIENT_TOKEN=client-token`, `TOKEN=1111`.

    A password may be that as well, but a key or token that somebody else gives out cannot.
    """
    said, wanted = (re.findall("[a-z]+|[0-9]+", word.lower()) for word in (value, name))
    is_fixed = not _GIVEN_BY_OTHERS.isdisjoint(wanted) and _CHOSEN.isdisjoint(wanted)
    if is_fixed and (("aws" in wanted and len(value) < 16) or (value.isdigit() and len(set(value)) == 1)):
        return True
    return is_fixed and len(said) > 1 and set(said) <= set(wanted)
