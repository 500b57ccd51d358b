"""The texts themselves: complete in every language, valid for Telegram, and all in use."""

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from fluent.runtime import FluentResource
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

import modera_bot.bot
from modera_bot import style
from modera_bot.bot.texts import LOCALES, PLAIN, Markup, TextError, Texts
from modera_bot.contracts import Category, Feature, Fit, Notice, Quality, Role, Stage
from modera_bot.errors import Code
from modera_bot.sandbox.formatting import formatted, utf16_length

LANGUAGES = ("en", "ru")
CODE = Path(modera_bot.bot.__file__).parent
STYLE = [
    kind for kind in vars(style).values() if isinstance(kind, type) and issubclass(kind, StrEnum)
]
ENUMS: tuple[type[StrEnum], ...] = (
    Category,
    Feature,
    Fit,
    Notice,
    Quality,
    Role,
    Stage,
    Code,
    *STYLE,
)
PLURALS = {"zero", "one", "two", "few", "many", "other"}
#: Texts that are only ever sent as messages, which may be longer than captions.
LONG = {"help", "privacy-text", "consent-question", "settings-title"}
NASTY = '<b>Ann & "Co"</b> \'n'
MOMENT = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass
class Variables(Visitor):  # type: ignore[misc]
    """The variables of one text, each with values to try."""

    values: dict[str, list[Any]] = field(default_factory=dict)

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:
        self.values.setdefault(node.id.name, [NASTY])

    def visit_SelectExpression(self, node: ftl.SelectExpression) -> None:
        assert isinstance(node.selector, ftl.VariableReference)
        keys = [variant.key for variant in node.variants]
        names = [key.name for key in keys if isinstance(key, ftl.Identifier)]
        numeric = len(names) < len(keys) or set(names) <= PLURALS - {"zero", "two"}
        self.values[node.selector.id.name] = [0, 1, 2, 5, 21, 1.5] if numeric else names
        for variant in node.variants:
            self.visit(variant.value)

    def visit_FunctionReference(self, node: ftl.FunctionReference) -> None:
        sample = MOMENT if node.id.name == "DATETIME" else 12.5
        for argument in node.arguments.positional:
            self.values[argument.id.name] = [sample]


def _messages(language: str) -> dict[str, ftl.Message]:
    found = {}
    for path in sorted((LOCALES / language).glob("*.ftl")):
        for entry in FluentResource(path.read_text(encoding="utf-8")).body:
            if isinstance(entry, ftl.Message):
                assert entry.id.name not in found, f"{entry.id.name} stands twice"
                found[entry.id.name] = entry
    return found


def _variables(message: ftl.Message) -> dict[str, list[Any]]:
    variables = Variables()
    variables.visit(message.value)
    return variables.values


MESSAGES = {language: _messages(language) for language in LANGUAGES}
KEYS = sorted(MESSAGES["en"])


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts()


def _filled(texts: Texts, language: str, key: str) -> Iterator[Markup]:
    variables = _variables(MESSAGES[language][key])
    for values in itertools.product(*variables.values()):
        yield texts.get(language, key, **dict(zip(variables, values, strict=True)))


# --- the texts ----------------------------------------------------------------------------


def test_there_is_english_first_and_russian(texts: Texts) -> None:
    assert texts.languages == LANGUAGES


def test_all_languages_say_the_same_things() -> None:
    assert set(MESSAGES["ru"]) == set(MESSAGES["en"])


@pytest.mark.parametrize("key", KEYS)
def test_all_languages_are_told_the_same(key: str) -> None:
    assert set(_variables(MESSAGES["ru"][key])) == set(_variables(MESSAGES["en"][key]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_telegram_accepts_every_text(texts: Texts, key: str, language: str) -> None:
    limit = 4096 if key in LONG else 1024
    if key.startswith("alert-"):
        limit = 200  # answerCallbackQuery
    elif key.startswith("button-"):
        limit = 40  # so that it can be read on a phone
    elif key.startswith("command-"):
        limit = 512 if key == "command-about" else 120
    for text in _filled(texts, language, key):
        shown = text if key.startswith(PLAIN) else formatted(text, "HTML", None)[0]
        assert shown.strip()
        assert utf16_length(shown) <= limit
        assert "\u2068" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith(PLAIN)])
def test_texts_shown_as_they_are_carry_no_markup(key: str, language: str) -> None:
    source = "".join(
        element.value
        for element in MESSAGES[language][key].value.elements
        if isinstance(element, ftl.TextElement)
    )
    assert not re.search(r"[<>]|&\w+;", source)


def test_russian_speaks_russian() -> None:
    """Nothing was left untranslated."""
    cyrillic = re.compile("[а-яё]", re.IGNORECASE)
    serialised = {
        path.name: path.read_text(encoding="utf-8") for path in (LOCALES / "ru").glob("*.ftl")
    }
    assert all(cyrillic.search(source) for source in serialised.values())
    for key, message in MESSAGES["ru"].items():
        words = [node for node in _text_elements(message) if re.search("[A-Za-zа-яё]{3}", node)]
        assert not words or any(cyrillic.search(word) for word in words), key


def _text_elements(message: ftl.Message) -> list[str]:
    found: list[str] = []

    class Collector(Visitor):  # type: ignore[misc]
        def visit_TextElement(self, node: ftl.TextElement) -> None:
            found.append(node.value)

    Collector().visit(message.value)
    return found


# --- texts and code -----------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """A string in the code that may name texts; `names` are the arguments it is given."""

    pattern: re.Pattern[str]
    constant: str | None
    names: frozenset[str] | None
    where: str


def _uses() -> Iterator[Use]:
    for path in sorted(CODE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        strings = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        words = {s for s in strings if isinstance(s, str)} | {v for enum in ENUMS for v in enum}
        called = _called(tree)
        for node in ast.walk(tree):
            where = f"{path.name}:{getattr(node, 'lineno', 0)}"
            names = called.get(id(node))
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield Use(re.compile(re.escape(node.value)), node.value, names, where)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                yield Use(_pattern(node, words), None, names, where)


def _called(tree: ast.AST) -> dict[int, frozenset[str] | None]:
    """Keys handed to the functions that look texts up, and the arguments handed along."""
    position = {"text": 0, "get": 1, "toast": 1, "alert": 1}
    found: dict[int, frozenset[str] | None] = {}
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        name = call.func.id if isinstance(call.func, ast.Name) else name
        if name in position and len(call.args) == position[name] + 1:
            names = [keyword.arg for keyword in call.keywords]
            key = call.args[position[name]]
            for part in (key.body, key.orelse) if isinstance(key, ast.IfExp) else (key,):
                found[id(part)] = None if None in names else frozenset(map(str, names))
    return found


def _pattern(node: ast.JoinedStr, words: set[str]) -> re.Pattern[str]:
    """What an f-string can become when its holes take words of the same file, or of an enum."""
    hole = "|".join(re.escape(word.replace("_", "-")) for word in words if word)
    parts = [
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else f"(?:{hole})"
        for part in node.values
    ]
    return re.compile("".join(parts))


USES = [*_uses()]
FAMILIES = {key.partition("-")[0] for key in KEYS if "-" in key}


def test_every_text_is_used() -> None:
    unused = [key for key in KEYS if not any(use.pattern.fullmatch(key) for use in USES)]
    assert not unused


def test_every_text_named_in_the_code_exists() -> None:
    def looks_like_a_key(text: str) -> bool:
        return text.partition("-")[0] in FAMILIES and bool(re.fullmatch("[a-z]+(-[a-z]+)+", text))

    missing = [
        f"{use.where}: {use.constant}"
        for use in USES
        if use.constant and use.constant not in KEYS
        if use.names is not None or looks_like_a_key(use.constant)
    ]
    assert not missing


def test_every_text_is_given_exactly_what_it_needs() -> None:
    wrong = [
        f"{use.where}: {key} needs {sorted(needed)}, not {sorted(use.names)}"
        for use in USES
        if use.names is not None
        for key in KEYS
        if use.pattern.fullmatch(key)
        if not _suits(use, needed := set(_variables(MESSAGES["en"][key])))
    ]
    assert not wrong


def _suits(use: Use, needed: set[str]) -> bool:
    """One of several texts may leave unused what the others need."""
    assert use.names is not None
    return needed == use.names if use.constant else needed <= use.names


@pytest.mark.parametrize(
    ("family", "values"),
    [("error", Code), ("notice", Notice), ("stage", Stage), ("fit", Fit)],
)
def test_everything_that_can_happen_has_a_text(family: str, values: type[StrEnum]) -> None:
    missing = [v for v in values if f"{family}-{v.replace('_', '-')}" not in KEYS]
    assert not missing


# --- looking texts up ---------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Texts:
    """Two languages with a text or two."""
    for language, source in {
        "en": "hello = Hello, <b>{ $name }</b>\nbutton-photos = { $name }: { $count }\n",
        "ru": "hello = Привет, { $name }\nphotos = { $count ->\n    [one] { $count } фото-час\n"
        "    [few] { $count } часа\n   *[many] { $count } часов\n }\n",
    }.items():
        (tmp_path / language).mkdir()
        (tmp_path / language / "all.ftl").write_text(source, encoding="utf-8")
    return Texts(tmp_path)


def test_what_is_filled_in_is_escaped(small: Texts) -> None:
    assert small.get("en", "hello", name="<i>&") == "Hello, <b>&lt;i&gt;&amp;</b>"


def test_markup_is_filled_in_as_it_is(small: Texts) -> None:
    inner = small.get("en", "hello", name="A&B")
    assert small.get("ru", "hello", name=inner) == "Привет, Hello, <b>A&amp;B</b>"


def test_texts_shown_as_they_are_are_not_escaped(small: Texts) -> None:
    assert small.get("en", "button-photos", name="A&B", count=1) == "A&B: 1"


@pytest.mark.parametrize(
    ("count", "text"),
    [(1, "1 фото-час"), (3, "3 часа"), (5, "5 часов"), (11, "11 часов"), (21, "21 фото-час")],
)
def test_plurals_follow_the_language(small: Texts, count: int, text: str) -> None:
    assert small.get("ru", "photos", count=count) == text


def test_a_missing_text_is_a_fault(small: Texts) -> None:
    with pytest.raises(TextError, match="photos"):
        small.get("en", "photos", count=1)


def test_a_missing_argument_is_a_fault(small: Texts) -> None:
    with pytest.raises(TextError, match="name"):
        small.get("en", "hello")


def test_a_syntax_fault_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "all.ftl").write_text("fine = Fine\n\nbroken { = no\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"all\.ftl:3: 'broken"):
        Texts(tmp_path)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("ru", "ru"),
        ("ru-RU", "ru"),
        ("be", "ru"),
        ("kk_KZ", "ru"),
        ("uk", "en"),
        ("de", "en"),
        ("", "en"),
    ],
)
def test_everyone_gets_the_language_closest_to_theirs(
    texts: Texts, code: str, language: str
) -> None:
    assert texts.supported(code) == language
