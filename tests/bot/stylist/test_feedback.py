"""Why an advice did not please, and advice in the history."""

from modera_bot.app import App
from modera_bot.bot.flows.states import State
from modera_bot.db import analyses
from modera_bot.sandbox.client import Json, SandboxClient, SandboxUser
from modera_bot.style import Complaint, Feedback, PastAdvice
from tests.bot.people import enter, keep_result, known, session
from tests.bot.stylist.conftest import advised, is_advice
from tests.bot.tryon.conftest import eventually, labels, state
from tests.fakes_style import Conduct


async def judged(app: App, person: SandboxUser) -> PastAdvice:
    """What somebody thought of their only advice."""
    user = await known(app, person)
    (past,) = await app.services.database.run(analyses.past, user.id)
    return past


def is_gallery(message: Json) -> bool:
    return "history:delete" in str(message.get("reply_markup"))


async def test_the_reason_can_be_told_in_words_and_the_next_advice_heeds_it(
    bot_app: App, anna: SandboxUser, stylist: Conduct
):
    advice = await advised(bot_app, anna)
    await anna.press("👎")
    await anna.wait_for("tell me in your own words")
    await anna.text("Too much brown, and I never wear skirts")
    await anna.wait_for("Shall I advise again")
    past = await judged(bot_app, anna)
    assert past.feedback.words == "Too much brown, and I never wear skirts"
    await anna.press("🔁 Advise again")
    await anna.press("stylist:go", timeout=8)
    await anna.wait_for(
        lambda m: is_advice(m) and m["message_id"] > advice["message_id"], timeout=30
    )
    assert stylist.tasks[-1].past == (past,)


async def test_a_button_and_words_add_up_and_later_words_are_no_reason(
    bot_app: App, anna: SandboxUser
):
    await advised(bot_app, anna)
    await anna.press("👎")
    await anna.press("The colours", timeout=8)
    await anna.wait_for("Shall I advise again")
    await anna.text("all so dark")
    await anna.wait_until(lambda ms: sum("advise again" in m.get("text", "") for m in ms) == 2)
    await anna.text("hello?")
    await anna.wait_for("rather than words")
    feedback = (await judged(bot_app, anna)).feedback
    assert (feedback.why, feedback.words) == ((Complaint.COLOURS,), "all so dark")


async def test_after_a_change_of_mind_words_are_no_reason(bot_app: App, anna: SandboxUser):
    await advised(bot_app, anna)
    await anna.press("👎")
    await anna.wait_for("own words")
    await anna.press("👍", timeout=8)
    await anna.text("lovely after all")
    await anna.wait_for("rather than words")
    assert (await judged(bot_app, anna)).feedback == Feedback(good=True)


async def test_a_link_to_a_picture_is_a_photo_and_no_reason(bot_app: App, anna: SandboxUser):
    await advised(bot_app, anna)
    await anna.press("👎")
    await anna.wait_for("own words")
    await anna.text("https://127.0.0.1/top.jpg")
    await anna.wait_for("link")
    assert (await judged(bot_app, anna)).feedback.words is None


async def test_words_stay_with_the_flow_that_waits_for_something(bot_app: App, anna: SandboxUser):
    card = await advised(bot_app, anna)
    begun = await enter(bot_app, anna, State.TRYON_WAITING_PERSON)
    await anna.press("👎", message_id=card["message_id"])
    asked = await anna.wait_for("What didn’t you like")
    assert "own words" not in asked["text"]
    await anna.text("hello")
    await anna.wait_for("rather than words")
    assert (await judged(bot_app, anna)).feedback.words is None
    assert await session(bot_app, begun) == ("active", State.TRYON_WAITING_PERSON)


async def test_a_reason_can_be_told_from_the_menu_too(bot_app: App, anna: SandboxUser):
    card = await advised(bot_app, anna)
    await anna.text("/menu")
    await anna.wait_for("What would you like")
    await anna.press("👎", message_id=card["message_id"])
    await anna.wait_for("own words")
    await anna.text("too dear")
    await anna.wait_for("Shall I advise again")
    assert (await judged(bot_app, anna)).feedback.words == "too dear"


async def test_advice_stands_in_the_history_and_is_opened_from_there(
    bot_app: App, anna: SandboxUser
):
    card = await advised(bot_app, anna)
    await keep_result(bot_app, anna)
    await anna.text("/history")
    await anna.wait_for("1 of 2")
    await anna.press("Older ›")
    page = await anna.wait_for("2 of 2")
    assert page["caption"].endswith("🍂 Autumn: warm and deep")
    await anna.press("Open")
    opened = await anna.wait_for(lambda m: is_advice(m) and m["message_id"] > card["message_id"])
    assert "💾 Save" in labels(opened)
    await anna.press("Again", message_id=page["message_id"])
    await anna.wait_for("Got your photo")
    await eventually(lambda: state(bot_app, anna), "stylist_preferences")


async def test_deleted_advice_is_forgotten_as_a_whole(
    bot_app: App, anna: SandboxUser, client: SandboxClient
):
    card = await advised(bot_app, anna)
    user = await known(bot_app, anna)
    (kept,) = await bot_app.services.database.run(analyses.kept, user.id)
    await anna.text("/history")
    await anna.wait_for(is_gallery)
    await anna.press("Delete")
    await anna.press("Yes, delete it", timeout=8)
    await anna.wait_for("Nothing here yet")
    assert not bot_app.services.storage.exists(kept.card_key)
    assert await bot_app.services.database.run(analyses.get, kept.id, user.id) is None
    query = await anna.press("Outfit 1", message_id=card["message_id"])
    assert "earlier" in (await anna.answer_to(query))["text"]
