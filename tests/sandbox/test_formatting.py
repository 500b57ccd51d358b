"""Text with HTML is read, and refused, as Telegram does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modera_bot.sandbox.formatting import formatted, utf16_length
from modera_bot.sandbox.refusals import Refusal


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length} | more


READ = [
    ("plain", "plain", []),
    ("<b>a</b> <i>b</i>", "a b", [entity("bold", 0, 1), entity("italic", 2, 1)]),
    ("<b>a<i>b</i></b>", "ab", [entity("bold", 0, 2), entity("italic", 1, 1)]),
    ("👗<u>x</u>", "👗x", [entity("underline", 2, 1)]),
    ("&lt;b&gt; &amp; &quot; &#128087;", '<b> & " 👗', []),
    ("&nbsp;", "&nbsp;", []),
    (
        '<a href="https://a.b/?x=1&amp;y=2">z</a>',
        "z",
        [entity("text_link", 0, 1, url="https://a.b/?x=1&y=2")],
    ),
    ('<span class="tg-spoiler">s</span>', "s", [entity("spoiler", 0, 1)]),
    (
        '<pre><code class="language-python">p</code></pre>',
        "p",
        [entity("pre", 0, 1, language="python")],
    ),
    ("<blockquote expandable>q</blockquote>", "q", [entity("expandable_blockquote", 0, 1)]),
    ("  <b> x </b>  ", "x", [entity("bold", 0, 1)]),
    ("<b></b>x", "x", []),
    ("go /start now", "go /start now", [entity("bot_command", 3, 6)]),
    ("see https://a.b/c.", "see https://a.b/c.", [entity("url", 4, 13)]),
    ("by @modera_bot", "by @modera_bot", [entity("mention", 3, 11)]),
    ("<code>/start</code>", "/start", [entity("code", 0, 6)]),
    ("1/2, a/b, &lt;/b&gt;", "1/2, a/b, </b>", []),
]
REFUSED = [
    ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    ("<div>x</div>", 'Unsupported start tag "div" at byte offset 0'),
    ("é<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 2'),
    ("a < b", "Unclosed start tag at byte offset 2"),
    ("<3 >", 'Unsupported start tag "3" at byte offset 0'),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
]


@pytest.mark.parametrize(("source", "text", "entities"), READ)
def test_html_is_read(source: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert formatted(source, "HTML", None) == (text, entities)


@pytest.mark.parametrize(("source", "reason"), REFUSED)
def test_broken_html_is_refused_in_telegrams_words(source: str, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        formatted(source, "HTML", None)
    assert caught.value.description == f"Bad Request: can't parse entities: {reason}"


def test_given_entities_follow_the_text_when_blanks_are_cut_off() -> None:
    given_entities = [entity("bold", 2, 3), entity("italic", 5, 9)]

    assert formatted("  abc  ", None, given_entities) == ("abc", [entity("bold", 0, 3)])


@given(st.text())
def test_any_text_survives_escaping(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert formatted(escaped, "HTML", None)[0] == text.strip()


@given(st.text(alphabet='<>/abi "=&;👗'))
def test_any_input_is_read_or_refused_with_entities_inside_the_text(source: str) -> None:
    try:
        text, entities = formatted(source, "HTML", None)
    except Refusal:
        return
    assert all(0 <= e["offset"] < e["offset"] + e["length"] <= utf16_length(text) for e in entities)
