"""The examples of the page about formats are what is printed.

`UPDATE_GOLDEN=1 python -m pytest tests/test_formats_page.py` writes them anew.
"""

import os
import re
from pathlib import Path

from dockerlint.report.formats import FORMATS
from tests.test_cli import DAY, invoke

PAGE = Path(__file__).parent.parent / "docs" / "formats.md"
EXAMPLE = re.compile(r"(<!-- example (\w+) -->\n```\w+\n)(.*?)(```\n)", re.DOTALL)


def printed(form: str, folder: Path) -> str:
    options = ["--statistics"] if form == "statistics" else ["--format", form]
    text = invoke(folder, "check", *DAY, *options).stdout.replace("\0", "␀")
    return re.sub(r'("(?:text|markdown)": ")(?:[^"\\]|\\.){400,}"', r'\1..."', text)


def test_examples_are_what_is_printed(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    file = re.search(r"<!-- file -->\n```dockerfile\n(.*?)```", page, re.DOTALL)
    assert file is not None
    (tmp_path / "Dockerfile").write_text(file[1], "utf-8")
    wanted = EXAMPLE.sub(lambda match: f"{match[1]}{printed(match[2], tmp_path)}{match[4]}", page)
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(wanted, "utf-8")
    assert wanted == PAGE.read_text("utf-8")


def test_every_format_has_a_section_and_an_example() -> None:
    page = PAGE.read_text("utf-8")
    named = {name for row in re.findall(r"^\| (\[.*?) \|", page, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert named == set(FORMATS)
    assert set(FORMATS) <= set(re.findall(r"^## (\w+)$", page, re.MULTILINE))
    assert {match[2] for match in EXAMPLE.finditer(page)} == set(FORMATS) - {"json"} | {"statistics"}
