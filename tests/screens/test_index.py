"""docs/screens.md and its pictures are those of the scenes; `scripts/screenshots` makes them."""

from fnmatch import filter as matching

from tests.conftest import ROOT
from tests.screens import index
from tests.screens.coverage import NOT_SHOWN, Seen, keys
from tests.screens.scenes import PARTS

PICTURES = ROOT / "docs" / "screens"
NAMES = [scene.name for _, scenes in PARTS for scene in scenes]


def test_the_page_lists_every_scene():
    assert (ROOT / "docs" / "screens.md").read_text() == index.page()
    assert len(NAMES) == len({*NAMES})


def test_there_is_a_small_picture_of_every_scene_and_no_other():
    assert sorted(path.stem for path in PICTURES.iterdir()) == sorted(NAMES)
    sizes = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert [name for name, size in sizes.items() if size > 75_000] == []
    assert sum(sizes.values()) < 7_000_000


def test_a_text_that_no_scene_shows_is_missed():
    seen = Seen()
    seen.texts = keys() - {"start-ready", "error-no-person"}
    assert seen.missing_texts() == ["start-ready"]


def test_every_reason_not_to_show_a_text_is_about_one():
    assert [pattern for pattern in NOT_SHOWN if not matching(keys(), pattern)] == []
