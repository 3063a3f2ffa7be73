"""Rules that installed plug-ins bring: when they speak, what they are called, and what is said when they cannot."""

import json
import os
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dockerlint.cli.main import cli
from dockerlint.lint import plugins
from dockerlint.lint.registry import Catalogue
from tests.harness import inside, lay_out

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "fixtures" / "plugin"
PAGE = ROOT / "docs" / "custom-rules.md"
DOCKERFILE = "FROM python:3.13\nENV http_proxy=http://proxy:3128\nUSER 1000\n"
NAMED = 'plugins = ["acme"]\n'


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the example of a plug-in is installed."""
    source, target = tmp_path_factory.mktemp("source") / "plugin", tmp_path_factory.mktemp("site")
    shutil.copytree(PROJECT, source)
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(source)], check=True)
    return target


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(site))


def check(folder: Path, files: dict[str, str], *options: str) -> Result:
    lay_out({"Dockerfile": DOCKERFILE, ".git/HEAD": "", **files}, folder)
    with inside(folder):
        return CliRunner().invoke(cli, ["check", "--format", "json", "--as-of", "2026-11-23", *options])


def rules_in(result: Result) -> set[str]:
    return {finding["rule"] for finding in json.loads(result.stdout)["findings"]}


OWN = {"hub-without-mirror", "proxy-in-image"}


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("settings", "options", "rules"),
    [
        ("", [], set()),
        (NAMED, [], OWN),
        ("", ["--config", NAMED], OWN),
        (NAMED, ["--profile", "security"], OWN),
        (NAMED, ["--profile", "hadolint"], OWN),
        (NAMED, ["--rules-version", "0.0"], OWN),
        (NAMED, ["--isolated"], set()),
        (NAMED, ["--select", "acme"], OWN),
        (NAMED, ["--select", "proxy-in-image"], {"proxy-in-image"}),
        (NAMED, ["--select", "user"], set()),
        (NAMED + 'ignore = ["acme"]', [], set()),
        (NAMED + 'severity = { hub-without-mirror = "off" }', [], {"proxy-in-image"}),
        (NAMED + 'per-file-ignores = { "Dockerfile" = ["proxy-in-image"] }', [], {"hub-without-mirror"}),
        (NAMED + 'per-stage-ignores = { "0" = ["acme"] }', [], set()),
    ],
)
def test_rules_speak_where_settings_name_their_plugin(
    settings: str, options: list[str], rules: set[str], tmp_path: Path
) -> None:
    assert rules_in(check(tmp_path, {"dockerlint.toml": settings}, *options)) & OWN == rules


@pytest.mark.usefixtures("installed")
def test_findings_tell_their_own_page_or_none(tmp_path: Path) -> None:
    found = json.loads(check(tmp_path, {"dockerlint.toml": NAMED}).stdout)["findings"]
    pages = {finding["rule"]: finding["url"] for finding in found if finding["rule"] in OWN}
    assert pages == {"hub-without-mirror": "https://wiki.acme.example/mirror", "proxy-in-image": None}


@pytest.mark.usefixtures("installed")
def test_reports_that_tell_of_rules_have_their_pages(tmp_path: Path) -> None:
    lay_out({"Dockerfile": DOCKERFILE, "dockerlint.toml": NAMED}, tmp_path)
    with inside(tmp_path):
        result = CliRunner().invoke(cli, ["check", "--format", "sarif"])
    rules = {rule["id"]: rule for rule in json.loads(result.stdout)["runs"][0]["tool"]["driver"]["rules"]}
    assert rules["proxy-in-image"]["shortDescription"]["text"] == "ENV sets a proxy, which stays in the image."
    assert "helpUri" not in rules["proxy-in-image"]
    assert rules["hub-without-mirror"]["helpUri"] == "https://wiki.acme.example/mirror"


@pytest.mark.usefixtures("installed")
def test_comments_leave_their_findings_out(tmp_path: Path) -> None:
    text = "# dockerlint: ignore[acme] the mirror is down\nFROM python:3.13\nUSER 1000\n"
    result = check(tmp_path, {"Dockerfile": text, "dockerlint.toml": NAMED})
    assert rules_in(result).isdisjoint({*OWN, "ineffective-ignore", "ignore-comment"})
    idle = check(tmp_path, {"Dockerfile": text.replace("acme", "proxy-in-image"), "dockerlint.toml": NAMED})
    assert "ineffective-ignore" in rules_in(idle)


@pytest.mark.usefixtures("installed")
def test_they_speak_in_every_process(tmp_path: Path) -> None:
    files = {f"{number}/Dockerfile": DOCKERFILE for number in range(80)}
    found = json.loads(check(tmp_path, {**files, "dockerlint.toml": NAMED}, "--select", "proxy-in-image").stdout)
    assert len(found["findings"]) == 81


@pytest.mark.usefixtures("installed")
def test_a_catalogue_can_be_handed_to_another_process() -> None:
    catalogue = pickle.loads(pickle.dumps(Catalogue(("acme",))))
    assert {rule.name for rule in catalogue.find("acme")} == OWN


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            'plugins = ["acm"]',
            "dockerlint.toml:1:1: no plug-in is installed that is called `acm`; did you mean `acme`?",
        ),
        ('plugins = "acme"', "dockerlint.toml:1:1: `plugins` is a list of texts"),
        (
            NAMED + 'ignore = ["proxy-in-imgae"]',
            "dockerlint.toml:2:11: `ignore` is a list of rules, families or codes of other linters: no rule is called"
            " `proxy-in-imgae`; did you mean `proxy-in-image`?",
        ),
        ('ignore = ["proxy-in-image"]', "no rule is called `proxy-in-image`"),
    ],
)
def test_what_is_not_there_is_told_with_its_place(settings: str, message: str, tmp_path: Path) -> None:
    result = check(tmp_path, {"dockerlint.toml": settings})
    assert result.exit_code == 2
    assert message in result.output


def brought(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str) -> None:
    """Install a plug-in that is one module."""
    entry = f"[dockerlint.rules]\n{name} = {name}_rules\n"
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n"
    lay_out(
        {
            f"{name}_rules.py": module,
            f"{name}-1.dist-info/METADATA": about,
            f"{name}-1.dist-info/entry_points.txt": entry,
        },
        folder,
    )
    monkeypatch.syspath_prepend(str(folder))


RULE = '''
from dockerlint.plugin import Findings, From, Rule, Severity

class {name}(Rule[From]):
    """Made up.

    For a test."""

    severity = Severity.ERROR

    def check(self, from_: From) -> Findings:
        {body}
'''


@pytest.mark.parametrize(
    ("name", "module", "message"),
    [
        ("hollow", "", "the plug-in `hollow` brings no rules"),
        ("torn", "1 / 0", "the plug-in `torn` cannot be loaded: ZeroDivisionError: division by zero"),
        (
            "user",
            RULE.format(name="Mine", body="yield"),
            "a rule or family of `user` is called `user`, as one of `dockerlint` is",
        ),
        (
            "same",
            RULE.format(name="Same", body="yield"),
            "a rule or family of `same` is called `same`, as one of `same` is",
        ),
        ("twin", RULE.format(name="MissingUser", body="yield"), "a rule or family of `twin` is called `missing-user`"),
    ],
)
def test_a_plugin_that_cannot_be_used_ends_the_run(
    name: str, module: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(tmp_path / "site", monkeypatch, name, module)
    result = check(tmp_path / "work", {"dockerlint.toml": f'plugins = ["{name}"]'})
    assert result.exit_code == 2
    assert f"dockerlint.toml:1:1: {message}" in result.output


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Rule[From])", "Rule)", "looks at nothing: write at what, as in `class Slip(Rule[From])`"),
        ("Rule[From])", "Rule[str])", "looks at `str`, which rules are never shown: write at what"),
        ("Rule[From])", "Rule[From | int])", "looks at `int`, which rules are never shown"),
        ("Severity.ERROR", "'error'", "has no severity: write `severity = Severity.WARNING`"),
        ("severity = Severity.ERROR", "bad = ['FROM a']", "has no severity"),
        ("severity =", "bad = ['FROM a']; severity =", "has samples in `bad` that are no mapping: write `bad = {"),
        ("severity =", "good = 'FROM a'; severity =", "has samples in `good` that are no tuple of texts"),
    ],
)
def test_what_is_wrong_with_the_class_of_a_rule_is_told(
    old: str, new: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = RULE.format(name="Slip", body="yield from ()")
    brought(tmp_path / "site", monkeypatch, "slips", module.replace(old, new))
    plugins.rules_of.cache_clear()
    monkeypatch.delitem(sys.modules, "slips_rules", raising=False)
    result = check(tmp_path / "work", {"dockerlint.toml": 'plugins = ["slips"]'})
    assert result.exit_code == 2
    assert f"dockerlint.toml:1:1: the rule `slip` of the plug-in `slips` {message}" in result.output


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return self.finding(from_.image, 'x')", "TypeError at engine.py:"),
        ("return self.finding(from_.image, 'x')", "`check` returns what is no series of findings: let it `yield"),
        ("pass", "`check` returns what is no series of findings"),
        ("yield 'x'", "`check` yields what is no finding: 'x'"),
        (
            "yield self.finding(from_.image.upper(), 'x')",
            "TypeError at wrong_rules.py:12: `PYTHON:LATEST` knows no place: point at a text of the model",
        ),
        (
            "from dockerlint.plugin import replace; replace(str(from_.image), 'a', 'b', is_safe=True)",
            "TypeError at wrong_rules.py:12: `python:latest` knows no place",
        ),
    ],
)
def test_what_a_rule_says_amiss_is_told_at_its_line(
    body: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(tmp_path / "site", monkeypatch, "wrong", RULE.format(name="Amiss", body=body))
    plugins.rules_of.cache_clear()
    monkeypatch.delitem(sys.modules, "wrong_rules", raising=False)
    result = check(tmp_path / "work", {"Dockerfile": "FROM python:latest\n", "dockerlint.toml": 'plugins = ["wrong"]'})
    (error,) = json.loads(result.stdout)["errors"]
    assert error["message"].startswith("the rule `amiss` of `wrong` broke down: TypeError at ")
    assert message in error["message"]


def test_a_package_is_named_with_the_line(tmp_path: Path) -> None:
    lay_out({"deep/__init__.py": "def fail():\n    from json import loads\n    loads('{')\n"}, tmp_path)
    code = "import sys; sys.path.insert(0, '.'); import deep; from dockerlint.lint.engine import place_of\n"
    code += "try:\n    deep.fail()\nexcept ValueError as error:\n    print(place_of(error, 'deep'), place_of(error))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("deep/__init__.py:3 decoder.py:")


def test_a_rule_that_breaks_down_leaves_the_others_their_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brought(tmp_path / "site", monkeypatch, "frail", RULE.format(name="Broken", body="yield from {}['gone']"))
    text = "FROM python:latest\n"
    result = check(tmp_path / "work", {"Dockerfile": text, "dockerlint.toml": 'plugins = ["frail"]'})
    report = json.loads(result.stdout)
    assert result.exit_code == 2
    assert "latest-base-image" in {finding["rule"] for finding in report["findings"]}
    (error,) = report["errors"]
    assert error["path"] == "Dockerfile"
    assert error["message"] == "the rule `broken` of `frail` broke down: KeyError at frail_rules.py:12: 'gone'"


# An entry of PYTHONPATH that is empty is the working directory.
@pytest.mark.parametrize("path", ["", os.pathsep, f"{os.pathsep}."])
@pytest.mark.parametrize(
    "start", [["-m", "dockerlint", "check"], ["-c", "from dockerlint.__main__ import main; main()", "check"]]
)
def test_nothing_in_the_folder_that_is_checked_is_a_plugin(
    path: str, start: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(tmp_path, monkeypatch, "sly", "open('ran', 'w')\n" + RULE.format(name="Sly", body="yield"))
    lay_out({"Dockerfile": DOCKERFILE, "dockerlint.toml": 'plugins = ["sly"]'}, tmp_path)
    done = subprocess.run(
        [sys.executable, *start],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{path}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "no plug-in is installed that is called `sly`" in done.stderr
    assert not (tmp_path / "ran").exists()


@pytest.mark.usefixtures("installed")
def test_their_samples_are_run(tmp_path: Path) -> None:
    lay_out({"dockerlint.toml": NAMED}, tmp_path)
    with inside(tmp_path):
        result = CliRunner().invoke(cli, ["test-rules"])
    assert result.exit_code == 0, result.output
    assert "2 rules with 10 samples: none failed" in result.output


@pytest.mark.usefixtures("installed")
def test_the_manual_has_their_pages(tmp_path: Path) -> None:
    lay_out({"dockerlint.toml": NAMED}, tmp_path)
    with inside(tmp_path):
        assert "which stays in the image" in CliRunner().invoke(cli, ["rules"]).output
        assert "# proxy-in-image" in CliRunner().invoke(cli, ["rule", "proxy-in-image"]).output
        assert CliRunner().invoke(cli, ["rule", "proxy-in-image", "--isolated"]).exit_code == 2


def test_one_that_is_not_named_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brought(tmp_path / "site", monkeypatch, "idle", "1 / 0")
    assert check(tmp_path / "work", {}).exit_code == 0
    with pytest.raises(plugins.NoPlugin, match="cannot be loaded"):
        plugins.rules_of("idle")


@pytest.mark.parametrize(
    ("mark", "file"),
    [("plugin", "acme_dockerlint.py"), ("plugin tests", "tests/test_acme_dockerlint.py")],
)
def test_the_page_shows_the_example_as_it_is(mark: str, file: str) -> None:
    code = (PROJECT / file).read_text("utf-8")
    page = PAGE.read_text("utf-8")
    if os.environ.get("UPDATE_GOLDEN"):
        page = re.sub(rf"(<!-- {mark} -->\n```python\n).*?(```\n)", lambda m: m[1] + code + m[2], page, flags=re.DOTALL)
        PAGE.write_text(page, "utf-8")
    assert f"<!-- {mark} -->\n```python\n{code}```\n" in page


def test_the_tests_of_the_example_run(site: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(PROJECT / "tests")]
    environment = {**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "12 passed" in done.stdout
