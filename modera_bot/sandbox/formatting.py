"""Text with entities, as Telegram reads it (Bot API, "Formatting options", HTML style)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape as unescape_any
from html.parser import HTMLParser
from typing import Any

from modera_bot.sandbox.refusals import Refusal, bad_request

Json = dict[str, Any]
Attributes = dict[str, str | None]

SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "tg-spoiler": "spoiler",
}
ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[^<>]*)?)>|<")
DETECTED = (
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/<>])")),
    ("url", re.compile(r"https?://[^\s<>\"]+[^\s<>\".,:;!?)]")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z]\w{3,31}\b")),
)


@dataclass
class _Open:
    tag: str
    offset: int
    entity: Json


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, in which Telegram counts offsets and lengths."""
    return len(text.encode("utf-16-le")) // 2


def unescape(source: str) -> str:
    """Decode the four named entities that Telegram knows, and numeric ones."""
    return ENTITY.sub(lambda match: unescape_any(match.group()), source)


def detect(text: str) -> list[Json]:
    """Entities found by Telegram itself: commands, addresses and mentions."""
    found = [
        {
            "type": kind,
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match.group()),
        }
        for kind, pattern in DETECTED
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda entity: entity["offset"])


def formatted(
    text: str, parse_mode: str | None, entities: list[Json] | None
) -> tuple[str, list[Json]]:
    """Plain text and its entities; surrounding blanks are cut off, as Telegram does.

    Raises:
        Refusal: the text cannot be parsed, or the mode is not one that the sandbox knows.
    """
    if not parse_mode:
        marked = list(entities or [])
    elif parse_mode.lower() == "html":
        text, marked = _parse_html(text)
    elif parse_mode.lower() in ("markdown", "markdownv2"):
        raise bad_request(f"the sandbox does not read {parse_mode}; use HTML")
    else:
        raise bad_request("unsupported parse_mode")
    start = utf16_length(text) - utf16_length(text.lstrip())
    text = text.strip()
    marked = list(_clipped(marked, start, utf16_length(text)))
    return text, _merged(marked, detect(text))


def _clipped(entities: list[Json], start: int, length: int) -> Iterator[Json]:
    for entity in entities:
        first = max(entity["offset"] - start, 0)
        last = min(entity["offset"] + entity["length"] - start, length)
        if first < last:
            yield entity | {"offset": first, "length": last - first}


def _merged(marked: list[Json], detected: list[Json]) -> list[Json]:
    """Written entities win over detected ones where a link or code already stands."""
    closed = [e for e in marked if e["type"] in ("code", "pre", "text_link", "text_mention")]

    def free(entity: Json) -> bool:
        first, last = entity["offset"], entity["offset"] + entity["length"]
        return all(last <= e["offset"] or first >= e["offset"] + e["length"] for e in closed)

    known = {(e["type"], e["offset"]) for e in marked}
    extra = [e for e in detected if free(e) and (e["type"], e["offset"]) not in known]
    return sorted(marked + extra, key=lambda e: (e["offset"], -e["length"]))


def _parse_html(source: str) -> tuple[str, list[Json]]:
    text, position = "", 0
    stack: list[_Open] = []
    entities: list[Json] = []
    for match in TAG.finditer(source):
        text += unescape(source[position : match.start()])
        position = match.end()
        byte = len(source[: match.start()].encode())
        slash, name, rest = match.group(1), (match.group(2) or "").lower(), match.group(3) or ""
        if not name:
            raise _unparsable(_broken_tag(source[match.start() :], byte))
        if not slash:
            entity = _entity(name, rest, stack, byte)
            stack.append(_Open(name, utf16_length(text), entity))
            continue
        entities.extend(_close(stack, name, utf16_length(text), byte))
    text += unescape(source[position:])
    if stack:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    return text, entities


def _close(stack: list[_Open], name: str, end: int, byte: int) -> Iterator[Json]:
    if not stack:
        raise _unparsable(f"Unexpected end tag at byte offset {byte}")
    opened = stack.pop()
    if opened.tag != name:
        raise _unparsable(
            f'Unmatched end tag at byte offset {byte}, expected "</{opened.tag}>", '
            f'found "</{name}>"'
        )
    if opened.entity and end > opened.offset:
        yield {"type": "", "offset": opened.offset, "length": end - opened.offset} | opened.entity


def _entity(name: str, rest: str, stack: list[_Open], byte: int) -> Json:
    """The entity that a start tag opens; empty where it only refines the one around it."""
    attributes = _attributes(name, rest)
    if name == "code" and stack and stack[-1].tag == "pre":
        language = (attributes.get("class") or "").removeprefix("language-")
        if language:
            stack[-1].entity["language"] = language
        return {}
    if name in SIMPLE_TAGS:
        return {"type": SIMPLE_TAGS[name]}
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {byte}')
    if name not in ATTRIBUTE_TAGS:
        raise _unparsable(f'Unsupported start tag "{name}" at byte offset {byte}')
    return ATTRIBUTE_TAGS[name](attributes)


def _link(attributes: Attributes) -> Json:
    href = attributes.get("href") or ""
    return {"type": "text_link", "url": href} if href else {}


def _quote(attributes: Attributes) -> Json:
    return {"type": "expandable_blockquote" if "expandable" in attributes else "blockquote"}


def _time(attributes: Attributes) -> Json:
    unix = attributes.get("unix") or ""
    return {"type": "date_time", "unix_time": int(unix)} if unix.isdecimal() else {}


ATTRIBUTE_TAGS: dict[str, Callable[[Attributes], Json]] = {
    "a": _link,
    "span": lambda _: {"type": "spoiler"},
    "blockquote": _quote,
    "tg-emoji": lambda found: {
        "type": "custom_emoji",
        "custom_emoji_id": found.get("emoji-id") or "",
    },
    "tg-time": _time,
}


def _attributes(name: str, rest: str) -> Attributes:
    class Reader(HTMLParser):
        found: Attributes

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found = dict(attrs)

    reader = Reader()
    reader.found = {}
    reader.feed(f"<{name}{rest}>")
    return reader.found


def _broken_tag(rest: str, byte: int) -> str:
    if ">" not in rest:
        return f"Unclosed start tag at byte offset {byte}"
    name = re.match(r"</?([^\s>]*)", rest)
    return f'Unsupported start tag "{name.group(1) if name else ""}" at byte offset {byte}'


def _unparsable(reason: str) -> Refusal:
    return bad_request(f"can't parse entities: {reason}")
