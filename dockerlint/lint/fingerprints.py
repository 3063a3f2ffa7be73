"""What makes a finding the same after the file was edited elsewhere: its rule, what it points at, and what that is in.

Lines count by their text, not by their number. Of equal findings in one file the first is told from the second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

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
    pointed = lines[0][region.column - 1 : region.end_column - 1] if lines and region.line == region.end_line else ""
    return "\0".join((finding.rule, finding.within, pointed, "\n".join(" ".join(line.split()) for line in lines)))


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
