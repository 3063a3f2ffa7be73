"""When the release line that a tag stands for got its last fixes, and which line is still supported.

The dates are those of https://endoflife.date; for official images also the day of the last build.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

from dockerlint.dockerfile.image import Reference
from dockerlint.knowledge import systems, tags
from dockerlint.knowledge.records import Record, canonical, find, is_retired, load

# What people call a product that the data files know by another name.
_CALLED = {
    **tags.FAMILIES,
    "amazon-corretto": "java",
    "apache-http-server": "httpd",
    "azul-zulu": "java",
    "couchbase-server": "couchbase",
    "docker-engine": "docker",
    "eclipse-jetty": "jetty",
    "eclipse-temurin": "java",
    "hashicorp-packer": "packer",
    "hashicorp-vault": "vault",
    "ibm-semeru": "java",
    "kong-gateway": "kong",
    "nodejs": "node",
    "sapmachine": "java",
    "sonarqube-community": "sonarqube",
}
# Supported by their own makers for longer than what they are made of.
_SUPPORTED_ELSEWHERE = frozenset({"percona", "pypy"})
# Anybody gets Debian's long-term fixes, from the same servers. Other extended support has to be paid.
_FREELY_EXTENDED = frozenset({"debian"})
# Windows 1809 and 1607 are names of Windows Server 2019 and 2016 too, which live longer.
_DOUBTFUL = frozenset({"1607", "1809"})


class EndOfLife(NamedTuple):
    """A release line that gets no more fixes.

    `line` is "debian 10", `what` the same with the code name that the reader wrote: "debian 10 (buster)".
    `date` is the day of the last fixes, None if that is not known. `supported` is the line to move to,
    without the product's name, and `supported_until` its end if one is set. `extended_until` is how
    long fixes can be bought. With `is_only_image` the software may live, but the official image of
    this line is not built any more. With `is_system` it is the system below the software that has ended.
    `also` is a second line that has ended too.
    """

    line: str
    what: str
    date: datetime.date | None
    supported: str | None = None
    supported_until: datetime.date | None = None
    extended_until: datetime.date | None = None
    is_only_image: bool = False
    is_system: bool = False
    also: EndOfLife | None = None

    def without(self, extended: Collection[str]) -> EndOfLife | None:
        """What of it holds where the support of some lines is paid for."""
        also = self.also.without(extended) if self.also is not None else None
        is_extended = any(self.line == line.lower() for line in extended)
        return also if is_extended else self._replace(also=also)

    @property
    def obituary(self) -> str:
        """What has ended, and when, for a message."""
        since = f" since {self.date}" if self.date else ""
        if self.is_only_image:
            return f"the image for {self.what} has not been built{since or ' for a long time'}"
        return f"{self.what} has been out of support{since or ' for a long time'}"


@lru_cache(maxsize=4096)
def end_of_life(reference: Reference, as_of: datetime.date) -> EndOfLife | None:
    """What a tag names that had ended before a day: the software, the operating system, or both.

    The one that ended earlier comes first. None for tags without a version, and in doubt.
    """
    tag = tags.read(reference.tag or "")
    software = _software(reference, tag, as_of)
    system = _distroless(reference, as_of) or _system(reference, tag, as_of)
    if not software or not system or software.line == system.line:
        return software or system
    first, second = sorted((software, system), key=lambda ended: ended.date or datetime.date.max)
    return first._replace(also=second)


def _software(reference: Reference, tag: tags.Tag, as_of: datetime.date) -> EndOfLife | None:
    name = canonical(reference.name)
    product, cycle = _release(name, tag)
    ended = None
    if cycle and cycle not in _DOUBTFUL:
        written = tag.words[0] if not tag.version and tag.words[0] != cycle else None
        ended = _ended(product, cycle, written, as_of)
    if ended and ended.date:
        return ended
    line = _dropped_line(name, product, tag, as_of)
    if line is None:
        return ended
    day = _day(load("eol")["dropped"][name][line])
    if ended:
        return ended._replace(date=day)
    called = f"{_called(product or name)} {'.'.join(tag.version.split('.')[:2]) or line}"
    return EndOfLife(called, called, day, *_newest(product, None, as_of), is_only_image=True)


def _release(name: str, tag: tags.Tag) -> tuple[str, str | None]:
    """The product that an image holds, and which release of it a tag names."""
    known = load("eol")["images"].get(name)
    if known is None or name in _SUPPORTED_ELSEWHERE:
        return "", None
    releases = [(product, tags.release(product, tag)) for product in systems.distributions(name)]
    product = known["product"]
    return next((found for found in releases if found[1]), (product, tags.release(product, tag)))


def _system(reference: Reference, tag: tags.Tag, as_of: datetime.date) -> EndOfLife | None:
    """The operating system that the tag, or the name of a known image, speaks of."""
    is_known = find(reference.name) is not None
    named = tags.system(tag.words, is_known_image=is_known)
    if is_known and (named is None or named.cycle is None) and reference.familiar not in load("eol")["images"]:
        # `dit4c/ubuntu-xenial`; but a product may be called like a release: groovy is a language too.
        words = [word for word in re.split(r"[-_/]", reference.familiar) if word != "groovy"]
        named = tags.system(words, is_known_image=True)
    if named is None or named.cycle is None:
        return None
    ended = _ended(named.product, named.cycle, named.codename, as_of)
    return ended._replace(is_system=True) if ended else None


def _distroless(reference: Reference, as_of: datetime.date) -> EndOfLife | None:
    """Distroless images end before the Debian they are made of."""
    match = re.fullmatch(r"gcr\.io/distroless/([a-z0-9.-]+-(debian\d+))", reference.familiar)
    if not match:
        return None
    known = load("eol")["products"]["distroless"]
    ends = [day for pattern, day in known["per_image"].items() if fnmatchcase(match[1], pattern)]
    end = min([*ends, known["cycles"].get(match[2]) or "9999"])
    if match[2] not in known["ended"] and end >= as_of.isoformat():
        return None
    line = f"distroless {match[2]}"
    supported = next((cycle for cycle, end in known["cycles"].items() if not end or end >= as_of.isoformat()), None)
    return EndOfLife(line, line, None if end == "9999" else _day(end), supported)


def _ended(product: str, cycle: str, written: str | None, as_of: datetime.date) -> EndOfLife | None:
    """The release line of a product if it has ended. `written` is the code name that stands in the tag."""
    known = load("eol")["products"][product]
    if _is_supported(product, cycle, as_of):
        return None
    extended = None if product in _FREELY_EXTENDED else _day(known.get("extended", {}).get(cycle))
    line = f"{_called(product)} {cycle}"
    what = f"{line} ({written})" if written else line
    return EndOfLife(line, what, _day(_end(product, cycle)), *_newest(product, written, as_of), extended)


def _is_supported(product: str, cycle: str, as_of: datetime.date) -> bool:
    if cycle in load("eol")["products"][product].get("ended", ()):
        return False
    end = _end(product, cycle)
    return end is None or end >= as_of.isoformat()


def _end(product: str, cycle: str) -> str | None:
    known = load("eol")["products"][product]
    end: str | None = known["cycles"][cycle]
    extended: str | None = known.get("extended", {}).get(cycle) if product in _FREELY_EXTENDED else None
    return max(end, extended) if end and extended else end


@lru_cache(maxsize=256)
def _newest(product: str, written: str | None, as_of: datetime.date) -> tuple[str | None, datetime.date | None]:
    """The newest line with support, a long one where the product has such, and its end."""
    known: Record = load("eol")["products"].get(product, {"cycles": {}})
    alive = [cycle for cycle in known["cycles"] if tags.number(cycle) and _is_supported(product, cycle, as_of)]
    if not alive:
        return None, None
    newest = max(alive, key=lambda cycle: (cycle in known.get("lts", ()), tags.number(cycle)))
    codename = tags.codename(product, newest) if written else None
    return f"{newest} ({codename})" if codename else newest, _day(_end(product, newest))


def _dropped_line(name: str, product: str, tag: tags.Tag, as_of: datetime.date) -> str | None:
    """The version of a tag, or what it begins with, that had left the official images before a day.

    A retired image has a finding of its own. Nothing is said where a part of the line lives on.
    """
    days = {} if is_retired(find(name)) else load("eol")["dropped"].get(name, {})
    is_system = not tag.version and any(map(tags.is_system_word, tag.words[:1]))
    names = tag.words[: 0 if is_system else 1] if not tag.version else tuple(tags.shortened(tag.version))
    line = next((version for version in names if version in days), None)
    if line is None or days[line] >= as_of.isoformat():
        return None
    cycles = load("eol")["products"].get(product, {"cycles": {}})["cycles"]
    parts = [cycle for cycle in cycles if cycle.startswith(f"{line}.") and _is_supported(product, cycle, as_of)]
    lives_on = parts if line in (tag.version, *tag.words[:1]) else [part for part in parts if part in names]
    return None if lives_on else line


def _called(product: str) -> str:
    return _CALLED.get(product, product.removeprefix("apache-").rpartition("/")[2].replace("-", " "))


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None
