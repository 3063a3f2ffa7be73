import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.context import files
from dockerlint.context.files import Context, human_size
from dockerlint.context.ignore import IgnoreFile
from dockerlint.context.listing import Entry
from dockerlint.context.walk import Bounds
from dockerlint.source import Source
from tests.harness import lay_out


def make(root: Path, names: Iterable[str], content: str = "x") -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def context(root: Path, *lines: str) -> Context:
    return Context(root, IgnoreFile.read(Source(".dockerignore", "\n".join(lines))))


def paths(entries: Iterable[Entry]) -> list[str]:
    return [entry.path for entry in entries]


def test_files_are_what_no_pattern_excludes(tmp_path: Path) -> None:
    make(tmp_path, ["a.py", "b/c.py", "b/c.pyc", "node_modules/x/y.js", "b/node_modules/z.js"])
    found = context(tmp_path, "**/*.pyc", "node_modules")
    assert paths(found.files) == ["a.py", "b/c.py", "b/node_modules/z.js"]
    assert found.is_complete


def test_files_below_an_excluded_folder_come_back_by_a_negation(tmp_path: Path) -> None:
    make(tmp_path, ["a/keep.txt", "a/b/keep.txt", "a/b/drop.txt", "c/x"])
    assert paths(context(tmp_path, "*", "!a/keep.txt").files) == ["a/keep.txt"]
    assert paths(context(tmp_path, "*", "!**/keep.txt").files) == ["a/b/keep.txt", "a/keep.txt"]


def test_an_excluded_folder_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, ["a/b/c", "d/e"])
    read: list[str] = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: read.append(Path(path).name) or scandir(path))  # type: ignore[func-returns-value]
    assert paths(context(tmp_path, "a", "!d/x").files) == ["d/e"]
    assert "a" not in read


def test_an_entry_has_its_own_size_and_links_are_not_followed(tmp_path: Path) -> None:
    root = make(tmp_path / "root", ["a"], "12345")
    make(tmp_path / "outside", ["secret"])
    (root / "link").symlink_to("../outside")
    (root / "loop").symlink_to(".")
    assert Context(root, None).files == [Entry("a", 5, False), Entry("link", 10, True), Entry("loop", 1, True)]


def test_pipes_and_sockets_are_no_entries(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert Context(tmp_path, None).files == []


def test_git_of_a_worktree_is_a_file_like_others(tmp_path: Path) -> None:
    make(tmp_path, [".git"])
    assert paths(Context(tmp_path, None).files) == [".git"]


def test_a_walk_ends_at_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, [f"{folder}/{name}" for folder in "abc" for name in range(5)])
    monkeypatch.setattr(files, "Bounds", lambda: Bounds(entries=10))
    found = Context(tmp_path, None)
    assert not found.is_complete
    assert paths(found.files) == [*(f"a/{name}" for name in range(5)), "b/0", "b/1"]
    assert Context(tmp_path / "a", None).is_complete


def test_an_unreadable_folder_leaves_the_files_incomplete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, ["a/b", "c"])
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("/a/"):
            raise PermissionError
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = Context(tmp_path, None)
    assert paths(found.files) == ["c"]
    assert not found.is_complete


def test_a_root_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    found = Context.find(tmp_path / "gone", None)
    assert found.files == []
    assert not found.is_complete


@pytest.mark.parametrize(
    ("names", "dockerfile", "chosen"),
    [
        ([], "Dockerfile", None),
        ([".dockerignore"], None, ".dockerignore"),
        ([".dockerignore"], "Dockerfile", ".dockerignore"),
        ([".dockerignore"], "docker/app.Dockerfile", ".dockerignore"),
        ([".dockerignore", "Dockerfile.dockerignore"], "Dockerfile", "Dockerfile.dockerignore"),
        ([".dockerignore", "Dockerfile.dockerignore"], "Other", ".dockerignore"),
        ([".dockerignore", "docker/Dockerfile.dockerignore"], "docker/Dockerfile", "docker/Dockerfile.dockerignore"),
        (["docker/.dockerignore"], "docker/Dockerfile", None),
    ],
)
def test_the_ignore_file(tmp_path: Path, names: list[str], dockerfile: str | None, chosen: str | None) -> None:
    make(tmp_path, names)
    found = Context.find(tmp_path, tmp_path / dockerfile if dockerfile else None)
    assert found.ignore_path == (tmp_path / chosen if chosen else None)
    assert (found.ignore is not None) == (chosen is not None)


def test_an_ignore_file_that_cannot_be_read_leaves_the_files_unknown(tmp_path: Path) -> None:
    root = make(tmp_path / "root", ["a"])
    make(tmp_path, ["ignore"], "a")
    (root / ".dockerignore").symlink_to("../ignore")
    found = Context.find(root, None)
    assert (found.ignore, found.ignore_path) == (None, root / ".dockerignore")
    assert not found.is_complete


def test_a_very_long_ignore_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("a\n" * 500_001)
    assert Context.find(tmp_path, None).ignore is None


@pytest.mark.parametrize(
    ("path", "is_there"),
    [
        ("a/b", True),
        ("a", True),
        ("a/", True),
        ("/a/b", True),
        ("./a/../a/b", True),
        (".", True),
        ("", True),
        ("dangling", True),
        ("link/unseen", True),
        ("a/c", False),
        ("a/b/c", False),
        ("A", False),
        ("..", False),
        ("../outside", False),
        ("a/../../outside", False),
        ("//a", False),
        ("a\0", False),
        ("a/" * 5000, False),
    ],
)
def test_exists(tmp_path: Path, path: str, is_there: bool) -> None:
    root = make(tmp_path / "root", ["a/b"])
    make(tmp_path, ["outside"])
    (root / "dangling").symlink_to("nowhere")
    (root / "link").symlink_to("a")
    assert context(root, "*").exists(path) is is_there


@pytest.mark.parametrize(
    ("path", "is_sent"), [("a/b", True), ("/a/b", True), ("a", False), ("c", False), ("x", False), ("link", False)]
)
def test_is_file(tmp_path: Path, path: str, is_sent: bool) -> None:
    make(tmp_path, ["a/b", "c"])
    (tmp_path / "link").symlink_to("a/b")
    assert context(tmp_path, "c").is_file(path) is is_sent


TREE = [
    ".env",
    "Dockerfile",
    "a-b",
    "a.txt",
    "a/one.py",
    "a/one.txt",
    "a/sub/two.py",
    "a0",
    "b/one.py",
    "b/sub/three.py",
]


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        *((everything, TREE) for everything in (".", "./", "/", "", "a/..", "..")),
        ("a.txt", ["a.txt"]),
        ("./a.txt", ["a.txt"]),
        ("/a.txt", ["a.txt"]),
        ("../a.txt", ["a.txt"]),
        ("a", ["a/one.py", "a/one.txt", "a/sub/two.py"]),
        ("a/", ["a/one.py", "a/one.txt", "a/sub/two.py"]),
        ("a/sub", ["a/sub/two.py"]),
        ("A", []),
        ("gone", []),
        ("*", TREE),
        ("a*", ["a-b", "a.txt", "a/one.py", "a/one.txt", "a/sub/two.py", "a0"]),
        ("*.txt", ["a.txt"]),
        ("?/one.py", ["a/one.py", "b/one.py"]),
        ("*/*.py", ["a/one.py", "b/one.py"]),
        ("**/*.py", ["a/one.py", "b/one.py"]),
        ("*/s*", ["a/sub/two.py", "b/sub/three.py"]),
        ("[ab]", ["a/one.py", "a/one.txt", "a/sub/two.py", "b/one.py", "b/sub/three.py"]),
        ("[^a]/*", ["b/one.py", "b/sub/three.py"]),
        ("a.txt/*", []),
        ("a/*/", ["a/one.py", "a/one.txt", "a/sub/two.py"]),
        ("[a", []),
    ],
)
def test_what_a_source_takes(tmp_path: Path, source: str, taken: list[str]) -> None:
    assert paths(Context(make(tmp_path, TREE), None).taken_by(source)) == taken


@pytest.mark.parametrize(
    ("source", "excludes", "taken"),
    [
        ("a", ["*.txt"], ["a/one.py", "a/sub/two.py"]),
        ("a", ["a"], ["a/one.py", "a/one.txt", "a/sub/two.py"]),
        ("a", ["sub", "one.txt"], ["a/one.py"]),
        ("a", ["*", "!one.py"], ["a/one.py"]),
        (".", ["*/*.py", "a/*.txt", "*/sub"], [".env", "Dockerfile", "a-b", "a.txt", "a0"]),
        ("?", ["**/*.py"], ["a/one.txt"]),
        ("a*", ["*.txt"], ["a-b", "a.txt", "a/one.py", "a/sub/two.py", "a0"]),
        ("a.txt", ["*"], ["a.txt"]),
        ("a", ["["], ["a/one.py", "a/one.txt", "a/sub/two.py"]),
    ],
)
def test_excludes_speak_of_what_lies_in_the_folders_named(
    tmp_path: Path, source: str, excludes: list[str], taken: list[str]
) -> None:
    assert paths(Context(make(tmp_path, TREE), None).taken_by(source, excludes)) == taken


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("**/*.py", ["a/one.py", "a/sub/two.py", "b/one.py", "b/sub/three.py"]),
        ("./*/sub", ["a/sub/two.py", "b/sub/three.py"]),
        ("/a/./*.py", ["a/one.py"]),
        ("?/./sub", ["a/sub/two.py", "b/sub/three.py"]),
        ("a.txt", ["a.txt"]),
        (".", TREE),
        ("[a", []),
    ],
)
def test_with_parents_two_stars_cross_folders(tmp_path: Path, source: str, taken: list[str]) -> None:
    assert paths(Context(make(tmp_path, TREE), None).taken_by(source, parents=True)) == taken


def test_a_source_takes_nothing_that_is_ignored(tmp_path: Path) -> None:
    found = context(make(tmp_path, TREE), "**/*.py", "Dockerfile")
    assert paths(found.taken_by("a")) == ["a/one.txt"]
    assert found.taken_by("Dockerfile") == []


def test_a_raw_folder_is_counted_as_it_is_on_disk(tmp_path: Path) -> None:
    root = make(tmp_path / "root", [".git/a", ".git/b/c", "file"], "12345")
    (root / "link").symlink_to("..")
    found = context(root, ".git")
    assert found.raw_folder(".git") == (2, 10)
    assert found.raw_folder("file") == (1, 5)
    assert [found.raw_folder(path) for path in ("gone", "link", "..", "link/root")] == [(0, 0)] * 4


def test_a_text_is_read_below_the_root_only(tmp_path: Path) -> None:
    root = make(tmp_path / "root", ["a/b"], "text")
    make(tmp_path, ["secret"])
    (root / "link").symlink_to("../secret")
    (root / "folder").symlink_to("a")
    (root / "binary").write_bytes(b"a\0b")
    os.mkfifo(root / "pipe")
    found = Context(root, None)
    text = found.read_text("a/b")
    assert text is not None
    assert (text.text, text.path) == ("text", str(root / "a" / "b"))
    assert found.read_text("a/b", limit=4) is not None
    assert found.read_text("a/b", limit=3) is None
    refused = ["link", "folder/b", "../secret", "binary", "pipe", "a", "gone", "a\0"]
    assert [found.read_text(path) for path in refused] == [None] * len(refused)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1240, "1.2 kB"),
        (9949, "9.9 kB"),
        (9950, "10 kB"),
        (14_400, "14 kB"),
        (999_400, "999 kB"),
        (999_600, "1 MB"),
        (38_000_000, "38 MB"),
        (1_200_000_000, "1.2 GB"),
        (5_000_000_000_000_000, "5000 TB"),
    ],
)
def test_human_size(size: int, text: str) -> None:
    assert human_size(size) == text


NAMES = st.sampled_from(["a", "b", "ab", "*", "**", "a*", "?"])
LINES = st.tuples(st.sampled_from(["", "!"]), st.lists(NAMES, min_size=1, max_size=3).map("/".join)).map("".join)
FOREST = [f"{top}/{middle}/{name}" for top in ("a", "b", "ab") for middle in ("a", "b") for name in ("a", "ab", "c")]


@pytest.fixture(scope="module")
def forest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("forest"), [*FOREST, "c", "aa"])


@settings(deadline=None)
@given(lines=st.lists(LINES, max_size=6))
def test_a_walk_finds_just_what_is_not_excluded(forest: Path, lines: list[str]) -> None:
    found = context(forest, *lines)
    assert found.ignore is not None
    assert paths(found.files) == [path for path in sorted([*FOREST, "c", "aa"]) if not found.ignore.excludes(path)]


def test_what_is_sent_and_what_may_run(tmp_path: Path) -> None:
    lay_out({"run.sh": "x", "docs/a.md": "x", "empty/.keep": "", ".dockerignore": "docs\n*.log", "x.log": ""}, tmp_path)
    (tmp_path / "run.sh").chmod(0o744)
    (tmp_path / "link").symlink_to(tmp_path / "docs")
    context = Context.find(tmp_path, None)
    assert [context.sends(name) for name in ("run.sh", "empty", "docs", "x.log", "no")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert context.sends("link/a.md") is None
    assert [context.is_executable(name) for name in ("run.sh", "docs/a.md", "docs", "no")] == [True, False, None, None]
