"""What the rules about the structure of Compose files say, and the traps they must not fall into."""

from pathlib import Path

import pytest

from dockerlint.lint.finding import Severity
from dockerlint.lint.registry import find
from tests.harness import check_files, files_of


def said(rule: str, sample: str, folder: Path) -> list[str]:
    findings, problems = check_files(list(find(rule)), files_of(sample), folder)
    assert not problems
    return [finding.message for finding in findings]


def compose(*lines: str) -> str:
    """A file with one service, and these lines in it."""
    return "=== compose.yaml\nservices:\n  web:\n    image: x:1\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ("ports: ['localhost:8080:80']",),
            "`localhost:8080:80`: Compose takes an address there, not a name: `127.0.0.1:8080:80`",
        ),
        (("ports: ['db:8080:80']",), "`db:8080:80`: Compose takes an address there, not a name"),
        (
            ("ports: ['127.0.0.1:80']",),
            "`127.0.0.1:80`: an address is followed by the port of the host and that of the container",
        ),
        (
            ("ports: [{target: 80, published: '127.0.0.1:80'}]",),
            "`127.0.0.1:80` is no port of the host: the address goes into `host_ip`",
        ),
        (("expose: ['80:80']",), "`80:80` is no port of the container: `expose` takes numbers such as `80`"),
    ],
)
def test_why_a_port_cannot_be_published(lines: tuple[str, ...], message: str, tmp_path: Path) -> None:
    assert said("invalid-published-port", compose(*lines), tmp_path) == [message]


def test_what_only_the_engine_refuses_leaves_the_file_checked(tmp_path: Path) -> None:
    files = files_of(compose("ports: ['a:b', {target: 80, published: c}]"))
    findings, _ = check_files(list(find("invalid-published-port")), files, tmp_path)
    assert [finding.is_refusal for finding in findings] == [True, False]


@pytest.mark.parametrize(
    ("mount", "message"),
    [
        ("./h:/t:readonly", "`readonly` is no option of a mount, Compose ignores it: did you mean `ro`?"),
        ("./h:/t:RO", "`RO` is no option of a mount, Compose ignores it: did you mean `ro`?"),
        ("./h:/t:wo", "`wo` is no option of a mount, Compose ignores it"),
        ("./h:/t/../", "`./h:/t/../` mounts over all of the container: the engine refuses `/`"),
        ("{type: volume, target: ''}", "no path to mount to: the engine wants an absolute one"),
        ("{type: volume}", "a mount of `web` has no `target`, the path in the container"),
    ],
)
def test_why_a_mount_cannot_be_made(mount: str, message: str, tmp_path: Path) -> None:
    assert said("invalid-mount", compose(f"volumes: [{mount}]"), tmp_path) == [message]


def test_a_number_is_no_relative_path(tmp_path: Path) -> None:
    findings, _ = check_files(list(find("invalid-mount")), files_of(compose("volumes: [5]")), tmp_path)
    assert findings == []


def test_an_empty_source_is_the_folder_of_the_project(tmp_path: Path) -> None:
    assert said("invalid-mount", compose("volumes: [{type: bind, source: '', target: /t}]"), tmp_path) == []


def test_a_misread_volume_name_is_told_once(tmp_path: Path) -> None:
    sample = compose("volumes: ['d:/data:ro']") + "volumes:\n  d:\n"
    message = "`d:/data` is read as a Windows path, not as the volume `d`, which stays unused"
    assert said("misread-volume-name", sample, tmp_path) == [f"{message}: use a longer name or the long form"]
    assert said("invalid-mount", sample, tmp_path) == []


def test_a_host_port_from_an_override_names_the_file(tmp_path: Path) -> None:
    override = "=== compose.override.yaml\nservices:\n  web:\n    ports: ['80:81']\n  api:\n    image: x:1\n    ports: ['81:1']\n"
    messages = said("repeated-host-port", compose("ports: ['80:80', '81:81']") + override, tmp_path)
    assert messages == [
        "`web` publishes host port 80 twice (first in compose.yaml:4): "
        "the lists of files add up, `ports: !override` replaces them",
        "host port 81 is published by `web` (compose.yaml:4) and by `api`: the second one cannot start",
    ]


def test_a_list_of_ports_that_five_services_share_is_one_fault(tmp_path: Path) -> None:
    services = "".join(f"  s{index}:\n    <<: *x\n" for index in range(5))
    sample = f"=== compose.yaml\nx-x: &x\n  image: x:1\n  ports: ['80:80']\nservices:\n{services}"
    assert len(said("repeated-host-port", sample, tmp_path)) == 1


def test_services_that_share_unpublishable_ports_are_named(tmp_path: Path) -> None:
    sample = (
        "=== compose.yaml\nx-x: &x\n  image: x:1\n  network_mode: host\n  ports: ['80:80']\n"
        "services:\n  a:\n    <<: *x\n  b:\n    <<: *x\n  c:\n    <<: *x\n"
    )
    message = "`ports` of `a`, `b` and `c` do nothing with `network_mode: host`: the program is reached at its own port"
    assert said("unpublishable-port", sample, tmp_path) == [message]


@pytest.mark.parametrize(
    ("lines", "follows"),
    [
        (("volumes: ['${V}/pg:/data']",), "`${V}/pg:/data` then mounts `/pg` of the host"),
        (("volumes: ['${V}:/data']",), "Compose refuses `:/data`"),
        (("ports: ['${V}:80']",), "`:80` is published at a random port of the host"),
        (("ports: ['127.0.0.1:${V}:80']",), "`127.0.0.1::80` is published at a random port of the host"),
        (("ports: ['${V}:80:80']",), "`:80:80` is published on all addresses"),
        (("ports: ['80:${V}']",), "Compose refuses `80:`"),
        (("restart: ${V}",), "`web` never restarts then"),
        (("mem_limit: ${V}",), "Compose refuses an empty `mem_limit`"),
        (("hostname: ${V}",), "nothing takes its place"),
        (("hostname: ${V}", "restart: $V"), "`web` never restarts then"),
    ],
)
def test_what_follows_from_an_unset_variable(lines: tuple[str, ...], follows: str, tmp_path: Path) -> None:
    assert said("unset-variable", compose(*lines), tmp_path) == [f"`V` is not set: {follows}"]


@pytest.mark.parametrize(("image", "shown"), [("${V}", ""), ("app:${V}", "app:"), ("${V}/app:1", "/app:1")])
def test_an_image_of_an_unset_variable_is_none(image: str, shown: str, tmp_path: Path) -> None:
    sample = f"=== compose.yaml\nservices:\n  web:\n    image: {image}\n"
    follows = f"`image` of `web` is then `{shown}`, which is no image" if shown else "`web` has no image then"
    assert said("unset-variable", sample, tmp_path) == [f"`V` is not set: {follows}"]


def test_a_variable_that_git_hides_may_be_set(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    sample = compose("hostname: ${V}")
    assert said("unset-variable", sample, tmp_path) != []
    assert said("unset-variable", f"{sample}=== .gitignore\n.env\n", tmp_path) == []


def test_a_variable_of_an_env_file_is_meant_for_the_container(tmp_path: Path) -> None:
    sample = compose("env_file: web.env", "command: sh -c 'echo ${A}'") + "=== web.env\nA=1\n"
    message = (
        "`${A}` in the command of `web` is replaced by Compose, with nothing, before the container sees it: `$${A}`"
    )
    assert said("lost-dollar", sample, tmp_path) == [message]
    assert said("unset-variable", sample, tmp_path) == []


def test_a_variable_of_the_built_image_is_meant_for_the_container(tmp_path: Path) -> None:
    sample = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: sh -c 'echo $A'\n"
        "=== Dockerfile\nFROM alpine:3.22\nENV A=1\n"
    )
    assert len(said("lost-dollar", sample, tmp_path)) == 1


def test_a_part_of_a_password_is_not_shown(tmp_path: Path) -> None:
    sample = compose("environment:", "  DB_PASSWORD: pa$word1")
    message = "A `$` in the value of DB_PASSWORD of `web` is replaced by Compose, with nothing"
    assert said("lost-dollar", sample, tmp_path) == [f"{message}, before the container sees it: `$$`"]


@pytest.mark.parametrize(
    "key", ["deploy: {update_config: {parallelism: 1}}", "deploy: {placement: {max_replicas_per_node: 1}}"]
)
@pytest.mark.parametrize(
    ("beside", "is_told"),
    [
        ("", True),
        ("=== deploy.sh\ndocker stack deploy -c compose.yaml app\n", False),
        ("=== .github/workflows/x.yml\njobs: {a: {steps: [{run: docker stack deploy -c compose.yaml app}]}}\n", False),
        ("=== deploy.sh\ndocker compose up\n", True),
    ],
)
def test_settings_of_swarm_are_for_those_who_deploy(key: str, beside: str, is_told: bool, tmp_path: Path) -> None:
    assert bool(said("legacy-compose-key", compose(key) + beside, tmp_path)) == is_told


def test_a_volume_that_a_default_path_may_replace_is_not_unused(tmp_path: Path) -> None:
    sample = compose("volumes: ['${DATA:-./data}:/data']") + "volumes:\n  data:\n"
    assert said("unused-definition", sample, tmp_path) == []


def test_an_unused_volume_names_the_service_that_keeps_its_data_inside(tmp_path: Path) -> None:
    sample = "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\nvolumes:\n  pgdata:\n"
    message = "the volume `pgdata` is declared and never mounted: `db` keeps its data in the container"
    assert said("unused-definition", sample, tmp_path) == [message]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0644", "420"),
        ("1e3", "1000"),
        ("1_000", "1000"),
        ("08", "8"),
        ("1.50", "1.5"),
        ("2024-01-01", "2024-01-01 00:00:00 +0000 UTC"),
    ],
)
def test_a_value_is_shown_as_the_container_gets_it(value: str, shown: str, tmp_path: Path) -> None:
    messages = said("value-changed-by-yaml", compose("environment:", f"  A: {value}"), tmp_path)
    assert messages == [f"`A: {value}` reaches the container as `{shown}`: quote it"]


def test_repeated_entries_say_which_one_is_lost(tmp_path: Path) -> None:
    sample = compose("environment: [A=1, A=2]", "volumes: ['./a:/d/', './b:/d']", "security_opt: [a:b, a:b]")
    assert said("repeated-entry", sample, tmp_path) == [
        "`A` stands twice in `environment` of `web`: the first one (line 4) is lost",
        "`/d` of `web` is mounted twice; `./a:/d/` (line 5) is lost",
        "`a:b` stands twice in `security_opt` of `web` (first in line 6): Compose refuses the file",
    ]


def test_a_missing_file_is_told_once_with_all_that_need_it(tmp_path: Path) -> None:
    sample = (
        "=== compose.yaml\nservices:\n  a:\n    extends: {file: b.yaml, service: a}\n"
        "  c:\n    extends: {file: b.yaml, service: c}\n"
    )
    message = "`extends` of `a` names `b.yaml`, which is not there (needed in line 5 too)"
    assert said("missing-compose-file", sample, tmp_path) == [message]


def test_a_missing_file_that_git_ignores_is_made_by_something(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    files = files_of("=== compose.yaml\ninclude: [made.yaml]\n=== .gitignore\nmade.yaml\n")
    findings, _ = check_files(list(find("missing-compose-file")), files, tmp_path)
    assert [(finding.severity, finding.is_refusal) for finding in findings] == [(Severity.WARNING, False)]


def test_an_order_has_the_code_of_its_part(tmp_path: Path) -> None:
    files = files_of("=== compose.yaml\nvolumes: {vv: }\nservices:\n  web:\n    ports: ['80']\n    image: x:1\n")
    findings, _ = check_files(list(find("compose-order")), files, tmp_path)
    assert [finding.aliases for finding in findings] == [("top-level-properties-order",), ("service-keys-order",)]


def test_a_file_of_thousands_of_ports_takes_no_time(tmp_path: Path) -> None:
    ports = "".join(f"      - '{1000 + index % 60000}-{1010 + index % 60000}:1-11'\n" for index in range(20_000))
    sample = f"=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n{ports}"
    assert said("repeated-host-port", sample, tmp_path)


def test_nothing_is_mended_in_a_file_that_is_no_yaml_to_its_end(tmp_path: Path) -> None:
    files = files_of("=== compose.yaml\nx: &x\n  image: a\n  image: a\nservices:\n  a: *x\n    b: *x\n")
    findings, problems = check_files(list(find("repeated-key")), files, tmp_path)
    assert [finding.fix for finding in findings] == [None]
    assert ["internal error" in problem.message for problem in problems] == [False]
