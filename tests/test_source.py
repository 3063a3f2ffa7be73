"""Texts keep their places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.source import Position, Source, Text, join


def test_positions_count_lines_and_columns_from_one() -> None:
    source = Source("f", "ab\r\nc\n\nd")
    places = [source.position(source.text.index(letter)) for letter in "abcd"]
    assert places == [Position(1, 1), Position(1, 2), Position(2, 1), Position(4, 1)]


def test_line_is_given_without_its_end() -> None:
    source = Source("f", "ab\r\nc\n")
    assert [source.line(number) for number in (1, 2, 3)] == ["ab", "c", ""]


def test_byte_order_mark_is_left_out_and_remembered() -> None:
    source = Source.from_bytes("f", b"\xef\xbb\xbfFROM a")
    assert source.text == "FROM a"
    assert source.has_bom


def test_bytes_that_are_not_utf_8_are_kept() -> None:
    source = Source.from_bytes("f", b"a\xffb")
    assert source.text.encode("utf-8", "surrogateescape") == b"a\xffb"


def test_part_of_a_joined_text_points_into_the_file() -> None:
    source = Source("f", "RUN ab\\\n  cd")
    text = join([source.slice(4, 6), source.slice(8, 12)], source, 0)
    assert text == "ab  cd"
    assert text.part(4, 6).span == (source, 10, 12)
    assert text.part(1, 5).span == (source, 5, 11)


def test_text_within_quotes_spans_them_but_its_parts_do_not() -> None:
    source = Source("f", 'x "abc" y')
    text = source.slice(3, 6).within(2, 7)
    assert (text, text.start, text.end) == ("abc", 2, 7)
    assert text.part(0, 3).span == (source, 2, 7)
    assert text.part(0, 1).span == (source, 3, 4)


@pytest.mark.parametrize("blanks", ["", " ", " \t "])
def test_trimmed_text_stands_where_its_first_character_does(blanks: str) -> None:
    source = Source("f", blanks + "ab" + blanks)
    trimmed = source.slice(0, len(source.text)).trimmed()
    assert trimmed == "ab"
    assert trimmed.start == len(blanks)


@given(st.lists(st.text("ab\n ", max_size=6), min_size=1, max_size=6), st.data())
def test_every_character_of_a_joined_text_stands_where_it_says(parts: list[str], data: st.DataObject) -> None:
    source = Source("f", "#".join(parts))
    offsets, start = [], 0
    for part in parts:
        offsets.append((start, start + len(part)))
        start += len(part) + 1
    text = join([source.slice(*offset) for offset in offsets], source, 0)
    assert text == "".join(parts)
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, len(text)))
    part = text.part(first, last)
    assert part == text[first:last]
    assert all(source.text[part.offset(index)] == letter for index, letter in enumerate(part))


@given(st.text("ab", min_size=1), st.data())
def test_picked_characters_keep_their_places(value: str, data: st.DataObject) -> None:
    source = Source("f", value)
    text: Text = source.slice(0, len(value))
    indices = sorted(data.draw(st.sets(st.integers(0, len(value) - 1))))
    picked = text.picked(indices, 0, len(value))
    assert picked == "".join(value[index] for index in indices)
    assert [picked.offset(index) for index in range(len(picked))] == indices
