"""What may stand in a file of rules: as a JSON Schema for editors, and as a table for people."""

from __future__ import annotations

import json
from typing import Any

from dockerlint.compose.shapes import Shape
from dockerlint.lint.finding import Severity
from dockerlint.lint.policy import kinds
from dockerlint.lint.policy.definitions import LONGEST_NAME, LONGEST_TEXT, NAME
from dockerlint.lint.policy.globs import LONGEST
from dockerlint.lint.policy.kinds import KINDS, FactKind, Kind
from dockerlint.lint.policy.wanted import MOST_ALTERNATIVES, MOST_VALUES

_Schema = dict[str, Any]

_SAMPLE: _Schema = {"type": "string", "pattern": r"\S"}
_TEXT: _Schema = {**_SAMPLE, "maxLength": LONGEST_TEXT}
_GLOB: _Schema = {"$ref": "#/$defs/glob"}
_ANY: _Schema = {"$ref": "#/$defs/any"}


def _set_of(value: _Schema) -> _Schema:
    return {"anyOf": [value, {"type": "array", "minItems": 1, "maxItems": MOST_VALUES, "items": value}]}


_WORDS = {"type": "string", "pattern": r"^([tT][rR][uU][eE]|[fF][aA][lL][sS][eE])$"}
_DEFINITIONS: _Schema = {
    "glob": {"type": "string", "pattern": r"[*?\[]", "maxLength": LONGEST},
    "any": {"anyOf": [{"$ref": "#/$defs/text"}, {"type": "object", "minProperties": 1, "additionalProperties": _ANY}]},
    "text": _set_of({"type": ["string", "number", "boolean", "null"]}),
    "flag": _set_of({"anyOf": [{"type": ["boolean", "null"]}, _WORDS, _GLOB]}),
    "number": _set_of({"anyOf": [{"type": ["integer", "null"]}, {"type": "string", "pattern": "^[0-9]+$"}, _GLOB]}),
    "presence": _set_of({"enum": ["*", None]}),
}


def schema() -> str:
    """The JSON Schema of a file of rules."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://dockerlint.dev/rules.schema.json",
        "title": "Rules of an organisation for dockerlint",
        "type": "object",
        "required": ["rules"],
        "properties": {
            "rules": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": f"^{NAME}$", "maxLength": LONGEST_NAME},
                "additionalProperties": _rule(),
            }
        },
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
        "$defs": {**_DEFINITIONS, **{kind.name: _facts(kind) for kind in KINDS.values()}},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _rule() -> _Schema:
    samples = {"type": "array", "minItems": 1, "items": _SAMPLE}
    conditions: _Schema = {"type": "object", "minProperties": 1}
    return {
        "type": "object",
        "required": ["about", "summary", "why"],
        "anyOf": [{"required": [key]} for key in ("where", "require", "only")],
        "properties": {
            "about": {"description": "what is looked at", "enum": list(KINDS)},
            "where": {"description": "what the rule looks at must meet all of this, or all of one of these"},
            "unless": {"description": "what meets all of this, or all of one of these, is left alone"},
            "require": {"description": "what must hold", **conditions},
            "only": {"description": "what each value that is set must be", **conditions},
            "summary": {
                "description": "what is wrong, in one sentence",
                "type": "string",
                "pattern": r"\.\s*$",
                "maxLength": LONGEST_TEXT,
            },
            "message": {"description": "what to say of one thing, with facts in braces: {image}", **_TEXT},
            "why": {"description": "what happens because of it", **_TEXT},
            "help": {"description": "what to write instead", **_TEXT},
            "docs": {
                "description": "a page about it",
                "type": "string",
                **_TEXT,
                "pattern": r"^https?://[^\s/?#]+([/?#]\S*)?$",
            },
            "severity": {"enum": [level.label for level in Severity], "default": "warning"},
            "bad": {"description": "what is reported, at the word between « and »", **samples},
            "good": {"description": "what is not reported", **samples},
        },
        "additionalProperties": False,
        "allOf": [_then(kind) for kind in KINDS.values()],
    }


def _then(kind: Kind) -> _Schema:
    facts: _Schema = {"$ref": f"#/$defs/{kind.name}", "minProperties": 1}
    either = {"anyOf": [facts, {"type": "array", "minItems": 1, "maxItems": MOST_ALTERNATIVES, "items": facts}]}
    return {
        "if": {"properties": {"about": {"const": kind.name}}},
        "then": {"properties": {"where": either, "unless": either, "require": facts, "only": facts}},
    }


def _facts(kind: Kind) -> _Schema:
    """Conditions on the facts of a kind."""
    own = {fact.name: {"description": fact.meaning, **_fact(fact, kind)} for fact in kind.facts}
    of_model = {key: _wanted(shape) for key, shape in (kind.shape.keys or {}).items() if key not in own and kind.model}
    found: _Schema = {"type": "object", "properties": {**own, **of_model}, "additionalProperties": False}
    return found | ({"patternProperties": {"^x-": _ANY}} if kind.model else {})


def _fact(fact: FactKind, kind: Kind) -> _Schema:
    if fact.choices:
        return _set_of({"anyOf": [{"enum": [*fact.choices, None]}, _GLOB]})
    return _wanted((kind.shape.keys or {})[fact.name])


def _wanted(shape: Shape) -> _Schema:
    """What may be asked of what has a shape."""
    if shape.is_free:
        return _ANY
    inner = kinds.as_mapping(shape)
    is_number = shape.types == {"whole"}
    name = "flag" if kinds.is_flag(shape) else "number" if is_number else "text"
    is_table = kinds.is_only_mapping(shape) or kinds.holds_tables(shape)
    single = {"$ref": f"#/$defs/{'presence' if is_table else name}"}
    return single if inner is None else {"anyOf": [single, _table(inner)]}


def _table(shape: Shape) -> _Schema:
    if shape.is_free:
        return {"type": "object", "minProperties": 1}
    found: _Schema = {"type": "object", "minProperties": 1}
    if shape.keys:
        found["properties"] = {key: _wanted(one) for key, one in shape.keys.items()}
    if shape.others is None:
        return found | {"patternProperties": {r"[*?\[]|^x-": _ANY}, "additionalProperties": False}
    return found | {"additionalProperties": _wanted(shape.others)}


def table() -> str:
    """The kinds of things and their facts in Markdown."""
    return "\n".join(map(_section, KINDS.values()))


def _section(kind: Kind) -> str:
    """One kind."""
    lines = [f"### `{kind.name}`", "", f"{kind.meaning[0].upper()}{kind.meaning[1:]}.", ""]
    lines += [f"Reported at {kind.place}, or where the fact is written that is at fault.", ""]
    rows = [f"| `{fact.name}` | {_meaning(fact)} |" for fact in kind.facts]
    if kind.model:
        rows.append(f"| {_keys(kind)} | {_OF_MODEL[kind.model]} |")
    return "\n".join([*lines, "| fact | what it is |", "|---|---|", *rows, ""])


_OF_MODEL = {
    "service": "the keys of a service, and those that begin with `x-`: as they are written below `services`",
    "file": "the keys of a file, and those that begin with `x-`: `services` and the others by name",
}


def _keys(kind: Kind) -> str:
    own = {fact.name for fact in kind.facts}
    return ", ".join(f"`{key}`" for key in kind.shape.keys or () if key not in own)


def _meaning(fact: FactKind) -> str:
    several = {"texts": " (several)", "table": " (a table)", "flag": " (true or false)"}.get(fact.form, "")
    choices = ", ".join(_code(choice) for choice in fact.choices)
    return fact.meaning.replace("|", "\\|") + several + (f": {choices}" if choices else "")


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"
