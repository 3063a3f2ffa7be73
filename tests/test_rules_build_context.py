"""What the samples of the rules about the build context cannot show: sizes, messages, who is asked, what is read."""

import string
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.context.files import Context
from dockerlint.context.ignore import IgnoreFile
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.finding import Finding
from dockerlint.lint.registry import rules_of
from dockerlint.lint.settings import Settings
from dockerlint.project.build import Build
from dockerlint.source import Source
from tests.harness import AS_OF, check_files, lay_out, mended

RULES = [rule for rule in rules_of("build_context") if rule.profile == "default"]
EVERYTHING = "FROM nginx:1.29\nCOPY . /srv\n"
MEGABYTE = 1_000_000


def check(folder: Path, files: dict[str, str], sizes: dict[str, int] | None = None) -> dict[str, Finding]:
    """The findings of the chapter by their rules, in a folder with these files, some of them of a certain size."""
    for name, size in (sizes or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(size)
    findings, problems = check_files(RULES, files, folder)
    assert not problems
    return {finding.rule: finding for finding in findings}


def test_missing_ignore_file_names_the_worst_and_largest_with_sizes(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM python:3.13\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n",
        "requirements.txt": "flask",
        "venv/pyvenv.cfg": "",
        "server.log": "",
        ".idea/x": "",
        ".env": "DB_PASSWORD=Zk3nR8vQ2x\n",
    }
    found = check(tmp_path, files, {".git/objects/pack/a": 38 * MEGABYTE})
    message = "no .dockerignore: `COPY . .` takes `.env`, `.git` (38 MB), `venv/` and 2 more into the image"
    assert found["missing-dockerignore"].message == message
    assert set(found) == {"missing-dockerignore", "secret-in-context"}


def test_what_will_turn_up_is_said_to_be_no_more_than_that(tmp_path: Path) -> None:
    files = {"Dockerfile": EVERYTHING.replace("nginx:1.29", "python:3.13"), "pyproject.toml": "", "app.py": ""}
    message = check(tmp_path, files)["missing-dockerignore"].message
    assert message == "no .dockerignore: `COPY . /srv` takes `__pycache__/` and `venv/` along wherever they exist"


def test_without_ignore_file_a_folder_that_is_copied_alone_is_still_judged(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM nginx:1.29\nCOPY site /srv\n", "site/.git/HEAD": "", "site/index.html": ""}
    found = check(tmp_path, files)
    assert set(found) == {"git-in-context"}
    assert found["git-in-context"].fix is None


@pytest.mark.parametrize(
    ("after", "ships"),
    [
        ("COPY --from=build /src /app", True),
        ("COPY --from=build / /", True),
        ("COPY --from=build /src/dist /app", False),
        ("COPY --from=build /srcs /app", False),
        ("COPY --from=other /src /app", False),
    ],
)
def test_a_builder_ships_what_is_copied_from_it_as_a_whole(after: str, ships: bool, tmp_path: Path) -> None:
    dockerfile = f"FROM node:24 AS build\nWORKDIR /src\nCOPY . .\nFROM nginx:1.29\n{after}\n"
    files = {"Dockerfile": dockerfile, ".git/HEAD": "", ".dockerignore": ".env\n"}
    assert ("git-in-context" in check(tmp_path, files)) is ships


def test_a_builder_that_removes_files_is_believed(tmp_path: Path) -> None:
    dockerfile = (
        "FROM node:24 AS build\nWORKDIR /src\nCOPY . .\nRUN rm -rf .git\nFROM nginx:1.29\nCOPY --from=build /src /a\n"
    )
    assert not check(tmp_path, {"Dockerfile": dockerfile, ".git/HEAD": "", ".dockerignore": ".env\n"})


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (
            {"data/a": 90 * MEGABYTE, "data/b": 300 * MEGABYTE, "c": 22 * MEGABYTE},
            "412 MB, 390 MB of it in `data/` and",
        ),
        (
            {"a/x": 40 * MEGABYTE, "b/x": 50 * MEGABYTE, "c/x": 30 * MEGABYTE},
            "50 MB of it in `b/`, 40 MB of it in `a/`",
        ),
        ({"model.bin": 51 * MEGABYTE}, "51 MB, nearly all of it in `model.bin`"),
    ],
)
def test_large_context_names_the_largest(sizes: dict[str, int], message: str, tmp_path: Path) -> None:
    found = check(tmp_path, {"Dockerfile": EVERYTHING, "package.json": "{}"}, sizes)
    assert message in found["large-context"].message


@pytest.mark.parametrize(
    ("dockerfile", "sizes"),
    [
        (EVERYTHING, {"a": 49 * MEGABYTE, "b": 49 * MEGABYTE}),
        ("FROM nginx:1.29\nCOPY models /models\nCOPY site /srv\n", {"models/a": 400 * MEGABYTE, "site/a": 1}),
        # Another finding gives this size already.
        (EVERYTHING, {".git/objects/pack/a": 400 * MEGABYTE}),
    ],
)
def test_context_is_not_large(dockerfile: str, sizes: dict[str, int], tmp_path: Path) -> None:
    assert "large-context" not in check(tmp_path, {"Dockerfile": dockerfile, "package.json": "{}"}, sizes)


def github_token() -> str:
    letters = string.digits + string.ascii_uppercase + string.ascii_lowercase
    body = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bD1"
    number, end = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        end = letters[digit] + end
    return f"ghp_{body}{end.rjust(6, '0')}"


@pytest.mark.parametrize(
    ("path", "is_found"),
    [
        ("config/settings.yml", True),
        ("tests/fixtures/settings.json", True),
        ("README.md", False),
        ("package-lock.json", False),
        ("node_modules/a/config.json", False),
        (".git/config.toml", False),
    ],
)
def test_tokens_are_looked_for_in_settings(path: str, is_found: bool, tmp_path: Path) -> None:
    found = check(tmp_path, {"Dockerfile": EVERYTHING, "package.json": "{}", path: f'token: "{github_token()}"\n'})
    assert ("secret-in-context" in found) is is_found
    assert not any(github_token() in finding.message for finding in found.values())


def test_private_keys_among_tests_are_made_up(tmp_path: Path) -> None:
    key = (
        "-----BEGIN RSA PRIVATE KEY-----\n"
        + "MIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9Oi8zq1mX0" * 8
        + "\n-----END RSA PRIVATE KEY-----\n"
    )
    files = {"Dockerfile": EVERYTHING, "package.json": "{}", "tests/server.key": key}
    assert "secret-in-context" not in check(tmp_path / "a", files)
    assert "secret-in-context" in check(tmp_path / "b", {**files, "deploy/server.key": key})


def test_a_pattern_that_misses_is_one_fault(tmp_path: Path) -> None:
    dockerfile = "FROM node:24\nWORKDIR /app\nCOPY web/package.json web/\nRUN cd web && npm install\nCOPY . .\n"
    files = {
        "Dockerfile": dockerfile,
        "web/package.json": "{}",
        "web/node_modules/a/index.js": "",
        ".dockerignore": ".git\nnode_modules\n",
    }
    found = check(tmp_path, files)
    assert set(found) == {"ineffective-dockerignore"}
    message = "`node_modules` matches only at the top of the context; `web/node_modules` gets through"
    assert found["ineffective-dockerignore"].message == message


@pytest.mark.parametrize(
    ("dockerfile", "message"),
    [
        (
            "FROM node:24\nWORKDIR /app\nCOPY package.json .\nRUN npm ci\nCOPY . .\n",
            "`COPY . .` puts your machine's node_modules over the one that `npm ci` installed in line 4",
        ),
        (
            "FROM node:24\nCOPY package.json /app/\nRUN npm ci\nCOPY . /srv\n",
            "`COPY . /srv` takes `node_modules/` into the image, where `npm ci` (line 3) makes its own",
        ),
        (
            "FROM node:24\nCOPY . /app\nRUN npm install\n",
            "`COPY . /app` takes `node_modules/` into the image, where `npm install` (line 3) makes its own",
        ),
    ],
)
def test_dependencies_say_whether_they_overwrite(dockerfile: str, message: str, tmp_path: Path) -> None:
    files = {"package.json": "{}", "node_modules/a/index.js": "", ".dockerignore": ".git\n"}
    assert check(tmp_path, {"Dockerfile": dockerfile, **files})["dependencies-in-context"].message == message


@pytest.mark.parametrize(
    ("run", "files", "rule"),
    [
        ("dotnet publish -c Release", ["App/App.csproj", "App/bin/Debug/app.dll"], "dependencies"),
        ("dotnet publish -c Release", ["App/App.csproj", "App/src/bin/tool.cs"], None),
        ("composer install", ["composer.json", "vendor/autoload.php"], "dependencies"),
        ("true", ["composer.json", "vendor/autoload.php"], None),
        ("./gradlew build", ["build.gradle", "build/libs/a.jar"], "dependencies"),
        ("./gradlew build", ["build.gradle", "tools/build/a.jar"], None),
        ("bundle install", ["Gemfile", "vendor/bundle/ruby/a.rb"], "dependencies"),
        ("mvn package", ["pom.xml", "target/classes/a"], "dependencies"),
        ("pip install -r requirements.txt", ["requirements.txt", "env/pyvenv.cfg"], "dependencies"),
        ("pip install -r requirements.txt", ["requirements.txt", "env/settings.py"], None),
        ("npm install && npm run build", ["package.json", ".next/a.js"], "dependencies"),
        ("npm install", ["package.json", "bower.json", "bower_components/a.js"], "dependencies"),
        ("true", ["package.json", "src/coverage/report.js", "logs/a.txt"], None),
        ("true", ["package.json", "coverage/lcov.info", ".nyc_output/a"], "clutter"),
    ],
)
def test_folders_are_known_by_what_stands_around_them(
    run: str, files: list[str], rule: str | None, tmp_path: Path
) -> None:
    ignore = ".git\n.env\n**/node_modules\n**/__pycache__\n.venv\n"
    found = check(
        tmp_path, {"Dockerfile": f"{EVERYTHING}RUN {run}\n", ".dockerignore": ignore, **dict.fromkeys(files, "x")}
    )
    assert set(found) == ({f"{rule}-in-context"} if rule else set())


@pytest.mark.parametrize(("size", "line", "is_found"), [(3, "", True), (1, "", False), (3, "RUN ls docs\n", False)])
def test_large_documentation_is_clutter(size: int, line: str, is_found: bool, tmp_path: Path) -> None:
    files = {"Dockerfile": EVERYTHING + line, ".dockerignore": ".git\n"}
    found = check(tmp_path, files, {"docs/manual.pdf": size * MEGABYTE // 2})
    assert ("clutter-in-context" in found) is is_found


@pytest.mark.parametrize(
    ("run", "file", "text", "is_needed"),
    [
        ("make", "Makefile", "VERSION := $(shell git describe --tags)", True),
        ("true", "Makefile", "VERSION := $(shell git describe --tags)", False),
        ("make", "Makefile", "all:\n\tcc -o digit digit.c", False),
        ("./build.sh", "build.sh", "git rev-parse HEAD", True),
        ("npm run build", "package.json", '{"repository": {"type": "git", "url": "x"}}', False),
        ("mvn package", "pom.xml", "<artifactId>git-commit-id-maven-plugin</artifactId>", True),
        ("git clone https://example.com/x", "x", "", False),
        ("git submodule update --init", "x", "", True),
        ("go build -buildvcs=false -o /app", "go.mod", "", False),
    ],
)
def test_history_that_the_build_reads_is_no_fault(
    run: str, file: str, text: str, is_needed: bool, tmp_path: Path
) -> None:
    files = {"Dockerfile": f"{EVERYTHING}RUN {run}\n", ".git/HEAD": "", ".dockerignore": ".env\n", file: text}
    assert ("git-in-context" not in check(tmp_path, files)) is is_needed


def test_an_env_file_that_is_committed_without_secrets_is_meant(tmp_path: Path) -> None:
    files = {"Dockerfile": EVERYTHING, ".env": "PORT=80\n", ".dockerignore": ".git\n"}
    assert "dockerignore-misses-essentials" in check(tmp_path / "a", files)
    assert not check(tmp_path / "b", {**files, ".gitignore": "*.log\n"})


@pytest.mark.parametrize(
    ("dockerfile", "files", "is_believed"),
    [
        ("COPY . /srv\n", {}, False),
        ("COPY . /srv\n", {"notes.txt": "", "photo.jpg": ""}, False),
        ("COPY . /srv\n", {"package.json": "{}"}, True),
        ("COPY . /srv\n", {"Shop.sln": ""}, True),
        ("COPY . /srv\nCOPY nginx.conf /etc/\n", {"nginx.conf": ""}, True),
        ("COPY . /srv\nRUN make\n", {"Makefile": ""}, True),
        ("COPY . /srv\n", {"Makefile": ""}, False),
        ("COPY . /srv\nRUN pip install -r requirements.txt\n", {"package.json": "{}"}, False),
        ("COPY . /srv\nRUN pip install -r requirements.txt\n", {"requirements.txt": ""}, True),
        ("COPY . /srv\nRUN pip install -r /srv/api/requirements.txt\n", {"api/requirements.txt": ""}, True),
        ("WORKDIR /srv/web\nCOPY . /srv\nRUN npm ci\n", {"web/package.json": "{}"}, True),
        ("COPY . /srv\nRUN cd web && npm ci\n", {"web/package.json": "{}"}, True),
        ("COPY . /srv\nRUN npm --prefix web ci\n", {"web/package.json": "{}"}, True),
        ('COPY . /srv\nCMD ["python", "/srv/main.py"]\n', {"main.py": ""}, True),
        ('COPY . /srv\nCMD ["gunicorn", "shop.app:app"]\n', {"shop/app.py": ""}, True),
        ('COPY . /srv\nCMD ["python", "/srv/main.py"]\n', {"other.py": ""}, False),
        ("COPY . /srv\n", {"compose.yaml": "services:\n  a:\n    build: .\n"}, True),
        ("COPY . /srv\n", {"compose.yaml": "services:\n  a:\n    image: nginx\n"}, False),
    ],
)
def test_a_guessed_context_needs_evidence(
    dockerfile: str, files: dict[str, str], is_believed: bool, tmp_path: Path
) -> None:
    secret = {".env": "DB_PASSWORD=Zk3nR8vQ2x\n"}
    found = check(tmp_path, {"Dockerfile": f"FROM debian:13\n{dockerfile}", **files, **secret})
    assert ("secret-in-context" in found) is is_believed


def test_an_ignore_file_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    lay_out({"elsewhere": ".env\n"}, tmp_path)
    (tmp_path / ".dockerignore").symlink_to("elsewhere")
    files = {"Dockerfile": EVERYTHING, "package.json": "{}", ".env": "DB_PASSWORD=Zk3nR8vQ2x\n", ".git/HEAD": ""}
    assert not check(tmp_path, files)


@pytest.mark.parametrize(
    "copy", ["COPY index.html /srv/", "COPY --from=build . /srv", "ADD https://example.com/a /srv/"]
)
def test_nothing_is_walked_without_a_broad_copy(copy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def walk(_: Context) -> None:
        raise AssertionError

    monkeypatch.setattr(Context, "files", property(walk))
    files = {"Dockerfile": f"FROM nginx:1.29\n{copy}\n", "index.html": "", ".dockerignore": ".env\n"}
    assert not check(tmp_path, files)


def build_in(folder: Path, dockerfile: str, ignore: str) -> Build:
    lay_out({"Dockerfile": dockerfile, ".git/HEAD": "", "app.py": ""}, folder)
    (folder / ".dockerignore").write_text(ignore, "utf-8", newline="")
    context = Context.find(folder, folder / "Dockerfile")
    return Build(Dockerfile(Source(str(folder / "Dockerfile"), dockerfile)), context)


LINES = st.lists(st.text("ab.*!/# \r[-]", max_size=6), max_size=5)


@given(lines=LINES, has_final_newline=st.booleans())
def test_patterns_are_appended_and_nothing_else_changes(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], has_final_newline: bool
) -> None:
    folder = tmp_path_factory.mktemp("context")
    ignore = "\n".join(lines) + ("\n" if has_final_newline and lines else "")
    rule = next(rule for rule in RULES if rule.name == "git-in-context")
    for finding in rule(Settings(as_of=AS_OF)).check(build_in(folder, EVERYTHING, ignore)):
        path = str(folder / ".dockerignore")
        # A file without any pattern has no place of its own that could be written to.
        after = mended({path: ignore}, [finding])[path] if finding.fix else ".git"
        assert not finding.fix or after.startswith(ignore)
        assert IgnoreFile.read(Source(path, after)).excludes(".git")
