from hypothesis import given
from hypothesis import strategies as st

from dockerlint.context.listing import Entry
from dockerlint.context.tree import largest


def shown(sizes: dict[str, int], limit: int) -> list[tuple[str, int, int, int]]:
    branches = largest([Entry(path, size, False) for path, size in sizes.items()], limit)
    return [(branch.path + "/" * branch.is_folder, branch.depth, branch.files, branch.size) for branch in branches]


SIZES = {"a/x": 5, "a/y": 4, "a/deep/er/z": 3, "b": 7, "c/only/one": 2, "empty": 0, "d/e/1": 1, "d/e/2": 1}


def test_the_largest_come_first_and_folders_before_what_lies_in_them() -> None:
    assert shown(SIZES, 5) == [
        ("a/", 0, 3, 12),
        ("a/x", 1, 1, 5),
        ("a/y", 1, 1, 4),
        ("a/deep/er/z", 1, 1, 3),
        ("b", 0, 1, 7),
    ]


def test_a_folder_with_one_thing_in_it_is_not_shown_for_itself() -> None:
    assert shown(SIZES, 20)[5:] == [("c/only/one", 0, 1, 2), ("d/e/", 0, 2, 2), ("d/e/1", 1, 1, 1), ("d/e/2", 1, 1, 1)]


def test_nothing_is_shown_of_nothing() -> None:
    assert shown({}, 5) == shown({"a": 0, "b/c": 0}, 5) == shown(SIZES, 0) == []


PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(lambda names: "/".join(f"{n}d" for n in names))


@given(st.dictionaries(PATHS, st.integers(0, 9), max_size=12), st.integers(0, 30))
def test_a_tree_holds_each_once_below_its_folder(folders: dict[str, int], limit: int) -> None:
    sizes = {f"{folder}/file": size for folder, size in folders.items()}
    found = shown(sizes, limit)
    assert len({path for path, *_ in found}) == len(found) <= limit
    above: list[str] = []
    for path, depth, files, size in found:
        below = [file for file in sizes if file == path or file.startswith(path)]
        assert (files, size) == (len(below), sum(sizes[file] for file in below))
        del above[depth:]
        assert len(above) == depth
        assert path.startswith(above[-1] if above else "")
        above.append(path)
    if limit == 30 and len(found) < 30:
        assert {path for path, *_ in found if not path.endswith("/")} == {path for path, size in sizes.items() if size}
