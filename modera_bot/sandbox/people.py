"""What people do in the chat, turned into updates for the bot (Bot API, `Update`)."""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict
from typing import Any

from modera_bot.sandbox.files import Upload
from modera_bot.sandbox.formatting import detect
from modera_bot.sandbox.methods.media import store_document, store_photo
from modera_bot.sandbox.placeholders import VOICE, sticker
from modera_bot.sandbox.refusals import bad_request
from modera_bot.sandbox.world import Person, Query, World

Json = dict[str, Any]
MAX_ALBUM = 10


class People:
    """Every function does one thing that a person can do with their app."""

    def __init__(self, world: World, *, photo_edge: int) -> None:
        self._world = world
        self._edge = photo_edge

    def text(self, person: Person, text: str, reply_to: int | None = None) -> Json:
        """Write a message; a command is marked as such."""
        text = text.strip()
        if not text:
            raise bad_request("message text is empty")
        entities = detect(text)
        content: Json = {"text": text} | ({"entities": entities} if entities else {})
        if reply_to in self._world.messages[person.id]:
            content["reply_to_message"] = self._world.messages[person.id][reply_to]
        return self._say(person, content)

    async def photos(self, person: Person, uploads: list[Upload], caption: str) -> list[Json]:
        """Send one photo, or several as an album: recompressed, as the apps do."""
        contents = [
            {"photo": await store_photo(self._world, upload, edge=self._edge, by_app=True)}
            for upload in uploads
        ]
        return self._album(person, contents, caption)

    def resend(self, person: Person, contents: list[Json]) -> list[Json]:
        """Send what the sandbox has already, as forwarding does: `{"photo": [sizes…]}`."""
        return self._album(person, contents, "")

    async def documents(self, person: Person, uploads: list[Upload], caption: str) -> list[Json]:
        """Send files as they are, several as an album."""
        contents = [await store_document(self._world, upload) for upload in uploads]
        return self._album(person, contents, caption)

    def sticker(self, person: Person) -> Json:
        """Send the one sticker there is."""
        file = self._world.files.add(Upload(sticker(), "", "image/webp"), "sticker")
        look = {"type": "regular", "is_animated": False, "is_video": False, "emoji": "👗"}
        size = {"width": 512, "height": 512}
        return self._say(person, {"sticker": file.as_file() | size | look})

    def voice(self, person: Person) -> Json:
        """Send a second of silence."""
        file = self._world.files.add(Upload(VOICE, "", "audio/ogg"), "voice")
        return self._say(
            person, {"voice": file.as_file() | {"duration": 1, "mime_type": "audio/ogg"}}
        )

    def location(self, person: Person, latitude: float, longitude: float) -> Json:
        """Send a place; degrees."""
        return self._say(person, {"location": {"latitude": latitude, "longitude": longitude}})

    def press(self, person: Person, message_id: int, data: str, *, force: bool) -> Query:
        """Press an inline button. `force`: also one that has gone meanwhile, as a slow app might.

        Raises:
            Refusal: no such message, or no such button on it.
        """
        message = self._world.messages[person.id].get(message_id)
        if message is None:
            raise bad_request("MESSAGE_ID_INVALID")
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        if not force and not any(b.get("callback_data") == data for row in rows for b in row):
            raise bad_request("BUTTON_DATA_INVALID")
        query = Query(str(self._world.next_id("query")), person.id, message_id, time.time())
        self._world.queries[query.id] = query
        self._world.records.write("query", query.id, asdict(query))
        instance = hashlib.sha256(str(person.id).encode()).hexdigest()
        update = {
            "id": query.id,
            "from": person.as_user(),
            "message": message,
            "chat_instance": str(int(instance[:15], 16)),
            "data": data,
        }
        self._world.updates.add("callback_query", update)
        return query

    def block(self, person: Person, *, blocked: bool) -> None:
        """Block the bot, or let it write again."""
        if person.blocked == blocked:
            return
        person.blocked = blocked
        self._world.save_person(person)
        states = ({"status": "member"}, {"status": "kicked", "until_date": 0})
        old, new = states if blocked else states[::-1]
        bot = {"user": self._world.bot}
        change = {
            "chat": person.as_chat(),
            "from": person.as_user(),
            "date": int(time.time()),
            "old_chat_member": bot | old,
            "new_chat_member": bot | new,
        }
        self._world.updates.add("my_chat_member", change)

    def _album(self, person: Person, contents: list[Json], caption: str) -> list[Json]:
        if not 1 <= len(contents) <= MAX_ALBUM:
            raise bad_request("send 1-10 files at a time")
        if caption:
            contents[0] = contents[0] | {"caption": caption}
        if len(contents) == 1:
            return [self._say(person, contents[0])]
        group = {"media_group_id": str(self._world.next_id("group"))}
        return [self._say(person, content | group) for content in contents]

    def _say(self, person: Person, content: Json) -> Json:
        if person.blocked:
            raise bad_request("unblock the bot first")
        if not person.met:
            person.met = True
            self._world.save_person(person)
        message = {
            "message_id": self._world.next_id("message"),
            "from": person.as_user(),
            "chat": person.as_chat(),
            "date": int(time.time()),
        } | content
        self._world.updates.add("message", message)  # first, so that it is not shown as heard
        self._world.save_message(message)
        return message
