"""Who is in the sandbox and what was said: one object, one thread, written down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from modera_bot.sandbox.files import FileStore
from modera_bot.sandbox.payments import Checkout, Payments
from modera_bot.sandbox.records import Record, Records
from modera_bot.sandbox.refusals import bad_request, forbidden
from modera_bot.sandbox.updates import UpdateQueue

Json = dict[str, Any]
EPOCH = 1_735_689_600  # 2025-01-01; ids start at the time since then, so that none is used twice


@dataclass
class Person:
    """Somebody who uses the chat page. `met`: has written to the bot, so it may write back."""

    id: int
    first_name: str
    language_code: str
    blocked: bool = False
    met: bool = False
    keyboard: Json | None = None

    def as_user(self) -> Json:
        """Bot API `User`."""
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language_code,
        }

    def as_chat(self) -> Json:
        """Bot API `Chat`: the private chat with this person."""
        return {"id": self.id, "type": "private", "first_name": self.first_name}


@dataclass
class Query:
    """A pressed button that waits for its answer. `asked` is in Unix seconds."""

    id: str
    chat_id: int
    message_id: int
    asked: float
    answered: bool = False


class World:
    """The whole state; `publish(event)` tells the pages what changed."""

    def __init__(self, *, folder: Path | None, bot_id: int, query_lifetime: float) -> None:
        self.records = Records(folder)
        self.files = FileStore(folder, self.records)
        self.updates = UpdateQueue(self.records)
        self.updates.on_confirmed = self._tell_heard
        self.payments = Payments(self.records)
        self.on_checkout: Callable[[Checkout, bool, str], None] = lambda checkout, ok, error: None
        self.publish: Callable[[Json], None] = lambda event: None
        self.bot: Json = {
            "id": bot_id,
            "is_bot": True,
            "first_name": "Modera",
            "username": "modera_sandbox_bot",
        }
        self.query_lifetime = query_lifetime
        self.people: dict[int, Person] = {}
        self.messages: dict[int, dict[int, Json]] = {}
        self.revisions: dict[int, int] = {}
        self.reactions: dict[int, list[str]] = {}
        self.queries: dict[str, Query] = {}
        self.profile: dict[str, Any] = {}
        self.webhook_error: tuple[int, str] | None = None  # when and why an update was not taken
        self._ids: dict[str, int] = {}
        for record in self.records.load():
            self._restore(record)
        self._tidy()

    @property
    def revision(self) -> int:
        """Grows with every change, over restarts too."""
        return self.records.revision

    def next_id(self, kind: str) -> int:
        """A number never given before, also not before a restart. Message ids fit in 31 bits."""
        since = time.time() - EPOCH
        start = {
            "message": int(since * 4),
            "person": 7_000_000_000 + int(since * 10),
            "query": int(since * 1000) << 20,
            "group": int(since * 1000) << 12,
        }[kind]
        self._ids[kind] = self._ids[kind] + 1 if kind in self._ids else start
        self.records.write("last_id", kind, self._ids[kind])
        return self._ids[kind]

    def add_person(self, first_name: str, language_code: str) -> Person:
        """Somebody new."""
        person = Person(self.next_id("person"), first_name, language_code)
        self.people[person.id] = person
        self.messages[person.id] = {}
        self.save_person(person)
        return person

    def save_person(self, person: Person) -> None:
        """Keep and show what changed about a person."""
        self.records.write("person", person.id, asdict(person))
        self.publish({"type": "user", "user": self.view_person(person)})

    def person(self, chat_id: int | str) -> Person:
        """The person of a chat the bot may write to.

        Raises:
            Refusal: no such chat (or the person never wrote), or the bot is blocked.
        """
        person = self.people.get(chat_id) if isinstance(chat_id, int) else None
        if person is None or not person.met:
            raise bad_request("chat not found")
        if person.blocked:
            raise forbidden()
        return person

    def save_message(self, message: Json, *, edited: bool = False) -> Json:
        """Keep and show a new or changed message."""
        chat_id, message_id = message["chat"]["id"], message["message_id"]
        self.messages[chat_id][message_id] = message
        self.revisions[message_id] = self.records.write(
            "message", f"{chat_id}:{message_id}", message
        )
        self.publish(
            {
                "type": "edit" if edited else "message",
                "chat_id": chat_id,
                "message": self.view(message),
            }
        )
        return message

    def react(self, message: Json, emoji: list[str]) -> None:
        """Set the bot's reactions to a message."""
        self.reactions[message["message_id"]] = emoji
        self.records.write("reactions", message["message_id"], emoji)
        self.save_message(message, edited=True)

    def delete_message(self, chat_id: int, message_id: int) -> None:
        """Forget a message."""
        del self.messages[chat_id][message_id]
        self.revisions.pop(message_id, None)
        self.reactions.pop(message_id, None)
        self.records.delete("message", f"{chat_id}:{message_id}")
        self.records.delete("reactions", message_id)
        self.publish({"type": "delete", "chat_id": chat_id, "message_id": message_id})

    def save_profile(self, key: str, value: Any) -> None:
        """Keep a setting of the bot: commands, names, menu button, webhook."""
        if value is None:
            self.profile.pop(key, None)
            self.records.delete("profile", key)
        else:
            self.profile[key] = value
            self.records.write("profile", key, value)
        self.publish({"type": "profile"})

    def view(self, message: Json) -> Json:
        """A message as pages and tests see it: the Bot API's, plus `sandbox` facts."""
        message_id, outgoing = message["message_id"], not message["from"]["is_bot"]
        facts = {
            "revision": self.revisions.get(message_id, 0),
            "reactions": self.reactions.get(message_id, []),
            "outgoing": outgoing,
            "heard": outgoing and message_id not in self.updates.unheard,
        }
        return message | {"sandbox": facts}

    def view_person(self, person: Person) -> Json:
        """A person as pages and tests see them."""
        last = next(reversed(self.messages[person.id].values()), None)
        return asdict(person) | {"last": self.view(last) if last else None}

    def close(self) -> None:
        """Let go of files and records."""
        self.records.close()
        self.files.close()

    def _tell_heard(self, updates: list[Json]) -> None:
        heard: dict[int, list[int]] = {}
        for message in (update["message"] for update in updates if "message" in update):
            heard.setdefault(message["chat"]["id"], []).append(message["message_id"])
        for chat_id, message_ids in heard.items():
            self.publish({"type": "heard", "chat_id": chat_id, "message_ids": message_ids})

    def _restore(self, record: Record) -> None:
        kind, key, value = record.kind, record.key, record.value
        if kind == "person":
            self.people[int(key)] = Person(**value)
            self.messages.setdefault(int(key), {})
        elif kind == "message":
            chat_id, message_id = (int(part) for part in key.split(":"))
            self.messages.setdefault(chat_id, {})[message_id] = value
            self.revisions[message_id] = record.revision
        elif kind == "reactions":
            self.reactions[int(key)] = value
        elif kind == "query":
            self.queries[key] = Query(**value)
        elif kind == "profile":
            self.profile[key] = value
        elif kind == "file":
            self.files.restore(value)
        elif self.payments.restore(kind, value):
            pass
        elif kind == "update":
            self.updates.restore(int(key), value)
        elif key == "update":
            self.updates.restore_last_id(value)
        else:
            self._ids[key] = value

    def _tidy(self) -> None:
        """Put what was restored in order, and drop what nobody can ask for any more.

        May be killed at any point: what is not on record goes from the disk last, and is found
        again at the next start.
        """
        self.people = dict(sorted(self.people.items()))  # ids grow; records are by last change
        self.messages = {who: dict(sorted(self.messages[who].items())) for who in self.people}
        for query in list(self.queries.values()):
            if time.time() - query.asked > self.query_lifetime:
                del self.queries[query.id]
                self.records.delete("query", query.id)
        said = [*self.messages.values(), self.updates.pending()]
        self.files.forget_all_but(set(_file_ids(said)))
        self.records.commit()
        self.files.sweep()


def _file_ids(content: Any) -> Iterator[str]:
    """Every `file_id` in messages or updates, at any depth."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key == "file_id":
                yield value
            else:
                yield from _file_ids(value)
    elif isinstance(content, list):
        for value in content:
            yield from _file_ids(value)
