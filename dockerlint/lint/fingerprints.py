"""What makes a finding the same after the file was edited elsewhere: its rule, what it points at, and what that is in.

Lines count by their text, not by their number, and images by their name, not by their version: who moves to a newer
one has no other findings for that. Of equal findings in one file the first is told from the second.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from dockerlint.lint.finding import Finding
from dockerlint.source import Source


def marked(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order of the files, each with its fingerprints."""
    seen: Counter[tuple[str, str]] = Counter()
    result: list[Finding] = []
    for finding in findings:
        path, content = finding.region.path, _content(finding)
        seen[path, content] += 1
        mark = f"{content}\0{seen[path, content]}"
        result.append(finding._replace(fingerprint=_digest(f"{path}\0{mark}", 12), mark=_digest(mark, 8)))
    return result


def _content(finding: Finding) -> str:
    region, lines = finding.region, finding.lines
    is_short = lines and region.line == region.end_line
    first, last = (region.column - 1, region.end_column - 1) if is_short else (0, 0)
    pointed = _without_version(lines[0], first, last) if lines else ""
    shown = [_without_version(line, 0, len(line)) for line in lines]
    return "\0".join((finding.rule, finding.within, pointed, "\n".join(" ".join(line.split()) for line in shown)))


def _without_version(line: str, first: int, last: int) -> str:
    """What stands between two places of a line, without the tag and digest of the image that it names."""
    named = _image().match(line)
    start, end = named.span(1) if named is not None else (last, last)
    return line[first : max(first, min(start, last))] + line[min(max(end, first), last) : last]


@cache
def _image() -> re.Pattern[str]:
    """An image behind FROM or `image:`, the tag and digest of which are a group. A registry's port is neither."""
    begin = r"\s*(?:FROM\s+(?:--\S+\s+)*|(?:-\s+)?image:\s*[\"']?)"
    return re.compile(begin + r"[^\s\"'@]*?[^\s\"'@:]((?::\w[\w.-]*)?(?:@sha256:\w+)?)(?=[\s\"']|$)", re.IGNORECASE)


def enclosing_keys(source: Source) -> list[str]:
    """For each line of a YAML file the keys that it stands below, by indentation: what it is in, wherever it moves."""
    above: list[tuple[int, str]] = []
    result: list[str] = []
    for number in range(1, len(source.line_starts) + 1):
        line = source.line(number)
        bare = line.lstrip(" ")
        if bare and bare[0] != "#":
            # An item of a list may be indented as the key is that it belongs to.
            indent, is_item = len(line) - len(bare), bare[0] == "-"
            while above and above[-1][0] >= indent + is_item:
                above.pop()
        result.append(".".join(key for _, key in above))
        if bare and bare[0] not in "#-":
            above.append((indent, bare.partition(":")[0]))
    return result


def _digest(text: str, size: int) -> str:
    # `hashlib` has it from there too, but loads OpenSSL first.
    from _blake2 import blake2b  # noqa: PLC0415 (a run without findings needs none)

    return blake2b(text.encode("utf-8", "replace"), digest_size=size).hexdigest()
