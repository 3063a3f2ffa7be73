"""Where gunicorn's configuration lets it listen. The file is Python: read by `ast`, never run.

https://docs.gunicorn.org/en/stable/settings.html#bind
"""

from __future__ import annotations

import ast

from dockerlint.application.syntax import Context, dotted, parse
from dockerlint.application.values import Values
from dockerlint.source import Source

UNSET = ""
"""The address of a configuration that leaves the default as it is."""

# They may set any name.
_OPEN = frozenset({"exec", "globals", "locals", "setattr", "vars"})


def bound_address(text: str) -> str | None:
    """What a configuration sets `bind` to, with a `$` for what only the container knows; None if nobody can tell."""
    tree = parse(Source("gunicorn.conf.py", text))
    if tree is None or tree.stars or any(dotted(call.func) in _OPEN for call, _ in tree.calls):
        return None
    found = [binding for binding in tree.bindings if dotted(binding.target) == "bind"]
    if not found:
        return None if "bind" in tree.names else UNSET
    if len(found) > 1 or found[0].context != Context():
        return None
    return _address(Values(tree), found[0].value) or None


def _address(values: Values, node: ast.expr | None) -> str | None:
    if isinstance(node, ast.List | ast.Tuple):
        # Several addresses are as good as none.
        return _address(values, node.elts[0]) if len(node.elts) == 1 else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(values, part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(values, node.left) + _text(values, node.right)
    return _text(values, node)


def _text(values: Values, node: ast.expr | None) -> str:
    if isinstance(node, ast.FormattedValue):
        if node.format_spec is not None:
            return "$"
        node = node.value
    value = values.of(node, Context())
    is_known = value is not None and not value.variables and isinstance(value.value, str | int)
    return str(value.value) if value is not None and is_known else "$"
