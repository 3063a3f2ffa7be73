"""Files of rules in YAML: what they say, and every mistake in them with its place.

docs/custom-rules.md is their manual.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, parse
from dockerlint.compose.nodes import Sequence as List
from dockerlint.lint.finding import Severity
from dockerlint.lint.policy.conditions import Alternatives, Conditions
from dockerlint.lint.policy.faults import Fault, hint, shown
from dockerlint.lint.policy.kinds import KINDS, Kind
from dockerlint.lint.policy.messages import BadMessage, Part, parts
from dockerlint.lint.policy.wanted import read_alternatives, read_conditions
from dockerlint.source import Source, Span, Text

LARGEST = 1 << 20  # characters of a file
MOST_RULES = 1000  # of a file
LONGEST_NAME = 80
LONGEST_TEXT = 4000
_KEYS = (
    "about", "where", "unless", "require", "only", "summary", "message", "why", "help", "docs", "severity",
    "bad", "good",
)  # fmt: skip
NAME = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
# What a message may say of the fact that is not as it must be.
FAILED = ("fact", "value", "allowed")


class BadRules(Exception):
    """What is wrong in a file of rules, with `path:line:column`."""


class Definition(NamedTuple):
    """One rule as it is written: plain data.

    It looks at things of a kind that meet `where` and not `unless`; they must meet `require`, and each value that they
    have must meet `only`. Without both none may be there. `path` is the file that it stands in.
    """

    name: str
    about: str
    where: Alternatives
    unless: Alternatives
    require: Conditions
    only: Conditions
    summary: str
    message: tuple[Part, ...]
    why: str
    help: str
    docs: str
    severity: Severity
    bad: tuple[str, ...]
    good: tuple[str, ...]
    path: str


def read(source: Source) -> tuple[Definition, ...]:
    """The rules of a file. Raises BadRules."""
    try:
        return tuple(_definitions(source))
    except Fault as fault:
        span = fault.span
        line, column = source.position(min(span.start, len(source.text)))
        message = f"{source.path}:{line}:{column}: {fault.message}"
        raise BadRules(message) from None


def _definitions(source: Source) -> Iterator[Definition]:
    root = _root(source)
    for key in root.keys:
        # What anchors name may stand below a key of its own.
        if key != "rules" and not key.startswith("x-"):
            message = f"a file of rules has no `{shown(key)}`{hint(key, ('rules',))}"
            raise Fault(message, key.span)
    rules = root.get("rules")
    if rules is None:
        message = "there is no `rules:` in this file of rules"
        raise Fault(message, Span(source, 0, 0))
    if not isinstance(rules, Mapping) or not rules.entries:
        message = "`rules` is a table of rules by name, as in `rules: {no-curl: {about: command, ...}}`"
        raise Fault(message, rules.span)
    if len(rules.entries) > MOST_RULES:
        message = f"more than {MOST_RULES} rules in one file"
        raise Fault(message, rules.entries[MOST_RULES].key.span)
    for entry in rules.entries:
        yield _Reader(entry).definition()


def _root(source: Source) -> Mapping:
    """The table that a file holds."""
    if len(source.text) > LARGEST:
        message = f"the file is larger than {LARGEST >> 20} MB"
        raise Fault(message, Span(source, 0, 0))
    tree = parse(source)
    for error in tree.errors:
        message = error.message.removesuffix(": Compose refuses the file")
        if "scanning an alias" in message or message.startswith("there is no `&"):
            message += ": put a glob in quotes"
        raise Fault(message, error.span)
    if len(tree.documents) > 1:
        message = "a file of rules is one document, and here a second one begins"
        raise Fault(message, tree.documents[1].span)
    root = tree.documents[0] if tree.documents else Mapping({}, Span(source, 0, 0))
    if not isinstance(root, Mapping):
        message = "a file of rules is a table with the key `rules`"
        raise Fault(message, root.span)
    return root


class _Reader:
    """Reads one rule."""

    def __init__(self, entry: Entry) -> None:
        self._name = entry.key.text
        if len(self._name) > LONGEST_NAME or re.fullmatch(NAME, self._name) is None:
            message = f"`{shown(self._name)}` cannot name a rule: lower-case words with `-` between, as `no-curl`"
            raise Fault(message, self._name.span)
        if not isinstance(entry.value, Mapping):
            message = f"`{self._name}` is a table with `about`, `summary`, `why` and what it looks for"
            raise Fault(message, entry.value.span)
        self._node = entry.value

    def definition(self) -> Definition:
        for key in self._node.keys:
            if key not in _KEYS:
                message = f"a rule has no `{shown(key)}`{hint(key, _KEYS)}"
                raise Fault(message, key.span)
        kind = self._kind()
        where, unless = (self._alternatives(key, kind) for key in ("where", "unless"))
        require, only = (self._conditions(key, kind) for key in ("require", "only"))
        if not (where or require or only):
            message = f"`{self._name}` has neither `where` nor `require` nor `only`: it would find nothing"
            raise Fault(message, self._name.span)
        summary = self._summary()
        return Definition(
            name=str(self._name),
            about=kind.name,
            where=where,
            unless=unless,
            require=require,
            only=only,
            summary=summary,
            message=self._message(kind, has_failed=bool(require or only)) or (Part(summary, is_name=False, start=0),),
            why=_paragraphs(self._needed("why")),
            help=_line(self._text("help") or ""),
            docs=self._docs(),
            severity=self._severity(),
            bad=self._samples("bad", _check_marks),
            good=self._samples("good", _check_no_marks),
            path=self._name.source.path,
        )

    def _kind(self) -> Kind:
        about = self._needed("about")
        kind = KINDS.get(about)
        if kind is None:
            message = f"there is no kind of thing `{shown(about)}`{hint(about, KINDS)}"
            raise Fault(message, about.span)
        return kind

    def _alternatives(self, key: str, kind: Kind) -> Alternatives:
        node = self._node.get(key)
        return () if node is None else read_alternatives(node, key, kind)

    def _conditions(self, key: str, kind: Kind) -> Conditions:
        node = self._node.get(key)
        return () if node is None else read_conditions(node, key, kind)

    def _summary(self) -> str:
        written = self._needed("summary")
        summary = _line(written)
        if not summary.endswith("."):
            message = "`summary` is one sentence, and ends with a full stop"
            raise Fault(message, written.span)
        return summary

    def _message(self, kind: Kind, *, has_failed: bool) -> tuple[Part, ...]:
        written = self._text("message")
        if written is None:
            return ()
        try:
            found = parts(_line(written))
            # Places are those in the text as it is written.
            names = [part for part in parts(written) if part.is_name]
        except BadMessage as error:
            raise Fault(str(error), written.part(error.index, error.index + 1).span) from error
        for part in names:
            fault = _fault_of_name(part.text, kind, has_failed=has_failed)
            if fault:
                end = part.start + written[part.start :].index("}") + 1
                raise Fault(fault, written.part(part.start, end).span)
        return found

    def _docs(self) -> str:
        written = self._text("docs")
        if written is None:
            return ""
        if re.fullmatch(r"https?://[^\s/?#]+(?:[/?#]\S*)?", written) is None:
            message = "`docs` is a URL that begins with `https://` or `http://`"
            raise Fault(message, written.span)
        return str(written)

    def _severity(self) -> Severity:
        written = self._text("severity")
        levels = {level.label: level for level in Severity}
        if written is not None and written not in levels:
            message = f"`severity` is info, warning or error, not `{shown(written)}`"
            raise Fault(message, written.span)
        return levels[written] if written is not None else Severity.WARNING

    def _samples(self, key: str, check: Callable[[Text], None]) -> tuple[str, ...]:
        node = self._node.get(key)
        if node is None:
            return ()
        if not isinstance(node, List) or not node.items:
            message = f"`{key}` is a list of samples, with one at least"
            raise Fault(message, node.span)
        samples = [_text_of(item, f"a sample of `{key}`") for item in node.items]
        for sample in samples:
            check(sample)
        return tuple(map(str, samples))

    def _needed(self, key: str) -> Text:
        written = self._text(key)
        if written is None:
            message = f"`{self._name}` has no `{key}`"
            raise Fault(message, self._name.span)
        return written

    def _text(self, key: str) -> Text | None:
        node = self._node.get(key)
        text = None if node is None else _text_of(node, f"`{key}`")
        if text is not None and len(text) > LONGEST_TEXT:
            message = f"`{key}` is longer than {LONGEST_TEXT} characters"
            raise Fault(message, text.span)
        return text


def _text_of(node: Node, what: str) -> Text:
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.text.strip():
        message = f"{what} is a text"
        if isinstance(node, Scalar) and node.value is not None and node.text.strip():
            message += f": put `{shown(node.text)}` in quotes"
        raise Fault(message, node.span)
    return node.text


def _line(text: str) -> str:
    return " ".join(text.split())


def _paragraphs(text: str) -> str:
    return "\n\n".join(_line(paragraph) for paragraph in re.split(r"\n\s*\n", text.strip()))


def _fault_of_name(name: str, kind: Kind, *, has_failed: bool) -> str:
    """Why a message cannot hold a name; empty where it can."""
    first, dot, _ = name.partition(".")
    shape = (kind.shape.keys or {}).get(first)
    if shape is None and name in FAILED:
        return "" if has_failed else f"`{{{name}}}` is what `require` and `only` find, and this rule has neither"
    if shape is None and not (kind.model and first.startswith("x-")):
        known = (*(kind.shape.keys or ()), *(FAILED if has_failed else ()))
        return f"{kind.name} has no fact `{shown(name)}` to show{hint(first, known)}"
    if dot and shape is not None and shape.keys is None:
        return f"`{first}` is no table, so there is no `{shown(name)}`"
    return ""


def _check_marks(sample: Text) -> None:
    depth = 0
    has_marks = False
    for index, character in enumerate(sample):
        if character in "«»":
            has_marks = True
            depth += 1 if character == "«" else -1
            if depth < 0:
                message = "this `»` has no `«` before it"
                raise Fault(message, sample.part(index, index + 1).span)
    if depth or not has_marks:
        message = "a bad sample has what is reported between `«` and `»`"
        raise Fault(message, sample.span)


def _check_no_marks(sample: Text) -> None:
    for mark in "«»":
        if mark in sample:
            message = f"a good sample has no `{mark}`: nothing in it is reported"
            raise Fault(message, sample.span)
