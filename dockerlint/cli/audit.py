"""`dockerlint audit`."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dockerlint.cli.checking import FINDINGS, NOTHING, UNCHECKED
from dockerlint.cli.settings import config_options, tell, told
from dockerlint.project.discovery import Found

if TYPE_CHECKING:
    from dockerlint.lint.configuration import Settler


@click.command()
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--max-risk", type=click.IntRange(min=0), metavar="N", help="Exit with 1 above N points of risk.")
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, help="Lines of the ledger to show.")
@config_options
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Judge ends of life as of this day.")
def audit(
    folder: str, form: str, max_risk: int | None, limit: int, settler: Settler, as_of: datetime.datetime | None
) -> None:
    """Tell how ready a project is for production: a checklist with evidence, and its risk with what it is made of.

    Each finding has the points of Risk = Threat x Vulnerability x Impact, each from 1 to 5.

    Exit codes: 0, or 1 above --max-risk, 2 something could not be checked.
    """
    # The other commands need none of these.
    from dockerlint.lint.audit import RULES, Project, checklist  # noqa: PLC0415
    from dockerlint.lint.risk import ledger  # noqa: PLC0415
    from dockerlint.lint.run import Request, survey  # noqa: PLC0415
    from dockerlint.project.pipelines import pipelines  # noqa: PLC0415
    from dockerlint.report import audit_report  # noqa: PLC0415

    with told():
        configuration = settler.in_folder(str(Path(folder).absolute()))
        files = tuple(file for file in settler.looked_at([folder]) if isinstance(file, Found))
    tell(settler)
    day = as_of.date() if as_of else datetime.datetime.now(tz=datetime.UTC).date()
    # What weighs is what the default and the security profile say; the checklist stands on some rules beyond them.
    weighing = configuration.selecting(("default", "security"))
    selection = configuration.selecting(("default", "security"), also=tuple(sorted(RULES)))
    request = Request(files, selection, configuration.settings(day), scopes=configuration.scopes, folders=(folder,))
    seen = survey(request)
    findings = seen.result.findings
    answers = checklist(Project(findings, seen.builds, seen.stacks, pipelines(Path(folder))))
    names = frozenset(rule.name for rule in weighing.all_rules())
    total = ledger(finding for finding in findings if finding.rule in names)
    if form == "json":
        audit_report.render_json(answers, total, seen.result, sys.stdout)
    else:
        audit_report.render(answers, total, seen.result, limit, sys.stdout)
    if seen.result.problems:
        sys.exit(UNCHECKED)
    sys.exit(FINDINGS if max_risk is not None and total.points > max_risk else NOTHING)
