"""What is kept between runs stays small, and nothing that counts is lost, however the end came."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from modera_bot.sandbox.photos import Rendition
from modera_bot.sandbox.records import Records
from modera_bot.sandbox.world import Person, Query, World

EDITS = 300
DYING = """
import os, signal, sys
from pathlib import Path
from modera_bot.sandbox.world import World
from modera_bot.sandbox.photos import Rendition
from modera_bot.sandbox.records import Records

die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before the records are committed":
    Records.commit = die
else:
    Path.unlink = die
World(folder=Path(sys.argv[1]), bot_id=1, query_lifetime=900)
print("survived")
"""


def world(folder: Path, query_lifetime: float = 900) -> World:
    return World(folder=folder, bot_id=1, query_lifetime=query_lifetime)


def said(world: World, person: Person, **content: Any) -> dict[str, Any]:
    message = {
        "message_id": world.next_id("message"),
        "from": world.bot,
        "chat": person.as_chat(),
        "date": 0,
    }
    return world.save_message(message | content)


def photo(world: World, data: bytes) -> list[dict[str, Any]]:
    (file,) = world.files.add_photo([Rendition(data, 1, 1)])
    return [file.as_photo_size()]


def seen(world: World) -> list[Any]:
    """All that a page would show."""
    people = [world.view_person(person) for person in world.people.values()]
    return people + [[world.view(m) for m in chat.values()] for chat in world.messages.values()]


def kept(folder: Path) -> int:
    records = Records(folder)
    try:
        return len(list(records.load()))
    finally:
        records.close()


def on_disk(folder: Path) -> set[bytes]:
    return {path.read_bytes() for path in (folder / "files").rglob("*") if path.is_file()}


def talk(world: World) -> Person:
    """A chat with edits, deletions and pressed buttons, and updates heard and unheard."""
    anna = world.add_person("Anna", "en")
    boris = world.add_person("Boris", "ru")
    first = said(world, anna, text="0%")
    said(world, anna, photo=photo(world, b"shown"))
    progress = said(world, anna, photo=photo(world, b"preview"))
    doomed = said(world, boris, photo=photo(world, b"doomed"))
    quoted = said(world, boris, photo=photo(world, b"quoted"))
    said(world, boris, text="That one?", reply_to_message=quoted)
    world.delete_message(boris.id, quoted["message_id"])
    for percent in range(EDITS):
        world.save_message(first | {"text": f"{percent}%"}, edited=True)
        world.updates.add("message", first)
    world.updates.confirm(world.updates.pending()[-1]["update_id"])
    world.save_message(progress | {"photo": photo(world, b"result")}, edited=True)
    world.react(first | {"text": "Done"}, ["🔥"])
    world.react(doomed, ["👎"])
    world.updates.add("message", doomed)
    world.delete_message(boris.id, doomed["message_id"])
    world.save_person(anna)  # after Boris, who stays the second
    world.records.commit()
    return anna


def test_a_long_chat_with_many_edits_takes_no_more_room_than_what_it_shows(tmp_path: Path) -> None:
    before = world(tmp_path)
    talk(before)
    shown, pending = seen(before), before.updates.pending()
    before.close()

    after = world(tmp_path)
    assert seen(after) == shown
    assert after.updates.pending() == pending
    after.close()
    people, messages, reactions, updates, files, last_ids = 2, 4, 1, 2, 4, 3
    assert kept(tmp_path) == people + messages + reactions + updates + files + last_ids
    assert on_disk(tmp_path) == {b"shown", b"quoted", b"result", b"doomed"}


def test_revisions_and_ids_grow_over_restarts_also_when_the_newest_things_are_gone(
    tmp_path: Path,
) -> None:
    before = world(tmp_path)
    anna = talk(before)
    last = said(before, anna, text="Last")
    revision = before.revisions[last["message_id"]]
    before.delete_message(anna.id, last["message_id"])
    before.updates.add("message", last)
    (*_, update) = before.updates.pending()
    before.updates.confirm(2**52)
    before.close()

    after = world(tmp_path)
    assert after.updates.pending() == []
    newer = said(after, after.people[anna.id], text="Newer")
    after.updates.add("message", newer)
    assert newer["message_id"] > last["message_id"]
    assert after.revisions[newer["message_id"]] > revision
    assert after.updates.pending()[0]["update_id"] > update["update_id"]
    after.close()


def test_a_button_that_can_no_longer_be_answered_is_forgotten(tmp_path: Path) -> None:
    before = world(tmp_path)
    before.queries["1"] = Query("1", 1, 1, asked=time.time())
    before.records.write("query", "1", asdict(before.queries["1"]))
    before.close()

    again = world(tmp_path)
    assert set(again.queries) == {"1"}
    again.close()
    late = world(tmp_path, query_lifetime=0)
    assert late.queries == {}
    late.close()
    assert kept(tmp_path) == 0


@pytest.mark.parametrize(
    "moment", ["before the records are committed", "before the first file is deleted"]
)
def test_kill_minus_nine_while_tidying_up_loses_nothing(tmp_path: Path, moment: str) -> None:
    before = world(tmp_path)
    talk(before)
    shown, pending = seen(before), before.updates.pending()
    before.close()
    assert b"preview" in on_disk(tmp_path)

    command = [sys.executable, "-c", DYING, str(tmp_path), moment]
    dead = subprocess.run(command, capture_output=True, check=False)
    assert (dead.returncode, dead.stdout) == (-signal.SIGKILL, b"")
    assert b"preview" in on_disk(tmp_path)

    after = world(tmp_path)
    assert seen(after) == shown
    assert after.updates.pending() == pending
    assert on_disk(tmp_path) == {b"shown", b"quoted", b"result", b"doomed"}
    after.close()


def test_two_sandboxes_do_not_share_a_folder(tmp_path: Path) -> None:
    first = world(tmp_path)
    with pytest.raises(BlockingIOError, match="another running sandbox uses it"):
        world(tmp_path)
    first.close()
    world(tmp_path).close()


def test_what_comes_after_the_end_is_not_kept_and_does_no_harm(tmp_path: Path) -> None:
    ending = world(tmp_path)
    anna = talk(ending)
    before = seen(ending)
    ending.close()
    said(ending, anna, text="Too late")
    ending.records.delete("person", anna.id)
    ending.records.commit()

    after = world(tmp_path)
    assert seen(after) == before
    after.close()
