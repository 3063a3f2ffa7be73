"""Statements, pipelines and simple commands.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_10
"""

from __future__ import annotations

import re
from functools import cache

from dockerlint.shell.quoting import WordReader
from dockerlint.shell.tree import Compound, Pipeline, Simple, Statement
from dockerlint.shell.words import Assignment, HereDocument, Redirection, Word, as_assignment
from dockerlint.source import Text

_DECLARATIONS = frozenset({"declare", "export", "local", "readonly", "typeset"})

# Most tokens are told apart by their first character, which costs less than an expression.
_CLOSES = frozenset(");tdfe}")
_OPENS = frozenset("(ifswuc{[")
_ENDS_COMMAND = frozenset(("", *"\n;|)#"))
_REDIRECTS = frozenset("<>&{0123456789")


@cache
def _closer() -> re.Pattern[str]:
    return re.compile(r"\)|;;&?|;&|(?:then|do|done|fi|elif|else|esac|\})(?=[\s;&|()<>]|\Z)")


@cache
def _opener() -> re.Pattern[str]:
    return re.compile(r"\(|(?:if|for|select|while|until|case|function|\{|\[\[)(?=[\s;&|()<>]|\Z)")


@cache
def _prefix() -> re.Pattern[str]:
    """`!`, and `time` where it stands before more than a simple command."""
    return re.compile(r"!(?=[\s;&|()<>]|\Z)|time(?:[ \t]+-p)?(?=[ \t]+(?:[({!]|\[\[|(?:if|for|while|until|case)[ \t]))")


@cache
def _connector() -> re.Pattern[str]:
    return re.compile(r"&&|\|\||;(?![;&])|&(?![&>])|&(?=>\()|\n")


@cache
def _pipe() -> re.Pattern[str]:
    return re.compile(r"\|&|\|(?!\|)")


@cache
def _redirection() -> re.Pattern[str]:
    return re.compile(r"(\d+|\{[A-Za-z_]\w*\})?(&>>|&>|<<<|<<-|<<|<>|<&|<(?!\()|>>|>&|>\||>(?!\())")


@cache
def _assignment() -> re.Pattern[str]:
    return re.compile(r"([A-Za-z_]\w*(?:\[(?:[^\[\]\n]|\[[^\[\]\n]*+\])*+\])?)(\+?)=", re.ASCII)


@cache
def brackets() -> re.Pattern[str]:
    """What makes a word the name of a function."""
    return re.compile(r"\([ \t]*\)")


class StatementReader(WordReader):
    """Reads statements; each method leaves `index` behind what it has read."""

    def compound(self, keyword: str) -> Compound:
        """The compound command that begins here with a keyword."""
        raise NotImplementedError

    def function_body(self, name: Word, start: int) -> Compound:
        """The function that began at `start`; here stand its brackets, or its body."""
        raise NotImplementedError

    def script(self) -> tuple[Statement, ...]:
        """All statements of the text; whatever else stands in it is a fault."""
        statements = self.statements()
        self.skip_lines()
        if self.index < self.end:
            self.fail_unexpected()
        return statements

    def statements(self) -> tuple[Statement, ...]:
        self.depth += 1
        found: list[Statement] = []
        if not self.is_too_deep():
            while self.is_more():
                found.append(self._statement())
                if not found[-1].connector:
                    break
        self.depth -= 1
        return tuple(found)

    def is_more(self) -> bool:
        """Whether another statement follows; if not, this is the end, or what closes the list."""
        self.skip_lines()
        return self.index < self.end and not self.closer()

    def closer(self) -> str:
        """The keyword or operator here that ends a list of statements; empty if there is none."""
        if self.string[self.index : self.index + 1] not in _CLOSES:
            return ""
        match = _closer().match(self.string, self.index)
        return match[0] if match is not None else ""

    def _statement(self) -> Statement:
        pipeline = self._pipeline()
        start = self.index
        match = _connector().match(self.string, start)
        if match is None:
            return Statement(pipeline, self.cut(start, start))
        connector = self.cut(start, match.end())
        if connector == "\n":
            self.newline()
        else:
            self.index = match.end()
            if connector in ("&&", "||"):
                self._require_more(connector, start)
        return Statement(pipeline, connector)

    def _require_more(self, operator: str, start: int) -> None:
        if not self.is_more():
            self.fail("empty", f"nothing follows `{operator}`", start, start + len(operator))

    def _pipeline(self) -> Pipeline:
        negation = self._negation() if self.string[self.index] in "!t" else None
        commands = [self.command()]
        operators: list[Text] = []
        while True:
            self.skip_blanks()
            start = self.index
            character = self.string[start : start + 1]
            if character == "#":
                self.comment()
            match = _pipe().match(self.string, start) if character == "|" else None
            if match is None:
                return Pipeline(tuple(commands), tuple(operators), negation)
            operators.append(self.cut(start, match.end()))
            self.index = match.end()
            self._require_more(match[0], start)
            if self.string.startswith("!", self.index) and _prefix().match(self.string, self.index):
                # Only a whole pipeline can be negated.
                self.fail_unexpected()
            if self.index < self.end:
                commands.append(self.command())

    def _negation(self) -> Text | None:
        negation = None
        while (match := _prefix().match(self.string, self.index)) is not None:
            start, self.index = self.index, match.end()
            if match[0] == "!":
                negation = self.cut(start, self.index) if negation is None else None
            self._require_more(match[0], start)
        return negation

    def command(self) -> Simple | Compound:
        if self.string[self.index : self.index + 1] in _OPENS:
            match = _opener().match(self.string, self.index)
            if match is not None:
                return self.compound(match[0])
        return self._simple()

    def _simple(self) -> Simple | Compound:
        words: list[Word] = []
        assignments: list[Assignment] = []
        redirections: list[Redirection] = []
        start, first, end = self.index, -1, -1
        is_declaration = False
        while True:
            self.skip_blanks()
            index = self.index
            character = self.string[index : index + 1]
            if character in _ENDS_COMMAND:
                break
            if character in _REDIRECTS and (redirection := self._redirection()) is not None:
                redirections.append(redirection)
                continue
            if character == "(" and len(words) == 1 and not assignments and brackets().match(self.string, index):
                return self.function_body(words[0], start)
            if (is_declaration or not words) and (assignment := self._assignment()) is not None:
                assignments.append(assignment)
            elif (word := self.word()) is None:
                break
            elif is_declaration and (declared := _declared(word)) is not None:
                assignments.append(declared)
            else:
                is_declaration = is_declaration or (not words and word.value in _DECLARATIONS)
                words.append(word)
            first, end = index if first < 0 else first, self.index
        if self.string.startswith("(", self.index) or (first < 0 and not redirections):
            self.fail_unexpected()
        # Redirections around the words are not part of its text.
        text = self.cut(first, end) if first >= 0 else self.cut(start, self.index)
        return Simple(text, tuple(words), tuple(assignments), tuple(redirections))

    def _assignment(self) -> Assignment | None:
        match = _assignment().match(self.string, self.index)
        if match is None:
            return None
        name = self.cut(match.start(1), match.end(1))
        self.index = match.end()
        if self.string.startswith("(", self.index):
            return self._array(name, is_appended=bool(match[2]))
        value = self.word() or Word(self.cut(self.index, self.index), is_literal=True)
        return Assignment(name, value, bool(match[2]))

    def _array(self, name: Text, *, is_appended: bool) -> Assignment:
        start = self.index
        self.index += 1
        elements: list[Word] = []
        self.skip_lines()
        while (word := self.word()) is not None:
            elements.append(word)
            self.skip_lines()
        self.close_bracket("(", start)
        value = Word(self.cut(start, self.index), is_literal=False)
        return Assignment(name, value, is_appended, tuple(elements))

    def redirections(self) -> tuple[Redirection, ...]:
        """Those behind a compound command."""
        found: list[Redirection] = []
        while True:
            self.skip_blanks()
            if self.string[self.index : self.index + 1] not in _REDIRECTS:
                return tuple(found)
            redirection = self._redirection()
            if redirection is None:
                return tuple(found)
            found.append(redirection)

    def _redirection(self) -> Redirection | None:
        match = _redirection().match(self.string, self.index)
        if match is None:
            return None
        start, self.index = self.index, match.end()
        operator = match[2]
        self.skip_blanks()
        # `>&2>file`: a number is a target here, though it might begin another redirection.
        begins = operator not in (">&", "<&") and _redirection().match(self.string, self.index) is not None
        target = self.token() if not begins else None
        text = self.cut(start, self.index)
        document = None
        if target is None:
            self.fail("empty", f"nothing follows `{operator}`", match.start(2), match.end(2))
        elif operator in ("<<", "<<-"):
            document, target = HereDocument(target, operator == "<<-"), None
            self.await_body(document)
        return Redirection(operator, match[1] or "", target, text, document)


def _declared(word: Word) -> Assignment | None:
    """The variable that a word behind `export` names: `NAME`, or `"NAME=value"`."""
    if word.is_literal and word.value.isidentifier():
        return Assignment(word.value, None)
    return as_assignment(word)
