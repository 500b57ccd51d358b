"""No text, however made, is a key that leaves its folder or clashes with another."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from modera_bot.storage.base import valid_key, valid_prefix
from modera_bot.storage.local import LocalStorage

NASTY = st.text(st.sampled_from("ab7/.\\-_~%:\0\n é"), max_size=30)
FOLDER = st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True)
NAME = st.from_regex(r"[A-Za-z0-9_-]{1,8}\.(jpg|txt)", fullmatch=True)
KEYS = st.builds(
    lambda folders, name: "/".join([*folders, name]), st.lists(FOLDER, max_size=8), NAME
)


@settings(deadline=None)
@given(NASTY)
@example("../a.jpg")
@example("a/../../b.jpg")
def test_whatever_passes_as_a_key_stays_inside_the_folder(text: str) -> None:
    try:
        key = valid_key(text)
    except ValueError:
        return
    root = Path("/nowhere/pictures")
    path = Path(root, key)
    assert path.is_relative_to(root)
    assert path.as_posix() == f"{root}/{key}"  # nothing was folded away
    assert not any(part.startswith(".") for part in path.parts)


@settings(deadline=None, max_examples=50)
@given(KEYS, KEYS)
def test_no_key_is_the_folder_of_another(one: str, other: str) -> None:
    assert not valid_key(other).startswith(valid_key(one) + "/")


@settings(deadline=None, max_examples=50)
@given(KEYS)
def test_each_folder_of_a_key_is_a_prefix(key: str) -> None:
    parts = key.split("/")
    for depth in range(len(parts)):
        prefix = "".join(f"{part}/" for part in parts[:depth])
        assert valid_prefix(prefix) == prefix
    with pytest.raises(ValueError, match="prefix"):
        valid_prefix(valid_key(key))


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pictures=st.dictionaries(KEYS, st.binary(max_size=50), max_size=5))
def test_any_set_of_keys_can_be_kept_listed_and_deleted(
    local: LocalStorage, pictures: dict[str, bytes]
) -> None:
    for key, data in pictures.items():
        local.put(key, data, "image/jpeg")
    assert [*local.keys("")] == sorted(pictures)
    for key, data in pictures.items():
        assert local.get(key) == data
        local.delete(key)
    assert [*local.keys("")] == []
