"""What the values of settings may be: how each kind is read, and what a JSON Schema says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dockerlint.lint.places import Place, Report
from dockerlint.lint.settings import LabelSchema

Step = str | int

SEVERITIES = ("info", "warning", "error")
FORMATS = (
    *("full", "concise", "grouped", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle", "sonarqube"),
    *("codeclimate", "rdjson", "rdjsonl", "markdown"),
)
LABEL_TYPES = ("text", "url", "rfc3339", "spdx", "hash", "semver", "email")
_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}


class Unfit(Exception):
    """A value that cannot be meant: where inside of it, and why if there is more to say than its kind."""

    def __init__(self, *steps: Step, message: str = "") -> None:
        super().__init__(message)
        self.steps = steps
        self.message = message


class Kind(NamedTuple):
    """A kind of value: `read` makes of it what the program uses, `words` tell what it should be."""

    words: str
    read: Callable[[Any], Any]
    schema: Mapping[str, Any]
    # The names of rules in a value, with the steps that lead to each: which there are is known when all is read.
    rules: Callable[[Any], Iterator[tuple[tuple[Step, ...], str]]] = lambda _value: iter(())


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """`; did you mean ...?` for a name that is close to a known one, else what there is."""
    from difflib import get_close_matches  # noqa: PLC0415 (names are seldom misspelt)

    near = get_close_matches(name.lower(), known, n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; there is {', '.join(known)}"


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Unfit
    for number, one in enumerate(value):
        if not isinstance(one, str):
            raise Unfit(number)
    return tuple(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit
    return value


def _size(value: Any) -> int:
    match = re.fullmatch(r"(\d+)\s*(kb|mb|gb|)", str(value).lower())
    if match is None or isinstance(value, bool):
        raise Unfit
    return int(match[1]) * _UNITS[match[2]]


def _ports(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise Unfit
    for number, one in enumerate(value):
        if type(one) is not int or not 0 < one < 65536:
            raise Unfit(number)
    return tuple(value)


def _version(value: Any) -> str:
    if not isinstance(value, str) or re.fullmatch(r"\d+(\.\d+)*", value) is None:
        raise Unfit
    return value


def _chosen(value: Any, choices: Sequence[str], *steps: Step) -> str:
    if value not in choices:
        hint = f"`{value}` is none{did_you_mean(value, choices)}" if isinstance(value, str) else ""
        raise Unfit(*steps, message=hint)
    return str(value)


def choice(*choices: str) -> Kind:
    return Kind(f"one of {', '.join(choices)}", lambda value: _chosen(value, choices), {"enum": list(choices)})


def choices(*known: str) -> Kind:
    """A list of words that are known."""

    def read(value: Any) -> tuple[str, ...]:
        return tuple(_chosen(one, known, number) for number, one in enumerate(_texts(value)))

    return Kind(f"a list of {', '.join(known)}", read, {"type": "array", "items": {"enum": list(known)}})


def _entries(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unfit
    return value


def _rules_of_each(value: Any) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for glob, names in _entries(value).items():
        try:
            found[glob] = _texts(names)
        except Unfit as error:
            raise Unfit(glob, *error.steps, message=error.message) from error
    return found


def _severities(value: Any) -> Mapping[str, str]:
    levels = (*SEVERITIES, "off")
    return {name: _chosen(level, levels, name) for name, level in _entries(value).items()}


def _items(value: Sequence[str]) -> Iterator[tuple[tuple[Step, ...], str]]:
    return (((number,), name) for number, name in enumerate(value))


def _items_of_each(value: Mapping[object, Sequence[str]]) -> Iterator[tuple[tuple[Step, ...], str]]:
    return (((str(glob), number), name) for glob, names in value.items() for number, name in enumerate(names))


def _keys(value: Mapping[str, str]) -> Iterator[tuple[tuple[Step, ...], str]]:
    return (((name,), name) for name in value)


def _labels(value: Any) -> LabelSchema:
    for key in _entries(value):
        if key not in ("types", "required", "strict"):
            hint = did_you_mean(key, ("types", "required", "strict"))
            raise Unfit(key, message=f"it has no `{key}`{hint}")
    types, required, strict = value.get("types", {}), value.get("required", []), value.get("strict", False)
    if not isinstance(types, dict):
        raise Unfit("types", message="`types` maps names of labels to what their values are")
    for name, kind in types.items():
        if kind not in LABEL_TYPES:
            hint = did_you_mean(str(kind), LABEL_TYPES)
            raise Unfit("types", name, message=f"`types` has no kind of value `{kind}`{hint}")
    if not isinstance(strict, bool):
        raise Unfit("strict", message="`strict` is true or false")
    try:
        return LabelSchema(types, _texts(required), strict)
    except Unfit as error:
        raise Unfit("required", *error.steps, message="`required` is a list of names of labels") from error


def _place(value: Any) -> Place:
    text = _text(value)
    if not text:
        raise Unfit
    return Place(text, text)


def _report(text: str, *steps: Step) -> Report:
    form, equals, file = text.partition("=")
    if form not in FORMATS:
        raise Unfit(*steps, message=f"no format is called `{form}`{did_you_mean(form, FORMATS)}")
    if equals and not file:
        raise Unfit(*steps, message=f"`{text}` names no file after the `=`")
    return Report(form, Place(file, file) if file else None)


def _reports(value: Any) -> tuple[Report, ...]:
    if isinstance(value, str):
        return (_report(value),)
    if not value:
        raise Unfit
    return tuple(_report(text, number) for number, text in enumerate(_texts(value)))


_STRINGS = {"type": "array", "items": {"type": "string"}}

TEXT = Kind("a text", _text, {"type": "string"})
TEXTS = Kind('a list of texts, as in `{key} = ["a", "b"]`', _texts, _STRINGS)
FLAG = Kind("true or false", _flag, {"type": "boolean"})
SIZE = Kind(
    'a size, as in `{key} = "100 MB"`',
    _size,
    {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^\d+\s*([kKmMgG][bB])?$"}]},
)
PORTS = Kind(
    "a list of ports, as in `{key} = [80, 443]`",
    _ports,
    {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 65535}},
)
VERSION = Kind('a version, as in `{key} = "0.1"`', _version, {"type": "string", "pattern": r"^\d+(\.\d+)*$"})
RULES = Kind("a list of rules, families or codes of other linters", _texts, _STRINGS, _items)
RULES_OF_EACH = Kind(
    'a table of globs with lists of rules, as in `{key} = {{ "tests/*" = ["root-user"] }}`',
    _rules_of_each,
    {"type": "object", "additionalProperties": _STRINGS},
    _items_of_each,
)
RULE_SEVERITIES = Kind(
    'a table of rules with info, warning, error or off, as in `{key} = {{ root-user = "error" }}`',
    _severities,
    {"type": "object", "additionalProperties": {"enum": [*SEVERITIES, "off"]}},
    _keys,
)
LABELS = Kind(
    "a table with `types`, `required` and `strict`",
    _labels,
    {
        "type": "object",
        "properties": {
            "types": {"type": "object", "additionalProperties": {"enum": list(LABEL_TYPES)}},
            "required": _STRINGS,
            "strict": {"type": "boolean"},
        },
        "additionalProperties": False,
    },
)
PLACE = Kind("the name of a file", _place, {"type": "string", "minLength": 1})
_FORM = rf"^({'|'.join(FORMATS)})(=.+)?$"
REPORTS = Kind(
    'a format or a list of them, each with a file or without, as in `{key} = ["full", "sarif=dockerlint.sarif"]`',
    _reports,
    {"type": ["array", "string"], "pattern": _FORM, "items": {"type": "string", "pattern": _FORM}, "minItems": 1},
)
