"""Ignore files that are fitted to a project, and the proof that no COPY loses what it is after."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockerlint.cli.main import cli
from dockerlint.context.files import Context
from dockerlint.context.listing import Entry
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.project.build import Build
from dockerlint.project.payload.proof import proven
from dockerlint.project.payload.sections import Limits, sections
from dockerlint.source import Source
from tests.harness import inside, lay_out


def source_of(path: str) -> Source:
    return Source.from_bytes(path, Path(path).read_bytes())


def fit(folder: Path, *arguments: str, files: dict[str, str] | None = None) -> Result:
    lay_out(files or {}, folder)
    with inside(folder):
        return CliRunner().invoke(cli, ["context", "--write-ignore", *arguments])


def patterns(folder: Path, files: dict[str, str]) -> list[str]:
    """What is written into a folder without an ignore file."""
    result = fit(folder, files=files)
    assert result.exit_code == 0, result.output
    path = folder / ".dockerignore"
    return path.read_text("utf-8").splitlines() if path.exists() else []


NODE = "FROM node:24\nCOPY package.json ./\nRUN npm ci\nCOPY . .\n"


@pytest.mark.parametrize(
    ("dockerfile", "files", "written"),
    [
        # What is there, and what a project of this kind will have.
        (NODE, ["package.json", "node_modules/a/x.js", ".git/HEAD"], [".git", "**/node_modules", "Dockerfile"]),
        (
            "FROM python:3.13\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n",
            ["requirements.txt", "app.py", "app.log", "compose.yaml", "compose.test.yaml", "dev.Dockerfile"],
            [
                "**/__pycache__",
                "**/*.pyc",
                ".venv",
                "venv",
                "**/*.log",
                "Dockerfile",
                "compose*.yaml",
                "dev.Dockerfile",
            ],
        ),
        ("FROM nginx:1.29\nCOPY site /srv\n", ["site/index.html", "site/.DS_Store"], ["**/.DS_Store", "Dockerfile"]),
        # What is named stays.
        ("FROM nginx:1.29\nCOPY .git /srv\n", [".git/HEAD"], ["Dockerfile"]),
        ("FROM nginx:1.29\nCOPY Dockerfile app.log /srv/\n", ["app.log"], []),
        ("FROM nginx:1.29\nCOPY *.log /srv/\n", ["app.log"], ["Dockerfile"]),
        ("FROM nginx:1.29\nRUN --mount=type=bind,source=app.log,target=/x cat /x\n", ["app.log"], ["Dockerfile"]),
        ("FROM nginx:1.29\nARG V\nCOPY app-$V.log /srv/\n", ["app-1.log"], ["Dockerfile"]),
        ("FROM node:24\nCOPY node_modules /srv/node_modules\nRUN npm ci\n", ["node_modules/a.js"], ["Dockerfile"]),
        ("FROM nginx:1.29\nCOPY --parents ./node_modules/a.js /srv/\n", ["node_modules/a.js"], ["Dockerfile"]),
        ("FROM node:24\nCOPY n* /srv/\nRUN npm ci\n", ["node_modules/a.js", "nginx.conf"], ["Dockerfile"]),
        # What a build needs stays, though only a broad copy takes it.
        ("FROM golang:1.26\nCOPY . .\nRUN go build ./...\n", ["go.mod", ".git/HEAD"], ["Dockerfile"]),
        ("FROM node:24\nCOPY . .\n", ["package.json", "node_modules/a.js"], ["Dockerfile"]),
        ("FROM nginx:1.29\nCOPY . .\nRUN cat Dockerfile\n", ["index.html"], []),
        (
            "FROM node:24 AS a\nRUN npm ci\nFROM nginx:1.29\nCOPY . /srv\n",
            ["package.json", "node_modules/a.js"],
            ["Dockerfile"],
        ),
        (
            "FROM node:24 AS a\nCOPY package.json .\nRUN npm ci\nFROM node:24-slim\nCOPY --from=a /n /n\nCOPY . /srv\n",
            ["package.json", "node_modules/a.js"],
            ["**/node_modules", "Dockerfile"],
        ),
        ("FROM nginx:1.29\nCOPY logs/* /srv/\n", ["logs/a.log"], ["Dockerfile"]),
        ("FROM nginx:1.29\nCOPY logs /srv/\n", ["logs/a.log", "logs/b.txt"], ["**/*.log", "Dockerfile"]),
    ],
)
def test_patterns_fit_what_is_there_and_spare_what_is_asked_for(
    dockerfile: str, files: list[str], written: list[str], tmp_path: Path
) -> None:
    assert patterns(tmp_path, {"Dockerfile": dockerfile, **dict.fromkeys(files, "x")}) == written


def test_a_folder_that_is_named_but_not_there_yet_is_spared(tmp_path: Path) -> None:
    layout = {"Dockerfile": "FROM nginx:1.29\nCOPY venv /srv\nCOPY . /x\n", "requirements.txt": "", "app.py": ""}
    assert "venv" not in patterns(tmp_path, layout)
    assert ".venv" in (tmp_path / ".dockerignore").read_text("utf-8").splitlines()


def test_a_secret_that_a_pattern_of_copy_fits_is_spared(tmp_path: Path) -> None:
    dockerfile = "FROM nginx:1.29\nCOPY .env* /srv/\n"
    layout = {"Dockerfile": dockerfile, ".env": "TOKEN=Zk3nR8vQ2x1\n", ".env.example": "TOKEN=\n"}
    assert patterns(tmp_path, layout) == ["Dockerfile"]


def test_every_dockerfile_of_the_context_has_a_say(tmp_path: Path) -> None:
    layout = {
        "compose.yaml": "services: {a: {build: {context: ., dockerfile: tools/log.Dockerfile}}, b: {build: .}}\n",
        "Dockerfile": NODE,
        "tools/log.Dockerfile": "FROM nginx:1.29\nCOPY app.log /srv/\n",
        "tools/own.Dockerfile": "FROM nginx:1.29\nCOPY .git /srv/\n",
        "tools/.git": "",
        "package.json": "{}",
        "app.log": "x",
        ".git/HEAD": "",
    }
    lay_out(layout, tmp_path)
    result = fit(tmp_path)
    assert "without `**/*.log`: tools/log.Dockerfile:2 needs app.log (`COPY app.log`)" in result.stderr.splitlines()
    assert ".git" in (tmp_path / ".dockerignore").read_text("utf-8").splitlines()
    assert "**/*.log" not in (tmp_path / ".dockerignore").read_text("utf-8").splitlines()


def test_the_fix_of_a_rule_asks_the_neighbours_too(tmp_path: Path) -> None:
    layout = {"Dockerfile": NODE, "b.Dockerfile": "FROM nginx:1.29\nCOPY .env /srv/\n", ".env": "TOKEN=Zk3nR8vQ2x1\n"}
    lay_out({**layout, "package.json": "{}"}, tmp_path)
    with inside(tmp_path):
        report = CliRunner().invoke(cli, ["check", "--select", "missing-dockerignore", "--format", "json"]).stdout
    assert '"replacement": "**/node_modules\\nDockerfile\\nb.Dockerfile\\n"' in report


# Writing.


def test_nothing_is_written_to_look(tmp_path: Path) -> None:
    result = fit(tmp_path, "--check", files={"Dockerfile": NODE, "package.json": "{}"})
    assert (result.exit_code, result.stdout) == (1, "**/node_modules\nDockerfile\n")
    assert not (tmp_path / ".dockerignore").exists()


def test_a_file_that_is_there_is_changed_by_force_only_and_never_otherwise_than_at_its_end(tmp_path: Path) -> None:
    lay_out({"Dockerfile": NODE, "package.json": "{}", ".git/HEAD": ""}, tmp_path)
    path = tmp_path / ".dockerignore"
    before = b"# ours \xff\r\n.git\r\n!keep"
    path.write_bytes(before)
    path.chmod(0o640)
    result = fit(tmp_path)
    assert (result.exit_code, path.read_bytes()) == (1, before)
    assert "+**/node_modules" in result.stdout.splitlines()
    assert "--force" in result.stderr
    assert fit(tmp_path, "--force").exit_code == 0
    assert path.read_bytes() == before + b"\r\n**/node_modules\r\nDockerfile\r\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(item.name for item in tmp_path.iterdir()) == [".dockerignore", ".git", "Dockerfile", "package.json"]


def test_what_has_been_written_lacks_nothing(tmp_path: Path) -> None:
    lay_out({"Dockerfile": NODE, "package.json": "{}", ".git/HEAD": "", ".env": "TOKEN=Zk3nR8vQ2x1\n"}, tmp_path)
    assert fit(tmp_path).exit_code == 0
    for option in ((), ("--check",), ("--force",)):
        result = fit(tmp_path, *option)
        assert (result.exit_code, result.stdout) == (0, "")


def test_the_ignore_file_of_a_dockerfile_is_the_one_to_change(tmp_path: Path) -> None:
    layout = {"a.Dockerfile": NODE, "a.Dockerfile.dockerignore": "x\n", "package.json": "{}"}
    assert fit(tmp_path, "--force", files=layout).exit_code == 0
    assert not (tmp_path / ".dockerignore").exists()
    assert (tmp_path / "a.Dockerfile.dockerignore").read_text("utf-8") == "x\n**/node_modules\na.Dockerfile\n"


@pytest.mark.parametrize("name", [".dockerignore", "Dockerfile.dockerignore"])
def test_a_link_is_never_written_through(name: str, tmp_path: Path) -> None:
    lay_out({"project/Dockerfile": NODE, "project/package.json": "{}", "outside": "mine\n"}, tmp_path)
    (tmp_path / "project" / name).symlink_to("../outside")
    assert fit(tmp_path / "project", "--force").exit_code == 2
    assert (tmp_path / "outside").read_text("utf-8") == "mine\n"


def test_a_folder_without_dockerfile_gets_none(tmp_path: Path) -> None:
    assert fit(tmp_path, files={"app.py": ""}).exit_code == 2


def test_a_folder_that_nobody_may_write_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    lay_out({"Dockerfile": NODE, "package.json": "{}"}, tmp_path)
    monkeypatch.setattr(Path, "replace", refuse)
    result = fit(tmp_path)
    assert (result.exit_code, "cannot write .dockerignore: Permission denied" in result.stderr) == (2, True)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["Dockerfile", "package.json"]


def test_names_that_are_no_plain_patterns_are_not_written(tmp_path: Path) -> None:
    key = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB\n" * 9
    layout = {"Dockerfile": "FROM nginx:1.29\nCOPY . .\n", "package.json": "", "[a].pem": key, "b\x1b.key": key}
    assert patterns(tmp_path, {**layout, "!c.key": key}) == ["Dockerfile"]


# The promise itself, on projects of all kinds.

NAMES = [
    "app.py",
    "a.log",
    ".env",
    "data/b.log",
    "data/c.txt",
    "web/.git",
    "web/x.js",
    "node_modules/a.js",
    ".git/HEAD",
]
WORDS = [".", "*", "data", "data/*", "*.log", "web", "web/*", "app.py", "node_modules", "data/c.txt", "./web/./x.js"]
RUNS = ["RUN npm ci\n", "RUN go build\n", "RUN pip install -r requirements.txt\n", ""]
LINES = st.lists(st.sampled_from(["*", "!*.log", "!data", "data/*", "**/*.js", "!web/x.js", ".git"]), max_size=3)
BUILDS = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(RUNS)), min_size=1, max_size=4)
# As a build tool's leftovers may be excluded, so may anything else that is asked: the proof must object.
ASKED = st.lists(st.sampled_from([*NAMES, "**/*.log", "**/node_modules", "**/.git", "data", "*", "**"]), max_size=5)


def named_by(build: Build, word: str) -> list[Entry]:
    assert build.context is not None
    return build.context.taken_by(word)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(steps=BUILDS, ignored=LINES, wanted=ASKED)
def test_no_copy_loses_what_it_names(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]], ignored: list[str], wanted: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("context")
    lay_out(dict.fromkeys(NAMES, "x"), folder)
    text = "FROM node:24\n" + "".join(f"COPY {word} /srv/\n{run}" for word, run in steps)
    before = built(folder, text, ignored)
    after = built(folder, text, [*ignored, *proven((before,), tuple(wanted)).patterns])
    for word, _ in steps:
        left = {entry.path for entry in named_by(after, word)}
        lost = [entry.path for entry in named_by(before, word) if entry.path not in left]
        # Of all the files only these may ever go, and never by a word that fits just them.
        assert set(lost) <= {"a.log", ".env", "data/b.log", "web/.git", "node_modules/a.js", ".git/HEAD"}
        assert not (word in {"*.log", "node_modules", "app.py", "data/c.txt"} and lost)
        assert not (lost and "*" in word and not left)
    if "RUN go build\n" in {run for _, run in steps}:
        assert ".git/HEAD" in {entry.path for entry in named_by(after, ".")} or not any(
            ".git/HEAD" in {entry.path for entry in named_by(before, word)} for word, _ in steps
        )


def built(folder: Path, text: str, lines: list[str]) -> Build:
    (folder / ".dockerignore").write_text("".join(line + "\n" for line in lines), "utf-8")
    return Build(Dockerfile(Source(str(folder / "Dockerfile"), text)), Context.find(folder, None))


def test_sections_share_a_context_between_dockerfiles(tmp_path: Path) -> None:
    lay_out({"Dockerfile": NODE, "b.Dockerfile": NODE, "package.json": "{}"}, tmp_path)
    with inside(tmp_path):
        (section,) = sections(".", None, source_of, Dockerfile(Source("", "")).options, lambda _root: Limits(0, 0))
        assert section.builds[0].neighbours[0].label == section.builds[1].label == "b.Dockerfile"
