"""Baselines: fingerprints that hold, and what becomes of entries."""

import json
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockerlint.lint.baseline import BadBaseline, Baseline, Entry, Looked
from dockerlint.lint.finding import Finding
from dockerlint.lint.fingerprints import enclosing_keys
from dockerlint.lint.run import Request, run
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import find, named
from dockerlint.source import Source
from tests.harness import AS_OF, inside, lay_out
from tests.test_cli import DAY, invoke

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "baseline.schema.json").read_text("utf-8"))
ALL = Looked(lambda _path: True, lambda _rule: True, lambda _rule: True)


def findings_of(folder: Path, files: dict[str, str], *names: str) -> tuple[Finding, ...]:
    lay_out(files, folder)
    with inside(folder):
        return run(Request(tuple(find(["."])), Selection(names or ("all",)), Settings(as_of=AS_OF))).findings


STAGES = "FROM python:3.12 AS build\nRUN apt-get install curl\n{between}FROM alpine:3.22 AS {other}\nMAINTAINER a\n"
HARMLESS = st.lists(st.sampled_from(["", "# a comment", "RUN make", "ENV A=b", "WORKDIR /x", "COPY a b"]), max_size=4)
ONCE = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ONCE
@given(st.integers(0, 5), HARMLESS, st.sampled_from(["test", "run", "last"]))
def test_unrelated_lines_and_names_of_stages_change_no_mark(
    tmp_path_factory: pytest.TempPathFactory, comments: int, between: list[str], other: str
) -> None:
    rules = ("DL3014", "maintainer")
    before = findings_of(tmp_path_factory.mktemp("a"), {"Dockerfile": STAGES.format(between="", other="x")}, *rules)
    inner = "".join(f"{line}\n" for line in between)
    text = "# a comment\n" * comments + STAGES.format(between=inner, other=other)
    after = findings_of(tmp_path_factory.mktemp("b"), {"Dockerfile": text}, *rules)
    assert len(before) == len(after) == 2
    assert {finding.mark for finding in before} == {finding.mark for finding in after}


SERVICES = {
    "web": "  web:\n    image: nginx:1.29\n    privileged: true\n",
    "db": "  db:\n    image: mysql:8.4\n    privileged: true\n    volumes:\n    - data:/var/lib/mysql\n",
    "job": "  job:\n    image: alpine:3.22\n    network_mode: host\n    privileged: true\n",
}


@ONCE
@given(st.permutations(list(SERVICES)), st.booleans(), st.integers(0, 3))
def test_order_and_names_of_other_services_change_no_mark(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], is_renamed: bool, comments: int
) -> None:
    rules = ("privileged-service", "host-network")
    text = "services:\n" + "".join(SERVICES.values()) + "volumes:\n  data:\n"
    before = findings_of(tmp_path_factory.mktemp("a"), {"compose.yaml": text}, *rules)
    text = "volumes:\n  data:\nservices:\n" + "  # a comment\n" * comments + "".join(SERVICES[key] for key in order)
    text = text.replace("  job:", "  other:") if is_renamed else text
    after = findings_of(tmp_path_factory.mktemp("b"), {"compose.yaml": text}, *rules)
    assert len(before) == len(after) == 4
    # Only the two findings in the renamed service are other ones.
    assert len({finding.mark for finding in before} & {finding.mark for finding in after}) == (2 if is_renamed else 4)


def test_equal_findings_are_told_apart_by_order(tmp_path: Path) -> None:
    text = "FROM alpine:3.22\nMAINTAINER a\nMAINTAINER a\n"
    found = findings_of(tmp_path, {"Dockerfile": text}, "maintainer")
    assert len({finding.mark for finding in found}) == len({finding.fingerprint for finding in found}) == 2


def test_keys_that_lines_stand_below() -> None:
    text = "services:\n  web:\n    ports:\n    - a\n    - b: 1\n      c: 2\n\n    # x\n    image: d\nvolumes:\n  e:\n"
    assert enclosing_keys(Source("compose.yaml", text)) == [
        *("", "services", "services.web", "services.web.ports", "services.web.ports", "services.web.ports"),
        *("services.web.ports.c", "services.web.ports.c", "services.web", "", "volumes", "volumes.e"),
    ]


FAULTS = {
    "a/Dockerfile": "FROM alpine:3.22\nMAINTAINER a\n",
    "b/Dockerfile": "FROM alpine:3.22\nMAINTAINER a\nMAINTAINER b\n",
}


def baseline_of(folder: Path) -> Baseline:
    found = findings_of(folder, FAULTS, "maintainer")
    with inside(folder):
        return Baseline(Path("base.json")).with_findings(found)


def test_the_file_is_sorted_with_a_line_for_each_and_fits_its_schema(tmp_path: Path) -> None:
    baseline = baseline_of(tmp_path)
    document = json.loads(baseline.text())
    jsonschema.validate(document, SCHEMA)
    lines = [line.rstrip(",") for line in baseline.text().splitlines()[3:-2]]
    assert [json.loads(line) for line in lines] == document["findings"]
    assert [one["path"] for one in document["findings"]] == ["a/Dockerfile", "b/Dockerfile", "b/Dockerfile"]
    jsonschema.validate(json.loads(Baseline(Path("none.json")).text()), SCHEMA)


def test_it_is_written_and_read_back_from_any_folder(tmp_path: Path) -> None:
    baseline = baseline_of(tmp_path)
    with inside(tmp_path):
        baseline.path.write_bytes(baseline.data)
        assert Baseline.read(Path("base.json")).entries == baseline.entries
    with inside(tmp_path / "a"):
        result = run(Request((named("Dockerfile"),), Selection(["maintainer"]), Settings(as_of=AS_OF)))
        compared = Baseline.read(Path("../base.json")).compared(result.findings, ALL)
    assert (len(compared.known), len(compared.new), len(compared.mended)) == (1, 0, 2)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["Dockerfile"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "a merge has broken"),
        ("[]", "no baseline"),
        ('{"version": 9, "findings": []}', "version 9"),
        (None, "No such file"),
    ],
)
def test_what_is_no_baseline_is_said(text: str | None, why: str, tmp_path: Path) -> None:
    path = tmp_path / "base.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadBaseline, match=why):
        Baseline.read(path)


def test_new_mended_and_stale_are_told_apart(tmp_path: Path) -> None:
    baseline = baseline_of(tmp_path)
    (tmp_path / "a" / "Dockerfile").unlink()
    text = "FROM alpine:3.22\n\nMAINTAINER b\nMAINTAINER new\n"
    found = findings_of(tmp_path, {"b/Dockerfile": text}, "maintainer")
    with inside(tmp_path):
        compared = baseline.compared(found, ALL)
    assert [finding.region.line for finding in compared.new] == [4]
    assert [finding.region.line for finding in compared.known] == [3]
    assert [entry.path for entry in compared.mended] == ["b/Dockerfile"]
    assert [entry.path for entry in compared.stale] == ["a/Dockerfile"]
    assert Counter(entry.path for entry in compared.kept) == {"b/Dockerfile": 1}


@pytest.mark.parametrize(
    "looked", [ALL._replace(at=lambda path: "b/" not in path), ALL._replace(asked=lambda _rule: False)]
)
def test_what_was_not_looked_for_is_kept(looked: Looked, tmp_path: Path) -> None:
    baseline = baseline_of(tmp_path)
    with inside(tmp_path):
        compared = baseline.compared((), looked)
    assert {entry.path for entry in compared.mended} <= {"a/Dockerfile"}
    assert len(compared.kept) + len(compared.mended) == 3


def test_entries_of_rules_that_are_gone_are_stale(tmp_path: Path) -> None:
    lay_out(FAULTS, tmp_path)
    with inside(tmp_path):
        baseline = Baseline(Path("base.json"), [Entry("a/Dockerfile", "gone", "0" * 16, "")])
        assert baseline.compared((), ALL._replace(knows=lambda _rule: False)).stale == baseline.entries


def told(folder: Path, *arguments: str, files: dict[str, str] | None = None) -> tuple[int, str]:
    result = invoke(folder, *arguments, *DAY, "--select", "expose-host-port", files=files)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def port(*numbers: int) -> dict[str, str]:
    lines = "".join(f"EXPOSE {number}:{number}\n" for number in numbers)
    return {"api/Dockerfile": f"FROM alpine:3.22\n{lines}"}


def test_a_project_adopts_step_by_step(tmp_path: Path) -> None:
    assert told(tmp_path, "check", files={**port(1, 2, 3), "web/Dockerfile": port(4)["api/Dockerfile"]})[0] == 1
    assert told(tmp_path, "baseline", "create") == (0, "Wrote 4 findings to dockerlint-baseline.json.\n")
    jsonschema.validate(json.loads((tmp_path / "dockerlint-baseline.json").read_text("utf-8")), SCHEMA)
    assert told(tmp_path, "baseline", "check")[0] == 0
    code, text = told(tmp_path, "check", "--baseline", "dockerlint-baseline.json")
    assert (code, "4 known to the baseline" in text) == (0, True)
    code, text = told(tmp_path, "baseline", "check", files=port(1, 9, 2, 3))
    assert (code, text.count("-->"), "EXPOSE 9:9" in text) == (1, 1, True)
    code, text = told(tmp_path, "baseline", "check", files=port(1, 3))
    assert (code, "mended" in text and "`2:2`" in text) == (0, True)
    (tmp_path / "web" / "Dockerfile").unlink()
    code, text = told(tmp_path, "baseline", "update", "api", files=port(1, 3))
    assert (code, "mended" in text and "stale" in text and "Wrote 2 findings" in text) == (0, True)
    assert "Wrote" not in told(tmp_path, "baseline", "update")[1]


def test_update_takes_new_findings_only_when_asked_to(tmp_path: Path) -> None:
    told(tmp_path, "baseline", "create", files=port(1))
    assert told(tmp_path, "baseline", "update", files=port(1, 2))[0] == 1
    assert told(tmp_path, "baseline", "update", "--add") == (0, "Wrote 2 findings to dockerlint-baseline.json.\n")
    assert told(tmp_path, "baseline", "check")[0] == 0


def test_what_is_not_checked_is_kept(tmp_path: Path) -> None:
    told(tmp_path, "baseline", "create", files={**port(1), "web/Dockerfile": port(4)["api/Dockerfile"]})
    assert "Wrote" not in told(tmp_path, "baseline", "update", "api")[1]
    assert "Wrote" not in invoke(tmp_path, "baseline", "update", "--select", "maintainer", *DAY).output


@pytest.mark.parametrize("arguments", [("baseline", "create"), ("baseline", "check", "--file", "none.json")])
def test_a_baseline_in_the_way_or_not_there_is_bad_usage(arguments: tuple[str, ...], tmp_path: Path) -> None:
    told(tmp_path, "baseline", "create", files=port(1))
    assert told(tmp_path, *arguments)[0] == 2
    assert told(tmp_path, "baseline", "create", "--force")[0] == 0


def test_what_cannot_be_checked_stays_known(tmp_path: Path) -> None:
    told(tmp_path, "baseline", "create", files=port(1))
    (tmp_path / "api" / "Dockerfile").write_bytes(b"FROM a\0")
    code, text = told(tmp_path, "baseline", "update")
    assert (code, "mended" in text) == (2, False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM alpine:3.10.3\n", "FROM alpine:3.22\n"),
        (
            "FROM --platform=linux/amd64 acme.io:5000/a/b:1 AS x\n",
            "FROM --platform=linux/amd64 acme.io:5000/a/b AS x\n",
        ),
        ("FROM node:22\n", f"FROM node:22-alpine@sha256:{'a' * 64}\n"),
        ("from node\n", "from node:22\n"),
    ],
)
def test_a_newer_version_of_the_image_makes_nothing_new(before: str, after: str, tmp_path: Path) -> None:
    marks = [
        findings_of(
            tmp_path, {"Dockerfile": f'{text}RUN adduser a\nCMD ["app"]\n'}, "missing-user", "untagged-base-image"
        )
        for text in (before, after)
    ]
    assert {one.mark for one in marks[0] if one.rule == "missing-user"} == {
        one.mark for one in marks[1] if one.rule == "missing-user"
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM alpine:3.22\n", "FROM debian:13\n"),
        ("FROM acme.io:5000/a\n", "FROM acme.io:5000/b\n"),
        ("FROM a/alpine:3.22\n", "FROM b/alpine:3.22\n"),
        ("FROM alpine:3.22\n", "FROM alpine:3.22 AS x\n"),
    ],
)
def test_another_image_is_another_matter(before: str, after: str, tmp_path: Path) -> None:
    marks = [
        {one.mark for one in findings_of(tmp_path, {"Dockerfile": f"{text}USER root\n"}, "unpinned-digest")}
        for text in (before, after)
    ]
    assert marks[0] and marks[0].isdisjoint(marks[1])


def test_a_file_that_moves_keeps_what_is_known_of_it(tmp_path: Path) -> None:
    told(tmp_path, "baseline", "create", files=port(1, 2))
    (tmp_path / "api").rename(tmp_path / "web")
    code, text = told(tmp_path, "baseline", "check")
    assert (code, "stale" in text, "mended" in text) == (0, False, False)
    assert "Wrote 2 findings" in told(tmp_path, "baseline", "update")[1]
    assert json.loads((tmp_path / "dockerlint-baseline.json").read_text())["findings"][0]["path"] == "web/Dockerfile"
    # A copy of what is still there is new.
    assert told(tmp_path, "baseline", "check", files=port(1, 2))[0] == 1


def test_what_a_comment_leaves_out_now_is_not_called_mended(tmp_path: Path) -> None:
    told(tmp_path, "baseline", "create", files=port(1))
    text = port(1)["api/Dockerfile"].replace("EXPOSE", "# dockerlint: ignore[expose-host-port] why\nEXPOSE")
    code, said = told(tmp_path, "baseline", "update", files={"api/Dockerfile": text})
    assert (code, "ignored by a comment now" in said, "mended" in said) == (0, True, False)
    assert "Wrote 0 findings" in said
