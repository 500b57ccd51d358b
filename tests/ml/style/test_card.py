"""The card: everything on it, whole, in both languages."""

import importlib.metadata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modera_bot.ml.style.card import WIDTH, draw_card, portrait
from modera_bot.ml.style.card.draw import ITEM, LABEL, PAPER, TALLEST, TITLE
from modera_bot.ml.style.card.garments import DRAWINGS, draw_item
from modera_bot.ml.style.card.lettering import SANS, SANS_BOLD, SERIF
from modera_bot.style import Kind
from tests.ml.conftest import sample
from tests.ml.style.profiles import longest, many

LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя" + "abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize("words", [True, False])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_longest_texts_stay_on_the_card(language, words):
    profile = longest(language, words=words)
    card = draw_card(profile, np.zeros((50, 50, 3), np.uint8))
    height, width = card.shape[:2]
    assert width == WIDTH
    assert height < TALLEST
    paper = np.array(PAPER[profile.season])
    for edge in (card[:, :24], card[:, -24:], card[-24:], card[:24]):
        assert np.abs(edge - paper).max() < 12  # nothing but shadows reaches the edges


@given(
    text=st.text(LETTERS + " -", min_size=1, max_size=60).filter(str.strip),
    width=st.integers(80, 900),
)
def test_text_is_wrapped_without_losing_a_letter_or_leaving_its_width(text, width):
    lines = ITEM.wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(ITEM.width(line) <= width for line in lines)


def test_words_are_parted_at_hyphens_first():
    assert LABEL.wrapped("пудрово-голубой", LABEL.width("пудрово-гол")) == ["пудрово-", "голубой"]


def test_the_fonts_know_every_letter_that_is_used():
    for style in (ITEM, TITLE):
        missing = bytes(style.font.getmask("\uffff"))
        used = LETTERS + LETTERS.upper() + "0123456789·–—«»“”’…:,.%"
        assert not [letter for letter in used if bytes(style.font.getmask(letter)) == missing]


def test_the_fonts_are_free_and_come_with_the_installation():
    for package, _ in (SANS, SANS_BOLD, SERIF):
        assert "OFL" in importlib.metadata.metadata(package.replace("_", "-"))["License"]


def test_the_card_shows_its_colours():
    profile = next(many("en"))
    packed = draw_card(profile).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    seen = {f"#{colour:06x}" for colour in np.unique(packed)}
    items = [item for outfit in profile.outfits for item in outfit.items]
    shown = (*profile.palette, *profile.best, *profile.weaker, *(item.colour for item in items))
    assert {swatch.hex for swatch in shown} <= seen


def test_every_kind_of_item_has_a_drawing_of_its_own():
    from PIL import Image

    pictures = set()
    for kind in Kind:
        canvas = Image.new("RGB", (120, 120), "white")
        draw_item(canvas, 0, 0, 120, kind, (200, 30, 60))
        pictures.add(canvas.tobytes())
    assert len(pictures) == len(Kind) == len(DRAWINGS)


def test_the_portrait_is_a_square_around_the_face(models):
    picture = portrait(sample("people/ana_tee_logo"), None, models)
    assert picture is not None
    assert picture.shape[0] == picture.shape[1] > 200


def test_there_is_no_portrait_of_a_back(models):
    assert portrait(sample("gates/back"), None, models) is None
