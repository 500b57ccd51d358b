"""/profile: what is known of oneself, the photo on file, and friends who were invited."""

from modera_bot.app import App
from modera_bot.contracts import Quality
from modera_bot.db import pictures
from modera_bot.sandbox.client import SandboxUser
from tests.bot.people import keep_result, known, labels
from tests.bot.tryon.conftest import TOP, WOMAN, eventually, is_result, methods, photo, settle
from tests.fakes import Conduct

LAST = "🧍 My last photo"


async def try_on(app: App, person: SandboxUser) -> None:
    await settle(app, person)
    await person.album([photo(TOP), photo(WOMAN)])
    await person.wait_for(is_result)


async def test_a_newcomers_profile_tells_what_will_stand_there(
    bot_app: App, anna: SandboxUser
) -> None:
    await settle(bot_app, anna)
    await anna.text("/profile")

    shown = await anna.wait_for("No photo on file")

    assert shown["text"].startswith("Anna\nHere since ")
    assert "Language: English\nNo try-ons yet" in shown["text"]
    assert labels(shown) == ["💌 Invite friends", "⚙️ Settings", "☰ Menu"]


async def test_the_photo_on_file_is_shown_used_and_deleted(bot_app: App, anna: SandboxUser) -> None:
    await try_on(bot_app, anna)
    await anna.text("/profile")
    shown = await anna.wait_for(lambda m: "on file" in m.get("caption", ""))
    assert "One try-on, its picture is kept" in shown["caption"]
    await anna.press("👗 Try something on with it")
    await anna.wait_for("Got the photo of the person")
    await anna.photo(photo(TOP))
    await eventually(lambda: results(anna), 2)

    await anna.press("🗑 Delete this photo", message_id=shown["message_id"])
    await anna.wait_for("No photo on file")

    user = await known(bot_app, anna)
    kept = await bot_app.services.database.run(pictures.of_user, user.id)
    assert sorted(picture.purpose for picture in kept) == ["photo", "photo", "result", "result"]
    await anna.text("/tryon")
    begun = await anna.wait_for("Let’s try something on")
    assert not labels(begun)


async def results(person: SandboxUser) -> int:
    return len([message for message in await person.messages() if is_result(message)])


async def test_the_last_photo_is_offered_where_one_of_a_person_is_wanted(
    bot_app: App, anna: SandboxUser
) -> None:
    await try_on(bot_app, anna)
    await anna.text("/tryon")
    assert labels(await anna.wait_for("Let’s try something on")) == [LAST]
    await anna.photo(photo(TOP))
    assert LAST in labels(await anna.wait_for("Got the garment"))

    await anna.press(LAST)

    await eventually(lambda: results(anna), 2)


async def test_a_friend_who_comes_by_the_link_is_counted_once(
    bot_app: App, anna: SandboxUser, boris: SandboxUser
) -> None:
    await settle(bot_app, anna)
    inviter = await known(bot_app, anna)
    link = f"/start ref_{inviter.id}"
    await boris.text(link)
    await boris.press("English", timeout=5)
    await boris.wait_for("Nice to meet you")
    await boris.text(link)
    await boris.wait_for("What would you like to do?")
    await anna.text(link)  # one's own
    await anna.text("/profile")

    await anna.wait_for("One friend has come by your link")

    assert (await known(bot_app, boris)).preferences == {"invited_by": inviter.id}
    assert (await known(bot_app, anna)).preferences == {}


async def test_a_link_can_name_the_language(bot_app: App, anna: SandboxUser) -> None:
    await anna.text("/start lang_ru")

    await anna.wait_for("Что будем делать?")

    assert (await known(bot_app, anna)).language_code == "ru"


async def test_a_shared_result_has_a_link_and_no_buttons(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    result = await keep_result(bot_app, anna)
    await anna.text("/history")
    await anna.press("Open", timeout=5)
    await anna.press("↗ Share", timeout=5)

    shared = await anna.wait_for(lambda m: "See yourself in anything" in m.get("caption", ""))

    assert "AI-generated" in shared["caption"]
    assert f"?start=ref_{(await known(bot_app, anna)).id}" in shared["caption"]
    assert not labels(shared)
    assert result.tryon_id not in str(shared)


async def test_protected_results_are_not_shared(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    await keep_result(bot_app, anna)
    await anna.text("/settings")
    await anna.press("Protect results: off", timeout=5)
    await anna.text("/history")
    await anna.press("Open", timeout=5)

    query = await anna.press("↗ Share", timeout=5)

    assert "protected" in (await anna.answer_to(query))["text"]
    assert len(await methods(anna, "sendPhoto")) == 2


async def test_the_quality_that_was_chosen_is_that_of_the_next_picture(
    bot_app: App, anna: SandboxUser, conduct: Conduct
) -> None:
    await settle(bot_app, anna)
    await anna.text("/settings")
    shown = await anna.wait_for("Settings")
    assert "✓ Standard" in labels(shown)
    await anna.press("Premium")
    await anna.wait_for(lambda m: "✓ Premium" in labels(m))
    await try_on(bot_app, anna)

    assert conduct.calls[-1].quality is Quality.PREMIUM
