"""Photos come in: any order, any number, whatever they show."""

from pathlib import Path
from typing import Any

import pytest

from modera_bot.app import App
from modera_bot.bot import chat
from modera_bot.contracts import Category
from modera_bot.sandbox.client import SandboxClient, SandboxUser
from tests.bot.tryon.conftest import (
    CROWD,
    LANDSCAPE,
    MAN,
    OTHER_TOP,
    TOP,
    TROUSERS,
    UNCLEAR,
    WOMAN,
    WORN,
    eventually,
    is_result,
    mean_colour,
    near,
    photo,
    settle,
    state,
)
from tests.fakes import Conduct, sketch_conduct


async def test_a_garment_and_then_a_person_become_a_picture(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await settle(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment")
    await anna.photo(photo(WOMAN))
    result = await anna.wait_for(is_result)
    assert "AI-generated" in result["caption"]
    [task] = conduct.calls
    assert near(task.person, WOMAN)
    assert near(task.garments[0].picture, TOP)


async def test_a_person_and_then_a_garment_become_a_picture(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await settle(bot_app, anna)
    await anna.photo(photo(WOMAN))
    await anna.wait_for("Now send the garment")
    await anna.photo(photo(TOP))
    await anna.wait_for(is_result)
    [task] = conduct.calls
    assert near(task.person, WOMAN)


@pytest.mark.parametrize("colours", [(TOP, WOMAN), (WOMAN, TOP)])
async def test_an_album_of_two_is_enough(
    bot_app: App, anna: SandboxUser, conduct: Conduct, colours: tuple[Any, Any]
):
    await settle(bot_app, anna)
    await anna.album([photo(colour) for colour in colours])
    await anna.wait_for(is_result)
    [task] = conduct.calls
    assert near(task.person, WOMAN)


async def test_of_a_larger_album_the_two_best_are_used(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await settle(bot_app, anna)
    await anna.album([photo(colour) for colour in (CROWD, OTHER_TOP, TOP, WOMAN)])
    await anna.wait_for("2 photos that suit best")
    await anna.wait_for(is_result)
    [task] = conduct.calls
    assert near(task.person, WOMAN)
    assert near(task.garments[0].picture, TOP)  # the other one is small


async def test_of_an_album_of_garments_one_is_taken(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.album([photo(colour) for colour in (TOP, OTHER_TOP, TROUSERS)])
    await anna.wait_for("one photo that suits best")
    await anna.wait_for("Got the garment")


async def test_pictures_sent_as_files_are_as_good(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.document(photo(TOP), "top.jpg")
    await anna.wait_for("Got the garment")
    await anna.document(photo(WOMAN), "me.jpg")
    await anna.wait_for(is_result)


async def test_a_file_whose_app_knows_no_type_goes_by_its_name(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.document(photo(TOP), "IMG_0001.JPG", mime="application/octet-stream")
    await anna.wait_for("Got the garment")


async def test_an_album_of_files_is_as_good(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.album([photo(TOP), photo(WOMAN)], as_files=True)
    await anna.wait_for(is_result)


async def test_what_an_unclear_photo_shows_is_asked(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await settle(bot_app, anna)
    sent = await anna.photo(photo(UNCLEAR))
    question = await anna.wait_for("What is it for?")
    assert question["reply_to_message"]["message_id"] == sent["message_id"]
    await anna.press("🧍 It’s the person")
    await anna.wait_for("Now send the garment")
    await anna.photo(photo(TOP))
    await anna.wait_for(is_result)
    [task] = conduct.calls
    assert near(task.person, UNCLEAR)


async def test_a_role_chosen_twice_is_chosen_once(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.photo(photo(UNCLEAR))
    question = await anna.wait_for("What is it for?")
    data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    for _ in range(2):
        await anna.press(data, message_id=question["message_id"], force=True)
    await anna.wait_for("Got the garment", since=0)
    await anna.text("/cancel")  # handled after both
    await anna.wait_for("Stopped")
    texts = [message.get("text", "") for message in await anna.messages()]
    assert len([text for text in texts if text.startswith("Got the garment")]) == 1


async def test_a_second_garment_may_replace_the_first(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await settle(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment")
    await anna.photo(photo(OTHER_TOP))
    await anna.wait_for("another garment")
    await anna.press("👕 Take this garment")
    await anna.wait_for("Got the garment")
    await anna.photo(photo(WOMAN))
    await anna.wait_for(is_result)
    [task] = conduct.calls
    assert near(task.garments[0].picture, OTHER_TOP)


async def test_a_second_garment_may_be_ignored(bot_app: App, anna: SandboxUser, conduct: Conduct):
    await settle(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.photo(photo(OTHER_TOP))
    await anna.wait_for("another garment")
    await anna.photo(photo(WOMAN))
    await anna.wait_for(is_result)
    [task] = conduct.calls
    assert near(task.garments[0].picture, TOP)


async def test_a_second_person_may_replace_the_first(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await settle(bot_app, anna)
    await anna.photo(photo(WOMAN))
    await anna.photo(photo(MAN))
    await anna.wait_for("another photo of a person")
    await anna.press("🧍 Take this photo")
    await anna.wait_for("Now send the garment")
    await anna.photo(photo(TOP))
    await anna.wait_for(is_result)
    [task] = conduct.calls
    assert near(task.person, MAN)


async def test_a_photo_that_comes_after_another_file_of_an_album_is_not_lost(
    bot_app: App, anna: SandboxUser, tmp_path: Path
):
    await settle(bot_app, anna)
    files = tmp_path / "price list.pdf", tmp_path / "garment.jpg"
    for file, data in zip(files, (b"%PDF-1.7", photo(TOP)), strict=True):
        file.write_bytes(data)
    await anna.album(files, as_files=True)
    await anna.wait_for("isn’t a picture")
    await anna.wait_for("Got the garment")


async def test_of_two_people_at_once_one_is_confirmed_before_the_other_is_asked_about(
    bot_app: App, anna: SandboxUser
):
    await settle(bot_app, anna)
    await anna.album([photo(WOMAN), photo(MAN)])
    confirmed = await anna.wait_for("Got the photo of the person")
    asked = await anna.wait_for("another photo of a person")
    assert confirmed["message_id"] < asked["message_id"]


async def test_a_crowd_is_turned_down_at_once_and_the_garment_kept(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment")
    sent = await anna.photo(photo(CROWD))
    refusal = await anna.wait_for("several people")
    assert refusal["reply_to_message"]["message_id"] == sent["message_id"]
    assert "photo of the person" in refusal["text"]
    await anna.photo(photo(WOMAN))
    await anna.wait_for(is_result)


async def test_a_photo_of_nothing_is_turned_down_for_what_is_missing(
    bot_app: App, anna: SandboxUser
):
    await settle(bot_app, anna)
    await anna.photo(photo(LANDSCAPE))
    await anna.wait_for("can’t see a garment")
    await anna.photo(photo(TOP))
    await anna.wait_for("Got the garment")
    await anna.photo(photo(LANDSCAPE))
    await anna.wait_for("can’t see a person")


async def test_a_faulty_photo_of_a_person_may_still_be_the_garment(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.photo(photo(WORN))
    question = await anna.wait_for("What is it for?")
    labels = [
        button["text"] for row in question["reply_markup"]["inline_keyboard"] for button in row
    ]
    assert labels == ["👕 It’s the garment"]


async def test_one_good_and_one_bad_photo_of_an_album(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.album([photo(CROWD), photo(TOP)])
    await anna.wait_for("Got the garment")
    assert "several people" in await anna.transcript()


async def test_photos_sent_before_consent_need_not_be_sent_again(bot_app: App, anna: SandboxUser):
    await anna.photo(photo(TOP))
    await anna.wait_for("Before I take your photos")
    await anna.photo(photo(WOMAN))
    await anna.wait_for("Before I take your photos")
    assert not list(bot_app.services.storage.keys("users/"))
    await anna.press("consent:agree")
    await anna.wait_for(is_result)


async def test_who_asks_for_a_try_on_is_told_what_to_send(bot_app: App, boris: SandboxUser):
    await settle(bot_app, boris, language="ru")
    await boris.text("/tryon")
    await boris.wait_for("Начинаем примерку")
    await boris.photo(photo(TOP))
    await boris.wait_for("Вещь вижу")
    await boris.photo(photo(MAN))
    await boris.wait_for(lambda message: "Создано ИИ" in message.get("caption", ""))


async def test_two_people_at_once_get_their_own_pictures(
    bot_app: App, anna: SandboxUser, boris: SandboxUser, conduct: Conduct
):
    await settle(bot_app, anna)
    await settle(bot_app, boris, language="ru")
    conduct.gate.clear()
    await anna.album([photo(TOP), photo(WOMAN)])
    await boris.album([photo(OTHER_TOP), photo(MAN)])
    await anna.wait_for("Fitting")
    await boris.wait_for("Примеряю")
    conduct.gate.set()
    await anna.wait_for(is_result)
    await boris.wait_for(is_result)
    people = sorted(mean_colour(task.person)[2] for task in conduct.calls)
    assert len(people) == 2


@pytest.mark.parametrize("tryon", [("sketch",)])
class TestWithABackendForTopsOnly:
    """What the bot can't do is said before the second photo."""

    async def test_trousers_are_declined_at_once(self, bot_app: App, anna: SandboxUser):
        await settle(bot_app, anna)
        await anna.photo(photo(TROUSERS))
        await anna.wait_for("can’t try those on yet")
        await eventually(lambda: state(bot_app, anna), "tryon_waiting_clothing")
        await anna.photo(photo(TOP))  # taken without a question
        await anna.wait_for("Got the garment")
        await anna.photo(photo(WOMAN))
        await anna.wait_for(is_result)

    async def test_a_wrong_guess_can_be_corrected(
        self, bot_app: App, anna: SandboxUser, conduct: Conduct
    ):
        await settle(bot_app, anna)
        await anna.album([photo(TROUSERS), photo(WOMAN)])
        await anna.wait_for("can’t try those on yet")
        await anna.press("Top")
        await anna.wait_for(is_result)
        [task] = sketch_conduct.calls
        assert task.garments[0].category is Category.TOPS

    async def test_a_correction_may_be_for_the_worse(self, bot_app: App, anna: SandboxUser):
        await settle(bot_app, anna)
        await anna.photo(photo(TOP))
        await anna.wait_for("Got the garment")
        await anna.press("Dress")
        await anna.wait_for("a dress or overalls, and I can’t")
        await anna.photo(photo(WOMAN))
        await anna.wait_for("a dress or overalls, and I can’t")
        await anna.press("Top")
        await anna.wait_for(is_result)


async def test_a_photo_that_is_taken_is_marked(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    for colour in (LANDSCAPE, TOP, OTHER_TOP, WOMAN):
        await anna.photo(photo(colour))
        await anna.wait_for(lambda message: True)
    sent = [m for m in await anna.messages() if m["sandbox"]["outgoing"]]
    assert [m["sandbox"]["reactions"] for m in sent] == [[], ["👌"], [], ["👌"]]


async def test_an_album_of_which_photos_are_taken_is_marked_once(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.album([photo(colour) for colour in (OTHER_TOP, TOP, WOMAN)])
    await anna.wait_for(is_result)
    sent = [m for m in await anna.messages() if m["sandbox"]["outgoing"]]
    assert [m["sandbox"]["reactions"] for m in sent] == [["👌"], [], []]


@pytest.mark.parametrize("fault", ["403", "500", "hang"])
async def test_a_mark_that_fails_holds_nothing_up(
    bot_app: App,
    anna: SandboxUser,
    client: SandboxClient,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(chat, "NOD_S", 0.05)
    await settle(bot_app, anna)
    await client.fault("setMessageReaction", fault, times=None)
    await anna.album([photo(TOP), photo(WOMAN)])
    await anna.wait_for(is_result)
