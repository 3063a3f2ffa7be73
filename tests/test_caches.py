"""Whether a package manager's cache stays in the layer."""

import pytest

from dockerlint.dockerfile.caches import CacheState, cache_states, covers
from dockerlint.dockerfile.instructions import Run
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.shell.packages import action_of
from dockerlint.source import Source

OFF, MOUNTED, CLEANED, LEFT = CacheState.OFF, CacheState.MOUNTED, CacheState.CLEANED, CacheState.LEFT


def states(line: str, env: str = "A=1") -> dict[str, CacheState]:
    step = Dockerfile(Source("Dockerfile", f"FROM a\nENV {env}\nRUN {line}")).stages[0].steps[-1]
    run = step.instruction
    assert isinstance(run, Run)
    actions = [action for command in run.commands if (action := action_of(command)) is not None]
    action = next(action for action in actions if action.verb.name in ("install", "update"))
    return cache_states(run, run.commands, action, step.before.environment)


LISTS, ARCHIVES = "/var/lib/apt/lists", "/var/cache/apt"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("apt-get install -y a", {LISTS: LEFT, ARCHIVES: LEFT}),
        ("apt-get update && apt-get install -y a && rm -rf /var/lib/apt/lists/*", {LISTS: CLEANED, ARCHIVES: LEFT}),
        ("apt-get install -y a && apt-get clean", {LISTS: LEFT, ARCHIVES: CLEANED}),
        ("apt-get clean && apt-get install -y a", {LISTS: LEFT, ARCHIVES: LEFT}),
        ("apt-get install -y a && apt-get autoclean", {LISTS: LEFT, ARCHIVES: LEFT}),
        ("apt-get install -y a && apt-get dist-clean", {LISTS: CLEANED, ARCHIVES: CLEANED}),
        (
            "apt-get install -y a && rm -rf /var/lib/{apt,dpkg}/ /var/{cache/{a,apt},x}/*",
            {LISTS: CLEANED, ARCHIVES: CLEANED},
        ),
        ("apt-get install -y a || rm -rf /var/lib/apt/lists/*", {LISTS: LEFT, ARCHIVES: LEFT}),
        ("apt-get install -y a || true && rm -rf /var/lib/apt/lists/*", {LISTS: CLEANED, ARCHIVES: LEFT}),
        ("apt-get install -y a && cd /tmp && rm -rf *", {LISTS: LEFT, ARCHIVES: LEFT}),
        ("apt-get install -y a && rm -rf var/lib/apt/lists/*", {LISTS: CLEANED, ARCHIVES: LEFT}),
        ("apt-get install -y a && rm -rf /*", {LISTS: CLEANED, ARCHIVES: CLEANED}),
        ("apt-get install -y a && rm -rf /var/lib/apt/lists/* /tmp/* /var/tmp/*", {LISTS: CLEANED, ARCHIVES: LEFT}),
        (
            "--mount=type=cache,id=x,dst=/var/cache/apt,sharing=locked apt-get install -y a",
            {LISTS: LEFT, ARCHIVES: MOUNTED},
        ),
        ("apt-get install -y a && rm -r /var/lib/apt /var/cache", {LISTS: CLEANED, ARCHIVES: CLEANED}),
        ("apt-get install -y a; rm /var/lib/apt/lists/*", {LISTS: CLEANED, ARCHIVES: LEFT}),
        ("apt-get install -y a; rm /var/lib/apt/lists/*_*", {LISTS: CLEANED, ARCHIVES: LEFT}),
        ("apt-get install -y a; rm /var/lib/apt/lists/lock", {LISTS: LEFT, ARCHIVES: LEFT}),
        ("apt-get install -y a && rm -f /var/cache/apt/*", {LISTS: LEFT, ARCHIVES: LEFT}),
        ("apt-get install -y a && find / -name '*.pyc' -delete", {LISTS: LEFT, ARCHIVES: LEFT}),
        ("apt-get install -y a && find /var/cache/apt -name '*.deb' -exec rm {} +", {LISTS: LEFT, ARCHIVES: CLEANED}),
        ("apt-get install -y a && /tmp/cleanup.sh", {LISTS: CLEANED, ARCHIVES: CLEANED}),
        ("apt-get install -y a && bash ./clean.sh", {LISTS: CLEANED, ARCHIVES: CLEANED}),
        ("f() { rm -rf /var/lib/apt/lists; }; apt-get install -y a; f", {LISTS: CLEANED, ARCHIVES: LEFT}),
        ("trap 'rm -rf /var/lib/apt/lists/*' EXIT; apt-get install -y a", {LISTS: CLEANED, ARCHIVES: LEFT}),
        ("--mount=type=cache,target=$SOMEWHERE apt-get install -y a", {LISTS: MOUNTED, ARCHIVES: MOUNTED}),
        ("--mount=type=cache,target=${B}/var/lib/apt apt-get install -y a", {LISTS: MOUNTED, ARCHIVES: MOUNTED}),
        ("apt-get install -y a && find /var/lib/apt/lists -type f -delete", {LISTS: CLEANED, ARCHIVES: LEFT}),
        (
            "--mount=type=cache,target=/var/cache/apt --mount=type=tmpfs,target=/var/lib/apt apt-get install -y a",
            {LISTS: MOUNTED, ARCHIVES: MOUNTED},
        ),
        ("--mount=type=bind,target=/var/cache/apt apt-get install -y a", {LISTS: LEFT, ARCHIVES: LEFT}),
    ],
)
def test_caches_of_apt(line: str, expected: dict[str, CacheState]) -> None:
    assert states(line) == expected


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("pip install a", LEFT),
        ("pip install --no-cache-dir a", OFF),
        ("--mount=type=cache,target=/root/.cache/pip pip install a", MOUNTED),
        ("--mount=type=cache,target=/home/app/.cache pip install a", MOUNTED),
        ("pip install a && rm -rf ~/.cache", CLEANED),
        ("pip install a && rm -rf $HOME/.cache/pip", CLEANED),
        ("pip install a && pip cache purge", CLEANED),
        ("pip install a && rm -rf $(pip cache dir)", CLEANED),
        ("npm ci && rm -rf ~/.npm/_cacache", CLEANED),
        ("npm ci && rm -rf ~/.npm/_logs", LEFT),
        ("apk add a && rm -f /var/cache/apk/* /etc/apk/cache/*", CLEANED),
        ("dnf --installroot=/mnt install -y a && rm -rf /mnt/var/cache/*", CLEANED),
        ("dnf --installroot=/mnt install -y a && rm -rf /var/cache/*", LEFT),
        ("pip install a && npm cache clean --force", LEFT),
        ("apk add --no-cache a", OFF),
        ("yum -y install a && yum clean all", CLEANED),
        ("yum -y install a && yum clean metadata", LEFT),
        ("tdnf -y install a && tdnf clean all", CLEANED),
        ("dnf -y install a && rm -rf /var/cache/*", CLEANED),
        ("zypper -n in a && zypper cc -a", CLEANED),
        ("npm ci && npm cache clean --force", CLEANED),
        ("npm ci --cache .npm && rm -rf .npm", CLEANED),
        ("npm ci --cache tmp/npm && rm -rf ./tmp", CLEANED),
        ("npm ci --cache .npm && rm -rf npm", LEFT),
        ("pip install --cache-dir $C a && rm -rf $C/*", CLEANED),
        ("--mount=type=cache,target=$HOME/.cache/uv uv sync", MOUNTED),
        ("conda install -y a && conda clean -afy && rm -rf ~/.conda", CLEANED),
        ("gem install a && gem cleanup", LEFT),
        ("go install a.b/c@v1 && go clean", LEFT),
        ("go install a.b/c@v1 && go clean -cache -modcache", CLEANED),
    ],
)
def test_caches_of_others(line: str, state: CacheState) -> None:
    assert set(states(line).values()) == {state}


@pytest.mark.parametrize(
    ("place", "folder", "expected"),
    [
        ("/var/cache/", "/var/cache/apt", True),
        ("/var/cachet", "/var/cache", False),
        ("/", "/var/cache", True),
        ("/opt/conda/pkgs", "pkgs", True),
        ("/opt/conda", "pkgs", False),
        ("/root/.npm/_cacache", "~/.npm", False),
        ("/roots/.npm", "~/.npm", False),
    ],
)
def test_path_covers_a_folder_that_it_is_or_holds(place: str, folder: str, expected: bool) -> None:
    assert covers(place, folder) is expected


@pytest.mark.parametrize(
    ("env", "line", "state"),
    [
        ("PIP_NO_CACHE_DIR=1", "pip install a", OFF),
        ("PIP_NO_CACHE_DIR=off", "pip3 install a", OFF),
        ("PIP_NO_CACHE_DIR=", "pip install a", LEFT),
        ("UV_NO_CACHE=1", "uv sync", OFF),
        ("UV_NO_CACHE=1", "pip install a", LEFT),
        ("A=1", "PIP_NO_CACHE_DIR=1 pip install a", OFF),
        ("A=1", "export PIP_NO_CACHE_DIR=1 && pip install a", OFF),
        ("A=1", "PIP_CACHE_DIR=/tmp/x pip install a && rm -rf /tmp/x", CLEANED),
        ("PIP_CACHE_DIR=/tmp/x", "pip install a && rm -rf ~/.cache/pip", LEFT),
        ("npm_config_cache=$NOBODY_KNOWS", "npm ci", OFF),
        ("PIP_NO_CACHE_DIR=$NOBODY_KNOWS", "pip install a", OFF),
        ("A=1", "pip install a && export PIP_NO_CACHE_DIR=1", LEFT),
        ("PIP_NO_CACHE_DIR=1", "PIP_NO_CACHE_DIR= pip install a", LEFT),
    ],
)
def test_variables_turn_caches_off(env: str, line: str, state: CacheState) -> None:
    assert set(states(line, env).values()) == {state}
