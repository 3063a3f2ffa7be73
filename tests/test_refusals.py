"""What Docker refuses is refused, with the word at fault; what it takes is taken."""

import pytest

from dockerlint.dockerfile.errors import DockerfileError, Kind, Level
from dockerlint.dockerfile.stages import NO_OPTIONS, Dockerfile, Options
from dockerlint.source import Source
from dockerlint.wording import nearest


def errors(text: str, options: Options = NO_OPTIONS) -> tuple[DockerfileError, ...]:
    return Dockerfile(Source("Dockerfile", text), options).errors


def shown(error: DockerfileError) -> str:
    """The words that an error points at."""
    return error.span.source.text[error.span.start : error.span.end]


REFUSED = [
    # flags
    ("RUN --mounts=x y", "--mounts=x", "no flag `--mounts` (did you mean `--mount`?)"),
    ("RUN --MOUNT=type=cache,target=/x y", "--MOUNT=type=cache,target=/x", "no flag"),
    ("COPY --chown=a --chown=b x y", "--chown=b", "second time"),
    ("COPY --chown x y", "--chown", "needs a value"),
    ("COPY --link= x y", "--link=", "has no value"),
    ("COPY --link=yes x y", "yes", "true or false, not `yes`"),
    ("USER --x app", "--x", "takes no flags"),
    ("ENV --x A=1", "--x", "takes no flags"),
    ("ONBUILD --x RUN y", "--x", "takes no flags"),
    ("RUN --network=lan x", "lan", "default or none or host"),
    ("RUN --security=off x", "off", "sandbox or insecure"),
    # HEALTHCHECK
    ("HEALTHCHECK", "HEALTHCHECK", "CMD or NONE"),
    ("HEALTHCHECK curl x", "curl", "CMD or NONE"),
    ("HEALTHCHECK CMD", "CMD", "needs a command"),
    ("HEALTHCHECK CMD []", "CMD", "needs a command"),
    ("HEALTHCHECK NONE x", "x", "takes no arguments"),
    ("HEALTHCHECK --interval=5 CMD x", "5", "no duration"),
    ("HEALTHCHECK --interval=1us CMD x", "1us", "at least 1ms"),
    ("HEALTHCHECK --timeout=-5s CMD x", "-5s", "at least 1ms"),
    ("HEALTHCHECK --retries=-1 CMD x", "-1", "not negative"),
    ("HEALTHCHECK --retries=1.5 CMD x", "1.5", "whole number"),
    # shapes of arguments
    ("COPY x", "x", "a source and a destination"),
    ("ADD", "ADD", "a source and a destination"),
    ('COPY ["x"]', '["x"]', "a source and a destination"),
    ("ENV", "ENV", "a name and a value"),
    ("ENV A", "A", "no value"),
    ("ENV A=1 B", "B", "name=value"),
    ("LABEL =1", "=1", "no name"),
    ("ENV 'A=1'", "'A", "a quote opens before the name"),
    ("ARG", "ARG", "needs a name"),
    ("ARG =1", "=1", "no name"),
    ('ARG "A=1"', '"A', "a quote opens before the name"),
    ("USER", "USER", "needs an argument"),
    ("EXPOSE", "EXPOSE", "needs a port"),
    ("VOLUME []", "[]", "needs a path"),
    ('VOLUME ["/a", " "]', '" "', "empty"),
    ("SHELL bash", "bash", "JSON array"),
    ("SHELL []", "[]", "JSON array"),
    ('CMD ["a", 1]', '["a", 1]', "something else"),
    ("RUN [null]", "[null]", "something else"),
    ("HEALTHCHECK NONE [1]", "[1]", "something else"),
    ("ONBUILD", "ONBUILD", "needs an instruction"),
    ("ONBUILD ONBUILD RUN x", "ONBUILD", "cannot hold ONBUILD"),
    ("ONBUILD from b", "from", "cannot hold FROM"),
    ("ONBUILD ENV A", "A", "no value"),
    ("COPY a <<E\nx\nE", "<<E", "into a heredoc"),
    ("RUN <<E\nx", "<<E", "never closed"),
    ("FROM b AS 1b", "1b", "cannot name a stage"),
    ("FROM b c", "b c", "image AS name"),
    ("FROM b # c", "# c", "a line of its own"),
    # words that are carried out
    ('ENV A="b', '"b', "never closed"),
    ("ENV A=${B:=c}", "${B:=c}", "modifier"),
    ("ENV A=${", "${", ""),
    ("EXPOSE 65536", "65536", "end at 65535"),
    ("EXPOSE 80,443", "80,443", "separated by blanks"),
    ("EXPOSE 80 # web", "#", "a line of its own"),
    ("EXPOSE 90-80", "90-80", "no range"),
    ("EXPOSE 80/http", "80/http", "tcp, udp or sctp"),
    ("EXPOSE 80:", "80:", "names no port"),
    ("EXPOSE x:80", "x:80", "`x` is no port"),
    ("EXPOSE a.b:1:80", "a.b:1:80", "no IP address"),
    ("STOPSIGNAL TREM", "TREM", "no signal"),
    ("STOPSIGNAL 0", "0", "no signal"),
    ('VOLUME ""', '""', "empty"),
    ("COPY --chmod=rwx a b", "rwx", "octal"),
    ("COPY --chmod=10000 a b", "10000", "octal"),
    ("COPY http://a/b /c", "http://a/b", "ADD fetches"),
    ("COPY git@github.com:a/b /c", "git@github.com:a/b", "ADD fetches"),
    ("ADD --checksum=sha256:" + "0" * 64 + " a b", "a", "what ADD fetches"),
    ("ADD --checksum=sha256:00 http://a/b /d/", "sha256:00", "no digest"),
    ("COPY <<E /x\n${}\nE", "${}", ""),
    ('COPY "my file" /b', '"my file"', 'write `COPY ["my file", "/b"]`'),
    ("VOLUME 'a b'", "'a b'", 'write `VOLUME ["a b"]`'),
    ("ENV A=1 # set the A", "# set the A", "a line of its own"),
    ("RUN\u00a0make", "\u00a0", "behind RUN stands an odd blank"),
    ("RUN --network x", "--network", "needs a value"),
    ('VOLUME ["a", ""]', '""', "empty"),
    ('SHELL ["a", 1]', '["a", 1]', "something else"),
    ("FROM b: 3", "b: 3", "image AS name"),
    ("ADD --checksum=00 https://a/b /c", "00", "no digest"),
    ("LABEL a=${A:}", "${A:}", ""),
    # images, platforms, stages
    ("FROM B", "B", "lower case, `b`"),
    ("FROM b:", "b:", "the tag is missing"),
    ("FROM :1", ":1", "the name before the tag is missing"),
    ("FROM https://b/c", "https://b/c", "`://`"),
    ("FROM b:1:2", "b:1:2", "cannot be a tag"),
    ("FROM b@sha256:12", "b@sha256:12", "no digest"),
    ("FROM --platform=linux/x/y/z b", "linux/x/y/z", "no platform"),
    ("FROM --platform=amd b", "amd", "no platform"),
    ("COPY --from=1 x y", "1", "no stage before this one"),
    ("COPY --from=0 x y", "0", "the stage that it stands in"),
    ("COPY --from=later x y\nFROM b AS later", "later", "below this one, in line 3"),
    ("COPY --from=$B x y", "$B", "a variable"),
    ("RUN --mount=from=$B,target=/x y", "$B", "takes no variables"),
    ("COPY --from=Build x y", "Build", "no stage, and no image: it must be in lower case"),
    ("RUN --mount=from=a:,target=/x y", "a:", "the tag is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "words", "message"), REFUSED)
def test_refused_with_the_words_at_fault(line: str, words: str, message: str) -> None:
    found = errors(f"FROM a\n{line}\n")
    assert [(shown(error), error.stops_build) for error in found] == [(words, True)]
    assert message in found[0].message


TAKEN = [
    "ARG --x a", "STOPSIGNAL --x 9", "HEALTHCHECK --interval=5 NONE", "HEALTHCHECK NONE []", "HEALTHCHECK none",
    "HEALTHCHECK --interval=0 --retries=0 CMD x", "HEALTHCHECK --interval=1h2m3.5s CMD x", "CMD", "ENTRYPOINT",
    'CMD ["a"', "CMD ['a']", 'CMD ["a"] # c', "RUN []", "CMD []", "EXPOSE $PORT", "EXPOSE 80/TCP 1-2 :80 1.2.3.4:80:80",
    "EXPOSE [::1]:80:80", "STOPSIGNAL sigterm", "STOPSIGNAL RTMAX-3", "STOPSIGNAL 15", "COPY --chmod=0755 a b",
    "COPY --chmod=u=rwX,go=rX a b", "COPY --chmod=$MODE a b", "COPY --from=img:1 http://a b", "COPY --from=img a b",
    "COPY --link --parents=FALSE a b", "COPY --exclude=a --exclude=b a b", "ADD git@github.com:a/b /c",
    "ADD --checksum=sha256:" + "0" * 64 + " https://a/b /c", "ADD --keep-git-dir=true --unpack a b", "FROM b:1.2_3-x AS x.y_z-1",
    "FROM --platform=linux/arm/v7 b", "FROM --platform=$TARGETPLATFORM b", "FROM --platform=aarch64 b",
    "FROM localhost:5000/a/b__c/d-e:1@sha256:" + "0" * 64, "ONBUILD COPY --nope a b", "ONBUILD NOPE a", "WORKDIR a b",
    "ENV A b=c", "ENV A='$' B=\"$x\" C=a\\ b", "LABEL a.b-c='d'", "USER ''", "RUN --network=none x",
    "RUN --device=a --device=b x", "RUN -- --mount=x", "VOLUME /a /b", 'VOLUME ["/a b"]',
    "COPY --from=img:1 a b\nCOPY --from=1 c d", "COPY git@v1 /x", "COPY --chmod=u=rwg a b", 'WORKDIR ""',
    "RUN --mount=type=secret,id=x y\nCOPY --from=1 c d", "HEALTHCHECK --retries=2147483647 CMD x", "CMD [1e999]",
    "RUN --mount=type=cache,target=/c x\nCOPY --from=1 c d",
]  # fmt: skip


@pytest.mark.parametrize("line", TAKEN)
def test_taken(line: str) -> None:
    assert [error.message for error in errors(f"FROM a\n{line}\n") if error.stops_build] == []


MOUNTS_REFUSED = [
    ("type=cach,target=/x", "cach", "no mount of type `cach` (did you mean `cache`?)"),
    ("type=cache,targte=/x", "targte", "no `targte` (did you mean `target`?)"),
    ("type=bind,sharing=locked,target=/x", "sharing", "of type bind has no `sharing`"),
    ("type=cache,sharing=all,target=/x", "all", "shared, private or locked"),
    ("type=cache,mode=999,target=/x", "999", "octal"),
    ("type=cache,uid=app,target=/x", "app", "a number"),
    ("type=bind,uid=1,target=/x", "uid", "of type bind has no `uid`"),
    ("type=tmpfs,size=big,target=/x", "big", "a number of bytes"),
    ("type=cache,target", "target", "needs a value"),
    ("type=bind,target=/x,ro=maybe", "maybe", "true or false"),
    ("type=cache,target=/", "/", "another `target` than `/`"),
    ("type=secret", "--mount=type=secret", "needs an `id`"),
    ("required,type=secret,id=a", "required", "behind `type=secret`"),
    ("type=bind,", "--mount=type=bind,", "a comma has no"),
    ("type=secret,id=a,src=b", "b", "say the same"),
    ("type=secret,id=a,from=b", "b", "no `from`"),
    ("type=bind,required,target=/x", "required", "of type bind has no `required`"),
]


@pytest.mark.parametrize(("mount", "words", "message"), MOUNTS_REFUSED)
def test_mount_is_refused(mount: str, words: str, message: str) -> None:
    (error,) = errors(f"FROM a\nRUN --mount={mount} x")
    assert shown(error) == words
    assert message in error.message
    assert error.level is Level.BUILD


@pytest.mark.parametrize(
    "mount",
    [
        "target=/x", "type=CACHE,dst=/x,id=a,sharing=private,mode=0755,uid=1,gid=2,ro", "type=tmpfs,target=/x,size=64m",
        "type=secret,id=a,env=B,required", "type=secret,target=/run/x", "type=ssh", "type=ssh,id=a,required=true",
        "type=bind,from=img,source=/a,target=/b,rw=true", "type=$KIND,target=/x", "type=cache,target=$X,mode=$Y",
        "type=bind,target=.", "type=cache,target=/x,sharing=LOCKED", "type=tmpfs,target=/x,size=.5g",
        "mode=0600,uid=1,type=secret,id=a",
    ],
)  # fmt: skip
def test_mount_is_taken(mount: str) -> None:
    assert errors(f"FROM a\nARG KIND\nARG Y\nRUN --mount={mount} x") == ()


def test_one_bad_line_hides_nothing() -> None:
    text = "FROM a b\nCOPY x\nRUM y\nENV A=${\nFROM A\nCOPY --from=9 a b\nHEALTHCHECK --nope=1 CMD x\nUSER app"
    dockerfile = Dockerfile(Source("Dockerfile", text))
    assert [error.span.source.position(error.span.start).line for error in dockerfile.errors] == [1, 2, 3, 4, 5, 6, 7]
    assert dockerfile.stages[1].state.user_name == "app"
    assert dockerfile.stages[1].state.healthcheck is not None


@pytest.mark.parametrize(
    ("text", "kind", "level"),
    [
        ("RUN x\nFROM a", Kind.ORDER, Level.INSTRUCTION),
        ("ARG A=1", Kind.ORDER, Level.INSTRUCTION),
        ("FROM a\nRUM x", Kind.INSTRUCTION, Level.INSTRUCTION),
        ("FROM a\nUSER --x y", Kind.FLAG, Level.INSTRUCTION),
        ("FROM A", Kind.IMAGE, Level.BASE),
        ("FROM a\nCOPY --from=0 x y", Kind.STAGE, Level.BASE),
        ("FROM a\nCOPY --from=b x y\nFROM a AS b", Kind.STAGE, Level.BUILD),
        ("ARG A=${\nFROM a", Kind.SYNTAX, Level.BASE),
        ("FROM a\nENV A", Kind.SYNTAX, Level.PARSE),
    ],
)
def test_errors_say_what_they_are_about_and_when_docker_notices(text: str, kind: Kind, level: Level) -> None:
    assert [(error.kind, error.level) for error in errors(text)] == [(kind, level)]


def test_trigger_is_refused_where_it_runs() -> None:
    assert [error.stops_build for error in errors("FROM a AS b\nONBUILD RUM x")] == [False]
    assert [error.stops_build for error in errors("FROM a AS b\nONBUILD RUM x\nFROM b")] == [True]


@pytest.mark.parametrize(
    ("text", "unless_given"),
    [
        ("ARG TAG\nFROM a:$TAG", ("TAG",)),
        ("ARG V\nARG IMAGE=a:$V\nFROM $IMAGE", ("V",)),
        ("ARG V\nFROM a\nARG V\nVOLUME $V", ("V",)),
        ("FROM a:$TAG", ()),
        ("FROM a\nARG B\nLABEL c=${B:?say}", ("B",)),
        ("FROM a\nARG B\nLABEL c=$B'd", ()),
        ("FROM a\nARG B\nCOPY <<E /x\nit's ${B:?no}\nE", ("B",)),
        ("ARG TAG=1\nARG OTHER\nFROM A:${TAG:-$OTHER}", ()),
    ],
)
def test_argument_that_would_keep_docker_from_refusing_is_named(text: str, unless_given: tuple[str, ...]) -> None:
    assert [error.unless_given for error in errors(text)] == [unless_given]


@pytest.mark.parametrize(
    "text",
    ["ARG TAG\nFROM a:$TAG", "ARG TAG=${X:?no}\nFROM a", "FROM scratch\nARG TAG=${X:?no}", "ARG TAG=A:\nFROM $TAG"],
)
def test_given_argument_keeps_docker_from_refusing(text: str) -> None:
    assert len(errors(text)) == 1
    assert errors(text, Options({"TAG": "a"})) == ()


@pytest.mark.parametrize(
    "text",
    [
        "ARG BUILDPLATFORM\nFROM --platform=$BUILDPLATFORM a",
        "ARG TARGETARCH\nFROM a:$TARGETARCH",
        "ARG B\nARG A=img:$B\nARG A=alpine\nFROM $A",
        "FROM scratch\nWORKDIR /a\nWORKDIR $NOPE",
    ],
)
def test_plain_build_is_not_refused(text: str) -> None:
    assert errors(text) == ()


def test_stages_that_a_target_does_not_need_are_not_carried_out() -> None:
    text = "FROM a AS x\nFROM a AS y\nCOPY --from=z https://a/b /c\nFROM a AS z"
    assert errors(text, Options(target="x")) == ()
    assert len(errors(text)) == 1
    assert len(errors(text, Options(target="y"))) == 1


def test_misspelt_from_is_one_fault() -> None:
    assert [shown(error) for error in errors("FORM a\nRUN x\nCOPY a b\nRUN y")] == ["FORM"]


def test_target_that_is_no_stage_is_refused() -> None:
    text = "FROM a AS build\nFROM b AS web"
    (error,) = errors(text, Options(target="buidl"))
    assert "did you mean `build`" in error.message
    assert errors(text, Options(target="WEB")) == ()
    assert len(errors(text, Options(target="0"))) == 1


@pytest.mark.parametrize(
    ("word", "found"), [("RUM", ["RUN"]), ("SET", []), ("expost", ["expose"]), ("x" * 5000, []), ("", [])]
)
def test_nearest_word_is_near(word: str, found: list[str]) -> None:
    assert list(nearest(word, ["RUN", "USER", "expose"])) == found
