"""Where a program sends what it logs."""

from __future__ import annotations

import pytest

from tests.application import MAIN, program, unmarked

LOGGING = "import logging, logging.handlers, os, sys\n"
FILES = [
    # (a program with «» around what names the files, the files)
    ("logging.basicConfig(filename=«'a.log'»)", ["a.log"]),
    ("NAME = '/var/log/a.log'\nlogging.basicConfig(filename=«NAME»)", ["/var/log/a.log"]),
    ("logging.getLogger().addHandler(logging.FileHandler(«'a.log'»))", ["a.log"]),
    ("x = logging.handlers.TimedRotatingFileHandler(filename=«'a.log'»)", ["a.log"]),
    ("import logging as l\nl.basicConfig(filename=«'a.log'»)", ["a.log"]),
    ("logging.basicConfig(filename=«os.path.join(os.path.dirname(__file__), 'x', 'a.log')»)", ["x/a.log"]),
    (
        "from pathlib import Path\nH = Path(__file__).parent\nlogging.basicConfig(filename=«H / 'x' / 'a.log'»)",
        ["x/a.log"],
    ),
    ("logging.FileHandler(«'a'»), logging.FileHandler(«'b'»)", ["a", "b"]),
    (MAIN + "logging.basicConfig(filename=«'a.log'»)", ["a.log"]),
    ("self.logger.addHandler(logging.FileHandler(«'a.log'»))", ["a.log"]),
    (
        "import logging.config\nlogging.config.dictConfig({'handlers': {'f': {'class': 'logging.FileHandler', "
        "'filename': «'a.log'»}}, 'root': {'handlers': ['f']}})",
        ["a.log"],
    ),
    (
        "INSTALLED_APPS = []\nLOGGING = {'handlers': {'f': {'class': 'logging.FileHandler', 'filename': «'a.log'»}, "
        "'unused': {'class': 'logging.FileHandler', 'filename': 'b.log'}}, 'loggers': {'': {'handlers': ['f']}}}",
        ["a.log"],
    ),
]
SILENT = [
    "logging.basicConfig()",
    "logging.basicConfig(filename=None)",
    "logging.basicConfig(filename=sys.argv[1])",
    "logging.basicConfig(filename=os.getenv('LOG', 'a.log'))",
    "D = os.environ['LOGS']\nlogging.basicConfig(filename=os.path.join(D, 'a.log'))",
    "logging.basicConfig(filename=os.path.join(os.path.dirname(__file__), name))",
    "if sys.argv[1:]:\n    logging.basicConfig(filename='a.log')",
    "def unused():\n    logging.basicConfig(filename='a.log')",
    "logging.FileHandler('a.log'), logging.StreamHandler(sys.stdout)",
    "logging.basicConfig()\nlogging.FileHandler('a.log')",
    "app.logger.addHandler(logging.FileHandler('a.log'))",
    "from rich.logging import RichHandler\nlogging.FileHandler('a.log'), RichHandler()",
    "class H(logging.StreamHandler):\n    pass\nlogging.FileHandler('a.log')",
    "from loguru import logger\nlogging.basicConfig(filename='a.log')",
    "import logging.config\nlogging.config.fileConfig('a.ini')\nlogging.FileHandler('a.log')",
    "import logging.config\nlogging.config.dictConfig(load())\nlogging.FileHandler('a.log')",
    "INSTALLED_APPS = []\nLOGGING = {'handlers': {'f': {'class': 'logging.FileHandler', 'filename': 'a.log'}, "
    "'c': {'class': 'logging.StreamHandler'}}, 'root': {'handlers': ['f', 'c']}}",
    "INSTALLED_APPS = []\nLOGGING = {'handlers': {'f': {'class': 'logging.FileHandler', 'filename': 'a.log', "
    "'filters': ['require_debug_true']}}, 'root': {'handlers': ['f']}}",
    "LOGGING = {'handlers': {'f': {'class': 'logging.FileHandler', 'filename': 'a.log'}}, 'root': {'handlers': ['f']}}",
]


@pytest.mark.parametrize(("text", "paths"), FILES)
def test_log_files_are_found(text: str, paths: list[str]) -> None:
    plain, marks, starts = unmarked(LOGGING + text)
    found = list(program(plain).log_files())
    assert [file.path for file in found] == paths
    assert [str(file.place) for file in found] == marks
    assert [file.place.start for file in found] == starts


@pytest.mark.parametrize("text", SILENT)
def test_nothing_is_said_where_a_console_gets_it_or_nobody_knows(text: str) -> None:
    assert list(program(LOGGING + text).log_files()) == []
