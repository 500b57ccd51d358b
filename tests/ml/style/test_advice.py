"""What is said: complete in both languages, kind, and true to what a person wishes."""

import json
from pathlib import Path

import pytest
from fluent.runtime import FluentResource
from fluent.syntax import ast as ftl

from modera_bot.ml import style as stylist
from modera_bot.ml.style.advise import advise
from modera_bot.ml.style.palettes import PALETTES, Colour
from modera_bot.ml.style.tone import unkind
from modera_bot.ml.style.wardrobe import PIECES, TEMPLATES
from modera_bot.ml.style.wish import heeded, understood
from modera_bot.ml.style.words import LANGUAGES, LOCALES, Words
from modera_bot.style import (
    Appearance,
    Archetype,
    BodyType,
    Complaint,
    Currency,
    Feedback,
    Hair,
    Hue,
    Measurements,
    Occasion,
    PastAdvice,
    Range,
    Season,
    Skin,
    StylePreferences,
    StyleProfile,
    Undertone,
    Wardrobe,
)
from tests.ml.style.profiles import READING, many

WARM = Appearance(skin=Skin.LIGHT, undertone=Undertone.WARM, hair=Hair.DARK)


def texts_of(profile: StyleProfile) -> list[str]:
    """All sentences and names in a profile."""

    def strings(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for part in value.values() for text in strings(part)]
        if isinstance(value, list):
            return [text for part in value for text in strings(part)]
        return [value] if isinstance(value, str) else []

    return strings(profile.model_dump(mode="json"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_judged(language):
    texts = {text for profile in many(language) for text in texts_of(profile)}
    assert len(texts) > 150
    assert not [text for text in texts if unkind(text, language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_at_all_judges_anybody(language):
    source = "".join(path.read_text("utf-8") for path in (LOCALES / language).glob("[!w]*.ftl"))
    said = " ".join(line.partition("=")[2] for line in source.splitlines())
    assert not unkind(said, language)


def test_what_is_never_said_would_be_found():
    assert unkind("Vertical stripes hide your belly.", "en") == "hide"
    assert unkind("Такой крой скрывает недостатки.", "ru") == "скрывает"


def test_profiles_survive_json():
    for profile in many("ru"):
        again = StyleProfile.model_validate(json.loads(profile.model_dump_json()))
        assert again == profile


def test_all_languages_say_the_same_things():
    keys = {language: _keys(language) for language in LANGUAGES}
    assert keys["en"] == keys["ru"]
    assert len(keys["en"]) == len(set(keys["en"]))


def _keys(language: str) -> list[str]:
    return sorted(
        entry.id.name
        for path in (LOCALES / language).glob("*.ftl")
        for entry in FluentResource(path.read_text("utf-8")).body
        if isinstance(entry, ftl.Message)
    )


def test_every_text_is_used_and_every_colour_and_item_has_one():
    colours = [
        colour for palette in PALETTES.values() for part in _parts(palette) for colour in part
    ]
    named = {f"colour-{colour.key}" for colour in colours} | {"colour-indigo"}
    named |= {f"item-{key}" for key in PIECES}
    named |= {f"material-{piece.material}" for piece in PIECES.values()}
    named |= {f"cut-{piece.cut}" for piece in PIECES.values() if piece.cut}
    for template in TEMPLATES:
        named |= {f"outfit-{template.key}", f"outfit-{template.key}-why"}
    families = {"wish-", "why-", "season-", "do-", "dont-", "shape-", "weaker-", "cut-"}
    code = "".join(path.read_text("utf-8") for path in Path(stylist.__file__).parent.rglob("*.py"))
    rest = set(_keys("en")) - named
    assert named <= set(_keys("en"))
    unused = [
        k
        for k in rest
        if f'"{k}"' not in code and f"'{k}'" not in code and not k.startswith(tuple(families))
    ]
    assert not unused


def _parts(palette: object) -> list[tuple[Colour, ...]]:
    return [getattr(palette, name) for name in ("neutrals", "near", "accents", "weaker")]


def test_an_unknown_language_is_answered_in_the_first():
    assert Words("de").language == "en"


@pytest.mark.parametrize("body", BodyType)
def test_a_stated_body_type_is_answered_and_none_is_guessed(body):
    said = advise(READING, StylePreferences(body=body), (), "en")
    assert len(said.shape) == 3
    assert advise(READING, StylePreferences(), (), "en").shape == ()


@pytest.mark.parametrize("season", Season)
def test_a_weaker_colour_is_none_of_the_palette(season):
    palette = PALETTES[season]
    own = {colour.hex for part in _parts(palette)[:3] for colour in part}
    assert own.isdisjoint(colour.hex for colour in palette.weaker)


@pytest.mark.parametrize("occasion", Occasion)
@pytest.mark.parametrize("wardrobe", Wardrobe)
def test_the_first_outfit_is_for_the_occasion(occasion, wardrobe):
    wishes = StylePreferences(occasion=occasion, wardrobe=wardrobe, appearance=WARM)
    first = advise(None, wishes, (), "en").outfits[0]
    words = Words("en")
    template = next(t for t in TEMPLATES if words(f"outfit-{t.key}") == first.title)
    assert occasion in template.occasions


def test_nobody_is_offered_another_department():
    words = Words("en")
    women = {words(f"outfit-{t.key}") for t in TEMPLATES if t.wardrobe is Wardrobe.WOMEN}
    for wardrobe in (Wardrobe.MEN, Wardrobe.ANY):
        wishes = StylePreferences(wardrobe=wardrobe, appearance=WARM)
        assert women.isdisjoint(o.title for o in advise(None, wishes, (), "en").outfits)


@pytest.mark.parametrize(
    ("chest", "waist", "hips", "body"),
    [
        (92, 68, 94, BodyType.HOURGLASS),
        (88, 72, 100, BodyType.TRIANGLE),
        (104, 84, 95, BodyType.INVERTED_TRIANGLE),
        (92, 80, 94, BodyType.RECTANGLE),
        (100, 98, 102, BodyType.OVAL),
        (None, 70, 95, None),
    ],
)
def test_typed_measurements_speak_of_a_body_type(chest, waist, hips, body):
    measured = Measurements(chest=chest, waist=waist, hips=hips)
    by_numbers = advise(READING, StylePreferences(measurements=measured), (), "en")
    assert by_numbers.shape == advise(READING, StylePreferences(body=body), (), "en").shape


@pytest.mark.parametrize(
    ("language", "wish"),
    [
        ("en", "A bright party outfit, green maybe, but no black please"),
        ("ru", "Что-нибудь яркое на свадьбу, можно зелёное, только без чёрного"),
    ],
)
def test_the_rules_understand_simple_words_of_a_wish(language, wish):
    found = understood(StylePreferences(wish=wish), Words(language))
    assert found.occasion is Occasion.EVENING
    assert (found.liked, found.avoided) == ((Hue.GREEN,), (Hue.BLACK,))
    assert found.styles == (Archetype.BOLD,)


def test_what_was_chosen_by_hand_outweighs_words():
    wishes = StylePreferences(wish="red, for work", avoided=(Hue.RED,), occasion=Occasion.TRAVEL)
    found = understood(wishes, Words("en"))
    assert (found.liked, found.avoided, found.occasion) == ((), (Hue.RED,), Occasion.TRAVEL)


def test_avoided_colours_are_avoided_and_liked_ones_come_first():
    wishes = StylePreferences(avoided=(Hue.ORANGE, Hue.BROWN), liked=(Hue.GREEN,), appearance=WARM)
    profile = advise(None, wishes, (), "en")
    names = {item.colour.name for outfit in profile.outfits for item in outfit.items}
    assert names.isdisjoint({"terracotta", "pumpkin", "chocolate"})
    assert "terracotta" not in {swatch.name for swatch in profile.best}
    assert "forest green" in names


def test_a_budget_is_shared_among_the_items():
    budget = Range(low=100, high=300, currency=Currency.EUR)
    for outfit in advise(None, StylePreferences(budget=budget, appearance=WARM), (), "en").outfits:
        prices = [item.price for item in outfit.items]
        assert 270 <= sum(price.high for price in prices) <= 330
        assert {price.currency for price in prices} == {Currency.EUR}


def past(*why: Complaint) -> tuple[PastAdvice, ...]:
    before = advise(None, StylePreferences(appearance=WARM), (), "en")
    return (
        PastAdvice(
            feedback=Feedback(good=False, why=why),
            outfits=tuple(outfit.title for outfit in before.outfits),
            colours=tuple(i.colour.hex for outfit in before.outfits for i in outfit.items),
        ),
    )


def again(*why: Complaint, **wishes: object) -> StyleProfile:
    return advise(None, StylePreferences(appearance=WARM, **wishes), past(*why), "en")


def test_outfits_that_were_not_somebodys_style_do_not_come_again():
    (before,) = past(Complaint.NOT_ME)
    assert set(before.outfits).isdisjoint(o.title for o in again(Complaint.NOT_ME).outfits)


def test_too_bold_becomes_calmer_and_too_plain_bolder():
    assert Archetype.BOLD not in again(Complaint.TOO_BOLD).archetypes
    assert Archetype.BOLD in again(Complaint.TOO_PLAIN).archetypes


def test_too_dear_becomes_cheaper():
    budget = Range(low=100, high=300, currency=Currency.USD)
    cheaper = again(Complaint.PRICE, budget=budget).outfits[0]
    assert sum(item.price.high for item in cheaper.items) <= 220


def test_praise_changes_nothing():
    liked = (PastAdvice(feedback=Feedback(good=True)),)
    wishes = StylePreferences(appearance=WARM)
    assert advise(None, wishes, liked, "en") == advise(None, wishes, (), "en")


def said(words: str, language: str = "en", **wishes: object) -> StyleProfile:
    (before,) = past()
    spoken = before.model_copy(update={"feedback": Feedback(good=False, words=words)})
    return advise(None, StylePreferences(appearance=WARM, **wishes), (spoken,), language)


def test_reasons_in_words_count_as_those_that_were_pressed():
    assert Archetype.BOLD not in said("It was far too bright for me").archetypes
    assert Archetype.BOLD in said("Как-то скучно", "ru").archetypes


def heard(words: str, language: str) -> tuple[StylePreferences, tuple[Complaint, ...]]:
    """Wishes and reasons, of nothing but some words after a thumb that points down."""
    advice = PastAdvice(feedback=Feedback(good=False, words=words))
    wishes, (told,) = heeded(StylePreferences(), (advice,), Words(language))
    return wishes, told.feedback.why


@pytest.mark.parametrize(
    ("words", "language", "complaint"),
    [
        ("I want brighter outfits", "en", Complaint.TOO_PLAIN),
        ("more bright please", "en", Complaint.TOO_PLAIN),
        ("Not bright enough", "en", Complaint.TOO_PLAIN),
        ("It isn't bright at all", "en", Complaint.TOO_PLAIN),
        ("There is nothing daring in it", "en", Complaint.TOO_PLAIN),
        ("Too few bright things", "en", Complaint.TOO_PLAIN),
        ("a little boring", "en", Complaint.TOO_PLAIN),
        ("need simple things", "en", Complaint.TOO_BOLD),
        ("Could be simpler", "en", Complaint.TOO_BOLD),
        ("I don't want bright things", "en", Complaint.TOO_BOLD),
        ("I want it less bright", "en", Complaint.TOO_BOLD),
        ("A little too loud", "en", Complaint.TOO_BOLD),
        ("Хочу поярче", "ru", Complaint.TOO_PLAIN),
        ("Не хватает ярких вещей", "ru", Complaint.TOO_PLAIN),
        ("Ярких вещей мало", "ru", Complaint.TOO_PLAIN),
        ("Совсем не ярко", "ru", Complaint.TOO_PLAIN),
        ("Скучно, не хватает синего", "ru", Complaint.TOO_PLAIN),
        ("нужны простые вещи", "ru", Complaint.TOO_BOLD),
        ("Можно проще?", "ru", Complaint.TOO_BOLD),
        ("Не надо ярких вещей", "ru", Complaint.TOO_BOLD),
        ("Больше не хочу таких ярких", "ru", Complaint.TOO_BOLD),
        ("Хочу не так ярко", "ru", Complaint.TOO_BOLD),
        ("слишком ярко", "ru", Complaint.TOO_BOLD),
    ],
)
def test_who_misses_one_thing_found_too_much_of_the_other(
    words: str, language: str, complaint: Complaint
):
    assert heard(words, language)[1] == (complaint,)


@pytest.mark.parametrize(
    ("words", "language", "avoided"),
    [
        ("I can't stand orange", "en", {Hue.ORANGE}),
        ("I don't want orange or red", "en", {Hue.ORANGE, Hue.RED}),
        ("less orange, more red", "en", {Hue.ORANGE}),
        ("No more orange", "en", {Hue.ORANGE}),
        ("I would have wanted more orange", "en", set()),
        ("I need more orange, red and blue", "en", set()),
        ("Why no blue?", "en", set()),
        ("Blue is missing", "en", set()),
        ("I love blue, but the cuts are odd", "en", set()),
        ("I love blue but red is awful", "en", {Hue.RED}),
        ("Не надо оранжевого", "ru", {Hue.ORANGE}),
        ("Слишком много оранжевого", "ru", {Hue.ORANGE}),
        ("Надоел синий", "ru", {Hue.BLUE}),
        ("Мало оранжевого!", "ru", set()),
        ("Синего не хватает", "ru", set()),
        ("Почему нет синего?", "ru", set()),
        ("Люблю синий, но фасоны странные", "ru", set()),
        ("Не люблю синий", "ru", {Hue.BLUE}),
    ],
)
def test_colours_that_were_criticised_are_left_out_and_missed_ones_are_not(
    words: str, language: str, avoided: set[Hue]
):
    assert {*heard(words, language)[0].avoided} == avoided


def test_what_somebody_likes_stays_liked_whatever_was_said_before():
    kept, _ = heeded(
        StylePreferences(liked=(Hue.RED,)),
        (PastAdvice(feedback=Feedback(good=False, words="the red one, no")),),
        Words("en"),
    )
    assert kept.avoided == ()
