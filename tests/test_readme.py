"""What the README shows is what is printed."""

import re
from pathlib import Path

from dockerlint.lint.audit import Project, checklist
from dockerlint.lint.registry import COMPOSE_CHAPTERS, DOCKERFILE_CHAPTERS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def block(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_finding_shown_is_one_of_the_golden_report() -> None:
    assert block("finding") in (ROOT / "fixtures" / "tutorial" / "expected.txt").read_text("utf-8")


def test_families_shown_are_all_there_are() -> None:
    table = README.partition("## What it finds")[2].partition("##")[0]
    named = re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `")))
    assert sorted(named) == sorted((*DOCKERFILE_CHAPTERS, *COMPOSE_CHAPTERS))


def test_commands_stand_on_the_first_screen() -> None:
    first = README.splitlines()[:24]
    assert block("example").strip() in first
    assert block("tests").strip() in first


def test_number_of_items_of_the_checklist_is_right() -> None:
    answers = checklist(Project((), (), (), ()))
    assert f"The checklist has {len(answers)} items" in README
    assert all(title in {answer.title for answer in answers} for title in re.findall(r'"(C[a-zA-Z\' ]+)"', README))
