"""From one photo and a few taps to an advice, and what can be done with it."""

import io
from itertools import pairwise

from PIL import Image
from sqlalchemy import select

from modera_bot.app import App
from modera_bot.contracts import JobState
from modera_bot.db import analyses, schema
from modera_bot.errors import BackendError, Code, Refusal
from modera_bot.ml.style.card import WIDTH
from modera_bot.sandbox.client import SandboxClient, SandboxUser
from modera_bot.style import Complaint, Currency, Hue, Occasion, Skin, Undertone, Wardrobe
from tests.bot.conftest import Serve
from tests.bot.people import known
from tests.bot.stylist.conftest import advised, choosing, is_advice
from tests.bot.tryon.conftest import (
    LANDSCAPE,
    PAIR,
    TOP,
    WOMAN,
    eventually,
    labels,
    methods,
    photo,
    settle,
    state,
)
from tests.fakes_style import Conduct


async def rows(app: App, table: str) -> list:
    def read(connection: object) -> list:
        return [*connection.execute(select(schema.metadata.tables[table])).mappings()]

    return await app.services.database.run(read)


async def test_three_taps_lead_to_a_card_and_an_advice(
    bot_app: App, anna: SandboxUser, client: SandboxClient
):
    await choosing(bot_app, anna)
    await anna.press("Work")
    await anna.wait_for(lambda m: "✓ Work" in labels(m))
    await anna.press("Women’s")
    await anna.wait_for(lambda m: "✓ Women’s" in labels(m))
    await anna.press("✨ Advise me")
    card = await anna.wait_for(is_advice, timeout=30)
    advice = await anna.wait_for("Best near the face")
    assert advice["message_id"] < card["message_id"]
    assert "AI-generated" in card["caption"]
    picture = Image.open(io.BytesIO(await client.download(card["photo"][-1]["file_id"])))
    assert picture.width * 1.8 < picture.height
    assert "Autumn" in advice["text"]
    assert "Skin" in advice["text"]
    await eventually(lambda: state(bot_app, anna), "stylist_results")
    (row,) = await rows(bot_app, "style_analyses")
    assert row["style_profile"]["season"] == "autumn"
    assert row["recommendations"] == row["style_profile"]["outfits"]
    assert bot_app.services.storage.exists(row["card_image_url"])
    (hold,) = await rows(bot_app, "credit_holds")
    assert (hold["feature"], hold["state"]) == ("styling", "captured")


async def test_the_advice_grows_paragraph_by_paragraph(bot_app: App, anna: SandboxUser):
    await advised(bot_app, anna)
    drafts = [call["text"] for call in await methods(anna, "sendMessageDraft")]
    assert len(drafts) >= 4
    assert all(later.startswith(earlier) for earlier, later in pairwise(drafts))


async def test_where_nothing_can_grow_it_comes_at_once(
    bot_app: App, anna: SandboxUser, client: SandboxClient
):
    await client.fault("sendMessageDraft", "403", times=None)
    await advised(bot_app, anna)


async def test_it_speaks_russian(bot_app: App, boris: SandboxUser):
    await choosing(bot_app, boris, "ru")
    await boris.press("На вечер")
    await boris.press("Мужскую", timeout=8)
    await boris.press("✨ Жду совет", timeout=8)
    await boris.wait_for(is_advice, timeout=30)
    assert "Осень" in (await boris.wait_for("Лучшее у лица"))["text"]
    await boris.press("Образ 1")
    outfit = await boris.wait_for(lambda m: "🔎" in str(labels(m)))
    assert "•" in outfit["text"]


async def test_consent_comes_first_and_the_photo_goes_on_from_there(
    bot_app: App, anna: SandboxUser
):
    await anna.text("/style")
    await anna.wait_for("What suits you")
    await anna.photo(photo(WOMAN))
    await anna.wait_for("Before I take your photos")
    assert not [*bot_app.services.storage.keys("users/")]
    await anna.press("Yes, I agree")
    await anna.wait_for("Got your photo")


async def test_wishes_are_remembered_and_reach_the_stylist(
    bot_app: App, anna: SandboxUser, stylist: Conduct
):
    await choosing(bot_app, anna)

    async def tap(page: str, *buttons: str) -> None:
        await anna.press(f"stylist:page:{page}", timeout=8)
        for button in buttons:
            await anna.press(button, timeout=8)
            await anna.wait_for(lambda m, b=button: f"✓ {b}" in labels(m))
        await anna.press("stylist:page:main", timeout=8)
        await anna.wait_for("Got your photo")

    await tap("style", "Minimal", "Bold", "Relaxed")
    await tap("liked", "Green")
    await tap("avoided", "Black", "Orange")
    await tap("budget", "100–300 €")
    await tap("size", "M")
    await tap("body", "Hips wider")
    await tap("looks", "Skin: light", "Silver")
    await anna.press("Evening out")
    await anna.wait_for(lambda m: "✓ Evening out" in labels(m))
    await anna.press("stylist:go")
    await anna.wait_for(is_advice, timeout=30)
    wishes = stylist.tasks[-1].preferences
    assert wishes.occasion is Occasion.EVENING
    assert [*wishes.styles] == ["minimal", "bold"]
    assert wishes.fit == "loose"
    assert wishes.liked == (Hue.GREEN,)
    assert wishes.avoided == (Hue.BLACK, Hue.ORANGE)
    assert (wishes.budget.low, wishes.budget.high) == (100, 300)
    assert wishes.budget.currency is Currency.EUR
    assert wishes.sizes == "M"
    assert wishes.body == "triangle"
    assert wishes.appearance.skin is Skin.LIGHT
    assert wishes.appearance.undertone is Undertone.COOL
    # the next time they are there already, and a tap takes one back
    await anna.press("🔁 Other wishes")
    page = await anna.wait_for("Got your photo")
    assert "✓ Evening out" in labels(page)
    await anna.press("✓ Evening out")
    await anna.wait_for(lambda m: "Evening out" in labels(m))


async def test_nobody_likes_what_they_avoid(bot_app: App, anna: SandboxUser):
    await choosing(bot_app, anna)
    await anna.press("stylist:page:liked")
    await anna.press("Red", timeout=8)
    await anna.wait_for(lambda m: "✓ Red" in labels(m))
    await anna.press("stylist:page:main")
    await anna.press("stylist:page:avoided", timeout=8)
    await anna.press("stylist:add:avoided:red", timeout=8)
    await anna.wait_for(lambda m: "✓ Red" in labels(m))
    assert (await known(bot_app, anna)).preferences["style"] == {"avoided": ["red"]}


async def test_words_are_welcome_and_numbers_are_measurements(
    bot_app: App, anna: SandboxUser, stylist: Conduct
):
    await choosing(bot_app, anna)
    await anna.text("Something for my sister's wedding, no black please")
    await anna.wait_for("noted your wish")
    await anna.text("168 92 74 98")
    await anna.wait_for("noted your measurements")
    await anna.press("stylist:go")
    await anna.wait_for(is_advice, timeout=30)
    wishes = stylist.tasks[-1].preferences
    assert wishes.wish.startswith("Something for my sister")
    assert wishes.measurements.waist == 74


async def test_a_photo_without_a_person_is_turned_down(bot_app: App, anna: SandboxUser):
    await settle(bot_app, anna)
    await anna.text("/style")
    await anna.wait_for("What suits you")
    for colour in (LANDSCAPE, TOP):
        await anna.photo(photo(colour))
        await anna.wait_for("Send a photo of one person")
    await eventually(lambda: state(bot_app, anna), "stylist_waiting_photo")


async def test_of_several_people_one_is_chosen_by_number(
    bot_app: App, anna: SandboxUser, stylist: Conduct
):
    await settle(bot_app, anna)
    await anna.text("/style")
    await anna.wait_for("What suits you")
    await anna.photo(photo(PAIR))
    await anna.wait_for("Whom shall I advise")
    await anna.press("2")
    await anna.wait_for("Got your photo")
    await anna.press("stylist:go")
    await anna.wait_for(is_advice, timeout=30)
    assert stylist.tasks[-1].person_at == (0.45, 0.4)


async def test_what_a_photo_can_not_tell_the_person_can(
    bot_app: App, anna: SandboxUser, stylist: Conduct
):
    await choosing(bot_app, anna)
    stylist.faults.append(Refusal(Code.COLOUR_CAST))
    await anna.press("stylist:go")
    await anna.wait_for("tell me yourself how you look", timeout=30)
    await eventually(lambda: state(bot_app, anna), "stylist_waiting_photo")
    await anna.press("🙋 I’ll tell you myself")
    await anna.press("Gold", timeout=8)
    await anna.wait_for(lambda m: "✓ Gold" in labels(m))
    await anna.press("stylist:go")
    await anna.wait_for(is_advice, timeout=30)
    assert stylist.tasks[-1].preferences.appearance.undertone is Undertone.WARM
    holds = [row["state"] for row in await rows(bot_app, "credit_holds")]
    assert sorted(holds) == ["captured", "released"]


async def test_another_photo_helps_as_well(bot_app: App, anna: SandboxUser, stylist: Conduct):
    await choosing(bot_app, anna)
    stylist.faults.append(Refusal(Code.BACKLIT))
    await anna.press("stylist:go")
    await anna.wait_for("in the shade", timeout=30)
    await anna.photo(photo(WOMAN))
    await anna.wait_for("Got your photo")


async def test_a_failure_can_be_tried_again(bot_app: App, anna: SandboxUser, stylist: Conduct):
    await choosing(bot_app, anna)
    stylist.faults.append(BackendError(Code.BACKEND_FAILED))
    await anna.press("stylist:go")
    await anna.wait_for("stumbled", timeout=30)
    await eventually(lambda: state(bot_app, anna), "stylist_preferences")
    await anna.press("stylist:go")
    await anna.wait_for(is_advice, timeout=30)


async def test_it_can_be_stopped(bot_app: App, anna: SandboxUser, stylist: Conduct):
    await choosing(bot_app, anna)
    stylist.gate.clear()
    await anna.press("stylist:go")
    await anna.wait_for("Looking at the colours", timeout=30)
    await anna.photo(photo(TOP))
    await anna.wait_for("still working")
    await anna.text("/cancel")
    await anna.wait_for("Stopped")
    await eventually(lambda: state(bot_app, anna), "default")
    stylist.gate.set()

    async def job() -> str:
        return (await rows(bot_app, "jobs"))[0]["state"]

    await eventually(job, JobState.CANCELLED)
    assert await rows(bot_app, "style_analyses") == []


async def test_stopped_before_the_job_nothing_is_left(bot_app: App, anna: SandboxUser):
    await choosing(bot_app, anna)
    await anna.press("✕ Cancel")
    await anna.wait_for("Stopped")
    await eventually(lambda: state(bot_app, anna), "default")


async def test_a_restart_in_the_middle_changes_nothing(
    serve: Serve, anna: SandboxUser, stylist: Conduct
):
    async with serve() as first:
        await choosing(first, anna)
        await anna.press("Travel")
        await anna.wait_for(lambda m: "✓ Travel" in labels(m))
    async with serve() as second:
        stylist.gate.clear()
        await anna.press("stylist:go")
        await anna.wait_for("Looking at the colours", timeout=30)
        second.services.jobs.stop(0.1)
        stylist.gate.set()
    async with serve() as third:
        await anna.wait_for(is_advice, timeout=30)
        await eventually(lambda: state(third, anna), "stylist_results")
        assert stylist.tasks[-1].preferences.occasion is Occasion.TRAVEL
        assert len(await rows(third, "style_analyses")) == 1


# --- the buttons of an advice ---------------------------------------------------------------


async def test_outfits_show_their_items_with_search_links_in_one_message(
    bot_app: App, anna: SandboxUser
):
    await advised(bot_app, anna)
    await anna.press("Outfit 2")
    outfit = await anna.wait_for(lambda m: "🔎" in str(labels(m)))
    assert outfit["text"].startswith("2. ")
    urls = [b["url"] for r in outfit["reply_markup"]["inline_keyboard"] for b in r if "url" in b]
    assert len(urls) >= 3
    assert all(url.startswith("https://") and " " not in url for url in urls)
    await anna.press("Outfit 3", message_id=outfit["message_id"])
    other = await anna.wait_for(lambda m: "✓ 3" in labels(m))
    assert other["message_id"] == outfit["message_id"]


async def test_the_profile_is_saved(bot_app: App, anna: SandboxUser):
    await advised(bot_app, anna)
    query = await anna.press("💾 Save")
    assert (await anna.answer_to(query))["text"] == "Saved as your profile."

    async def saved() -> object:
        (user,) = await rows(bot_app, "users")
        return user["style_profile"] and user["style_profile"]["season"]

    await eventually(saved, "autumn")


async def test_the_card_comes_as_a_file(bot_app: App, anna: SandboxUser, client: SandboxClient):
    await advised(bot_app, anna)
    await anna.press("📎 As a file")
    message = await anna.wait_for(lambda m: "document" in m)
    data = await client.download(message["document"]["file_id"])
    assert Image.open(io.BytesIO(data)).width == WIDTH
    assert b"trainedAlgorithmicMedia" in data or b"lgorithmic" in data


async def test_the_photo_goes_to_the_try_on(bot_app: App, anna: SandboxUser):
    await advised(bot_app, anna)
    await anna.press("👕 Try something on")
    await anna.wait_for("Send another garment")
    await eventually(lambda: state(bot_app, anna), "tryon_waiting_clothing")
    await anna.photo(photo(TOP))
    await anna.wait_for(lambda m: "tryon:rate" in str(m.get("reply_markup")), timeout=30)


async def test_praise_and_blame_are_noted_and_heeded(
    bot_app: App, anna: SandboxUser, stylist: Conduct
):
    advice = await advised(bot_app, anna)
    await anna.press("👍")
    await anna.wait_for(lambda m: "✓ 👍" in labels(m))
    await anna.press("👎")
    await anna.wait_for("What didn’t you like")
    await anna.press("Not my style")
    await anna.wait_for("Shall I advise again")
    user = await known(bot_app, anna)
    (past,) = await bot_app.services.database.run(analyses.past, user.id)
    assert past.feedback.why == (Complaint.NOT_ME,)
    await anna.press("🔁 Advise again")
    await anna.press("stylist:go", timeout=8)
    other = await anna.wait_for(
        lambda m: is_advice(m) and m["message_id"] > advice["message_id"], timeout=30
    )
    assert other
    assert stylist.tasks[-1].past == (past,)


async def test_an_advice_of_somebody_else_can_not_be_opened(
    bot_app: App, anna: SandboxUser, boris: SandboxUser
):
    await advised(bot_app, anna)
    await settle(bot_app, boris)
    await boris.text("/menu")
    menu = await boris.wait_for("What would you like")
    (row,) = await rows(bot_app, "style_analyses")
    query = await boris.press(
        f"stylist:open:{row['id']}", message_id=menu["message_id"], force=True
    )
    assert "earlier" in (await boris.answer_to(query))["text"]


async def test_withdrawn_consent_takes_what_was_read_along(bot_app: App, anna: SandboxUser):
    await advised(bot_app, anna)
    await anna.press("💾 Save")
    await anna.text("/privacy")
    await anna.press("Withdraw consent", timeout=8)
    await anna.press("Yes, withdraw", timeout=8)
    await anna.wait_for("Done: your consent is withdrawn")
    (row,) = await rows(bot_app, "style_analyses")
    assert (row["style_profile"], row["card_image_url"]) == (None, None)
    (user,) = await rows(bot_app, "users")
    assert user["style_profile"] is None
    assert not [*bot_app.services.storage.keys("users/")]


async def test_wardrobe_is_asked_never_guessed(bot_app: App, anna: SandboxUser, stylist: Conduct):
    await advised(bot_app, anna)
    assert stylist.tasks[-1].preferences.wardrobe is Wardrobe.ANY
