"""Which options of which program take a value, by its manual."""

from __future__ import annotations

from dockerlint.shell.manager_options import MANAGER_SYNTAXES
from dockerlint.shell.syntax import UNKNOWN, Syntax, longs

_CURL = Syntax(
    "AbcCdDeEFHKmoPQrtTuUwxXyYz",
    longs(
        "output header data data-raw data-binary data-ascii data-urlencode request user user-agent url url-query retry"
        " retry-delay retry-max-time connect-timeout max-time cacert capath cert key proxy form form-string cookie"
        " cookie-jar referer range write-out output-dir resolve connect-to interface limit-rate max-redirs proto"
        " proto-redir proto-default ciphers tls13-ciphers tls-max config dump-header upload-file max-filesize"
        " speed-limit speed-time continue-at socks4 socks4a socks5 socks5-hostname proxy-user proxy-header preproxy"
        " noproxy quote netrc-file pinnedpubkey cert-type key-type pass unix-socket abstract-unix-socket time-cond"
        " oauth2-bearer aws-sigv4 create-file-mode parallel-max rate json dns-servers doh-url engine"
        " expect100-timeout happy-eyeballs-timeout-ms keepalive-time local-port login-options mail-from mail-rcpt"
        " stderr trace trace-ascii variable etag-save etag-compare curves crlfile alt-svc hsts service-name"
        " delegation libcurl proxy-cacert proxy-capath proxy-cert proxy-cert-type proxy-key proxy-key-type proxy-pass"
        " proxy-ciphers proxy-tls13-ciphers proxy-crlfile proxy-pinnedpubkey proxy-service-name proxy-tlsauthtype"
        " proxy-tlsuser proxy-tlspassword proxy1.0 random-file egd-file dns-interface dns-ipv4-addr dns-ipv6-addr"
        " ftp-account ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode hostpubmd5 hostpubsha256 krb"
        " mail-auth pubkey request-target sasl-authzid socks5-gssapi-service telnet-option tftp-blksize tlsauthtype"
        " tlsuser tlspassword ipfs-gateway trace-config ip-tos vlan-priority haproxy-clientip keepalive-cnt"
        " upload-flags sigalgs ech"
    ),
)
_WGET = Syntax(
    "aABDeiIlnoOPQRtTUwX",
    longs(
        "output-document output-file append-output directory-prefix tries timeout user-agent header post-data post-file"
        " user password http-user http-password ftp-user ftp-password ca-certificate ca-directory certificate"
        " private-key wait waitretry limit-rate base input-file accept reject accept-regex reject-regex domains"
        " exclude-domains execute load-cookies save-cookies referer quota level progress retry-on-http-error"
        " connect-timeout read-timeout dns-timeout max-redirect secure-protocol body-data body-file method bind-address"
        " compression prefer-family local-encoding remote-encoding cut-dirs default-page exclude-directories"
        " include-directories proxy-user proxy-password restrict-file-names start-pos certificate-type ciphers config"
        " hsts-file crl-file pinnedpubkey private-key-type regex-type rejected-log follow-tags ignore-tags report-speed"
        " use-askpass warc-file warc-header warc-max-size warc-tempdir warc-dedup egd-file random-file dns-servers"
        " bind-dns-address"
    ),
)
_TAR = Syntax(
    "fCTXbIVNgKLHF",
    longs(
        "file directory files-from exclude-from exclude use-compress-program strip-components strip transform xform"
        " owner group mode mtime format record-size blocking-factor label newer after-date starting-file"
        " tape-length info-script suffix add-file rsh-command to-command sort"
    ),
    old_style=True,
)
_CLONE = Syntax(
    "bocju",
    longs(
        "branch depth origin config jobs reference reference-if-able separate-git-dir template upload-pack filter"
        " server-option shallow-since shallow-exclude bundle-uri revision ref-format"
    ),
)
_GIT = Syntax(
    "Cc",
    longs("git-dir work-tree namespace super-prefix config-env attr-source"),
    verbs={
        "clone": _CLONE,
        "fetch": Syntax("joc", longs("depth deepen jobs upload-pack refmap shallow-since shallow-exclude filter")),
        "pull": Syntax("jsX", longs("depth jobs strategy strategy-option upload-pack shallow-since")),
        "checkout": Syntax("bB", longs("orphan conflict pathspec-from-file")),
        "switch": Syntax("cC", longs("create force-create orphan conflict")),
        "reset": Syntax("", longs("pathspec-from-file")),
        "commit": Syntax("mFcCt", longs("message file author date template fixup squash reuse-message cleanup")),
        "config": Syntax("f", longs("file blob type default value")),
        "submodule": Syntax("bj", longs("branch depth jobs reference name")),
        "apply": Syntax("pC", longs("directory exclude include whitespace")),
        "archive": Syntax("o", longs("format output prefix remote exec")),
        "init": Syntax("b", longs("initial-branch template separate-git-dir object-format")),
    },
)

_USERADD = Syntax(
    "bcdefgGkKpPRsuZ",
    longs(
        "password base-dir comment home home-dir expiredate inactive gid groups skel key root prefix shell uid"
        " selinux-user"
    ),
)
_USERMOD = Syntax(
    "cdefgGlpPRsuvVwWZ",
    _USERADD.long | longs("login add-subuids del-subuids add-subgids del-subgids"),
)
# Debian's and busybox's; on Fedora and its kin it is useradd.
_ADDUSER = Syntax(
    "hgsGukdcbefKpPRZ",
    longs(
        "home shell uid gid firstuid lastuid firstgid lastgid ingroup comment gecos conf skel password base-dir"
        " home-dir expiredate inactive groups root"
    ),
)
_ADDGROUP = Syntax("gKpPR", longs("gid key password root prefix firstgid lastgid conf users"))

_GPG_LONG = longs(
    "keyserver homedir output local-user recipient keyring primary-keyring secret-keyring trustdb-name passphrase"
    " passphrase-fd passphrase-file pinentry-mode trust-model options keyserver-options export-options import-options"
    " list-options verify-options status-fd logger-fd logger-file command-fd default-key cipher-algo digest-algo"
    " cert-digest-algo compress-algo compress-level max-output encrypt-to hidden-recipient comment auto-key-locate"
    " http-proxy display-charset"
)
_RUN = Syntax(
    "aceghlmpuvw",
    longs(
        "name volume env env-file publish expose user workdir entrypoint network net mount memory cpus label hostname"
        " link restart cap-add cap-drop device dns add-host ulimit tmpfs security-opt platform pull shm-size log-driver"
        " log-opt ipc pid gpus cpuset-cpus memory-swap volumes-from attach cidfile detach-keys group-add isolation"
        " runtime stop-signal stop-timeout sysctl userns uts ip health-cmd"
    ),
    stops=True,
)
_DOCKER = Syntax(
    "cHl",
    longs("config context host log-level tlscacert tlscert tlskey"),
    verbs={
        "run": _RUN,
        "create": _RUN,
        "exec": Syntax("euw", longs("env env-file user workdir detach-keys"), stops=True),
        "build": Syntax(
            "ftomc",
            longs(
                "file tag output build-arg target platform secret ssh cache-from cache-to progress network label"
                " add-host builder iidfile metadata-file build-context allow annotation attest shm-size ulimit memory"
                " cpu-shares"
            ),
        ),
        "login": Syntax("up", longs("username password")),
        "pull": Syntax("", longs("platform")),
        "push": Syntax("", longs("platform")),
    },
)

_SHELL = Syntax("oO", longs("init-file rcfile"), stops=True)
_PYTHON = Syntax("cmWX", longs("check-hash-based-pycs"), last=frozenset({"-c", "-m"}), stops=True)
_MAKE = Syntax("CfoWI", longs("directory file makefile old-file what-if include-dir eval"), glued="jl", numeric="jl")
_GREP = Syntax(
    "efmABCdD",
    longs("regexp file max-count after-context before-context context directories devices include exclude exclude-dir"),
)
_COPYING = Syntax("tS", longs("target-directory suffix"))

SYNTAXES: dict[str, Syntax] = {
    **MANAGER_SYNTAXES,
    "curl": _CURL, "wget": _WGET, "git": _GIT,
    "grep": _GREP, "egrep": _GREP, "fgrep": _GREP,
    "tar": _TAR, "bsdtar": _TAR, "unzip": Syntax("dP"),
    "useradd": _USERADD, "usermod": _USERMOD, "adduser": _ADDUSER, "groupadd": _ADDGROUP, "addgroup": _ADDGROUP,
    "chmod": Syntax(long=longs("reference"), known="Rcfv"), "chown": Syntax(long=longs("from reference")),
    "chgrp": Syntax(long=longs("reference")),
    "cp": _COPYING, "mv": _COPYING, "ln": _COPYING, "rm": UNKNOWN, "mkdir": Syntax("m", longs("mode")),
    "install": Syntax("gmotS", longs("group mode owner target-directory suffix strip-program")),
    "sed": Syntax("efl", longs("expression file line-length"), glued="i"),
    "ssh": Syntax("BbcDEeFIiJLlmOopQRSWw", stops=True),
    "su": Syntax("csgGwT", longs("command shell group supp-group whitelist-environment session-command")),
    "sudo": Syntax("ugCDhprRtTU", longs("user group host prompt chdir close-from role type other-user"), stops=True),
    "gosu": Syntax(stops=True), "su-exec": Syntax(stops=True),
    "make": _MAKE,
    "gpg": Syntax("ourN", _GPG_LONG), "gpg2": Syntax("ourN", _GPG_LONG),
    "apt-key": Syntax("our", _GPG_LONG), "docker": _DOCKER, "podman": _DOCKER,
    "sh": _SHELL, "bash": _SHELL, "ash": _SHELL, "dash": _SHELL, "ksh": _SHELL, "zsh": _SHELL,
    "php": Syntax("BcdEFfRrStz", stops=True), "python": _PYTHON, "pypy": _PYTHON,
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
