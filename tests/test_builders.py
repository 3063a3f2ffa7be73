"""Who builds which Dockerfile, as the files of a project say it."""

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.registry import find
from dockerlint.project.builders import BuildLink
from dockerlint.project.files import Files
from dockerlint.project.project import Project
from dockerlint.project.reading import actions, bake, gitlab, hcl, makefile, scripts
from dockerlint.source import Source
from tests.harness import check_files, inside, lay_out


def links_around(folder: Path, files: dict[str, str], path: str = "Dockerfile") -> list[BuildLink]:
    lay_out(files, folder)
    with inside(folder):
        return list(Project(folder).links_around(Path(path)))


def shown(link: BuildLink, folder: Path) -> str:
    """A link in one line: context, Dockerfile, `@target`, arguments."""

    def below(path: Path | None) -> str:
        return "?" if path is None else os.path.relpath(path, folder.resolve())

    told = link.told
    target = [] if told.target is None else [f"@{told.target.value or '?'}"]
    arguments = [f"{one.name}={'?' if one.value is None else one.value}" for one in told.arguments]
    return " ".join([below(link.context), below(link.dockerfile), *target, *arguments])


def table(folder: Path, files: dict[str, str], path: str = "Dockerfile") -> list[str]:
    return [shown(link, folder) for link in links_around(folder, files, path)]


COMMANDS = [
    ("docker build .", ". Dockerfile"),
    ("docker build -t app api", "api api/Dockerfile"),
    ("docker build -f docker/prod.Dockerfile --target=prod .", ". docker/prod.Dockerfile @prod"),
    ("docker buildx --builder x build --platform linux/amd64,linux/arm64 --push -t a:1 .", ". Dockerfile"),
    ("sudo docker image build --build-arg A=1 --build-arg B --build-arg=C=$X .", ". Dockerfile A=1 B=? C=?"),
    ("podman build --file=x/Containerfile x", "x x/Containerfile"),
    ("buildah bud -f Dockerfile.x --layers .", ". Dockerfile.x"),
    ("podman build -t x", ". Dockerfile"),
    ("docker build -t x", ""),
    ('ENGINE=podman\n"$ENGINE" build api', "api api/Dockerfile"),
    ("cd api && docker build .", "api api/Dockerfile"),
    ("cd api; cd ..; docker build web", "web web/Dockerfile"),
    ("(cd api && docker build .); docker build web", "api api/Dockerfile|web web/Dockerfile"),
    ("cd $SOMEWHERE && docker build .", ""),
    ("if [ -d x ]; then cd x; fi; docker build .", ""),
    ("[ -d x ] && cd x; docker build .", ""),
    ("cd x || exit 1; docker build .", "x x/Dockerfile"),
    ('DIR=api; docker build -f $DIR/Dockerfile "$DIR"', "api api/Dockerfile"),
    ("if x; then DIR=api; fi; docker build $DIR", ""),
    ("DIR=a; if x; then DIR=b; fi; docker build $DIR", ""),
    ("for d in a b; do docker build $d; done", "a a/Dockerfile|b b/Dockerfile"),
    ("for d in */; do docker build $d; done", ""),
    ("one() { docker build -f $1/Dockerfile .; }\none a\none b", ". a/Dockerfile|. b/Dockerfile"),
    ("bash -c 'cd api && docker build .'", "api api/Dockerfile"),
    ("docker build $OPTIONS .", ". ?"),
    ("docker build $OPTIONS -f a/Dockerfile .", ". a/Dockerfile"),
    ("OPTIONS='-f a/Dockerfile --target x'; docker build $OPTIONS .", ". a/Dockerfile @x"),
    ("docker build - < Dockerfile", ""),
    ("docker build -f - . <<EOF\nFROM x\nEOF", ""),
    ("docker build https://github.com/acme/x.git", ""),
    ("docker build -f a/Dockerfile https://github.com/acme/x.git", ""),
    ("docker build ../outside", ""),
    ('docker build -f "$(find . -name Dockerfile)" .', ". ?"),
    ("source env.sh; docker build $DIR", ""),
    ("DIR=a; source env.sh; docker build $DIR", ""),
    ("echo docker build .", ""),
    ("docker compose build", ""),
    ("docker build --target '${X}' a*", ""),
    ("docker build -t x . --target $STAGE", ". Dockerfile @?"),
]


@pytest.mark.parametrize(("script", "expected"), COMMANDS, ids=[script for script, _ in COMMANDS])
def test_commands_of_a_script_say_what_they_build(script: str, expected: str, tmp_path: Path) -> None:
    assert "|".join(table(tmp_path, {"build.sh": script})) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('cd "$(dirname "$0")/.."\ndocker build api', "api api/Dockerfile"),
        ('cd "$(dirname "${BASH_SOURCE[0]}")"\ndocker build ..', ". Dockerfile"),
        (
            'HERE="$(cd "$(dirname "$0")" >/dev/null 2>&1 && pwd)"\nROOT=$HERE/..\ndocker build "$ROOT/api"',
            "api api/Dockerfile",
        ),
        ("cd `dirname $0` && docker build .", "scripts scripts/Dockerfile"),
        (
            'D=$( cd -- "$( dirname -- "${BASH_SOURCE[0]}" )" &> /dev/null && pwd )\ndocker build -f "$D/x.Dockerfile" "$D/.."',
            ". scripts/x.Dockerfile",
        ),
        ('cd "$(git rev-parse --show-toplevel)"\ndocker build .', ". Dockerfile"),
        ("docker build api", "api api/Dockerfile"),  # only there from the root
        ("docker build nowhere", ""),
    ],
)
def test_scripts_know_where_they_stand(script: str, expected: str, tmp_path: Path) -> None:
    files = {"scripts/build.sh": script, "api/Dockerfile": "", ".git/HEAD": ""}
    assert "|".join(table(tmp_path, files)) == expected


MAKEFILES = [
    ("image:\n\tdocker build -t x .\n", ". Dockerfile"),
    ("DIR ?= api\nimage:\n\t@docker build -f $(DIR)/Dockerfile ${DIR}\n", "api api/Dockerfile"),
    ("ENGINE := podman\nimage: ; $(ENGINE) build api\n", "api api/Dockerfile"),
    ("image:\n\tcd api && docker build .\n\tdocker build web\n", "api api/Dockerfile|web web/Dockerfile"),
    (
        "image:\n\tdocker build \\\n\t  --build-arg V=$(shell git describe) \\\n\t  -f docker/Dockerfile .\n",
        ". docker/Dockerfile V=?",
    ),
    ("image:\n\tdocker build $(DIR)\n", ""),
    ("DIR=a\nDIR=b\nimage:\n\tdocker build $(DIR)\n", ""),
    ("ifdef X\nDIR=a\nendif\nimage:\n\tdocker build $(DIR)\n", ""),
    ("A=$(B)\nB=$(A)\nimage:\n\tdocker build $(A)\n", ""),
    ("image: DIR = a\nDIR = a\nimage:\n\tdocker build $(DIR)\n", ""),
    ("image:\n\tfor d in a b; do docker build $$d; done\n", "a a/Dockerfile|b b/Dockerfile"),
    ("image:\n\tdocker build --build-arg 'V=$(V)' $(CURDIR)/api\n", "api api/Dockerfile V=?"),
    (".ONESHELL:\nimage:\n\tcd api\n\tdocker build .\n", ""),
    ("define X\nimage:\n\tdocker build .\nendef\n", ""),
    ("build-%:\n\tdocker build $*\n", ""),
]


@pytest.mark.parametrize(("text", "expected"), MAKEFILES)
def test_makefiles_say_what_they_build(text: str, expected: str, tmp_path: Path) -> None:
    assert "|".join(table(tmp_path, {"Makefile": text})) == expected


def workflow(steps: str, above: str = "") -> str:
    return f"{above}jobs:\n  image:\n    steps:\n{steps}"


WORKFLOWS = [
    (workflow("    - uses: docker/build-push-action@v6\n"), ". Dockerfile"),
    (
        workflow(
            "    - uses: docker/build-push-action@v6\n      with:\n        context: ./api\n        target: prod\n"
            "        build-args: |\n          A=1\n          B=${{ github.sha }}\n"
        ),
        "api api/Dockerfile @prod A=1 B=?",
    ),
    (
        workflow("    - uses: docker/build-push-action@v6\n      with: {file: docker/Dockerfile}\n"),
        ". docker/Dockerfile",
    ),
    (
        workflow(
            "    - uses: docker/build-push-action@v6\n      with: {context: '{{defaultContext}}:api', file: x.Dockerfile}\n"
        ),
        "api api/x.Dockerfile",
    ),
    (workflow("    - uses: docker/build-push-action@v6\n      with: {context: '${{ matrix.dir }}'}\n"), ""),
    (
        workflow(
            "    - uses: docker/build-push-action@v6\n      with: {context: '${{ matrix.dir }}', file: a/Dockerfile}\n"
        ),
        "? a/Dockerfile",
    ),
    (
        workflow(
            "    - uses: docker/build-push-action@v6\n      with: {context: '${{ env.DIR }}'}\n", "env: {DIR: api}\n"
        ),
        "api api/Dockerfile",
    ),
    (workflow("    - uses: docker/build-push-action@v1\n      with: {path: api}\n"), ""),
    (workflow("    - run: docker build api\n"), "api api/Dockerfile"),
    (workflow("    - run: docker build .\n      working-directory: api\n"), "api api/Dockerfile"),
    (workflow("    - run: docker build .\n", "defaults: {run: {working-directory: web}}\n"), "web web/Dockerfile"),
    (workflow("    - run: docker build .\n      working-directory: ${{ matrix.dir }}\n"), ""),
    (workflow("    - run: docker build ${{ matrix.dir }}\n"), ""),
    (workflow("    - run: docker build . --build-arg V=${{ github.sha }}\n"), ". Dockerfile V=?"),
    (workflow("    - run: docker build .\n      shell: pwsh\n"), ""),
    (
        workflow("    - uses: actions/checkout@v5\n      with: {path: src}\n    - run: docker build src\n"),
        "",
    ),
    (
        workflow(
            "    - uses: docker/bake-action@v6\n      with: {files: ci/images.hcl}\n"
            "    - run: |\n        cd api\n        docker build .\n    - run: docker build web\n"
        ),
        "img img/Dockerfile|api api/Dockerfile|web web/Dockerfile",
    ),
]


@pytest.mark.parametrize(("text", "expected"), WORKFLOWS)
def test_workflows_say_what_they_build(text: str, expected: str, tmp_path: Path) -> None:
    files = {".github/workflows/ci.yml": text, "ci/images.hcl": 'target "x" { context = "img" }\n'}
    assert "|".join(table(tmp_path, files)) == expected


def test_a_workflow_tells_all_that_it_gives(tmp_path: Path) -> None:
    text = workflow(
        "    - name: Publish\n      uses: docker/build-push-action@v6\n      with:\n        push: true\n"
        "        tags: a:1,b:2\n        platforms: linux/amd64,linux/arm64\n        ssh: default\n"
        "        build-contexts: |\n          lib=./lib\n        secrets: |\n          token=${{ secrets.X }}\n"
        "        secret-envs: key=KEY\n"
    )
    (link,) = links_around(tmp_path, {".github/workflows/ci.yml": text})
    told = link.told
    assert (link.kind, link.name, link.evidence.line) == ("action", "the step `Publish`", 5)
    assert (told.tags, told.platforms) == (("a:1", "b:2"), ("linux/amd64", "linux/arm64"))
    assert (told.secrets, told.named_contexts, told.has_ssh) == (("token", "key"), ("lib",), True)
    assert told.is_published


GITLAB = [
    ("build:\n  script:\n    - docker build api\n", "api api/Dockerfile"),
    ("build:\n  script: docker build .\n", ". Dockerfile"),
    ("build:\n  before_script: [cd api]\n  script:\n    - docker build .\n", "api api/Dockerfile"),
    ("default: {before_script: [cd api]}\nbuild:\n  script:\n    - docker build .\n", "api api/Dockerfile"),
    ("variables: {D: api}\nbuild:\n  script:\n    - docker build $D\n", "api api/Dockerfile"),
    ("build:\n  variables: {D: $X}\n  script:\n    - docker build $D\n", ""),
    ("build:\n  script:\n    - docker build -f $CI_PROJECT_DIR/x.Dockerfile $CI_PROJECT_DIR\n", ". x.Dockerfile"),
    (
        ".a: &a [cd api]\nbuild:\n  script:\n    - *a\n    - |\n      docker build \\\n        --target x .\n",
        "api api/Dockerfile @x",
    ),
    ("build:\n  script: 5\nother: [1]\n", ""),
]


@pytest.mark.parametrize(("text", "expected"), GITLAB)
def test_gitlab_jobs_say_what_they_build(text: str, expected: str, tmp_path: Path) -> None:
    assert "|".join(table(tmp_path, {".gitlab-ci.yml": text})) == expected


def test_scripts_of_a_package_run_in_its_folder(tmp_path: Path) -> None:
    text = json.dumps({"scripts": {"image": "docker build -f ../Dockerfile ..", "test": "jest"}})
    assert table(tmp_path, {"web/package.json": text}, "web/Dockerfile") == [". Dockerfile"]


BAKES = [
    ('target "app" {}\n', ""),
    ('target "app" { tags = ["x"] }\n', ". Dockerfile"),
    (
        'target "app" {\n  context = "api"\n  dockerfile = "x/Dockerfile"\n  target = "prod"\n}\n',
        "api api/x/Dockerfile @prod",
    ),
    ('variable "D" { default = "api" }\ntarget "app" { context = "./${D}" }\n', "api api/Dockerfile"),
    ('variable "D" { default = "api" }\ntarget "app" { context = D }\n', "api api/Dockerfile"),
    ('variable "D" {}\ntarget "app" { context = D }\n', ""),
    ('variable "A" { default = "${B}" }\nvariable "B" { default = "${A}" }\ntarget "app" { context = A }\n', ""),
    ('target "app" { context = x == "" ? "a" : "b" }\n', ""),
    ('target "app" { context = lower("A") }\n', ""),
    ('target "app" { context = "a${lower("}")}" }\n', ""),
    (
        'target "_base" {\n  args = { A = "1", B = 2 }\n}\ntarget "app" {\n  inherits = ["_base"]\n  context = "api"\n  args = { A = "3" }\n}\n',
        "api api/Dockerfile A=3 B=2",
    ),
    (
        'target "a" { context = "x" }\ntarget "b" {\n  inherits = ["a"]\n  target = "t"\n}\n',
        "x x/Dockerfile|x x/Dockerfile @t",
    ),
    (
        'target "a" { inherits = ["a", "b"] }\ntarget "b" { inherits = ["a"] }\ngroup "g" { targets = ["a"] }\n',
        ". Dockerfile",
    ),
    (
        'variable "V" { default = "1" }\ntarget "app" {\n  context = "."\n  args = {\n    V = V\n    W = null\n  }\n}\n',
        ". Dockerfile V=?",
    ),
    (
        'target "app" {\n  name = "app-${v}"\n  matrix = { v = ["1", "2"] }\n  context = "."\n  args = { V = v }\n  dockerfile = "${v}/Dockerfile"\n}\n',
        ". ? V=?",
    ),
    ('target "app" { dockerfile-inline = "FROM x" }\n', ""),
    ('target "app" {\n  context = "https://github.com/acme/x.git"\n  dockerfile = "a"\n}\n', ""),
    (
        'target "app" {\n  context = "."\n  # x\n  labels = { for k, v in x : k => v }\n  secret = ["type=env,id=a", { id = "b" }]\n}\n',
        ". Dockerfile",
    ),
    ('target "app" {\n  context = <<-EOT\n    api\n  EOT\n}\n', "api\n api\n/Dockerfile"),
    ('target "app" { context = "a"', ""),
    ('target "app" {\n  context = "target:base"\n  dockerfile = "x"\n}\n', ""),
    ('target "app" {\n  context = "."\n  dockerfile = "cwd://x"\n}\n', ". ?"),
]


@pytest.mark.parametrize(("text", "expected"), BAKES)
def test_bake_files_say_what_they_build(text: str, expected: str, tmp_path: Path) -> None:
    assert "|".join(table(tmp_path, {"docker-bake.hcl": text})) == expected


def test_bake_files_are_read_together(tmp_path: Path) -> None:
    first = {"variable": {"D": {"default": "api"}}, "target": {"app": {"context": "${D}", "args": {"A": "1"}}}}
    files = {
        "docker-bake.json": json.dumps(first),
        "docker-bake.override.hcl": 'target "app" {\n  args = { B = "2" }\n  secret = ["id=x"]\n  ssh = ["default"]\n}\n',
    }
    (link,) = links_around(tmp_path, files)
    assert shown(link, tmp_path) == "api api/Dockerfile A=1 B=2"
    assert (link.told.secrets, link.told.has_ssh, link.kind) == (("x",), True, "bake")


def test_a_bake_file_in_a_folder_may_be_meant_for_the_root(tmp_path: Path) -> None:
    files = {"ci/docker-bake.hcl": 'target "app" { context = "api" }\n', "api/Dockerfile": ""}
    (link,) = links_around(tmp_path, files, "ci/Dockerfile")
    assert shown(link, tmp_path) == "api api/Dockerfile"
    assert not link.is_sure


HCL = st.text(alphabet='{}[]()"$%<>=:,.?#/*\\\n\t abET_-1', max_size=80)


@given(st.one_of(HCL, HCL.map(lambda text: f'target "a" {{\n{text}\n}}\n'), HCL.map(lambda text: f"x = {text}\n")))
@example('x = "${')
@example("x = <<-E\n E")
@example('a "b" {')
@example("x = [for")
@example("x = " + "[" * 5000)
@example("a {" * 5000)
@example('x = "' + '${"' * 5000)
def test_no_text_breaks_the_reader_of_hcl(text: str) -> None:
    body = hcl.read(Source("docker-bake.hcl", text))
    assert body is None or isinstance(body.attributes, dict)


@given(st.text(alphabet='"${}ab\\%', max_size=40))
def test_a_string_of_hcl_keeps_its_text(text: str) -> None:
    parts = hcl.template(Source("x", text).slice(0, len(text))).parts
    if "{" not in text:
        assert "".join(map(str, parts)) == text


HOSTILE = [
    (
        "Makefile",
        "A0=x\n" + "".join(f"A{n}=$(A{n - 1})$(A{n - 1})\n" for n in range(1, 40)) + "x:\n\tdocker build $(A39)\n",
    ),
    ("Makefile", "x:\n\tdocker build " + "$(a(b(" * 3000 + "\n"),
    ("Makefile", "x" + " " * 50_000 + "y\nx:\n\tdocker build .\n"),
    (".github/workflows/x.yml", "jobs: {a: {steps: [{run: 'docker build " + "${{" * 60_000 + "'}]}}"),
    ("build.sh", "for a in 1 2 3 4 5 6 7 8 9; do\n" * 12 + "docker build $a\n" + "done\n" * 12),
    ("build.sh", "f() { f; f; docker build .; }\nf\n"),
    ("build.sh", "docker " + "a " * 60_000 + "\ndocker build .\n"),
    ("docker-bake.hcl", "".join(f'target "t{n}" {{ inherits = ["t{n + 1}", "t{n + 1}"] }}\n' for n in range(60))),
    ("docker-bake.hcl", 'variable "v" { default = "' + "${v}" * 2000 + '" }\ntarget "t" { context = v }\n'),
    ("docker-bake.hcl", 'target "t" { context = "\\u0000" }\n'),
    ("build.sh", "docker build $'\\0' -f a\udcff\ud800\n"),
    ("package.json", "[" * 20_000 + "docker build ."),
]


@pytest.mark.parametrize(("name", "text"), HOSTILE, ids=[f"{name}-{n}" for n, (name, _) in enumerate(HOSTILE)])
def test_hostile_files_cost_little(name: str, text: str, tmp_path: Path) -> None:
    read = {
        "Makefile": lambda source, files: makefile.links_in(source, tmp_path, files),
        "build.sh": lambda source, files: scripts.links_in(source, (tmp_path,), files),
        "package.json": lambda source, files: scripts.links_in_package(source, tmp_path, files),
        "x.yml": lambda source, files: actions.links_in(source, tmp_path, files),
        "docker-bake.hcl": lambda source, files: bake.links_in([source], (tmp_path,), files),
    }[name.rpartition("/")[2]]
    start = time.perf_counter()
    links = list(read(Source(name, text), Files(tmp_path)))
    assert len(links) <= 500
    assert time.perf_counter() - start < 15


@given(st.text(alphabet="$(){}:=?+!#\t\n\\ abA-.docker build", max_size=80))
@example("x:\n\tdocker build $(")
def test_no_text_breaks_the_reader_of_makefiles(text: str) -> None:
    list(makefile.links_in(Source("Makefile", f"x:\n\tdocker build .\n{text}"), Path.cwd(), Files(Path.cwd())))


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=6),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["jobs", "a", "steps", "with", "uses", "run", "script", "env", "defaults"]), inner
            )
        ),
    )
)
def test_no_shape_breaks_the_readers_of_ci_files(value: object) -> None:
    source = Source("x.yml", json.dumps(value))
    files = Files(Path.cwd())
    assert [*actions.links_in(source, Path.cwd(), files), *gitlab.links_in(source, Path.cwd(), files)] == []


def build(folder: Path, files: dict[str, str], path: str = "Dockerfile"):  # type: ignore[no-untyped-def]
    lay_out(files, folder)
    with inside(folder):
        return Project(folder).build(Dockerfile(Source(path, files[path])), Path(path))


def test_a_project_takes_the_context_that_its_ci_says(tmp_path: Path) -> None:
    files = {
        "docker/Dockerfile": "FROM a\nCOPY run.sh .",
        "docker/run.sh": "",
        "Makefile": "x:\n\tdocker build -f docker/Dockerfile .\n",
    }
    found = build(tmp_path, files, "docker/Dockerfile")
    assert found.context is not None
    assert str(found.context.root) == "."
    assert found.is_context_told


def test_links_that_disagree_leave_the_context_unknown(tmp_path: Path) -> None:
    files = {
        "a/Dockerfile": "FROM a\nCOPY . .",
        "Makefile": "x:\n\tdocker build -f a/Dockerfile .\n",
        "a/docker-bake.hcl": 'target "a" { context = "." }\n',
    }
    assert build(tmp_path, files, "a/Dockerfile").context is None


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ("", "9"),
        ("\tdocker build --build-arg V=8 .\n", "1"),
        ("test:\n\tdocker build .\n", "9"),
        ("y:\n\tdocker build .\n", "1"),
    ],
)
def test_arguments_count_where_all_builders_give_the_same(more: str, value: str, tmp_path: Path) -> None:
    makefile_ = f"x:\n\tdocker build --build-arg V=9 --build-arg OTHER=$O .\n{more}"
    found = build(tmp_path, {"Dockerfile": "ARG V=1\nFROM a:$V", "Makefile": makefile_})
    assert found.dockerfile.stages[0].base_name == f"a:{value}"
    assert "OTHER" in found.given_arguments


def test_only_what_is_published_makes_a_stage_ship(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM a AS builder\nFROM a AS app\nFROM a AS last",
        "Makefile": "x:\n\tdocker build --target builder .\n\tdocker build --target app --push .\n",
    }
    found = build(tmp_path, files)
    assert [stage.name for stage in found.targets] == ["app", "last"]
    assert found.asked_targets == {"builder", "app"}


def test_links_say_where_they_stand(tmp_path: Path) -> None:
    lay_out({"Makefile": "# x\nx:\n\t@docker build \\\n\t  api\n", "api/Dockerfile": "FROM a"}, tmp_path)
    with inside(tmp_path):
        (link,) = Project(tmp_path).links_of(Path("api/Dockerfile"))
    assert (link.place.source.path, link.evidence.line, link.name) == ("Makefile", 3, "`make x`")
    assert link.evidence == "docker build \\\n\t  api"


def missing(folder: Path, files: dict[str, str]) -> list[str]:
    findings, problems = check_files([*find("missing-build-file")], files, folder)
    assert problems == []
    return [f"{finding.region.path}:{finding.region.line}: {finding.message}" for finding in findings]


def test_a_missing_file_is_told_once_whatever_is_checked(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM a",
        "api/Dockerfile": "FROM a",
        "compose.yaml": "services: {a: {image: b}}",
        "Makefile": "x:\n\tdocker build web\n",
    }
    assert missing(tmp_path, files) == ["Makefile:2: the build context `web` is not there"]


def test_a_comment_in_the_build_file_silences_what_is_said_of_it(tmp_path: Path) -> None:
    comment = "# dockerlint: ignore[missing-build-file] made by hand\n"
    assert missing(tmp_path, {"Dockerfile": "FROM a", "Makefile": f"x:\n{comment}\tdocker build web\n"}) == []


def test_targets_that_inherit_a_file_are_one_finding(tmp_path: Path) -> None:
    text = 'target "_all" {\n  dockerfile = "x"\n}\ntarget "a" { inherits = ["_all"] }\ntarget "b" { inherits = ["_all"] }\n'
    assert missing(tmp_path, {"Dockerfile": "FROM a", "docker-bake.hcl": text}) == [
        "docker-bake.hcl:2: there is no `x` to build; there is `Dockerfile`"
    ]
