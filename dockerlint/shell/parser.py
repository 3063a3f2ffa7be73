"""Compound commands, the last piece of the grammar.

It is bash's grammar, which holds nearly all that other POSIX shells know.
https://www.gnu.org/software/bash/manual/html_node/Compound-Commands.html
"""

from __future__ import annotations

import re
from functools import cache

from dockerlint.shell.statements import StatementReader, brackets
from dockerlint.shell.tree import Clause, Compound, Pipeline, Statement
from dockerlint.shell.words import Word


@cache
def _in() -> re.Pattern[str]:
    return re.compile(r"in(?=[\s;(]|\Z)")


@cache
def _brace() -> re.Pattern[str]:
    return re.compile(r"\{(?=\s)")


@cache
def _end_of_test() -> re.Pattern[str]:
    return re.compile(r"\]\](?=[\s;&|()<>]|\Z)")


@cache
def _operator_of_test() -> re.Pattern[str]:
    return re.compile(r"&&|\|\||[()]|[<>](?!\()")


class Parser(StatementReader):
    """Reads a whole script: `Parser(text).script()`."""

    def compound(self, keyword: str) -> Compound:
        if keyword in ("while", "until"):
            return self._loop(keyword)
        if keyword in ("for", "select"):
            return self._for(keyword)
        read = {
            "(": self._bracket, "{": self._group, "if": self._if, "case": self._case, "[[": self._test,
            "function": self._function,
        }  # fmt: skip
        return read[keyword]()

    def _finish(self, kind: str, start: int, words: list[Word], clauses: list[Clause]) -> Compound:
        text = self.cut(start, self.index)
        return Compound(kind, text, tuple(words), tuple(clauses), self.redirections())

    def _clause(self, keyword: str) -> Clause:
        """A keyword, which stands here, and the statements after it: at least one."""
        start = self.index
        self.index += len(keyword)
        statements = self.statements()
        if not statements:
            self.fail("empty", f"nothing follows `{keyword}`", start, start + len(keyword))
        return Clause(self.cut(start, start + len(keyword)), statements)

    def _next_is(self, keyword: str) -> bool:
        self.skip_lines()
        return self.closer() == keyword

    def _close(self, keyword: str, opener: str, start: int) -> None:
        """Read the keyword that ends what `opener` began."""
        if self._next_is(keyword):
            self.index += len(keyword)
        elif self.index < self.end:
            self.fail_unexpected()
        else:
            self.fail("missing", f"`{opener}` has no `{keyword}`", start, start + len(opener))

    def _bracket(self) -> Compound:
        """`(( ))`, if that is how it ends, or a subshell."""
        start = self.index
        end = self.arithmetic_end(start + 2) if self.string.startswith("(", start + 1) else None
        if end is not None:
            return self._finish("arithmetic", start, [self._arithmetic(start, end)], [])
        clause = self._clause("(")
        self._close(")", "(", start)
        return self._finish("subshell", start, [], [clause])

    def _arithmetic(self, start: int, end: int) -> Word:
        part = self.arithmetic(start, start + 2, end, end + 2)
        return Word(self.cut(start + 2, end), is_literal=not part.parts, parts=(part,))

    def _group(self) -> Compound:
        start = self.index
        clause = self._clause("{")
        self._close("}", "{", start)
        return self._finish("group", start, [], [clause])

    def _if(self) -> Compound:
        start = self.index
        clauses = [self._clause("if")]
        keyword = "if"
        while keyword in ("if", "elif"):
            if not self._next_is("then"):
                self._close("then", keyword, start)
                break
            clauses.append(self._clause("then"))
            keyword = next((each for each in ("elif", "else") if self._next_is(each)), "")
            if keyword:
                clauses.append(self._clause(keyword))
        self._close("fi", "if", start)
        return self._finish("if", start, [], clauses)

    def _loop(self, keyword: str) -> Compound:
        start = self.index
        clauses = [self._clause(keyword), *self._do(keyword, start)]
        return self._finish(keyword, start, [], clauses)

    def _do(self, keyword: str, start: int) -> list[Clause]:
        if not self._next_is("do"):
            self._close("do", keyword, start)
            return []
        clause = self._clause("do")
        self._close("done", keyword, start)
        return [clause]

    def _for(self, keyword: str) -> Compound:
        start = self.index
        self.index += len(keyword)
        self.skip_blanks()
        begin = self.index
        end = self.arithmetic_end(begin + 2) if self.string.startswith("((", begin) else None
        words = self._loop_words(keyword, start) if end is None else [self._arithmetic(begin, end)]
        self.skip_blanks()
        if self.string.startswith(";", self.index):
            self.index += 1
        self.skip_lines()
        if _brace().match(self.string, self.index) is None:
            return self._finish(keyword, start, words, self._do(keyword, start))
        opening = self.index
        clause = self._clause("{")
        self._close("}", "{", opening)
        return self._finish(keyword, start, words, [clause])

    def _loop_words(self, keyword: str, start: int) -> list[Word]:
        """`NAME [in WORDS]`."""
        name = self.token()
        if name is None:
            self.fail("empty", f"nothing follows `{keyword}`", start, start + len(keyword))
            return []
        words = [name]
        self.skip_lines()
        if _in().match(self.string, self.index):
            self.index += len("in")
            self.skip_blanks()
            while (word := self.token()) is not None:
                words.append(word)
                self.skip_blanks()
        return words

    def _case(self) -> Compound:
        start = self.index
        self.index += len("case")
        self.skip_blanks()
        subject = self.token()
        self.skip_lines()
        clauses: list[Clause] = []
        if subject is None or _in().match(self.string, self.index) is None:
            self.fail("missing", "`case` has no `in`", start, start + len("case"))
        self.index = min(self.index + len("in"), self.end)
        while not self._next_is("esac") and self.index < self.end:
            clauses.append(self._case_clause())
        self._close("esac", "case", start)
        return self._finish("case", start, [subject] if subject is not None else [], clauses)

    def _case_clause(self) -> Clause:
        patterns = self._patterns()
        statements = self.statements()
        self.skip_lines()
        begin, closer = self.index, self.closer()
        if closer.startswith(";"):
            self.index += len(closer)
        elif closer != "esac" and begin < self.end:
            self.fail_unexpected()
        return Clause(self.cut(begin, self.index), statements, tuple(patterns))

    def _patterns(self) -> list[Word]:
        """`(PATTERN | PATTERN)`, the first bracket as one likes."""
        patterns: list[Word] = []
        separator = "("
        while self.string.startswith(separator, self.index) or not patterns:
            self.index += self.string.startswith(separator, self.index)
            separator = "|"
            self.skip_blanks()
            pattern = self.token()
            if pattern is None:
                self.fail_unexpected()
                return patterns
            patterns.append(pattern)
            self.skip_blanks()
        if self.string.startswith(")", self.index):
            self.index += 1
        else:
            self.fail_unexpected()
        return patterns

    def _function(self) -> Compound:
        """`function NAME [()]`."""
        start = self.index
        self.index += len("function")
        self.skip_blanks()
        name = self.token()
        if name is None:
            self.fail("empty", "nothing follows `function`", start, start + len("function"))
            return self._finish("function", start, [], [Clause(self.cut(start, start + len("function")), ())])
        self.skip_blanks()
        return self.function_body(name, start)

    def function_body(self, name: Word, start: int) -> Compound:
        match = brackets().match(self.string, self.index)
        if match is not None:
            self.index = match.end()
        end = self.index
        statements: tuple[Statement, ...] = ()
        self.depth += 1
        if not self.is_more():
            self.fail("empty", f"function `{name.value}` has no body", start, end)
        elif not self.is_too_deep():
            body = Pipeline((self.command(),), (), None)
            statements = (Statement(body, self.cut(self.index, self.index)),)
        self.depth -= 1
        return self._finish("function", start, [name], [Clause(self.cut(start, end), statements)])

    def _test(self) -> Compound:
        """`[[ ]]`: operands and operators, all of them words."""
        start = self.index
        self.index += len("[[")
        words: list[Word] = []
        while True:
            self.skip_lines()
            if _end_of_test().match(self.string, self.index):
                self.index += len("]]")
                break
            word = self._operand(words)
            if word is None:
                if self.index < self.end:
                    self.fail_unexpected()
                self.fail("missing", "`[[` has no `]]`", start, start + len("[["))
                break
            words.append(word)
        return self._finish("test", start, words, [])

    def _operand(self, before: list[Word]) -> Word | None:
        if before and before[-1].value == "=~":
            return self._expression()
        match = _operator_of_test().match(self.string, self.index)
        if match is None:
            return self.word()
        self.index = match.end()
        return Word(self.cut(match.start(), match.end()), is_literal=True)

    def _expression(self) -> Word | None:
        """A regular expression: brackets and bars belong to it, and blanks inside brackets too."""
        start, level = self.index, 0
        is_literal = True
        while self.index < self.end:
            word = self.word()
            is_literal = is_literal and (word is None or word.is_literal)
            character = self.string[self.index : self.index + 1]
            if not character or (level <= 0 and character in " \t\n;&)"):
                break
            level += {"(": 1, ")": -1}.get(character, 0)
            self.index += 1
        return Word(self.cut(start, self.index), is_literal) if self.index > start else None
