"""Each format is read back by a program that knows it, or by its schema, and keeps what the findings say.

The schemas are written from the documentation of the formats, and allow nothing that it does not tell of.
"""

import io
import json
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from dockerlint.lint.finding import Edit, Finding, Fix, Problem, Region, Risk, Severity
from dockerlint.lint.run import Request, Result, run
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import find
from dockerlint.report.formats import FORMATS, renderer
from dockerlint.report.github import render_summary
from dockerlint.report.text import visible
from tests.harness import AS_OF, inside, lay_out

SCHEMAS = Path(__file__).parent / "schemas"
# All that a file could have in it to deceive a reader or a program.
EVIL = "a\x1b[31mb `c|d` <script>x</script> @someone [click](http://evil.example) %0A::error::x,y\r\n##[error]z"
EVIL += " ]]> & \" ' \u202e \ud800 \ufffe {0} *bold* _x_ https://evil.example www.evil.example `odd \\| end"
EVIL_PATH = "sub dir/a,b:c%41`|<b>\x1b[0m\n.Dockerfile"

FILES = {
    "Dockerfile": "FROM python:3.7\n"
    '# dockerlint: ignore[maintainer] asked by "legal"\nMAINTAINER me\n'
    "RUN echo 'größe 🐳' && cd /x && apt-get install curl\n"
    "CMD flask run\n",
    "compose.yaml": "services:\n  db:\n    image: postgres:latest\n    privileged: true\n",
}


def finding(severity: Severity = Severity.ERROR, path: str = EVIL_PATH, line: int = 3, **changes: Any) -> Finding:
    region = Region(path, line, 4, line + 1, 2)
    edits = (Edit(region, 10, 20, "x\x07\n"),)
    values: dict[str, Any] = {
        "rule": "missing-user",
        "chapter": "user",
        "aliases": ("DL3002",),
        "severity": severity,
        "message": EVIL,
        "reason": EVIL,
        "help": EVIL,
        "region": region,
        "lines": (EVIL,),
        "fix": Fix(EVIL, edits, is_safe=True),
        "fingerprint": "0123456789abcdef01234567",
        "risk": Risk(5, 4, 4),
        **changes,
    }
    return Finding(**values)


EVIL_RESULT = Result(
    (finding(), finding(Severity.WARNING), finding(Severity.INFO, line=9)),
    (Problem(EVIL_PATH, 1, 1, EVIL), Problem("../outside", 2, 3, "cannot be read")),
    (EVIL_PATH, "clean.Dockerfile"),
    (finding(justification=EVIL),),
)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("project")
    lay_out(FILES, folder)
    with inside(folder):
        files = find(["."])
        return folder, run(Request(tuple(files), Selection(("all",)), Settings(as_of=AS_OF)))


def written(result: Result, form: str) -> str:
    out = io.StringIO()
    renderer(form)(result, out)
    return out.getvalue()


def documents(result: Result, form: str) -> list[Any]:
    """The JSON documents of a report."""
    text = written(result, form)
    if form == "codeclimate":
        *issues, rest = text.split("\0\n")
        assert rest == ""
        return [json.loads(issue) for issue in issues]
    return [json.loads(line) for line in text.splitlines()] if form.endswith("l") else [json.loads(text)]


def strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """The strings of a document, each with the key that it belongs to."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from strings(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner, key)
    elif isinstance(value, str):
        yield key, value


def is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} or character in "\u2028\u2029\ufffe"


JSON_FORMATS = ("json", "jsonl", "sarif", "gitlab", "sonarqube", "codeclimate", "rdjson", "rdjsonl")


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_in_files_reaches_a_terminal_as_control_characters(form: str) -> None:
    text = written(EVIL_RESULT, form).replace("\0\n", "\n")
    assert {character for character in text if is_hidden(character)} <= {"\n"}
    assert "missing-user" in text


@pytest.mark.parametrize("form", JSON_FORMATS)
def test_control_characters_come_out_of_json_only_where_a_file_is_to_have_them(form: str) -> None:
    for document in documents(EVIL_RESULT, form):
        for key, text in strings(document):
            if key in {"replacement", "text"} and text == "x\x07\n":
                continue  # what a fix writes, exactly
            allowed = {"\n"} | (set(EVIL_PATH) if key == "path" else set())
            assert {character for character in text if is_hidden(character)} <= allowed


def schema(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((SCHEMAS / f"{name}.json").read_text("utf-8")))


@pytest.mark.parametrize("form", ["sarif", "gitlab", "sonarqube", "codeclimate", "rdjson"])
def test_report_follows_its_schema(form: str, real: tuple[Path, Result]) -> None:
    with inside(real[0]):
        for result in (real[1], Result((), (), ("Dockerfile",)), EVIL_RESULT):
            for document in documents(result._replace(problems=result.problems[:1]), form):
                schema(form).validate(document)


def test_lines_of_rdjsonl_are_the_diagnostics_of_rdjson(real: tuple[Path, Result]) -> None:
    with inside(real[0]):
        (whole,) = documents(real[1], "rdjson")
        lines = documents(real[1], "rdjsonl")
    assert lines == [{**diagnostic, "source": whole["source"]} for diagnostic in whole["diagnostics"]]


def test_lines_of_jsonl_are_the_parts_of_the_json_report(real: tuple[Path, Result]) -> None:
    (whole,) = documents(EVIL_RESULT, "json")
    by_kind: dict[str, list[Any]] = {"error": [], "finding": [], "summary": []}
    for line in documents(EVIL_RESULT, "jsonl"):
        by_kind[line.pop("kind")].append(line)
    assert by_kind == {"error": whole["errors"], "finding": whole["findings"], "summary": [whole["summary"]]}


def test_sarif_tells_rules_results_suppressions_and_problems(real: tuple[Path, Result]) -> None:
    folder, result = real
    with inside(folder):
        (document,) = documents(result, "sarif")
    (run_,) = document["runs"]
    rules = run_["tool"]["driver"]["rules"]
    assert [rules[one["ruleIndex"]]["id"] for one in run_["results"]] == [one["ruleId"] for one in run_["results"]]
    assert {rule["id"] for rule in rules} == {one["ruleId"] for one in run_["results"]}
    suppressed = [one for one in run_["results"] if one["suppressions"]]
    assert [(one["ruleId"], one["suppressions"]) for one in suppressed] == [
        ("maintainer", [{"kind": "inSource", "justification": 'asked by "legal"'}])
    ]
    grave = {rule["id"]: rule["properties"].get("security-severity") for rule in rules}
    assert float(grave["privileged-service"]) > 7
    assert grave["maintainer"] is None
    (evil,) = documents(EVIL_RESULT, "sarif")
    notes = evil["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert not evil["runs"][0]["invocations"][0]["executionSuccessful"]
    assert [unquote(note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for note in notes] == [
        EVIL_PATH,
        Path("../outside").absolute().as_uri(),
    ]


def test_sarif_messages_have_no_links() -> None:
    (document,) = documents(EVIL_RESULT, "sarif")
    (message, *_) = [result["message"]["text"] for result in document["runs"][0]["results"]]
    assert r"\[click\](http://evil.example)" in message
    assert not re.search(r"(?<!\\)\]\(", message)


def with_sarif_fix(source: str, fix: Any) -> str:
    """The text after a fix as the standard tells to apply it: by lines and characters."""
    (change,) = fix["artifactChanges"]
    starts = [0, *(match.end() for match in re.finditer("\n", source))]

    def offset(region: Any, edge: str) -> int:
        return int(starts[region[f"{edge}Line"] - 1] + region[f"{edge}Column"] - 1)

    for replacement in reversed(change["replacements"]):
        region = replacement["deletedRegion"]
        before, after = source[: offset(region, "start")], source[offset(region, "end") :]
        source = before + replacement["insertedContent"]["text"] + after
    return source


def with_suggestion(source: str, suggestion: Any) -> str:
    """The text after a suggestion as reviewdog tells to apply it: by lines and bytes."""
    data = source.encode()
    starts = [0, *(match.end() for match in re.finditer(b"\n", data))]
    start, end = (
        starts[place["line"] - 1] + place["column"] - 1
        for place in (suggestion["range"]["start"], suggestion["range"]["end"])
    )
    return (data[:start] + suggestion["text"].encode() + data[end:]).decode()


def with_edits(source: str, edits: tuple[Edit, ...]) -> str:
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        source = source[: edit.start] + edit.replacement + source[edit.end :]
    return source


def test_fixes_come_to_the_same_in_sarif_and_rdjson(real: tuple[Path, Result]) -> None:
    folder, result = real
    with inside(folder):
        (sarif,) = documents(result, "sarif")
        (rdjson,) = documents(result, "rdjson")
    checked = 0
    for found, in_sarif, in_rdjson in zip(
        result.findings, sarif["runs"][0]["results"], rdjson["diagnostics"], strict=False
    ):
        edits = found.fix.edits if found.fix is not None else ()
        if len(edits) == 1 and edits[0].region.path == found.region.path:
            source = FILES[found.region.path]
            wanted = with_edits(source, edits)
            assert with_sarif_fix(source, in_sarif["fixes"][0]) == wanted
            assert with_suggestion(source, in_rdjson["suggestions"][0]) == wanted
            checked += found.region.line == 4
    assert checked > 1  # behind characters of several bytes


def test_places_are_counted_as_each_program_counts(real: tuple[Path, Result]) -> None:
    folder, result = real
    line = FILES["Dockerfile"].split("\n")[3]
    number = next(index for index, one in enumerate(result.findings) if one.rule == "cd-instead-of-workdir")
    with inside(folder):
        (sonarqube,) = documents(result, "sonarqube")
        (rdjson,) = documents(result, "rdjson")
    place = sonarqube["issues"][number]["primaryLocation"]["textRange"]
    in_utf16 = line.encode("utf-16-le")[2 * place["startColumn"] : 2 * place["endColumn"]].decode("utf-16-le")
    span = rdjson["diagnostics"][number]["location"]["range"]
    in_utf8 = line.encode()[span["start"]["column"] - 1 : span["end"]["column"] - 1].decode()
    region = result.findings[number].region
    assert in_utf16 == in_utf8 == line[region.column - 1 : region.end_column - 1] != ""


def test_sonarqube_gets_no_empty_ranges_and_no_columns_beyond_a_line() -> None:
    places = [Region("D", 2, 3, 2, 3), Region("D", 2, 1, 3, 1), Region("D", 2, 3, 4, 2)]
    result = Result(tuple(finding()._replace(region=place) for place in places), (), ("D",))
    (document,) = documents(result, "sonarqube")
    assert [issue["primaryLocation"]["textRange"] for issue in document["issues"]] == [
        {"startLine": 2, "endLine": 2},
        {"startLine": 2, "endLine": 2},
        {"startLine": 2, "endLine": 4, "startColumn": 2, "endColumn": 1},
    ]


def test_fingerprints_for_gitlab_are_all_different(real: tuple[Path, Result]) -> None:
    with inside(real[0]):
        (document,) = documents(real[1]._replace(problems=EVIL_RESULT.problems), "gitlab")
    fingerprints = [entry["fingerprint"] for entry in document]
    assert len(set(fingerprints)) == len(fingerprints) > 5


def test_junit_report_is_read_by_a_parser_of_junit() -> None:
    suites = JUnitXml.fromstring(written(EVIL_RESULT, "junit").encode())
    assert (suites.tests, suites.failures, suites.errors) == (6, 2, 2)
    by_name = {suite.name: suite for suite in suites}
    assert set(by_name) == {visible(EVIL_PATH), "clean.Dockerfile", "../outside"}
    assert [(case.name, case.result) for case in by_name["clean.Dockerfile"]] == [("nothing to report", [])]
    cases = list(by_name[visible(EVIL_PATH)])
    assert [[one.message for one in case.result] for case in cases] == [[visible(EVIL)]] * 3 + [[]]
    assert visible(EVIL) in cases[3].system_out
    assert [suite.tests for suite in suites] == [len(list(suite)) for suite in suites]


def test_checkstyle_report_has_the_shape_of_checkstyles() -> None:
    root = ElementTree.fromstring(written(EVIL_RESULT, "checkstyle"))
    assert (root.tag, set(root.attrib)) == ("checkstyle", {"version"})
    assert [(file.tag, file.attrib) for file in root] == [
        ("file", {"name": name}) for name in ("../outside", "clean.Dockerfile", visible(EVIL_PATH))
    ]
    for error in (error for file in root for error in file):
        assert error.tag == "error"
        assert set(error.attrib) == {"line", "column", "severity", "message", "source"}
        assert error.attrib["severity"] in {"error", "warning", "info"}
    told = [error.attrib["message"] for error in root[2]]
    assert told == [visible(f"cannot check: {EVIL}"), *[visible(EVIL)] * 3]


COMMAND = re.compile(r"::(?P<name>error|warning|notice) (?P<properties>[^:\r\n]*)::(?P<message>[^\r\n]*)")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands of a workflow as its runner reads them."""
    *lines, last = text.splitlines()
    assert last.startswith("Found ")
    read = []
    for line in lines:
        match = COMMAND.fullmatch(line)
        assert match is not None
        pairs = (pair.split("=") for pair in match["properties"].split(","))
        properties = {name: unescaped(value, "%3A:", "%2C,") for name, value in pairs}
        read.append((match["name"], properties, unescaped(match["message"])))
    return read


def unescaped(text: str, *more: str) -> str:
    for pair in (*more, "%0D\r", "%0A\n", "%25%"):
        text = text.replace(pair[:3], pair[3:])
    return text


def test_github_report_is_read_as_commands_of_a_workflow() -> None:
    read = commands(written(EVIL_RESULT, "github"))
    assert [name for name, _, _ in read] == ["error", "error", "error", "warning", "notice"]
    _, properties, message = read[2]
    assert properties == {"title": "missing-user", "file": visible(EVIL_PATH), "line": "3", "endLine": "4"}
    assert message == f"{visible(EVIL)}\n{visible(EVIL)}"


def test_github_annotations_have_columns_within_a_line_and_the_riskiest_come_first() -> None:
    region = Region("D", 1, 3, 1, 7)
    found = [finding()._replace(region=region, risk=Risk(1, 1, points), rule=f"r{points}") for points in (2, 5, 3)]
    read = commands(written(Result(tuple(found), (), ("D",)), "github"))
    assert [properties["title"] for _, properties, _ in read] == ["r5", "r3", "r2"]
    assert read[0][1] == {"title": "r5", "file": "D", "line": "1", "endLine": "1", "col": "3", "endColumn": "6"}


class Tags(HTMLParser):
    """What tags and links a page has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links |= {value or "" for name, value in attributes if name in {"href", "src"}}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_markdown_report_has_no_markup_from_files() -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    page = Tags(reader.render(written(EVIL_RESULT, "markdown")))
    assert page.tags <= {"h2", "h3", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"} | {
        *("a", "code", "strong", "br")
    }
    assert page.links == {"https://dockerlint.dev/rules/missing-user"}
    # Every word arrives, and every cell is whole; backticks in pairs became code.
    assert page.text.count(visible(EVIL).replace("`c|d`", "c|d")) == 2 + 2 * 3 - 1
    assert "@someone" not in written(EVIL_RESULT, "markdown")


def test_summary_of_a_step_keeps_below_what_github_takes() -> None:
    out = io.StringIO()
    render_summary(Result((finding(),) * 3000, (), ("D",)), out)
    text = out.getvalue()
    assert 800_000 < len(text.encode()) < 1024 * 1024
    rows = text.count("\n| 3 |")
    assert text.endswith(f"\nToo long for here: {3000 - rows:,} findings left out.\n")
