"""Secrets that give themselves away by their form: the tokens of well-known providers.

Most providers print a fixed prefix before what is random, so that leaked tokens can be
found, and some a checksum behind it, so that a made-up example can be told from a real one.
"""

from __future__ import annotations

import re
import zlib
from binascii import a2b_base64
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple


class Token(NamedTuple):
    """A secret in a text.

    `start` and `end` are indices in that text; those of a private key enclose its first line.
    `provider` is empty where anybody may have issued it. `shown` is all that a message may print.
    """

    start: int
    end: int
    provider: str
    kind: str
    shown: str

    @property
    def title(self) -> str:
        """What it is, with its article: "a GitHub personal access token"."""
        name = f"{self.provider} {self.kind}".strip()
        return f"{'an' if name.startswith(_WITH_AN) else 'a'} {name}"

    @property
    def secret_id(self) -> str:
        """A name for the build secret that should take its place: "github_token"."""
        name = f"{self.provider} {self.kind.split()[-1]}" if self.provider else self.kind
        return name.lower().replace(" ", "_").replace(".", "_")


_WITH_AN = ("A", "O", "a", "npm")

Match = re.Match[str]


class _Format(NamedTuple):
    """How the tokens of one kind look.

    `anchors` are strings, separated by blanks, of which a text with such a token holds one. The
    first group of `pattern` is the fixed prefix, the second ends with what is random. `check` is
    what a regular expression can't say. `beside`: words of the name that the value is given to.
    """

    provider: str
    kind: str
    anchors: str
    pattern: str
    check: Callable[[Match], bool]
    beside: tuple[str, ...] = ()


def find_tokens(text: str, name: str = "") -> Iterator[Token]:
    """The tokens in `text`, from the first to the last, none inside another.

    `name` is what the text is assigned to, for the formats that are known only by it. Otherwise
    the last word before the value on its line counts as its name.
    """
    found: list[Token] = []
    for form in _candidates(text, name):
        for match in _compiled(form.pattern).finditer(text):
            if form.check(match) and _stands_beside(form.beside, match, name):
                start, end = match.start(1), match.end(2)
                found.append(Token(start, end, form.provider, form.kind, f"{match[1][:4]}..."))
    found.sort(key=lambda token: token.start)
    end = 0
    for token in found:
        if token.start >= end:
            end = token.end
            yield token


def _candidates(text: str, name: str) -> Iterable[_Format]:
    """The formats of which `text` holds an anchor, most often none, and cheaply so."""
    if len(text) < _RUN_LENGTH:
        return ()
    broken, unbroken = _by_anchor()
    formats = [form for anchor, form in broken if anchor in text or anchor in name]
    runs = "\n".join(_long_runs(text))
    if runs:
        formats += [form for anchor, form in unbroken if anchor in runs]
    return dict.fromkeys(formats)


@cache
def _by_anchor() -> tuple[list[tuple[str, _Format]], ...]:
    both = (_BROKEN_FORMATS, _UNBROKEN_FORMATS)
    return tuple([(anchor, form) for form in formats for anchor in form.anchors.split()] for formats in both)


# Nearly every token has so many letters, digits, `_` and `-` in a row, and little else has.
_RUN_LENGTH = 20
_RUN = b"w" * _RUN_LENGTH
_SHAPES = bytes(ord("w") if chr(code).isalnum() or chr(code) in "_-" else ord(" ") for code in range(128)).ljust(256)
_BEFORE_RUN = 80  # an anchor may stand in the parts before: `hooks.slack.com/services/T.../B.../`


def _long_runs(text: str) -> Iterator[str]:
    """The long runs of word characters that are no mere words, with what stands before them."""
    shape = text.encode("ascii", "replace").translate(_SHAPES)
    start = shape.find(_RUN)
    while start >= 0:
        end = shape.find(b" ", start)
        if end < 0:
            end = len(shape)
        if not _words().fullmatch(text, start, end):
            yield text[max(0, start - _BEFORE_RUN) : end]
        start = shape.find(_RUN, end)


@cache
def _words() -> re.Pattern[str]:
    """Words without digits in one case, such as `no-install-recommends`, but no access key of AWS; and digests."""
    return re.compile("[a-z_-]+|(?!A[KS]IA)[A-Z_-]+|[0-9a-f]{32,}|[0-9A-F]{32,}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # An escaped line end before a token in a quoted text ends with a letter: `\n`.
    return re.compile(rf"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])){pattern}(?!\w|-\w)", re.ASCII)


def _stands_beside(words: tuple[str, ...], match: Match, name: str) -> bool:
    if not words:
        return True
    before = match.string[max(0, match.start() - 100) : match.start()]
    line = before[before.rfind("\n") + 1 :]
    names = re.findall(r"[A-Za-z_][\w.-]*", line)
    nearest = (names[-1] if names else name).lower()
    return all(word in nearest for word in words)


# What tells a random string from one that somebody typed.

_STAND_INS = ("example", "your", "xxxx", "placeholder", "redacted", "change", "replace", "dummy", "fake", "sample")


def _is_scattered(secret: str) -> bool:
    """Whether there are at least ten different characters, without a pattern or a word for a stand-in."""
    if len(set(secret)) < 10 or _has_pattern(secret):
        return False
    beginning = secret[:64].lower()
    return not any(word in beginning for word in _STAND_INS)


def _has_pattern(secret: str) -> bool:
    """Whether six characters in a row repeat or count: `aaaaaa`, `123456`, `fedcba`, `a1b2c3d4`."""
    codes = [ord(char) for char in secret]
    for gap, steps in ((1, (0, 1, -1)), (2, (1,))):
        differences = [after - before for before, after in zip(codes, codes[gap:], strict=False)]
        if any(_longest(differences, step) >= 5 for step in steps):
            return True
    return False


def _longest(values: list[int], wanted: int) -> int:
    longest = length = 0
    for value in values:
        length = length + 1 if value == wanted else 0
        longest = max(longest, length)
    return longest


def _random(match: Match) -> bool:
    secret = match[2]
    kinds = any(map(str.islower, secret)), any(map(str.isupper, secret)), any(map(str.isdigit, secret))
    return sum(kinds) >= 2 and _is_scattered(secret)


def _in_base(alphabet: str, number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, len(alphabet))
        digits = alphabet[digit] + digits
    return digits


_DIGITS = "0123456789"
_LOWER = "abcdefghijklmnopqrstuvwxyz"


def _base62_checksum(match: Match) -> bool:
    """https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/"""
    secret, checksum = match[2][:-6], match[2][-6:]
    return _random(match) and checksum == _in_base(_DIGITS + _LOWER.upper() + _LOWER, zlib.crc32(secret.encode()), 6)


def _gitlab(match: Match) -> bool:
    """https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/"""
    if "." not in match[2]:
        return _random(match)
    checked, checksum = match[0][:-7], match[0][-7:]
    return checksum == _in_base(_DIGITS + _LOWER, zlib.crc32(checked.encode()), 7)


def _decoded(base64url: str) -> bytes:
    """The bytes behind base64 without padding; none if that is not what it is."""
    padded = base64url + "=" * (-len(base64url) % 4)
    try:
        return a2b_base64(padded.replace("-", "+").replace("_", "/"))
    except ValueError:
        return b""


def _pypi(match: Match) -> bool:
    """https://docs.pypi.org/api/secrets/: a macaroon that begins with the host it is for."""
    macaroon = _decoded(match[0].removeprefix("pypi-")[:24])
    return _random(match) and macaroon[3 : 3 + macaroon[2]] in (b"pypi.org", b"test.pypi.org")


def _discord(match: Match) -> bool:
    return _random(match) and _decoded(match[2].partition(".")[0]).isdigit()


def _claims(part: str) -> dict[str, object]:
    import json  # noqa: PLC0415  # few files hold a web token

    try:
        claims = json.loads(_decoded(part))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _web_token(match: Match) -> bool:
    """https://www.rfc-editor.org/rfc/rfc7519, but for documented examples and keys made for browsers."""
    header, payload, _ = match[0].split(".")
    claims = _claims(payload)
    is_public = (
        claims.get("sub") == "1234567890" or claims.get("iss") == "supabase-demo" or claims.get("role") == "anon"
    )
    return "alg" in _claims(header) and not is_public and _random(match)


def _age(match: Match) -> bool:
    """https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki: bech32"""
    prefix = match[1].lower().removesuffix("1")
    if not _random(match) or any(char not in _BECH32 for char in match[2].lower()):
        return False
    values = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    checksum = 1
    for value in values + [_BECH32.index(char) for char in match[2].lower()]:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum == 1


_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _aws_access_key(match: Match) -> bool:
    return _is_scattered(match[2])


def _aws_secret_key(match: Match) -> bool:
    in_both_cases = match[2].lower() != match[2] != match[2].upper()
    return in_both_cases and _random(match) and not match[2].startswith("wJalrXUtnFEMI/K7MDENG")  # in Amazon's manuals


def _azure_storage(match: Match) -> bool:
    return _random(match) and not match[2].startswith("Eby8vdM02xNOcqFl")  # the emulator's, known to everybody


def _stripe(match: Match) -> bool:
    return _random(match) and not match[2].startswith(("4eC39HqLyj", "BQokikJOvB"))  # in Stripe's manuals


def _fly(match: Match) -> bool:
    return len(set(match[2])) >= 10 and not _has_pattern(match[2][-40:])  # it begins with zeros


def _private_key(match: Match) -> bool:
    """https://www.rfc-editor.org/rfc/rfc7468, also quoted, in a comment, or behind the headers of a PGP key."""
    after = match.string[match.end() : match.end() + 400].partition("-----")[0]
    body = _base64_lines().search(after)
    # Nothing about patterns: a key may hold long runs of `A`, which are zeros.
    return body is not None and len(set(body[0])) >= 10 and body[0].lower() != body[0] != body[0].upper()


@cache
def _base64_lines() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{32,63}(?:[\s\"'\\#]|\\[nr]){1,40}[A-Za-z0-9+/]{32}")


def _service_account(match: Match) -> bool:
    """https://cloud.google.com/iam/docs/keys-create-delete"""
    return "private_key" in match.string[max(0, match.start() - 30) : match.start()] and _private_key(match)


_PEM = r"(-----BEGIN )((?:[A-Z]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----)"

# Formats without a long run of word characters: their anchors are looked for in the whole text.
_BROKEN_FORMATS = (
    _Format("Google", "service account key", "service_account", _PEM, _service_account),
    _Format("", "private key", "PRIVATE", _PEM, _private_key),
    _Format(
        "AWS",
        "secret key",
        "ecret ECRET",
        r"()(?<![/+])([A-Za-z0-9/+]{40})(?![/+=])",
        _aws_secret_key,
        ("aws", "secret"),
    ),
    _Format("Azure", "storage account key", "AccountKey=", r"(AccountKey=)([A-Za-z0-9+/]{86}==)", _azure_storage),
    _Format("Azure", "client secret", "Q~", r"()(?<![_~.-])([\w~.-]{3}\dQ~[\w~.-]{30,33}[\w~-])(?!~|\.\w)", _random),
    _Format("Stripe", "webhook secret", "whsec_", r"(whsec_)([A-Za-z0-9+/]{32,120}+={0,2})", _random),
)

# The others. `[^\W_]` is a letter or a digit.
_UNBROKEN_FORMATS = (
    _Format("AWS", "access key", "AKIA ASIA", r"(AKIA|ASIA)([A-Z2-7]{16})", _aws_access_key),
    _Format("GitHub", "personal access token", "ghp_", r"(ghp_)([^\W_]{36})", _base62_checksum),
    _Format("GitHub", "access token", "gho_ ghu_ ghs_", r"(gh[ous]_)([^\W_]{36})", _base62_checksum),
    _Format("GitHub", "refresh token", "ghr_", r"(ghr_)([^\W_]{76})", _random),
    _Format("GitHub", "fine-grained token", "github_pat_", r"(github_pat_)([^\W_]{22}_[^\W_]{59})", _random),
    _Format("npm", "access token", "npm_", r"(npm_)([^\W_]{36})", _base62_checksum),
    _Format(
        "GitLab",
        "token",
        "glpat- gldt- glrt- glptt- gloas- glsoat- glft- glagent- glimt- glcbt-",
        r"(gl(?:pat|dt|rt|ptt|oas|soat|ft|agent|imt|cbt)-)([\w-]{20,300}+(?:(?:\.[0-9a-z]{2})?\.[0-9a-z]{9}|(?!\.[0-9a-z]{2}\.|\.[0-9a-z]{9})))",
        _gitlab,
    ),
    _Format("PyPI", "API token", "pypi-AgE", r"(pypi-AgE)([\w-]{50,1000}+)", _pypi),
    _Format("RubyGems", "API key", "rubygems_", r"(rubygems_)([0-9a-f]{48})", _random),
    _Format("crates.io", "API token", "cio", r"(cio)([^\W_]{32})", _random),
    _Format("NuGet", "API key", "oy2", r"(oy2)([a-z0-9]{43})", _random),
    _Format("Docker Hub", "access token", "dckr_pat_", r"(dckr_pat_)([\w-]{27})", _random),
    _Format("Docker Hub", "organization token", "dckr_oat_", r"(dckr_oat_)([\w-]{32})", _random),
    _Format("Slack", "token", "xoxb- xoxp-", r"(xox[bp]-)([0-9]{8,14}-[0-9]{8,14}-[0-9A-Za-z-]{16,200}+)", _random),
    _Format("Slack", "token", "xoxa- xoxo- xoxs- xoxr-", r"(xox[aosr]-)([0-9A-Za-z-]{20,250}+)", _random),
    _Format("Slack", "app token", "xapp-", r"(xapp-)([0-9]-[A-Z0-9]{8,20}-[0-9]{8,20}-[0-9a-f]{32,128})", _random),
    _Format(
        "Slack",
        "webhook",
        "hooks.slack.com/services/",
        r"(hooks\.slack\.com/services/)(T[A-Z0-9]{6,20}/B[A-Z0-9]{6,20}/[^\W_]{24})",
        _random,
    ),
    _Format("Stripe", "API key", "k_live_ k_test_", r"([sr]k_(?:live|test)_)([^\W_]{24,250}+)", _stripe),
    _Format("Google", "API key", "AIza", r"(AIza)([\w-]{35})", _random),
    _Format("Google", "client secret", "GOCSPX-", r"(GOCSPX-)([\w-]{28})", _random),
    _Format("Google", "access token", "ya29.", r"(ya29\.)([\w-]{20,1000}+)", _random),
    _Format("Azure DevOps", "access token", "AZDO", r"()([^\W_]{76}AZDO[^\W_]{4})", _random),
    _Format("OpenAI", "API key", "T3BlbkFJ", r"(sk-)([\w-]{20,200}T3BlbkFJ[\w-]{20,200}+)", _random),
    _Format("Anthropic", "API key", "sk-ant-", r"(sk-ant-[a-z0-9]{1,10}-)([\w-]{80,200}+)", _random),
    _Format("Hugging Face", "access token", "hf_", r"(hf_)([A-Za-z]{34})", _random),
    _Format("Replicate", "API token", "r8_", r"(r8_)([^\W_]{37})", _random),
    _Format("Groq", "API key", "gsk_", r"(gsk_)([^\W_]{52})", _random),
    _Format("SendGrid", "API key", "SG.", r"(SG\.)([\w-]{22}\.[\w-]{43})", _random),
    _Format("Mailgun", "API key", "key-", r"(?<![_./-])(key-)([0-9a-f]{32})", _random),
    _Format("Mailchimp", "API key", "-us", r"()(?<![_./-])([0-9a-f]{32}-us[0-9]{1,2})", _random),
    _Format("Twilio", "API key", "SK", r"(SK)([0-9a-f]{32})", _random, ("twilio",)),
    _Format("Telegram", "bot token", ":AA", r"()([0-9]{8,10}:AA[\w-]{33})", _random),
    _Format(
        "Discord",
        "bot token",
        "MD MT Mj Mz ND NT Nj Nz OD OT Oj Oz",
        r"()([MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,38})",
        _discord,
    ),
    _Format("DigitalOcean", "token", "dop_v1_ doo_v1_ dor_v1_", r"(do[opr]_v1_)([0-9a-f]{64})", _random),
    _Format("Heroku", "API key", "HRKU-AA", r"(HRKU-AA)([\w-]{58})", _random),
    _Format("Fly.io", "access token", "fm2_", r"(fm2_)([A-Za-z0-9+/=_-]{60,2000}+)", _fly),
    _Format("Vault", "token", "hvs. hvb.", r"(hv[sb]\.)([\w-]{24,300}+)", _random),
    _Format("Terraform", "API token", ".atlasv1.", r"()([^\W_]{14}\.atlasv1\.[\w-]{60,70})", _random),
    _Format("Doppler", "token", "dp.pt. dp.st. dp.sa.", r"(dp\.(?:pt|st|sa)\.)([\w.-]{39,100}\w)", _random),
    _Format("Databricks", "access token", "dapi", r"(dapi)([0-9a-f]{32}(?:-[0-9]{1,2})?)", _random),
    _Format("Shopify", "access token", "shpat_ shpca_ shppa_", r"(shp(?:at|ca|pa)_)([0-9a-fA-F]{32})", _random),
    _Format("Shopify", "shared secret", "shpss_", r"(shpss_)([0-9a-fA-F]{32})", _random),
    _Format("Square", "access token", "sq0atp- sq0csp-", r"(sq0(?:atp|csp)-)([\w-]{22,43})", _random),
    _Format("Grafana", "service account token", "glsa_", r"(glsa_)([^\W_]{32}_[0-9a-f]{8})", _random),
    _Format("New Relic", "user key", "NRAK-", r"(NRAK-)([A-Z0-9]{27})", _random),
    _Format("Sentry", "auth token", "sntrys_ sntryu_", r"(sntry[su]_)([A-Za-z0-9+/=_-]{40,1000}+)", _random),
    _Format("Atlassian", "API token", "ATATT3", r"(ATATT3)([\w=-]{180,300}+)", _random),
    _Format("Linear", "API key", "lin_api_", r"(lin_api_)([^\W_]{40})", _random),
    _Format("Postman", "API key", "PMAK-", r"(PMAK-)([0-9a-f]{24}-[0-9a-f]{34})", _random),
    _Format("Artifactory", "API key", "AKCp", r"(AKCp)([^\W_]{69})", _random),
    _Format("", "JSON web token", "eyJ", r"(eyJ)[\w-]{10,1000}+\.eyJ[\w-]{10,4000}+\.([\w-]{20,1000}+)", _web_token),
    _Format("age", "secret key", "AGE-SECRET-KEY-1", r"(AGE-SECRET-KEY-1)([A-Z0-9]{58})", _age),
)
