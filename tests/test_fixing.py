"""Mending in memory: which fixes are taken together, and which are dropped because they do more than they say."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockerlint.lint.engine import arranged
from dockerlint.lint.finding import Edit, Finding, Fix, Region, Severity, shown_lines
from dockerlint.lint.fixing import MOST_PASSES, Mended, Seen, mend, write
from dockerlint.lint.patching import Patch, Taken, Unfit
from dockerlint.lint.reading import source_or_none
from dockerlint.lint.run import Request, run, tied
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import Found, find
from dockerlint.project.files import Texts
from dockerlint.source import Source, Span
from tests.harness import AS_OF, inside, lay_out

# A rule of a test: what it finds in a file.
MadeUp = Callable[[Source], Iterable[Finding]]


def finding(
    source: Source,
    start: int,
    end: int,
    *edits: Edit,
    rule: str = "made-up",
    severity: Severity = Severity.WARNING,
    message: str = "made up",
) -> Finding:
    span = Span(source, start, end)
    region = Region.of(span)
    fix = Fix("mend it", edits, is_safe=True) if edits else None
    return Finding(rule, "test", (), severity, message, "", "", region, shown_lines(span, region), fix)


def replacing(pattern: str, replacement: str, rule: str = "made-up") -> MadeUp:
    """A rule that finds what a pattern matches, and writes something else in its place."""

    def found(source: Source) -> Iterator[Finding]:
        for match in re.finditer(pattern, source.text):
            edit = Edit.replacing(Span(source, *match.span()), match.expand(replacement))
            yield finding(source, *match.span(), edit, rule=rule)

    return found


def mended(folder: Path, files: dict[str, str], *rules: MadeUp, select: tuple[str, ...] = ("maintainer",)) -> Mended:
    """What comes of files in which made-up rules find something, beside those that guard and those selected."""
    lay_out(files, folder)
    with inside(folder):
        found = tuple(find(["."]))

        def look(texts: Texts, only: Collection[Found] | None) -> Seen:
            asked = found if only is None else tuple(file for file in found if file in only)
            result = run(Request(asked, Selection(select), Settings(as_of=AS_OF), texts=texts))
            sources = (source_or_none(file.path, texts) for file in asked)
            more = [one for source in sources if source is not None for rule in rules for one in rule(source)]
            result = result._replace(findings=tuple(arranged([*result.findings, *more])))
            return Seen(result, tuple(one for one in result.findings if one.fix is not None and one.rule in names))

        names = {"made-up", "other"}
        request = Request(found, Selection(), Settings(as_of=AS_OF))
        return mend(look, look({}, None), found, tied(request))


def text_of(done: Mended, path: str = "Dockerfile") -> str | None:
    return next((change.after.decode() for change in done.changes if change.path == path), None)


def reasons(done: Mended) -> set[str]:
    return {dropped.reason for dropped in done.dropped}


BASE = "FROM alpine:3.22\n# keep me\nRUN apk add \\\n    # inner\n    curl \\\n    git\nUSER app\n"


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "reason"),
    [
        ("FROM a\n# keep me\nUSER x\n", r"(?<=keep me)\n", " ", "it would change a comment"),
        (BASE, r"(?<=git)\n", " ", "it would change another instruction"),
        (BASE, r"RUN(?= apk)", "RAN", "Docker would refuse the file"),
        (BASE, r"RUN (?=apk)", "# RUN ", "Docker would refuse the file"),
        (BASE, r"(?=USER)", "# ", "it would change another instruction"),
        (BASE, r"(?=curl)", r"\\\n#", "it would change other words"),
        (BASE, r"apk", "apk 'add", "it would break a script"),
        (BASE, r" (?=curl)", " '", "it would break a script"),
        (BASE, r"(?=FROM)", "# escape=`\n", "it would change a parser directive"),
        ("# escape=`\n" + BASE.replace("\\", "`"), r"(?=# esc)", "# x\n", "it would change a parser directive"),
        (BASE, r"(?=USER)", "USER bob\nRUN", "Docker would refuse the file"),
        (BASE, r"3\.22(?=\n)", "3.22 AS x\nCOPY --from=nothing:1 \nUSER a\n", "Docker would refuse the file"),
        (BASE, r"alpine", "al\0pine", "it would write a NUL byte"),
        (BASE.replace("\n", "\r\n"), r"(?=USER)", "USER root\n", "it would mix the line ends of the file"),
        (BASE, r"git", r"git \\", "it would change another instruction"),
        (BASE, r"app", "app # no comment", "the finding would still be there"),
        ("FROM alpine\nRUN a \\\n b\n", r" \\\n b", "", None),
        (BASE, r"USER app\n", "", None),
        (BASE, r"# keep me\n", "", None),
        (BASE, r"(?=USER app\n)", "USER made\n", None),
        (BASE, r"(?<=app)\n", "\nUSER made\n", None),
        (BASE, r" (?=git)", " --no-cache ", None),
    ],
)
def test_fix_that_does_more_than_it_says_is_dropped(
    text: str, pattern: str, replacement: str, reason: str | None, tmp_path: Path
) -> None:
    def rule(source: Source) -> Iterator[Finding]:
        is_first = source.text == text or "no comment" in replacement
        return iter(replacing(pattern, replacement)(source)) if is_first else iter(())

    done = mended(tmp_path, {"Dockerfile": text}, rule)
    assert (text_of(done) is None) == (reason is not None)
    assert [one.reason.startswith(reason or "") for one in done.dropped] == [True] * (reason is not None)


COMPOSE = "# top\nservices:\n  web:\n    image: nginx:1 # here\n    ports:\n      - 80:80\n    labels: &l\n      a: b\n"


@pytest.mark.parametrize(
    ("pattern", "replacement", "reason"),
    [
        (r"    (?=ports)", "  ", "the file would be no YAML any more"),
        (r"  web:\n", "", "it would change another value"),
        (r"nginx", "'nginx", "the file would be no YAML any more"),
        (r"(?=nginx)", "x: ", "the file would be no YAML any more"),
        (r"services", "service", "it would bring an error"),
        (r"image", "imago", "it would bring an error"),
        (r"(?=80:80)", "a\n      # ", "it would change another value"),
        (r"(?<=80:80)\n", "\n      - 81:81\n", None),
        (r"nginx:1", "nginx:2", None),
        (r"    ports:\n      - 80:80\n", "", None),
    ],
)
def test_fix_that_changes_more_of_a_compose_file_is_dropped(
    pattern: str, replacement: str, reason: str | None, tmp_path: Path
) -> None:
    def rule(source: Source) -> Iterator[Finding]:
        return iter(replacing(pattern, replacement)(source)) if source.text == COMPOSE else iter(())

    done = mended(tmp_path, {"compose.yaml": COMPOSE}, rule, select=("unknown-compose-key",))
    assert (text_of(done, "compose.yaml") is None) == (reason is not None)
    assert [one.reason.startswith(reason or "") for one in done.dropped] == [True] * (reason is not None)


def test_a_fix_that_brings_an_error_elsewhere_is_dropped(tmp_path: Path) -> None:
    """The Compose file builds a stage that the Dockerfile would no longer have."""
    files = {
        "Dockerfile": "FROM alpine:3.22 AS web\nUSER 1\nFROM alpine:3.22\n",
        "compose.yaml": "services:\n  web:\n    build: {context: ., target: web}\n",
    }
    done = mended(tmp_path, files, replacing(r"(?<=AS )web", "app"), select=("unknown-target",))
    assert not done.changes
    assert [one.reason.startswith("it would bring an error: ") for one in done.dropped] == [True]


def test_a_fix_that_takes_a_comment_its_line_is_dropped(tmp_path: Path) -> None:
    text = "FROM alpine:3.22\n# dockerlint: ignore[maintainer] for now\nMAINTAINER me\n"
    done = mended(tmp_path, {"Dockerfile": text}, once(text, r"(?=MAINTAINER)", "USER app\n"))
    assert (text_of(done), reasons(done)) == (None, {"a comment would no longer leave out `maintainer`"})


def once(text: str, pattern: str, replacement: str, rule: str = "made-up") -> MadeUp:
    """A rule that finds something in the first text only."""
    return lambda source: replacing(pattern, replacement, rule)(source) if source.text == text else ()


@pytest.mark.parametrize("count", [1, 2, 7, 20])
@pytest.mark.parametrize("bad", [0, 1, 5, 19])
def test_only_the_culprit_is_dropped(count: int, bad: int, tmp_path: Path) -> None:
    """One of many fixes breaks its instruction; all others are applied."""
    text = "FROM alpine:3.22\n" + "".join(f"RUN old{number}\n" for number in range(count))

    def rule(source: Source) -> Iterator[Finding]:
        for match in re.finditer(r"old(\d+)", source.text):
            new = "'new" if int(match[1]) == bad else f"new{match[1]}"
            yield finding(source, *match.span(), Edit.replacing(Span(source, *match.span()), new))

    done = mended(tmp_path, {"Dockerfile": text}, rule)
    expected = text.replace("old", "new").replace(f"new{bad}\n", f"old{bad}\n")
    assert (text_of(done) or text) == expected
    assert len(done.dropped) == (bad < count)


def test_only_the_files_with_a_culprit_pay_for_it(tmp_path: Path) -> None:
    files = {f"{name}/Dockerfile": "FROM alpine:3.22\nRUN old\n" for name in "abcdefgh"}
    looks: list[int] = []

    def rule(source: Source) -> Iterator[Finding]:
        looks.append(source.path.startswith("a/"))
        return iter(replacing("old", "'new" if source.path.startswith("d/") else "new")(source))

    done = mended(tmp_path, files, rule)
    assert {change.path[0] for change in done.changes} == set("abcefgh")
    assert [one.finding.region.path for one in done.dropped] == ["d/Dockerfile"]
    assert sum(looks) == 2  # at first, and after its only pass


def test_fixes_that_touch_wait_for_the_next_pass_and_settle(tmp_path: Path) -> None:
    text = "FROM alpine:3.22\nRUN aaaa\n"
    done = mended(
        tmp_path, {"Dockerfile": text}, replacing("(?<=RUN )a", "b"), replacing("(?<=a)a(?=\n)", "c", "other")
    )
    assert text_of(done) == "FROM alpine:3.22\nRUN baac\n"
    done = mended(
        tmp_path, {"Dockerfile": text}, replacing("aa(?=aa)", "x"), replacing("(?<=R)UN aa", "UN yyy", "other")
    )
    assert text_of(done) in ("FROM alpine:3.22\nRUN xaa\n", "FROM alpine:3.22\nRUN yyyaa\n")


def test_the_same_edit_of_two_findings_is_made_once(tmp_path: Path) -> None:
    text = "FROM alpine:3.22\nRUN a\n"
    done = mended(
        tmp_path, {"Dockerfile": text}, once(text, "(?<=RUN a)", " -y"), once(text, "(?<=RUN a)", " -y", "other")
    )
    assert text_of(done) == "FROM alpine:3.22\nRUN a -y\n"
    assert len(done.batches[0].findings) == 2


def test_different_insertions_at_one_place_are_made_in_turn(tmp_path: Path) -> None:
    def wanting(option: str) -> MadeUp:
        return lambda source: () if option in source.text else replacing("(?<=RUN a)", f" {option}")(source)

    done = mended(tmp_path, {"Dockerfile": "FROM alpine:3.22\nRUN a\n"}, wanting("-x"), wanting("-y"))
    assert text_of(done) == "FROM alpine:3.22\nRUN a -y -x\n"


def test_rules_that_undo_each_other_come_to_rest(tmp_path: Path) -> None:
    text = "FROM alpine:3.22\nRUN a\n"
    done = mended(tmp_path, {"Dockerfile": text}, replacing("(?<=RUN )a", "b"), replacing("(?<=RUN )b", "a", "other"))
    assert text_of(done) == text.replace("RUN a", "RUN b")
    assert reasons(done) == {"it would undo what another fix does"}


def test_a_fix_that_never_ends_is_stopped(tmp_path: Path) -> None:
    def rule(source: Source) -> Iterator[Finding]:
        end = len(source.text)
        edit = Edit.replacing(Span(source, end, end), "RUN more\n")
        yield finding(source, end - 1, end, edit, message=f"{end} characters")

    def other(source: Source) -> Iterator[Finding]:
        return (one._replace(fix=one.fix and one.fix._replace(message=one.message)) for one in rule(source))

    done = mended(tmp_path, {"Dockerfile": "FROM alpine:3.22\n"}, other)
    assert (text_of(done) or "").count("RUN more") <= MOST_PASSES
    assert len(done.dropped) == 1


def test_a_fix_of_several_files_is_applied_in_all_or_none(tmp_path: Path) -> None:
    def in_both(second: str) -> MadeUp:
        def rule(source: Source) -> Iterator[Finding]:
            other = Source("b/Dockerfile", files["b/Dockerfile"])
            if source.path == "a/Dockerfile" and "old" in source.text:
                here, there = source.text.index("old"), other.text.index("old")
                edits = (
                    Edit.replacing(Span(source, here, here + 3), "new"),
                    Edit.replacing(Span(other, there, there + 3), second),
                )
                yield finding(source, here, here + 3, *edits)

        return rule

    files = {f"{name}/Dockerfile": "FROM alpine:3.22\nRUN old\n" for name in "ab"}
    done = mended(tmp_path, files, in_both("'new"))
    assert (done.changes, reasons(done)) == ((), {"it would break a script"})
    done = mended(tmp_path, files, in_both("new"))
    assert [change.path for change in done.changes] == ["a/Dockerfile", "b/Dockerfile"]
    assert len(done.batches) == 1


def test_a_file_that_two_fixes_create_is_that_of_the_first(tmp_path: Path) -> None:
    def rule(source: Source) -> Iterator[Finding]:
        yield finding(source, 0, 4, Edit.creating(".dockerignore", f"{source.path[0]}\n"))

    files = {f"{name}/Dockerfile": "FROM alpine:3.22\n" for name in "ab"}
    done = mended(tmp_path, files, rule)
    assert text_of(done, ".dockerignore") == "a\n"
    assert reasons(done) == {"another fix edits the same place"}
    assert done.is_blind


def test_a_file_outside_of_the_project_is_not_edited(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("old\n")
    project = tmp_path / "project"
    lay_out({"Dockerfile": "FROM alpine:3.22\n"}, project)
    (project / "link").symlink_to(tmp_path / "outside")
    for path in (str(tmp_path / "outside"), "link", "../outside"):
        other = Source(path, "old\n")

        def rule(source: Source, other: Source = other) -> Iterator[Finding]:
            yield finding(source, 0, 4, Edit.replacing(Span(other, 0, 3), "new"))

        done = mended(project, {}, rule)
        assert not done.changes
        assert [one.reason.endswith("lies outside of the project") for one in done.dropped] == [True]


def test_edits_that_fit_another_text_are_not_made(tmp_path: Path) -> None:
    def rule(source: Source) -> Iterator[Finding]:
        longer = Source(source.path, "FROM alpine:3.22\nRUN something else\n")
        yield finding(longer, 17, 20, Edit.replacing(Span(longer, 21, 30), "x"))

    done = mended(tmp_path, {"Dockerfile": "FROM alpine:3.22\nRUN a\nRUN bbbbbbbbbbbbbbbbb\n"}, rule)
    assert (done.changes, reasons(done)) == ((), {"the file was changed meanwhile"})


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbfFROM a\r\nRUN old \xff\r\n", b"FROM a\nRUN old", b"FROM a\nRUN old\n\n"]
)
def test_bytes_around_an_edit_stay_as_they_are(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(data)
    done = mended(tmp_path, {}, replacing("old", "new"))
    assert [change.after for change in done.changes] == [data.replace(b"old", b"new")]


def test_a_file_that_is_not_utf_8_gets_no_other_characters(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"FROM a\nRUN old \xe9\n")
    done = mended(tmp_path, {}, replacing("old", "n\u00e9w"))
    assert (done.changes, reasons(done)) == ((), {"the file is not UTF-8"})


def test_a_file_that_is_found_by_two_names_is_edited_once(tmp_path: Path) -> None:
    lay_out({"real.Dockerfile": "FROM alpine:3.22\nRUN a\n"}, tmp_path)
    (tmp_path / "Dockerfile").symlink_to("real.Dockerfile")
    text = "FROM alpine:3.22\nRUN a\n"
    done = mended(tmp_path, {}, once(text, "(?<=RUN a)", " -y"))
    assert [change.after for change in done.changes] == [b"FROM alpine:3.22\nRUN a -y\n"]


def test_what_is_found_in_an_ignore_file_only_later_is_mended_too(tmp_path: Path) -> None:
    lay_out({".dockerignore": "a\n"}, tmp_path)

    def rule(source: Source) -> Iterator[Finding]:
        ignore = Source(".dockerignore", "a\n")
        if "new" in source.text:
            yield finding(ignore, 0, 1, Edit.replacing(Span(ignore, 0, 1), "b"))

    done = mended(tmp_path, {"Dockerfile": "FROM alpine:3.22\nRUN old\n"}, rule, replacing("old", "new", "other"))
    assert (text_of(done), text_of(done, ".dockerignore")) == ("FROM alpine:3.22\nRUN new\n", "b\n")


def test_writing_keeps_links_and_modes_and_leaves_alone_what_was_changed_meanwhile(tmp_path: Path) -> None:
    files = {f"{name}/Dockerfile": "FROM alpine:3.22\nRUN old\n" for name in "ab"}
    lay_out(files, tmp_path)
    (tmp_path / "a" / "Dockerfile").rename(tmp_path / "a" / "real.Dockerfile")
    (tmp_path / "a" / "Dockerfile").symlink_to("real.Dockerfile")
    (tmp_path / "a" / "real.Dockerfile").chmod(0o640)
    done = mended(tmp_path, {}, replacing("old", "new"))
    (tmp_path / "b" / "Dockerfile").write_text("FROM scratch\n")
    with inside(tmp_path):
        unwritten = write(done)
    assert [(one.reason, one.batch.changes[0].path) for one in unwritten] == [
        ("b/Dockerfile was changed meanwhile", "b/Dockerfile")
    ]
    assert (tmp_path / "b" / "Dockerfile").read_text() == "FROM scratch\n"
    assert (tmp_path / "a" / "Dockerfile").is_symlink()
    assert (tmp_path / "a" / "real.Dockerfile").read_text() == "FROM alpine:3.22\nRUN new\n"
    assert (tmp_path / "a" / "real.Dockerfile").stat().st_mode & 0o777 == 0o640
    assert len(done.without(unwritten).batches) == 1


EDITS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 4), st.sampled_from(["", "x", "\n", "yy\nz"])), max_size=6
)


@given(st.text(st.sampled_from("ab\n"), min_size=34, max_size=40), EDITS)
def test_a_patch_tells_where_everything_has_gone(text: str, wanted: list[tuple[int, int, str]]) -> None:
    source = Source("f", text)
    taken = Taken()
    edits = [Edit.replacing(Span(source, start, start + length), new) for start, length, new in wanted]
    edits = [edit for edit in edits if taken.take([("f", edit)])]
    patch = Patch(source, edits)
    expected = text
    for edit in sorted(set(edits), key=lambda edit: (edit.start, edit.end), reverse=True):
        expected = expected[: edit.start] + edit.replacement + expected[edit.end :]
    assert patch.after == expected
    for offset in range(len(text)):
        if not patch.touches(offset, offset + 1):
            assert patch.after[patch.start(offset) : patch.end(offset + 1)] == text[offset]
    for edit, (start, end) in zip(patch.edits, patch.places, strict=True):
        assert patch.after[start:end] == edit.replacement
        assert patch.is_within(edit.start - 1, edit.end + 1)
        assert patch.has_written(start, end)


def test_edits_that_overlap_are_no_patch() -> None:
    source = Source("f", "abcdef")
    edits = [Edit.replacing(Span(source, 0, 3), "x"), Edit.replacing(Span(source, 2, 4), "y")]
    with pytest.raises(Unfit, match="overlap"):
        Patch(source, edits)


LINES = st.sampled_from(
    [
        "FROM debian:12 as base", "FROM alpine", "from python:3.13 AS Base", "ARG X", "MAINTAINER me", "# a comment",
        "RUN apt-get update && apt-get install curl", "RUN apt-get update \\\n  # why\n\n  && apt install -y git",
        "RUN pip install flask", "RUN apk add git", "RUN <<EOF\napt-get install -y curl\npip install x\nEOF",
        "ENV A b", "ENV A=b C=d", "LABEL a b c", "ADD app.py /srv/", "ADD a.tgz b /srv", "COPY a b /srv/", "EXPOSE 80 80",
        "EXPOSE 80/TCP", "CMD echo hi", 'CMD ["a", "b"]', "ENTRYPOINT run", "WORKDIR srv", "USER app", "VOLUME ['/data']",
        "HEALTHCHECK CMD curl http://localhost", "RUN sudo make `uname`", "RUN curl http://x | sh", "RUN cd /x", "ONBUILD RUN pip install x",
        "# dockerlint: ignore[maintainer]", "# hadolint ignore=DL3008", "RUN wget http://x/y.tgz && tar xf y.tgz", "RUN a \\", "  b",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(LINES, min_size=2, max_size=9),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    bom=st.booleans(),
    is_unsafe=st.booleans(),
)
def test_mending_twice_is_mending_once(
    lines: list[str], end: str, last: bool, bom: bool, is_unsafe: bool, tmp_path: Path
) -> None:
    text = ("\ufeff" if bom else "") + end.join("\n".join(lines).split("\n")) + (end if last else "")
    data = text.encode()
    (tmp_path / "Dockerfile").write_bytes(data)
    with inside(tmp_path):
        file = (Found("Dockerfile", "dockerfile"),)
        selection = Selection(("all",))

        def look(texts: Texts, only: Collection[Found] | None) -> Seen:
            result = run(Request(file, selection, Settings(as_of=AS_OF), texts=texts))
            own = (one for one in result.findings if one.fix is not None and one.region.path == "Dockerfile")
            own = (one for one in own if {edit.region.path for edit in one.fix.edits} == {"Dockerfile"})
            return Seen(result, tuple(one for one in own if is_unsafe or one.fix.is_safe))

        for change in mend(look, look({}, None), file).changes:
            data = change.after
        (tmp_path / "Dockerfile").write_bytes(data)
        assert mend(look, look({}, None), file).changes == ()
        result = look({}, None).result
    after = data.decode()
    assert after.startswith("\ufeff") == bom
    assert not [problem for problem in result.problems if "internal error" in problem.message]
    assert after.count("\n") == after.count("\r\n") if end == "\r\n" and "\n" in text else "\r" not in after
    if not is_unsafe:
        assert [line for line in after.lstrip("\ufeff").split(end) if line.startswith("# a comment")] == [
            "# a comment"
        ] * lines.count("# a comment")
