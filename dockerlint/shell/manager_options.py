"""Which options of which package manager take a value, by its manual."""

from __future__ import annotations

from dockerlint.shell.syntax import Syntax, longs

_APT = Syntax(
    "tocaPSe",
    longs(
        "target-release default-release option config-file host-architecture build-profiles solver planner snapshot"
        " with-source comment error-on"
    ),
    equals=True,
)
_APTITUDE = Syntax(
    "toFwOS",
    longs(
        "target-release default-release display-format width sort group-by add-user-tag add-user-tag-to remove-user-tag"
        " remove-user-tag-from"
    ),
    equals=True,
)
_APK = Syntax(
    "tXp",
    longs(
        "virtual repository root arch keys-dir repositories-file wait cache-dir cache-max-age timeout progress-fd"
        " output repository-config pkgname-spec built-after"
    ),
    verbs={"fetch": Syntax("oXp", longs("output pkgname-spec built-after repository root arch timeout"))},
)
_DNF = Syntax(
    "xcdeR",
    longs(
        "enablerepo disablerepo enable-repo disable-repo repo repoid setopt exclude excludepkgs releasever installroot"
        " config forcearch comment color advisory rpmverbosity repofrompath disableplugin enableplugin disableexcludes"
        " downloaddir destdir debuglevel errorlevel randomwait bz bzs cve cves sec-severity secseverity arch"
        " advisories advisory-severities disable-plugin enable-plugin disableexcludepkgs from-repo setvar store"
        " releasever-major releasever-minor dump-repo-config define rpmdefine"
    ),
    equals=True,
)
_TDNF = _DNF._replace(short="xcdeRi")
_ADDREPO = Syntax("pntr", longs("priority name type repo"))
# Here `-n` and `-C` are switches.
_ZYPPER_IN = Syntax("rtp", longs("repo type from plus-repo download solver-focus"))
_ZYPPER = Syntax(
    "rRpcCt",
    longs(
        "repo root type from plus-repo config cache-dir raw-cache-dir solv-cache-dir pkg-cache-dir reposd-dir catalog"
        " installroot releasever download plus-content table-style userdata priority category severity date"
    ),
    verbs={
        "ar": _ADDREPO, "addrepo": _ADDREPO, "in": _ZYPPER_IN, "install": _ZYPPER_IN, "rm": _ZYPPER_IN,
        "remove": _ZYPPER_IN,
    },
)  # fmt: skip
_PACMAN = Syntax(
    "br",
    longs(
        "config arch cachedir color dbpath gpgdir hookdir logfile root sysroot ignore ignoregroup overwrite"
        " assume-installed print-format ask"
    ),
)
_DPKG = Syntax(
    "D",
    longs(
        "root admindir instdir ignore-depends status-fd status-logger log path-exclude path-include verify-format"
        " pre-invoke post-invoke"
    ),
)
_RPM = Syntax(
    "rDE",
    longs("root dbpath define eval prefix relocate queryformat qf excludepath rcfile pipe undefine macros load color"),
)

_PIP = Syntax(
    "rcetdwifCb",
    longs(
        "requirement constraint build-constraint editable target dest wheel-dir index-url pypi-url extra-index-url"
        " find-links no-binary only-binary platform python-version implementation abi root prefix src source python"
        " proxy timeout default-timeout retries log log-file local-log cert client-cert cache-dir exists-action"
        " trusted-host upgrade-strategy progress-bar global-option install-option build-option config-settings"
        " config-setting root-user-action report use-feature use-deprecated keyring-provider hash group build"
        " build-dir download download-cache allow-external allow-unverified source-dir source-directory destination-dir"
        " destination-directory only-final all-releases uploaded-prior-to requirements-from-script resume-retries"
        " refresh-package"
    ),
    verbs={
        verb: Syntax("f", longs("format exclude path python proxy timeout log cert retries cache-dir"))
        for verb in ("freeze", "list", "check", "config", "cache", "debug", "show", "search", "hash")
    },
)
_UV = Syntax(
    "rceptiPCfobmw",
    longs(
        "requirement requirements constraint constraints override overrides build-constraints editable python target"
        " prefix index-url extra-index-url index default-index find-links upgrade-package reinstall-package"
        " refresh-package no-binary-package no-build-package no-build-isolation-package no-binary only-binary"
        " exclude-newer config-setting config-settings index-strategy keyring-provider resolution prerelease"
        " link-mode cache-dir directory project config-file color extra group no-group only-group package"
        " no-install-package python-version python-platform allow-insecure-host with with-requirements with-editable"
        " env-file output-file tag branch rev torch-backend no-extra script optional from python-preference marker"
        " out-dir install-dir build-constraint fork-strategy username password token"
    ),
)
_PIPX = Syntax(
    "ir",
    longs(
        "index-url python pip-args suffix spec preinstall verbosity with backend requirement app cooldown fetch-python"
        " include-resources-from lock output python-args skip upgrade-strategy"
    ),
)
_POETRY = Syntax(
    "CPEG",
    longs("directory project extras group with without only source python platform output format markers"),
    verbs={
        "config": Syntax("C"),
        "export": Syntax("foCPE", longs("format output directory project with without only extras group")),
    },
)
_PIPENV = Syntax(
    "ire",
    longs("python index pypi-mirror requirements editable categories extra-pip-args extras config-settings resolver"),
)
_PDM = Syntax(
    "pGecLkfoCS",
    longs(
        "project group editable config lockfile python without only format output save config-setting override skip"
        " venv with strategy platform implementation exclude-newer pip-args"
    ),
)
_EASY_INSTALL = Syntax("fidsSHb", longs("find-links index-url install-dir script-dir allow-hosts"))
_MICROMAMBA = Syntax(
    "ncpfr",
    longs(
        "name channel prefix file solver experimental-solver subdir platform clone"
        " repodata-fn revision root-prefix rc-file log-level category channel-alias channel-priority cacert-path"
        " ssl-verify repodata-ttl relocate-prefix environment-specifier env-spec safety-checks lock-timeout"
        " download-threads extract-threads"
    ),
    equals=True,
    verbs={
        "clean": Syntax("c"),
        "run": Syntax("np", longs("name prefix cwd"), stops=True),
        "config": Syntax("n", longs("set add append prepend remove get name prefix file")),
    },
)
_CONDA = _MICROMAMBA._replace(short="ncp", verbs={**_MICROMAMBA.verbs, "env": _MICROMAMBA})
_NODE = Syntax(
    "CwLm",
    longs(
        "prefix workspace registry omit include only tag loglevel cache userconfig globalconfig before"
        " install-strategy script-shell otp scope cwd dir filter filter-prod store-dir modules-folder"
        " network-timeout mutex cache-folder virtual-store-dir global-dir global-bin-dir reporter fetch-timeout"
        " fetch-retries fetch-retry-mintimeout fetch-retry-maxtimeout maxsockets target target_arch arch"
        " python proxy https-proxy noproxy cafile auth-type lockfile-dir network-concurrency child-concurrency"
        " cache-min cache-max depth node-options mode"
        " preferred-cache-folder use-yarnrc link-folder global-folder offline-mirror save-prefix node-version cpu"
        " os libc package call resolution-mode hoist-pattern public-hoist-pattern backend config linker location"
        " workspace-concurrency modules-dir node-linker package-import-method allow-build state-dir test-pattern"
        " ca cert key message editor git heading logs-dir logs-max user-agent umask shell preid save-catalog-name"
        " fetch-retry-factor local-address replace-registry-host lockfile-version audit-level min-release-age reg"
        " min-release-age-exclude allow-scripts allow-git allow-remote allow-file allow-directory node-gyp"
        " pack-destination catalog-mode lockfile-path minimum-release-age"
    ),
    booleans=True,
)
_PNPM = _NODE._replace(short="CF", long=_NODE.long - longs("workspace"))
_YARN = _NODE._replace(short="", booleans=False)
_BUN = Syntax("cF", _NODE.long - longs("cache") | longs("cache-dir concurrent-scripts target outdir outfile"))
_GEM = Syntax(
    "vinsPpBj",
    longs(
        "version install-dir bindir source trust-policy http-proxy platform build-root target-rbconfig add remove"
        " executables-of without config-file build-jobs"
    ),
    glued="g",
    greedy=longs("system document file"),
)
_BUNDLE = Syntax(
    "jrvgs",
    longs(
        "jobs retry path without with gemfile target-rbconfig trust-policy shebang"
        " version group source git github branch ref glob"
    ),
    greedy=longs("binstubs"),
)
_GO_VALUES = (
    "tags ldflags gcflags asmflags o mod modfile p exec C buildmode overlay toolexec pkgdir compiler installsuffix"
    " gccgoflags covermode coverpkg coverprofile pgo run skip timeout count cpu parallel bench benchtime fuzz fuzztime"
    " shuffle vet outputdir reuse"
)
_GO = Syntax("", longs(_GO_VALUES, "-") | longs(_GO_VALUES), clusters=False)
_BINSTALL = Syntax(
    "",
    longs(
        "version targets target pkg-url pkg-fmt bin-dir manifest-path git rate-limit strategies disable-strategies root"
        " roots index registry github-token log-level install-path min-tls-version root-certificates settings"
        " maximum-resolution-timeout"
    ),
)
_CARGO = Syntax(
    "jFpZC",
    longs(
        "jobs features package exclude bin example test bench target target-dir manifest-path profile color config"
        " message-format lockfile-path version vers git branch tag rev path root index registry recipe-path rename"
        " artifact-dir out-dir strategies lockfile-path"
    ),
    verbs={"vendor": Syntax("s", longs("sync manifest-path")), "binstall": _BINSTALL},
)
_COMPOSER = Syntax(
    "ds",
    longs(
        "working-dir repository repository-url stability format prefer-install ignore-platform-req audit-format"
        " apcu-autoloader-prefix bump-after-update"
    ),
)
_DOTNET = Syntax(
    "crofasv",
    longs(
        "configuration runtime output framework arch os source configfile version-suffix packages verbosity add-source"
        " tool-path tool-manifest version project lock-file-path package-directory language"
    ),
    clusters=False,
)
_MAVEN = Syntax(
    "DPfslTbt",
    longs(
        "file settings global-settings define activate-profiles projects resume-from threads log-file toolchains"
        " builder global-toolchains color encrypt-password"
    )
    | frozenset({"-pl", "-rf", "-gs", "-gt"}),
    clusters=False,
    switches=frozenset({"-fae", "-ff", "-fn", "-llr", "-lax"}),
)
_GRADLE = Syntax(
    "DPpbcgxIM",
    longs(
        "project-dir build-file settings-file gradle-user-home exclude-task init-script console max-workers"
        " project-cache-dir system-prop project-prop configuration-cache-problems include-build priority"
        " warning-mode dependency-verification"
    ),
    clusters=False,
)
_MIX = Syntax("", longs("only env app sha timeout organization repo path"))
_SBT = Syntax("DJ", longs("sbt-dir sbt-boot ivy mem") | frozenset({"-mem", "-ivy", "-sbt-dir"}), clusters=False)

MANAGER_SYNTAXES: dict[str, Syntax] = {
    "apt-get": _APT, "apt": _APT, "apt-cache": _APT, "apt-mark": _APT, "aptitude": _APTITUDE,
    "apk": _APK, "yum": _DNF, "dnf": _DNF, "dnf5": _DNF, "microdnf": _DNF, "tdnf": _TDNF, "zypper": _ZYPPER,
    "pacman": _PACMAN, "dpkg": _DPKG, "rpm": _RPM,
    "pip": _PIP, "uv": _UV, "pipx": _PIPX, "poetry": _POETRY, "pipenv": _PIPENV, "pdm": _PDM,
    "conda": _CONDA, "mamba": _MICROMAMBA, "micromamba": _MICROMAMBA, "easy_install": _EASY_INSTALL,
    "corepack": Syntax("o", longs("output install-directory")), "npm": _NODE, "yarn": _YARN, "pnpm": _PNPM, "bun": _BUN,
    "gem": _GEM, "bundle": _BUNDLE, "bundler": _BUNDLE, "go": _GO, "cargo": _CARGO, "composer": _COMPOSER,
    "composer.phar": _COMPOSER,
    "dotnet": _DOTNET, "mvn": _MAVEN, "mvnw": _MAVEN, "gradle": _GRADLE, "gradlew": _GRADLE, "mix": _MIX, "sbt": _SBT,
}  # fmt: skip
