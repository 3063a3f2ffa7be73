"""The manual: its pages, its index, the table of codes, and whether what is written is current."""

from pathlib import Path

from click.testing import CliRunner

from dockerlint.cli.main import cli
from dockerlint.lint.not_taken import NOT_TAKEN
from dockerlint.lint.registry import all_rules
from dockerlint.report.manual import page, pages

RULES = all_rules()
PAGES = pages(RULES)


def test_every_rule_has_a_page_and_stands_in_the_index() -> None:
    for rule in RULES:
        assert PAGES[f"{rule.name}.md"] == page(rule)
        assert f"[{rule.name}]({rule.name}.md)" in PAGES["index.md"]


def test_every_code_leads_to_its_rules() -> None:
    rows = dict(line.strip("| ").split(" | ", 1) for line in PAGES["codes.md"].splitlines() if line.startswith("| "))
    assert rows.keys() >= {alias for rule in RULES for alias in rule.aliases} | NOT_TAKEN.keys()
    assert rows["DL3007"] == "[latest-base-image](latest-base-image.md)"
    assert rows["DL3005"].startswith("not taken: withdrawn")


def test_pages_are_written_and_checked(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    check = ["docs", str(folder), "--check"]
    assert CliRunner().invoke(cli, check).exit_code == 1
    assert CliRunner().invoke(cli, ["docs", str(folder)]).exit_code == 0
    assert CliRunner().invoke(cli, check).exit_code == 0
    (folder / "gone-rule.md").write_text("old", "utf-8")
    (folder / "root-user.md").write_text("old", "utf-8")
    result = CliRunner().invoke(cli, check)
    assert result.exit_code == 1
    assert "gone-rule.md" in result.output
    assert "root-user.md" in result.output
    CliRunner().invoke(cli, ["docs", str(folder)])
    assert {file.name for file in folder.iterdir()} == PAGES.keys()
