"""Fixes of projects of several files: none of a key that more than one of them sets.

What the key comes to is what the files make of it together: an edit of one may change nothing, or more than it says.
"""

from __future__ import annotations

from collections.abc import Sequence

from dockerlint.compose.nodes import Entry, Mapping, Node
from dockerlint.compose.services import Compose
from dockerlint.lint.finding import Edit, Finding


def without_torn_fixes(findings: Sequence[Finding], compose: Compose) -> list[Finding]:
    """The findings, each without its fix where that edits a key which stands in another file too."""
    return [one._replace(fix=None) if _is_torn(one, compose) else one for one in findings]


def _is_torn(finding: Finding, compose: Compose) -> bool:
    edits = finding.fix.edits if finding.fix is not None else ()
    return any(_is_set_elsewhere(edit, compose) for edit in edits)


def _is_set_elsewhere(edit: Edit, compose: Compose) -> bool:
    own = [tree for tree in compose.trees if _holds(tree, edit)]
    others = [tree for tree in compose.trees if tree not in own]
    paths = [path for tree in own if (path := _path(tree, edit)) != ["version"]]  # Compose reads no version
    return any(_has(tree, path) for tree in others for path in paths)


def _holds(tree: Mapping, edit: Edit) -> bool:
    span = tree.span
    return span.source.path == edit.region.path and span.start <= edit.start and edit.end <= span.end + 1


def _path(tree: Mapping, edit: Edit) -> list[str]:
    """The keys that lead to what an edit changes."""
    path: list[str] = []
    node: Node = tree
    while isinstance(node, Mapping) and (entry := _entry_at(node, edit)) is not None:
        path.append(str(entry.key.text))
        if entry.value.span.start < entry.key.span.start:  # an alias: what it stands for is not edited here
            break
        node = entry.value
    return path


def _entry_at(node: Mapping, edit: Edit) -> Entry | None:
    """The last entry of a mapping's own that begins before an edit ends."""
    end = max(edit.end, edit.start + 1)
    own = [one for one in node.entries if node.span.start <= one.key.span.start < end]
    return max(own, key=lambda one: one.key.span.start, default=None)


def _has(tree: Mapping, path: list[str]) -> bool:
    node: Node | None = tree
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return bool(path) and node is not None
