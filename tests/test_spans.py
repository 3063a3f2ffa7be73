"""Every word knows where it stands, however the file is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.spans import characters_differ, read_back, texts
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.source import BOM, Source, Text

PARTS = st.sampled_from(
    [
        "RUN apt-get update && {nl}  apt-get install -y 'a b' \"c d\" e{nl}",
        "RUN pip {cont}install {cont}  # a comment{nl}{cont}fl{cont}ask{nl}",
        "RUN --mount=type=cache,target=/x{cont},id='a b' --network=none pip install 'flask[a]==1.0' {cont} b~=2{nl}",
        "RUN --mount=type=secret,id=a apt-get install -y {cont}  # c{nl}  curl=7.* lib{cont}ssl{nl}",
        "RUN <<EOF{nl}set -e{nl}\tmake 'x y'{nl}EOF{nl}",
        "RUN cat <<-A <<B > /x && ls{nl}\tone $X{nl}\tA{nl}two{nl}B{nl}",
        "ENV A=1 B=\"x y\" C='z' {cont}  D=é{nl}",
        "LABEL long {cont}value with blanks{nl}",
        "COPY --from=build --chown=app:app a b {cont} c/ /d/{nl}",
        'COPY ["a b", "c\\u00e9", "/d"]{nl}',
        'CMD ["sh", "-c", "exec app --x \\"y z\\""]{nl}',
        "ENTRYPOINT exec {cont}app $X{nl}",
        "HEALTHCHECK --interval=5s {cont}CMD curl -f http://localhost/{nl}",
        "ONBUILD RUN make {cont}all{nl}",
        "WORKDIR /a b{nl}",
        "USER app{cont}lication{nl}",
        "# a comment{nl}",
        "EXPOSE 80 {cont}443/tcp{nl}",
    ]
)


def placed(dockerfile: Dockerfile) -> list[tuple[str, Text]]:
    """The texts of a Dockerfile with their kinds."""
    nodes = [getattr(instruction, "instruction", instruction) for instruction in dockerfile.instructions]
    return [found for node in nodes for found in texts(node)]


@given(st.lists(PARTS, max_size=6), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.sampled_from(["\\", "`"]))
def test_the_text_at_a_place_gives_the_word_back(parts: list[str], line_end: str, has_bom: bool, escape: str) -> None:
    body = "".join(parts).replace("{cont}", f"{escape}{line_end}").replace("{nl}", line_end)
    if escape == "`":
        body = body.replace('\\"', "'")
    text = f"# escape={escape}{line_end}FROM a AS build{line_end}{body}"
    source = Source("Dockerfile", (BOM if has_bom else "") + text)
    dockerfile = Dockerfile(source)
    for kind, text in placed(dockerfile):
        assert characters_differ(text) is None
        assert read_back(kind, text, escape) in (text, None)


@pytest.mark.parametrize(
    ("text", "word", "span"),
    [
        ("FROM a\r\nRUN pip \\\r\n  install \\\r\n# x\r\n  flask\r\n", "flask", ((5, 3), (5, 8))),
        (BOM + "FROM a\nRUN x y\n", "y", ((2, 7), (2, 8))),
        ("# escape=`\nFROM a\nRUN x `\n  y\n", "y", ((4, 3), (4, 4))),
        ("FROM a\nRUN <<EOF\nset -e\n  make all\nEOF\n", "all", ((4, 8), (4, 11))),
        ("FROM a\nRUN x fl\\\nask\n", "flask", ((2, 7), (3, 4))),
        ('FROM a\nCMD ["sh", "-c", "exec \\"app\\" go"]\n', "go", ((2, 32), (2, 34))),
    ],
)
def test_word_spans_its_place_in_the_file(text: str, word: str, span: tuple[tuple[int, int], tuple[int, int]]) -> None:
    dockerfile = Dockerfile(Source("Dockerfile", text))
    found = [text for _, text in placed(dockerfile) if text == word]
    source = dockerfile.source
    assert (tuple(source.position(found[-1].start)), tuple(source.position(found[-1].end))) == span
