"""Which options of which program take a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_NONE: frozenset[str] = frozenset()


class Syntax(NamedTuple):
    """How a program reads its arguments.

    `short` are the letters of options that take a value, glued or in the next word; those of
    `glued` take only a glued one, or the next word if it is a number (`numeric`). `long` are the
    names, with their dashes, of long options that take the next word where no `=` is written;
    those of `greedy` leave a word alone that is an option itself.
    """

    short: str = ""
    long: frozenset[str] = _NONE
    glued: str = ""
    numeric: str = ""
    greedy: frozenset[str] = _NONE
    # The options of a verb, where they are not those of the program.
    verbs: Mapping[str, Syntax] = {}
    # After one of these options, nothing else is an option: `python -m`.
    last: frozenset[str] = _NONE
    # The letters of all short options: a word with others is an operand, as in `chmod -x`.
    known: str = ""
    # Whether `-abc` may be three options; otherwise it is one by the name of `-abc`.
    clusters: bool = True
    # Whether the first operand ends the options.
    stops: bool = False
    # Whether the first word may be a cluster without its dash: `tar xzf`.
    old_style: bool = False
    # Whether a short option may have an equals sign: `-t=x` for `-t x`, `-q=2`.
    equals: bool = False
    # Whether the words `true` and `false` after any option are its value.
    booleans: bool = False


def _long(names: str, dash: str = "--") -> frozenset[str]:
    return frozenset(dash + name for name in names.split())


UNKNOWN = Syntax()

_APT = Syntax(
    "tocaP",
    _long("target-release default-release option config-file host-architecture build-profiles solver planner"),
    equals=True,
)
_APTITUDE = Syntax("toFw", _long("target-release default-release display-format width sort"), equals=True)
_APK = Syntax(
    "tXp",
    _long(
        "virtual repository root arch keys-dir repositories-file wait cache-dir cache-max-age timeout progress-fd"
        " output"
    ),
)
_DNF = Syntax(
    "xcdeR",
    _long(
        "enablerepo disablerepo enable-repo disable-repo repo repoid setopt exclude excludepkgs releasever installroot"
        " config forcearch comment color advisory rpmverbosity repofrompath disableplugin enableplugin disableexcludes"
        " downloaddir destdir debuglevel errorlevel randomwait bz bzs cve cves sec-severity"
    ),
)
_ZYPPER = Syntax(
    "rRpcCt",
    _long(
        "repo root type from plus-repo config cache-dir raw-cache-dir solv-cache-dir pkg-cache-dir reposd-dir catalog"
        " installroot releasever name download"
    ),
    verbs={
        "ar": Syntax("pntr", _long("priority name type repo")),
        "addrepo": Syntax("pntr", _long("priority name type repo")),
        "in": Syntax("rtp", _long("repo type from plus-repo name download solver-focus")),
        "install": Syntax("rtp", _long("repo type from plus-repo name download solver-focus")),
    },
)
_PACMAN = Syntax(
    "br",
    _long(
        "config arch cachedir color dbpath gpgdir hookdir logfile root sysroot ignore ignoregroup overwrite"
        " assume-installed print-format"
    ),
)
_DPKG = Syntax("D", _long("root admindir instdir ignore-depends status-fd log path-exclude path-include"))
_RPM = Syntax("rDE", _long("root dbpath define eval prefix relocate queryformat qf excludepath rcfile pipe undefine"))

_PIP = Syntax(
    "rcetdwifCb",
    _long(
        "requirement constraint build-constraint editable target dest wheel-dir index-url pypi-url extra-index-url"
        " find-links no-binary only-binary platform python-version implementation abi root prefix src source python"
        " proxy timeout default-timeout retries log log-file local-log cert client-cert cache-dir exists-action"
        " trusted-host upgrade-strategy progress-bar global-option install-option build-option config-settings"
        " config-setting root-user-action report use-feature use-deprecated keyring-provider hash group build"
        " build-dir download download-cache allow-external allow-unverified"
    ),
    verbs={
        verb: Syntax("f", _long("format exclude path python proxy timeout log cert retries cache-dir"))
        for verb in ("freeze", "list", "check", "config", "cache", "debug", "show", "search", "hash")
    },
)
_UV = Syntax(
    "rceptiPCfob",
    _long(
        "requirement requirements constraint constraints override overrides build-constraints editable python target"
        " prefix index-url extra-index-url index default-index find-links upgrade-package reinstall-package"
        " refresh-package no-binary-package no-build-package no-build-isolation-package no-binary only-binary"
        " exclude-newer config-setting config-settings index-strategy keyring-provider resolution prerelease"
        " link-mode cache-dir directory project config-file color extra group no-group only-group package"
        " no-install-package python-version python-platform allow-insecure-host with with-requirements with-editable"
        " env-file output-file tag branch rev torch-backend no-extra script optional from python-preference"
    ),
)
_PIPX = Syntax("i", _long("index-url python pip-args suffix spec preinstall verbosity with backend"))
_POETRY = Syntax(
    "CPEG",
    _long("directory project extras group with without only source python platform output format"),
    verbs={
        "config": Syntax("C"),
        "export": Syntax("foCPE", _long("format output directory project with without only extras group")),
    },
)
_PIPENV = Syntax("ire", _long("python index pypi-mirror requirements editable categories extra-pip-args"))
_PDM = Syntax("pGecLkfo", _long("project group editable config lockfile python without only format output save"))
_EASY_INSTALL = Syntax("fidsSHb", _long("find-links index-url install-dir script-dir allow-hosts"))
_MICROMAMBA = Syntax(
    "ncpf",
    _long(
        "name channel prefix file solver experimental-solver subdir platform clone"
        " repodata-fn revision root-prefix rc-file log-level category"
    ),
    equals=True,
    verbs={
        "clean": Syntax("c"),
        "run": Syntax("np", _long("name prefix cwd"), stops=True),
        "config": Syntax("n", _long("set add append prepend remove get name prefix file")),
    },
)
_CONDA = _MICROMAMBA._replace(short="ncp", verbs={**_MICROMAMBA.verbs, "env": _MICROMAMBA})
_NODE = Syntax(
    "Cw",
    _long(
        "prefix workspace registry omit include only tag loglevel cache userconfig globalconfig before"
        " install-strategy script-shell otp scope cwd dir filter filter-prod store-dir modules-folder"
        " network-timeout mutex cache-folder virtual-store-dir global-dir global-bin-dir reporter fetch-timeout"
        " fetch-retries fetch-retry-mintimeout fetch-retry-maxtimeout maxsockets target target_arch arch"
        " python proxy https-proxy noproxy cafile auth-type lockfile-dir network-concurrency child-concurrency"
        " cache-min cache-max depth node-options mode"
        " preferred-cache-folder use-yarnrc link-folder global-folder offline-mirror save-prefix node-version cpu"
        " os libc package call resolution-mode hoist-pattern public-hoist-pattern backend config linker"
    ),
    booleans=True,
)
_PNPM = _NODE._replace(short="CF")
_YARN = _NODE._replace(short="", booleans=False)
_BUN = Syntax("c", _NODE.long - _long("cache") | _long("cache-dir concurrent-scripts target outdir outfile"))
_GEM = Syntax(
    "vinsPpB",
    _long(
        "version install-dir bindir source trust-policy http-proxy platform build-root target-rbconfig add remove"
        " executables-of"
    ),
    glued="g",
    greedy=_long("system document file"),
)
_BUNDLE = Syntax(
    "jrv",
    _long(
        "jobs retry path without with gemfile target-rbconfig trust-policy shebang"
        " version group source git github branch ref glob"
    ),
    greedy=_long("binstubs"),
)
_GO = Syntax(
    "",
    _long("tags ldflags gcflags asmflags o mod modfile p exec C buildmode overlay toolexec pkgdir compiler", "-")
    | _long("installsuffix gccgoflags covermode coverpkg coverprofile pgo run timeout count cpu parallel bench", "-")
    | _long("tags ldflags gcflags asmflags mod modfile buildmode overlay toolexec pkgdir compiler"),
    clusters=False,
)
_CARGO = Syntax(
    "jFpZC",
    _long(
        "jobs features package exclude bin example test bench target target-dir manifest-path profile color config"
        " message-format lockfile-path version vers git branch tag rev path root index registry recipe-path rename"
        " artifact-dir out-dir strategies"
    ),
)
_COMPOSER = Syntax("dr", _long("working-dir repository repository-url stability format"))
_DOTNET = Syntax(
    "crofasv",
    _long(
        "configuration runtime output framework arch os source configfile version-suffix packages verbosity add-source"
        " tool-path tool-manifest version project lock-file-path package-directory language"
    ),
    clusters=False,
)
_MAVEN = Syntax(
    "DPfslTbt",
    _long(
        "file settings global-settings define activate-profiles projects resume-from threads log-file toolchains"
        " builder global-toolchains color encrypt-password"
    )
    | frozenset({"-pl", "-rf", "-gs", "-gt"}),
    clusters=False,
)
_GRADLE = Syntax(
    "DPpbcgxIM",
    _long(
        "project-dir build-file settings-file gradle-user-home exclude-task init-script console max-workers"
        " project-cache-dir system-prop project-prop configuration-cache-problems include-build priority"
        " warning-mode dependency-verification"
    ),
    clusters=False,
)
_MIX = Syntax("", _long("only env app sha timeout organization repo path"))
_SBT = Syntax("DJ", _long("sbt-dir sbt-boot ivy mem") | frozenset({"-mem", "-ivy", "-sbt-dir"}), clusters=False)

_CURL = Syntax(
    "AbcCdDeEFHKmoPQrtTuUwxXyYz",
    _long(
        "output header data data-raw data-binary data-ascii data-urlencode request user user-agent url url-query retry"
        " retry-delay retry-max-time connect-timeout max-time cacert capath cert key proxy form form-string cookie"
        " cookie-jar referer range write-out output-dir resolve connect-to interface limit-rate max-redirs proto"
        " proto-redir proto-default ciphers tls13-ciphers tls-max config dump-header upload-file max-filesize"
        " speed-limit speed-time continue-at socks4 socks4a socks5 socks5-hostname proxy-user proxy-header preproxy"
        " noproxy quote netrc-file pinnedpubkey cert-type key-type pass unix-socket abstract-unix-socket time-cond"
        " oauth2-bearer aws-sigv4 create-file-mode parallel-max rate json dns-servers doh-url engine"
        " expect100-timeout happy-eyeballs-timeout-ms keepalive-time local-port login-options mail-from mail-rcpt"
        " stderr trace trace-ascii variable etag-save etag-compare curves crlfile alt-svc hsts service-name"
        " delegation libcurl proxy-cacert proxy-cert proxy-key random-file"
    ),
)
_WGET = Syntax(
    "aABDeiIlnoOPQRtTUwX",
    _long(
        "output-document output-file append-output directory-prefix tries timeout user-agent header post-data post-file"
        " user password http-user http-password ftp-user ftp-password ca-certificate ca-directory certificate"
        " private-key wait waitretry limit-rate base input-file accept reject accept-regex reject-regex domains"
        " exclude-domains execute load-cookies save-cookies referer quota level progress retry-on-http-error"
        " connect-timeout read-timeout dns-timeout max-redirect secure-protocol body-data body-file method bind-address"
        " compression prefer-family local-encoding remote-encoding cut-dirs default-page exclude-directories"
        " include-directories proxy-user proxy-password restrict-file-names start-pos certificate-type ciphers config"
    ),
)
_TAR = Syntax(
    "fCTXbIVNgKLHF",
    _long(
        "file directory files-from exclude-from exclude use-compress-program strip-components strip transform xform"
        " owner group mode mtime format record-size blocking-factor label newer after-date starting-file"
        " tape-length info-script suffix add-file rsh-command to-command sort"
    ),
    old_style=True,
)
_CLONE = Syntax(
    "bocju",
    _long(
        "branch depth origin config jobs reference reference-if-able separate-git-dir template upload-pack filter"
        " server-option shallow-since shallow-exclude bundle-uri revision"
    ),
)
_GIT = Syntax(
    "Cc",
    _long("git-dir work-tree namespace super-prefix config-env attr-source"),
    verbs={
        "clone": _CLONE,
        "fetch": Syntax("joc", _long("depth deepen jobs upload-pack refmap shallow-since shallow-exclude filter")),
        "pull": Syntax("jsX", _long("depth jobs strategy strategy-option upload-pack shallow-since")),
        "checkout": Syntax("bB", _long("orphan conflict pathspec-from-file")),
        "switch": Syntax("cC", _long("create force-create orphan conflict")),
        "reset": Syntax("", _long("pathspec-from-file")),
        "commit": Syntax("mFcCt", _long("message file author date template fixup squash reuse-message cleanup")),
        "config": Syntax("f", _long("file blob type default value")),
        "submodule": Syntax("bj", _long("branch depth jobs reference name")),
        "apply": Syntax("pC", _long("directory exclude include whitespace")),
        "archive": Syntax("o", _long("format output prefix remote exec")),
        "init": Syntax("b", _long("initial-branch template separate-git-dir object-format")),
    },
)

_USERADD = Syntax(
    "bcdefgGkKpPRsuZ",
    _long(
        "password base-dir comment home home-dir expiredate inactive gid groups skel key root prefix shell uid"
        " selinux-user"
    ),
)
_USERMOD = Syntax(
    "cdefgGlpPRsuvVwWZ",
    _USERADD.long | _long("login add-subuids del-subuids add-subgids del-subgids"),
)
# Debian's and busybox's; on Fedora and its kin it is useradd.
_ADDUSER = Syntax(
    "hgsGukdcbefKpPRZ",
    _long(
        "home shell uid gid firstuid lastuid firstgid lastgid ingroup comment gecos conf skel password base-dir"
        " home-dir expiredate inactive groups root"
    ),
)
_ADDGROUP = Syntax("gKpPR", _long("gid key password root prefix firstgid lastgid conf users"))

_GPG_LONG = _long(
    "keyserver homedir output local-user recipient keyring primary-keyring secret-keyring trustdb-name passphrase"
    " passphrase-fd passphrase-file pinentry-mode trust-model options keyserver-options export-options import-options"
    " list-options verify-options status-fd logger-fd logger-file command-fd default-key cipher-algo digest-algo"
    " cert-digest-algo compress-algo compress-level max-output encrypt-to hidden-recipient comment auto-key-locate"
    " http-proxy display-charset"
)
_RUN = Syntax(
    "aceghlmpuvw",
    _long(
        "name volume env env-file publish expose user workdir entrypoint network net mount memory cpus label hostname"
        " link restart cap-add cap-drop device dns add-host ulimit tmpfs security-opt platform pull shm-size log-driver"
        " log-opt ipc pid gpus cpuset-cpus memory-swap volumes-from attach cidfile detach-keys group-add isolation"
        " runtime stop-signal stop-timeout sysctl userns uts ip health-cmd"
    ),
    stops=True,
)
_DOCKER = Syntax(
    "cHl",
    _long("config context host log-level tlscacert tlscert tlskey"),
    verbs={
        "run": _RUN,
        "create": _RUN,
        "exec": Syntax("euw", _long("env env-file user workdir detach-keys"), stops=True),
        "build": Syntax(
            "ftomc",
            _long(
                "file tag output build-arg target platform secret ssh cache-from cache-to progress network label"
                " add-host builder iidfile metadata-file build-context allow annotation attest shm-size ulimit memory"
                " cpu-shares"
            ),
        ),
        "login": Syntax("up", _long("username password")),
        "pull": Syntax("", _long("platform")),
        "push": Syntax("", _long("platform")),
    },
)

_SHELL = Syntax("oO", _long("init-file rcfile"), stops=True)
_PYTHON = Syntax("cmWX", _long("check-hash-based-pycs"), last=frozenset({"-c", "-m"}), stops=True)
_MAKE = Syntax("CfoWI", _long("directory file makefile old-file what-if include-dir eval"), glued="jl", numeric="jl")
_COPYING = Syntax("tS", _long("target-directory suffix"))

SYNTAXES: dict[str, Syntax] = {
    "apt-get": _APT, "apt": _APT, "apt-cache": _APT, "apt-mark": _APT, "aptitude": _APTITUDE,
    "apk": _APK, "yum": _DNF, "dnf": _DNF, "dnf5": _DNF, "microdnf": _DNF, "tdnf": _DNF, "zypper": _ZYPPER,
    "pacman": _PACMAN, "dpkg": _DPKG, "rpm": _RPM,
    "pip": _PIP, "uv": _UV, "pipx": _PIPX, "poetry": _POETRY, "pipenv": _PIPENV, "pdm": _PDM,
    "conda": _CONDA, "mamba": _CONDA, "micromamba": _MICROMAMBA, "easy_install": _EASY_INSTALL,
    "npm": _NODE, "yarn": _YARN, "pnpm": _PNPM, "bun": _BUN,
    "gem": _GEM, "bundle": _BUNDLE, "bundler": _BUNDLE, "go": _GO, "cargo": _CARGO, "composer": _COMPOSER,
    "dotnet": _DOTNET, "mvn": _MAVEN, "mvnw": _MAVEN, "gradle": _GRADLE, "gradlew": _GRADLE, "mix": _MIX, "sbt": _SBT,
    "curl": _CURL, "wget": _WGET, "git": _GIT,
    "tar": _TAR, "bsdtar": _TAR, "unzip": Syntax("dP"),
    "useradd": _USERADD, "usermod": _USERMOD, "adduser": _ADDUSER, "groupadd": _ADDGROUP, "addgroup": _ADDGROUP,
    "chmod": Syntax(long=_long("reference"), known="Rcfv"), "chown": Syntax(long=_long("from reference")),
    "chgrp": Syntax(long=_long("reference")),
    "cp": _COPYING, "mv": _COPYING, "ln": _COPYING, "rm": UNKNOWN, "mkdir": Syntax("m", _long("mode")),
    "install": Syntax("gmotS", _long("group mode owner target-directory suffix strip-program")),
    "sed": Syntax("efl", _long("expression file line-length"), glued="i"),
    "ssh": Syntax("BbcDEeFIiJLlmOopQRSWw", stops=True),
    "su": Syntax("csgGwT", _long("command shell group supp-group whitelist-environment session-command")),
    "sudo": Syntax("ugCDhprRtTU", _long("user group host prompt chdir close-from role type other-user"), stops=True),
    "gosu": Syntax(stops=True), "su-exec": Syntax(stops=True),
    "make": _MAKE,
    "gpg": Syntax("ourN", _GPG_LONG), "gpg2": Syntax("ourN", _GPG_LONG),
    "apt-key": Syntax("our", _GPG_LONG), "docker": _DOCKER, "podman": _DOCKER,
    "sh": _SHELL, "bash": _SHELL, "ash": _SHELL, "dash": _SHELL, "ksh": _SHELL, "zsh": _SHELL,
    "python": _PYTHON, "pypy": _PYTHON,
}  # fmt: skip

FIND_VALUES = frozenset(
    {
        "-name", "-iname", "-path", "-ipath", "-wholename", "-iwholename", "-regex", "-iregex", "-regextype", "-type",
        "-xtype", "-maxdepth", "-mindepth", "-mtime", "-mmin", "-ctime", "-cmin", "-atime", "-amin", "-newer",
        "-anewer", "-cnewer", "-newermt", "-size", "-user", "-group", "-uid", "-gid", "-perm", "-fstype", "-samefile",
        "-links", "-inum", "-lname", "-ilname", "-printf", "-fprint", "-fls", "-used", "-exec", "-execdir", "-ok",
        "-okdir", "-D",
    }
)  # fmt: skip
