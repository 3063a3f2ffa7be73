"""What a package manager's command does: its verb, whether it asks, where it keeps what it fetches."""

import pytest

from dockerlint.shell.packages import action_of, installer, matches_manifest
from dockerlint.shell.packages.node import npx_package
from dockerlint.shell.packages.system import apt_setting, is_apt_true

from .shell import action, command

VERBS = [
    ("apt-get -qq update", "apt-get", "update", "update"),
    ("apt full-upgrade -y", "apt", "upgrade", "full-upgrade"),
    ("aptitude purge x", "aptitude", "remove", "purge"),
    ("apt-get install -d x", "apt-get", "download", "install"),
    ("apt-get -y $VERB x", "apt-get", "other", "$VERB"),
    ("apt-get autoclean", "apt-get", "other", "autoclean"),
    ("apt-get -y satisfy 'x (>= 1), y'", "apt-get", "build-dep", "satisfy"),
    ("dnf -y swap x y", "dnf", "install", "swap"),
    ("zypper -n si -d x", "zypper", "build-dep", "si"),
    ("gem cleanup", "gem", "remove", "cleanup"),
    ("corepack enable", "corepack", "other", "enable"),
    ("php composer.phar install", "composer", "install", "install"),
    ("php -d memory_limit=-1 /usr/bin/composer update", "composer", "upgrade", "update"),
    ("./composer.phar install", "composer", "install", "install"),
    ("mvn org.apache.maven.plugins:maven-dependency-plugin:3.1:go-offline", "mvn", "download", "org.apache.maven.plugins:maven-dependency-plugin:3.1:go-offline"),
    ("gradle :dependency:build", "gradle", "build", ":dependency:build"),
    ("mix do deps.get, compile", "mix", "download", "deps.get"),
    ("apk --no-cache add x", "apk", "install", "add"),
    ("apk cache clean", "apk", "clean", "cache clean"),
    ("yum -y update", "yum", "upgrade", "update"),
    ("dnf group install x", "dnf", "install", "group install"),
    ("dnf5 makecache", "dnf5", "update", "makecache"),
    ("microdnf clean all", "microdnf", "clean", "clean"),
    ("tdnf module enable x:1", "tdnf", "enable", "module enable"),
    ("zypper --non-interactive ref", "zypper", "update", "ref"),
    ("zypper cc -a", "zypper", "clean", "cc"),
    ("pacman -Sy", "pacman", "update", "-Sy"),
    ("pacman -Syu", "pacman", "upgrade", "-Syu"),
    ("pacman -S --noconfirm x", "pacman", "install", "-S"),
    ("pacman -Scc", "pacman", "clean", "-Scc"),
    ("pacman -Rs x", "pacman", "remove", "-Rs"),
    ("pacman -Qtdq", "pacman", "search", "-Qtdq"),
    ("dpkg --install x.deb", "dpkg", "install", "--install"),
    ("dpkg --add-architecture i386", "dpkg", "other", ""),
    ("rpm -qa", "rpm", "search", "-qa"),
    ("rpm -e x", "rpm", "remove", "-e"),
    ("rpm --import x", "rpm", "other", ""),
    ("pip3.12 wheel x", "pip", "download", "wheel"),
    ("pip config set a b", "pip", "other", "config"),
    ("pip cache purge", "pip", "clean", "cache purge"),
    ("uv sync --frozen", "uv", "install", "sync"),
    ("uv pip install x", "uv", "install", "pip install"),
    ("conda env create -f x", "conda", "install", "env create"),
    ("mamba clean -afy", "mamba", "clean", "clean"),
    ("npm ci", "npm", "install", "ci"),
    ("npm test", "npm", "run", "test"),
    ("npm cache clean --force", "npm", "clean", "cache clean"),
    ("yarn", "yarn", "install", ""),
    ("yarn --frozen-lockfile", "yarn", "install", ""),
    ("yarn --version", "yarn", "other", ""),
    ("bundle -v", "bundle", "other", ""),
    ("yarn build", "yarn", "run", "build"),
    ("yarn global add x", "yarn", "install", "global add"),
    ("pnpm store prune", "pnpm", "clean", "store prune"),
    ("bun pm cache rm", "bun", "clean", "pm cache rm"),
    ("bundler install", "bundle", "install", "install"),
    ("bundle _2.1_ install", "bundle", "install", "install"),
    ("go mod download", "go", "download", "mod download"),
    ("cargo +nightly build", "cargo", "build", "build"),
    ("cargo chef cook", "cargo", "build", "chef cook"),
    ("composer clear-cache", "composer", "clean", "clear-cache"),
    ("dotnet publish -c Release", "dotnet", "build", "publish"),
    ("mvn clean package", "mvn", "build", "package"),
    ("./mvnw dependency:go-offline", "mvn", "download", "dependency:go-offline"),
    ("./gradlew clean :app:bootJar", "gradle", "build", ":app:bootJar"),
    ("mix do", "mix", "other", "do"),
    ("git clone x", "git", "download", "clone"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "manager", "verb", "written"), VERBS)
def test_verb_is_known(text: str, manager: str, verb: str, written: str) -> None:
    found = action(text)
    assert (found.manager, found.verb.name, found.verb.written) == (manager, verb, written)


@pytest.mark.parametrize("text", ["git status", "echo apt-get install x", "python app.py", "python -m flask", "pip-compile x", "apt-key add", "php x.php", "php -v"])  # fmt: skip
def test_other_programs_do_nothing_with_packages(text: str) -> None:
    assert action_of(command(text)) is None


def test_verb_stands_at_its_last_word() -> None:
    text = "npm cache clean"
    place = action(text).verb.text
    assert place is not None
    assert text[place.start : place.end] == "clean"
    assert action("yarn").verb.text is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("apt-get install x", False),
        ("apt-get install -y x", True),
        ("apt-get -yqq install x", True),
        ("apt-get install --assume-yes x", True),
        ("apt-get -q install x", False),
        ("apt-get -q -q install x", True),
        ("apt-get -q=2 install x", True),
        ("apt-get -q=1 install x", False),
        ("apt-get -o APT::Get::Assume-Yes=true install x", True),
        ("apt-get -o=apt::get::assume-yes=1 install x", True),
        ("apt-get -o APT::Get::Assume-Yes=false install x", False),
        ("apt-get install -t -y x", False),
        ("aptitude -qq install x", False),
        ("cargo binstall x", False),
        ("cargo binstall -y x", True),
        ("yum install x -y", True),
        ("dnf --assumeyes install x", True),
        ("zypper -n in x", True),
        ("zypper in -y x", True),
        ("zypper in x", False),
        ("zypper in -n x", False),
        ("zypper -n in -n x", True),
        ("pacman -S x", False),
        ("pacman -S --noconfirm x", True),
        ("conda install x", False),
        ("conda install -qy x", True),
        ("conda env create -f x", True),
        ("apk add x", True),
        ("npm install x", True),
        ("pip install x", True),
    ],
)
def test_questions_are_answered_or_not(text: str, expected: bool) -> None:
    assert action(text).assumes_yes is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("apt-get -s install x", True),
        ("apt-get install --print-uris x", True),
        ("apt-get install -y x", False),
        ("apk add --simulate x", True),
        ("zypper in -D x", True),
        ("pip install --dry-run x", True),
        ("npm ci --dry-run", True),
        ("conda install -d x", True),
        ("pacman -Sp x", True),
    ],
)
def test_dry_run_is_told_apart(text: str, expected: bool) -> None:
    assert action(text).is_dry_run is expected


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("apk add --no-cache x", "--no-cache"),
        ("pip install --no-cache-dir x", "--no-cache-dir"),
        ("pip --no-cache install x", "--no-cache"),
        ("uv sync -n", "-n"),
        ("poetry install --no-cache", "--no-cache"),
        ("pip install --no-color x", None),
        ("npm ci", None),
    ],
)
def test_cache_is_turned_off_by_option(text: str, option: str | None) -> None:
    found = action(text).cache_off
    assert (found.name if found is not None else None) == option


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("apt-get update", ("/var/lib/apt/lists", "/var/cache/apt")),
        ("tdnf install x", ("/var/cache/tdnf",)),
        ("pip install x", ("~/.cache/pip",)),
        ("pip install --cache-dir /c x", ("/c",)),
        ("npm ci --cache /c", ("/c",)),
        ("apk add --cache-dir=/c x", ("/c",)),
        ("./mvnw package", ("~/.m2",)),
    ],
)
def test_cache_folders(text: str, folders: tuple[str, ...]) -> None:
    assert action(text).cache_folders == folders


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("npm install -g x", True),
        ("npm i --location=global x", True),
        ("npm i --location global x", True),
        ("npm install --global=false x", False),
        ("yarn global add x", True),
        ("pnpm add x", False),
        ("dotnet tool install -g x", True),
        ("composer global require x/y", True),
    ],
)
def test_global_installation(text: str, expected: bool) -> None:
    assert action(text).is_global is expected


@pytest.mark.parametrize(
    ("text", "title", "manifest"),
    [
        ("pip install -Ur requirements.txt", "pip install -r requirements.txt", "requirements.txt"),
        ("python -m pip install -r a.txt -c b.txt", "pip install -r a.txt", "b.txt"),
        ("uv pip sync a.txt", "uv pip install -r a.txt", "a.txt"),
        ("conda env update --file e.yml", "conda env update --file e.yml", "e.yml"),
        ("npm --prefix web ci", "npm ci", "package-lock.json"),
        ("npm add", "npm add", "package.json"),
        ("mix do deps.get, compile", "mix deps.get", "mix.lock"),
        ("yarn --production", "yarn", "yarn.lock"),
        ("pnpm i --frozen-lockfile", "pnpm i", "pnpm-lock.yaml"),
        ("bundle install --without a b", "bundle install", "Gemfile"),
        ("poetry install --no-root", "poetry install", "poetry.lock"),
        ("go build -o x .", "go build", "go.mod"),
        ("cargo install --path .", "cargo install", "Cargo.toml"),
        ("mvn -B -Dmaven.javadoc.skip package", "mvn package", "pom.xml"),
        ("./gradlew :app:build", "./gradlew :app:build", "build.gradle.kts"),
        ("dotnet restore App.csproj", "dotnet restore", "App.csproj"),
    ],
)
def test_installer_reads_its_manifest(text: str, title: str, manifest: str) -> None:
    found = installer(command(text))
    assert found is not None
    assert found.title == title
    assert matches_manifest(manifest, found.manifests)


@pytest.mark.parametrize(
    "text",
    [
        "npm install x", "npm install -g x", "npm install .", "yarn build", "pip install x", "pip install .",
        "go build -mod vendor", "go install x.org/y@v1", "cargo install x", "cargo build --offline", "mvn -o package",
        "bundle --version", "conda install x", "pip install -r $FILE", "dotnet build",
    ],
)  # fmt: skip
def test_nothing_is_installed_from_a_manifest(text: str) -> None:
    assert installer(command(text)) is None


DOWNLOADS = [
    # files, folder, to stdout, fails, follows
    ("curl https://x/a.tgz", "", None, True, False, False),
    ("curl -fsSLO https://x/a.tgz?b=1", "a.tgz", None, False, True, True),
    ("curl -Lo /b https://x/a", "/b", None, False, False, True),
    ("curl -f -o - https://x/a", "", None, True, True, False),
    ("curl --output-dir /d -O https://x/a", "a", "/d", False, False, False),
    ("curl -o a https://x/1 https://x/2 -O", "a 2", None, False, False, False),
    ("curl -o a https://x/1 https://x/2", "a", None, True, False, False),
    ("curl -sL https://x/a > /b 2>&1", "/b", None, False, False, True),
    ("wget https://x/a.tgz", "a.tgz", None, False, True, True),
    ("wget -qO- https://x/a", "", None, True, True, True),
    ("wget -O /b -P /d --max-redirect 0 https://x/a", "/b", "/d", False, True, False),
    ("wget --spider https://x/a", "", None, False, True, True),
    ("wget --content-disposition -P /d https://x/a", "", "/d", False, True, True),
    ("wget -rnp https://x/a/", "", None, False, True, True),
    ("curl -OJL https://x/a", "", None, False, False, True),
    ("curl -O https://x", "", None, False, False, False),
    ("curl -O $URL", "", None, False, False, False),
    ("curl $OPTIONS -O https://x/a", "a", None, False, False, False),
    ("curl -fL $OPTIONS https://x/a", "", None, True, True, True),
    ("curl -O https://x/${V#v}/a-${V%?}.tgz?c/d", "a-${V%?}.tgz", None, False, False, False),
    ("wget https://x/$(b /c?)/a?b=/c#d", "a?b=/c", None, False, True, True),
    ("wget https://x/a/ https://x/?b", "", None, False, True, True),
    ("wget x.org/a", "a", None, False, True, True),
    ("git clone https://x/a.git", "", "a", False, True, True),
    ("git -C /d clone -b v1 git@x:u/r.git dir", "", "dir", False, True, True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "files", "folder", "to_stdout", "fails", "follows"), DOWNLOADS)
def test_download_goes_where_it_is_said(
    text: str, files: str, folder: str | None, to_stdout: bool, fails: bool, follows: bool
) -> None:
    found = action(text).download
    assert found is not None
    assert (" ".join(found.files), found.folder, found.to_stdout) == (files, folder, to_stdout)
    assert (found.fails_on_error, found.follows_redirects) == (fails, follows)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("curl -fsSk https://x", "-fsSk"),
        ("curl --insecure https://x", "--insecure"),
        ("wget --no-check-certificate https://x", "--no-check-certificate"),
        ("git -c http.sslVerify=false clone https://x", "-c"),
        ("curl -fsS https://x -o k", None),
        ("git clone -c core.x=false https://x", None),
    ],
)
def test_unverified_download_is_told_by_its_option(text: str, word: str | None) -> None:
    found = action(text).download
    assert found is not None
    assert (found.unverified.word.value if found.unverified is not None else None) == word


def test_address_and_revision_of_a_clone() -> None:
    found = action("git clone --depth 1 --branch v1 https://x/a.git")
    assert [word.value for word in found.urls] == ["https://x/a.git"]
    assert found.download is not None
    assert found.download.revision == "v1"


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("apt-get install -o APT::Install-Recommends=0 x", "0"),
        ("apt-get -o apt::install-recommends='\"false\"' install x", "false"),
        ("apt-get -oAPT::Install-Recommends=1 -o APT::Install-Recommends=no install x", "no"),
        ("apt-get -o APT::Install-Suggests=0 install x", None),
    ],
)
def test_setting_of_apt(text: str, setting: str | None) -> None:
    found = apt_setting(command(text).options, "APT::Install-Recommends")
    assert found == setting
    assert found is None or not is_apt_true(found)


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("npx --yes cowsay@1 hello", ("cowsay", "1")),
        ("npx -p typescript tsc -p .", ("typescript", None)),
        ("npx --package=@a/b@2 c", ("@a/b", "2")),
        ("npx ./x", None),
        ("tsc", None),
    ],
)
def test_package_that_npx_runs(text: str, package: tuple[str, str | None] | None) -> None:
    found = npx_package(command(text))
    assert (None if found is None else (found.name, found.version)) == package


@pytest.mark.parametrize(
    ("text", "project"),
    [
        ("npm --prefix web ci", "web"),
        ("yarn --cwd=web", "web"),
        ("go -C d build", "d"),
        ("mvn -f app/pom.xml package", "app/pom.xml"),
        ("poetry -C d install", "d"),
        ("cargo build --manifest-path d/Cargo.toml", "d/Cargo.toml"),
        ("npm ci", None),
    ],
)
def test_project_elsewhere_is_named_by_option(text: str, project: str | None) -> None:
    found = action(text).project
    assert (found.value if found is not None else None) == project
