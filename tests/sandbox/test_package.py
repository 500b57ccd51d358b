"""The page and the samples are complete, small, and free of anything from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import modera_bot.sandbox

HERE = Path(modera_bot.sandbox.__file__).parent
PAGE = sorted((HERE / "page").iterdir())
SCRIPTS = [path for path in PAGE if path.suffix == ".js"]


def test_the_samples_stay_under_half_a_megabyte() -> None:
    pictures = list((HERE / "samples").rglob("*.jpg"))

    assert {path.parent.name for path in pictures} == {"people", "garments"}
    assert sum(path.stat().st_size for path in pictures) < 500_000


@pytest.mark.parametrize("path", PAGE, ids=lambda path: path.name)
def test_a_page_file_names_only_files_that_exist(path: Path) -> None:
    source = path.read_text()
    named = re.findall(r'"/page/([\w.]+)"', source) + re.findall(r'from "\./([\w.]+)"', source)

    assert {name for name in named if not (HERE / "page" / name).is_file()} == set()
    assert re.findall(r'(?:src|href)="(?!/page/|#)[^"]*"', source) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_parses_text_as_html(path: Path) -> None:
    source = path.read_text()

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source)


def test_every_text_of_the_page_is_there_in_both_languages() -> None:
    source = (HERE / "page" / "strings.js").read_text()
    english, russian = source.split("  ru: {")
    keys = [set(re.findall(r"^    (\w+): \"", part, re.M)) for part in (english, russian)]
    used = set()
    for path in PAGE:
        if path.suffix in (".js", ".html"):
            used |= set(re.findall(r"\bt\(\"(\w+)\"", path.read_text()))
            used |= set(re.findall(r"data-(?:text|label|placeholder)=\"(\w+)\"", path.read_text()))

    assert keys[0] == keys[1]
    assert used <= keys[0]
