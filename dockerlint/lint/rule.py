"""The shape of a rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Generic, TypeVar, get_args

from dockerlint.lint.finding import Edit, Finding, Fix, Region, Severity, shown_lines, span_of
from dockerlint.lint.settings import Settings
from dockerlint.source import Span, Text

Node = TypeVar("Node")
Findings = Iterator[Finding]

__all__ = ["AnyRule", "Edit", "Findings", "Fix", "Rule", "Severity", "fix_of", "replace"]


class Rule(Generic[Node]):
    """A check of one kind of node; the type argument says which.

    The docstring is the rule's page: its first paragraph says what is wrong, the next begins with
    what happens because of it. `bad` maps samples to their mended text, None where there is no
    fix; «» marks what the finding points at. A sample of several files has lines `=== name`.
    """

    severity: ClassVar[Severity]
    profile: ClassVar[str] = "default"
    # The version that brought the rule: a run that asks for an older set of rules does without it.
    since: ClassVar[str] = "0.1"
    # New, and still to be judged on more files than ours: speaks only when asked to.
    is_preview: ClassVar[bool] = False
    # Runs whatever is selected, unless it is ignored by name: without it a refused file would pass for a clean one.
    guards: ClassVar[bool] = False
    aliases: ClassVar[tuple[str, ...]] = ()
    # Where its page can be read; empty if nowhere, None for our own manual.
    docs: ClassVar[str | None] = None
    bad: ClassVar[Mapping[str, str | None]] = {}
    good: ClassVar[tuple[str, ...]] = ()

    _reason: ClassVar[str]
    name: ClassVar[str]
    chapter: ClassVar[str]
    kinds: ClassVar[tuple[type, ...]]

    def __init_subclass__(cls) -> None:
        if "name" not in cls.__dict__:  # which a number in it makes hard to tell from that of the class
            cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()
        package, _, module = cls.__module__.partition(".")
        is_own = package == "dockerlint_rules"
        if "chapter" not in cls.__dict__:
            cls.chapter = module.partition(".")[0] if is_own else package
        if not is_own and cls.docs is None:
            cls.docs = ""  # our manual has no page of it
        (node,) = get_args(cls.__orig_bases__[0])  # type: ignore[attr-defined]
        cls.kinds = get_args(node) or (node,)

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def check(self, node: Node) -> Findings:
        """Find the fault in a node. Speak only of what is certain."""
        raise NotImplementedError

    @classmethod
    def page(cls) -> str:
        from inspect import cleandoc  # noqa: PLC0415 (a run without findings needs no page)

        return cleandoc(cls.__doc__ or "")

    @classmethod
    def summary(cls) -> str:
        return " ".join(cls.page().split("\n\n")[0].split())

    @classmethod
    def reason(cls) -> str:
        """What happens because of the fault, in one sentence."""
        if "_reason" not in cls.__dict__:
            cls._reason = cls._find_reason()
        return cls._reason

    @classmethod
    def _find_reason(cls) -> str:
        paragraphs = cls.page().split("\n\n")
        text = " ".join(paragraphs[1].split()) if len(paragraphs) > 1 else ""
        return re.split(r"(?<=[.!?]) (?=[A-Z`])", text, maxsplit=1)[0]

    @classmethod
    def aliases_of(cls, codes: Mapping[str, str], kind: str) -> tuple[str, ...]:
        """The aliases without those codes that mean another kind of the same fault."""
        return tuple(alias for alias in cls.aliases if alias not in codes or codes[alias] == kind)

    def finding(
        self,
        place: Text | Span,
        message: str,
        *,
        help: str = "",  # noqa: A002
        fix: Fix | None = None,
        severity: Severity | None = None,
        aliases: tuple[str, ...] | None = None,
        is_refusal: bool = False,
    ) -> Finding:
        span = span_of(place)
        region = Region.of(span)
        return Finding(
            rule=self.name,
            chapter=self.chapter,
            aliases=self.aliases if aliases is None else aliases,
            severity=self.severity if severity is None else severity,
            message=message,
            reason=self.reason(),
            help=help or (fix.message if fix else ""),
            region=region,
            lines=shown_lines(span, region),
            fix=fix,
            is_refusal=is_refusal,
            docs=self.docs,
        )


AnyRule = type[Rule[Any]]


def replace(place: Text, replacement: str, message: str, *, is_safe: bool) -> Fix:
    """A fix that writes something else in one place."""
    return Fix(message, (Edit.replacing(place, replacement),), is_safe)


def fix_of(message: str, *edits: Edit | None, is_safe: bool = False) -> Fix | None:
    """A fix of all edits; none where one of them cannot be made."""
    made = tuple(edit for edit in edits if edit is not None)
    return Fix(message, made, is_safe) if made and len(made) == len(edits) else None
