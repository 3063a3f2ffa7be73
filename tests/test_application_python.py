"""Facts about one Python file: literals, names, what cannot be read, and where each stands."""

from __future__ import annotations

import ast
import time
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.application.places import Places
from dockerlint.application.python import Module
from dockerlint.source import Source, Text
from tests.application import FLASK, MAIN, module, unmarked

LITERALS = [
    ("SECRET_KEY = «'abcdef'»", "SECRET_KEY", "assignment"),
    ("SECRET_KEY: str = «'abcdef'»", "SECRET_KEY", "assignment"),
    ("a = b = «'abcdef'»", "a", "assignment"),
    ("user, password = 'me', «'abcdef'»", "password", "assignment"),
    ("app.secret_key = «'abcdef'»", "secret_key", "assignment"),
    ("app.secret_key = «b'abcdef'»", "secret_key", "assignment"),
    ("app.config['SECRET_KEY'] = «'abcdef'»", "SECRET_KEY", "assignment"),
    ("if (token := «'abcdef'»): pass", "token", "assignment"),
    ("class A:\n    password = «'abcdef'»", "password", "assignment"),
    ("def f():\n    password = «'abcdef'»", "password", "assignment"),
    ("connect(password=«'abcdef'»)", "password", "keyword"),
    ("dict(password=«'abcdef'»)", "password", "keyword"),
    ("D = {'default': {'PASSWORD': «'abcdef'»}}", "PASSWORD", "key"),
    ("import os\nos.environ.setdefault('X_TOKEN', «'abcdef'»)", "X_TOKEN", "default"),
    ("import os\nos.environ['X_TOKEN'] = «'abcdef'»", "X_TOKEN", "assignment"),
    ("import os\nf(os.getenv('KEY', «'abcdef'»))", "KEY", "default"),
    ("from os import environ\nf(environ.get('KEY', «'abcdef'»))", "KEY", "default"),
    ("from decouple import config\nf(config('KEY', default=«'abcdef'»))", "KEY", "default"),
    ("import os\nKEY = os.environ.get('KEY') or «'abcdef'»", "KEY", "default"),
    ("KEY = x if y else «'abcdef'»", "KEY", "default"),
    ("KEY = «'abcdef'».encode('utf-8')", "KEY", "default"),
    ("KEY = SecretStr(«'abcdef'»)", "KEY", "default"),
    ("class S:\n    key: str = Field(default=«'abcdef'»)", "key", "default"),
    ("def f(a, password=«'abcdef'»): pass", "password", "parameter"),
    ("def f(a, *, password=«'abcdef'», b): pass", "password", "parameter"),
    ("parser.add_argument('-p', '--password', default=«'abcdef'»)", "password", "default"),
    ("KEY = «'abc' 'def'»", "KEY", "assignment"),
    ("KEY = («'abc'  # one\n  'def'»)", "KEY", "assignment"),
    ("KEY = «'abc\\x64ef'»", "KEY", "assignment"),
    ("é = 'ü'; KEY = «'abcdef'»", "KEY", "assignment"),
    ("if x:\r\n\tKEY = «'abcdef'»\r\n", "KEY", "assignment"),
    ("x = 1\rKEY = «'abcdef'»", "KEY", "assignment"),
    ("if x:\n\f  KEY = «'abcdef'»", "KEY", "assignment"),
    ("x = '\u2028'\nKEY = «'abcdef'»", "KEY", "assignment"),
]  # fmt: skip

NO_LITERAL = [
    "SECRET_KEY = key",
    "SECRET_KEY = f'{x}abcdef'",
    "SECRET_KEY = 123456",
    "SECRET_KEY = 'abc'",
    "SECRET_KEY = '" + "a" * 4097 + "'",
    "SECRET_KEY = open('abcdef').read()",
    "import os\nSECRET_KEY = os.environ['abcdef']",
    "if password == 'abcdef': pass",
    "f('abcdef')",
    "'abcdef'",
    "x = request.form.get('password', 'abcdef')",
]


class TestLiterals:
    @pytest.mark.parametrize(("text", "name", "how"), LITERALS)
    def test_bound_to_names_are_kept(self, text: str, name: str, how: str) -> None:
        plain, (mark,), (start,) = unmarked(text)
        found = [fact for fact in module(plain).assignments if fact.name == name and fact.value == "abcdef"]
        assert [(fact.how, plain[fact.value.start : fact.value.end]) for fact in found] == [(how, mark)]
        assert found[0].value.start == start

    @pytest.mark.parametrize("text", NO_LITERAL)
    def test_of_other_kinds_are_not(self, text: str) -> None:
        assert module(text).assignments == ()

    def test_of_two_names_give_two_facts(self) -> None:
        found = module("import os\na = os.getenv('KEY', 'abcdef')").assignments
        assert sorted(fact.name for fact in found) == ["KEY", "a"]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("import os\nos.environ['A']", [("A", None, True)]),
            ("import os\nos.environ['A'] = 'x'", []),
            ("import os\nos.getenv('A')", [("A", None, False)]),
            ("import os\nos.getenv('A', 'x')", [("A", "x", False)]),
            ("import os as o\no.environ.get('A', default=5)", [("A", "5", False)]),
            ("from os import getenv\ngetenv('A', x)", [("A", None, False)]),
            ("from decouple import config\nconfig('A')", [("A", None, True)]),
            ("from decouple import config\nconfig('A', default='x')", [("A", "x", False)]),
            ("import environ\ne = environ.Env()\ne('A')\ne.int('B', 5)", [("A", None, True), ("B", "5", False)]),
            ("from starlette.config import Config\nc = Config('.env')\nc('A', cast=bool, default=True)",
             [("A", "True", False)]),
            ("config('A')\nenv('A')\nx.getenv('A')\nos.getenv('A')", []),
            ("import os\nos.getenv(name)\nos.environ[name]", []),
        ],
    )  # fmt: skip
    def test_of_the_environment(self, text: str, expected: list[tuple[str, str | None, bool]]) -> None:
        found = module(text).environment
        assert [(str(fact.name), fact.default, fact.is_required) for fact in found] == expected
        assert all(text[fact.name.start : fact.name.end].strip("'") == fact.name for fact in found)


class TestNames:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a = 1\nb: int = 2\nc, (d, *e) = x", {"a", "b", "c", "d", "e"}),
            ("import a.b, c as d\nfrom e import f, g as h", {"a", "d", "f", "h"}),
            ("def f(): x = 1\nclass C: y = 1\nasync def g(): pass", {"f", "C", "g"}),
            ("for a in b: c = 1\nwith d as e: pass", {"a", "c", "e"}),
            ("try:\n    import a\nexcept E as e:\n    a = None", {"a", "e"}),
            ("if x:\n    a = 1\nelse:\n    b = 1", {"a", "b"}),
            ("def f():\n    global a\n    a = 1", {"f", "a"}),
            ("print(a := 1)", {"a"}),
            ("x.y = 1\nx[0] = 1", set()),
        ],
    )
    def test_bound_at_top_level(self, text: str, expected: set[str]) -> None:
        found = module(text)
        assert found.names == frozenset(expected)
        assert found.has("app") is False

    @pytest.mark.parametrize(
        "text", ["from x import *", "def __getattr__(name): ...", "globals()['app'] = 1", "exec(x)"]
    )
    def test_are_unknown_where_others_may_be_made(self, text: str) -> None:
        found = module("a = 1\n" + text)
        assert found.names is None
        assert found.has("app") is None
        assert found.has("a") is True

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("import a.b", {"a.b"}),
            ("from a import b, c", {"a", "a.b", "a.c"}),
            ("from . import b", {".", ".b"}),
            ("from ..a import b", {"..a", "..a.b"}),
            ("from a import *", {"a"}),
            ("def f():\n    import a", {"a"}),
            ("if False:\n    import a", set()),
            ("import typing\nif typing.TYPE_CHECKING:\n    import a", {"typing"}),
        ],
    )
    def test_of_imported_modules(self, text: str, expected: set[str]) -> None:
        assert set(module(text).imports) == expected

    def test_of_modules_that_may_not_be_imported_are_marked(self) -> None:
        text = "import a\nif x:\n    import a, b\ntry:\n    import c\nexcept E:\n    import d"
        assert module(text).imports == {"a": True, "b": False, "c": True, "d": False}

    def test_of_constants(self) -> None:
        text = "import os\nbind = '0.0.0.0:80'\nworkers = 2\nreload = not False\nx = os.getenv('X', 'y')\nz = f()"
        assert module(text).constants == {"bind": "0.0.0.0:80", "workers": 2, "reload": True}


UNREADABLE = [
    "print 'Python 2'",
    "def f(:",
    "x = '\udcff'",
    "x = 1\0",
    "(" * 300,
    "-" * 100_000 + "1",
    "1+" * 100_000 + "1",
    "a" + ".b" * 100_000,
    "#" * 1_000_001,
]


PIECES = [
    FLASK, MAIN, "app.run(debug=True)", "app.config['DEBUG'] = 1", "DEBUG = True", "INSTALLED_APPS = []", "if x:",
    "    app.run(", "class Config:", "    DEBUG = os.getenv('DEBUG', '1')", "from a import *", "def f(x='abcdef'): f()",
    "app.config.from_object(Config)", "env = environ.Env()", "env('KEY', default='abcdef')", "x = y = {'a': 'bcdef'}",
]  # fmt: skip


class TestReading:
    @pytest.mark.parametrize("text", UNREADABLE, ids=range(len(UNREADABLE)))
    def test_gives_nothing_for_what_it_cannot_read(self, text: str) -> None:
        assert Module.read(Source("app.py", text)) is None

    def test_of_a_long_chain_of_names_does_not_crash(self) -> None:
        Module.read(Source("app.py", "\n".join(f"a{i} = a{i + 1}" for i in range(5000))))

    @pytest.mark.parametrize("text", ["", "\n", "# nothing", "\ufeffx = 1", "x = 1\r\n"])
    def test_of_little_is_fine(self, text: str) -> None:
        assert module(text).debug == ()

    def test_of_bytes_that_are_no_utf8_gives_nothing(self) -> None:
        assert Module.read(Source.from_bytes("app.py", b"# -*- coding: latin-1 -*-\nx = '\xe9'")) is None

    def test_does_not_warn_about_the_file(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            module("x = '\\d'\nif x is 'a': pass\nassert (1, 2)")

    def test_leaves_the_byte_order_mark_out_of_places(self) -> None:
        (fact,) = Module.read(Source("a.py", "\ufeffkey = 'abcdef'")).assignments  # type: ignore[union-attr]
        assert (fact.value.start, fact.value.end) == (6, 14)

    @given(st.lists(st.sampled_from([*PIECES, "é;", "\r", "\t", "'", "(", "\n"])))
    def test_never_fails(self, pieces: list[str]) -> None:
        text = "\n".join(pieces).replace("«", "").replace("»", "")
        found = Module.read(Source("app.py", text))
        for switch in found.debug if found else ():
            assert text[switch.place.start : switch.place.end] == switch.place

    @given(st.text(max_size=80))
    def test_never_fails_on_any_text(self, text: str) -> None:
        Module.read(Source("app.py", text))

    @pytest.mark.parametrize(
        "text",
        [
            "é = 1; " + "; ".join(f"a{i} = 'abcdef'" for i in range(20_000)),
            "if x: a = 1\n" + "elif x: a = f('abcdef'); b = f('abcdef')\n" * 2000,
            "import socket\ns = socket.socket()\n" + "s.bind(('a', 1))\n" * 5000,
            FLASK + "app.run(debug=D)\n" * 2000 + "D = True\n" * 10_000,
            "\n".join(f"a{i + 1} = a{i} or a{i}" for i in range(300)),
        ],
        ids=["line", "elif", "sockets", "bindings", "names"],
    )
    def test_takes_time_in_proportion_to_the_text(self, text: str) -> None:
        begin = time.process_time()
        assert Module.read(Source("app.py", text))
        assert time.process_time() - begin < 15  # seconds; with a square in it these take minutes


class TestPlaces:
    @pytest.mark.parametrize(
        ("literal", "value", "offsets"),
        [
            ("'abc'", "abc", [1, 2, 3]),
            ("r'a\\nb'", "a\\nb", [2, 3, 4, 5]),
            ("'a\\nb'", "a\nb", [1, 2, 4]),
            ("'a\\x41b'", "aAb", [1, 2, 6]),
            ("'a\\N{BULLET}b'", "a•b", [1, 2, 12]),
            ("'a\\\nb'", "ab", [1, 4]),
            ("'a\\qb'", "a\\qb", [1, 2, 3, 4]),
            ("b'a\\u0041'", "a\\u0041", [2, 3, 4, 5, 6, 7, 8]),
            ("'ab' 'cd'", "abcd", [1, 2, 6, 7]),
            ("'''a\r\nb'''", "a\nb", [3, 4, 6]),
            ("'a\\'b'", "a'b", [1, 2, 4]),
            ("'a'\\\n  \"b\\101\"", "abA", [1, 8, 9]),
        ],
    )
    def test_of_the_characters_of_a_literal(self, literal: str, value: str, offsets: list[int]) -> None:
        text = string_of(literal)
        assert text is not None
        assert text == value
        assert [text.offset(index) for index in range(len(text))] == offsets
        assert (text.start, text.end) == (0, len(literal))

    @given(st.lists(st.text("abé\n\\'\"\t\x01😀", min_size=1, max_size=8), min_size=1, max_size=3))
    def test_of_any_literal_are_inside_it(self, values: list[str]) -> None:
        literal = " ".join(repr(value) for value in values)
        text = string_of(literal)
        assert text is not None
        assert text == "".join(values)
        for index, character in enumerate(text):
            assert literal[text.offset(index)] in {character, "\\"}

    def test_inside_an_f_string_are_right_or_none(self) -> None:
        text = "import os\nx = f\"é {os.environ['HOME']} {os.getenv('USER')}\""
        for fact in module(text).environment:
            assert text[fact.name.start : fact.name.end] == f"'{fact.name}'"


def string_of(literal: str) -> Text | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        node = ast.parse(f"({literal})" if "\n" in literal else literal, mode="eval").body
    source = Source("app.py", literal)
    assert isinstance(node, ast.Constant)
    if "\n" in literal:  # undo the parenthesis
        node.col_offset -= 1
        node.end_col_offset = (node.end_col_offset or 0) - (node.end_lineno == 1)
    return Places(source).string(node)
