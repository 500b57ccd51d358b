"""Consent: before the first photo is kept, and the try-on goes on without sending it again."""

from hashlib import sha256

import pytest
from sqlalchemy import Connection, select

from modera_bot import app as composition
from modera_bot.app import App
from modera_bot.bot.flows import consent
from modera_bot.bot.texts import Texts
from modera_bot.config import PrivacySettings, Settings
from modera_bot.db import consents, schema, users
from modera_bot.ml.backends import BACKENDS
from modera_bot.sandbox.client import SandboxUser
from tests.bot.people import eventually, known, labels, rows
from tests.bot.tryon.conftest import TOP, WOMAN, ColourInspector, is_result, photo
from tests.fakes import Conduct

#: Digest of the text of each version, in all languages.
DIGESTS = {3: "1e0a6b5463fd6857"}


@pytest.fixture(autouse=True)
def _colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "PhotoInspector", ColourInspector)


async def greet(app: App, person: SandboxUser) -> None:
    """Let somebody come to the menu without having agreed to anything."""
    await person.text("/start")
    await person.press("English", timeout=5)
    await person.wait_for("Nice to meet you")


async def given(app: App, person: SandboxUser) -> list[tuple[str, str, bool]]:
    """Version, language and whether it holds, of each consent somebody gave."""

    def read(connection: Connection) -> list[tuple[str, str, bool]]:
        found = connection.execute(select(schema.consents).order_by(schema.consents.c.id))
        return [(row.version, row.language_code, row.withdrawn_at is None) for row in found]

    return await app.services.database.run(read)


async def remembered(app: App) -> list[tuple[str, object]]:
    """Status of each session, and what it knows."""

    def read(connection: Connection) -> list[tuple[str, object]]:
        table = schema.fashion_sessions
        return [
            tuple(row) for row in connection.execute(select(table.c.status, table.c.input_data))
        ]

    return await app.services.database.run(read)


def test_a_changed_text_needs_a_new_version() -> None:
    """Whoever changes what people agree to has to ask them again: raise TEXT_VERSION."""
    texts = Texts()
    said = "\n".join(
        texts.get(code, "consent-question", days=30, where=where)
        for code in texts.languages
        for where in (
            texts.get(code, "consent-where-here"),
            texts.get(code, "consent-where-hosted", providers="A"),
        )
    )

    assert sha256(said.encode()).hexdigest()[:16] == DIGESTS[consent.TEXT_VERSION]


async def test_nothing_is_kept_before_the_person_agrees(bot_app: App, anna: SandboxUser) -> None:
    await greet(bot_app, anna)
    await anna.photo(photo(TOP))

    asked = await anna.wait_for("Before I take your photos")

    assert "30 days" in asked["text"]
    assert labels(asked) == ["Yes, I agree", "No, thanks"]
    assert not [*bot_app.services.storage.keys("")]
    assert "pictures" not in await rows(bot_app)
    assert "getFile" not in [call["method"] for call in await anna.calls()]


async def test_after_agreeing_the_photo_need_not_be_sent_again(
    bot_app: App, anna: SandboxUser
) -> None:
    await greet(bot_app, anna)
    await anna.photo(photo(TOP))
    asked = await anna.wait_for("Before I take your photos")
    await anna.press("Yes, I agree")

    await anna.wait_for("Got the garment")

    thanks = await anna.wait_for("Thank you!")
    assert thanks["message_id"] == asked["message_id"]
    assert labels(thanks) == []
    assert await given(bot_app, anna) == [("3.30d", "en", True)]
    assert len([*bot_app.services.storage.keys("")]) == 1


async def test_an_album_sent_before_agreeing_becomes_a_result(
    bot_app: App, anna: SandboxUser
) -> None:
    await greet(bot_app, anna)
    await anna.album([photo(TOP), photo(WOMAN)])
    await anna.press("Yes, I agree", timeout=5)

    await anna.wait_for(is_result, timeout=10)


async def test_photos_sent_one_by_one_before_agreeing_all_count(
    bot_app: App, anna: SandboxUser
) -> None:
    await greet(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.wait_for("Before I take your photos")
    await anna.photo(photo(WOMAN))
    await anna.wait_for("Before I take your photos")
    await anna.press("Yes, I agree")

    await anna.wait_for(is_result, timeout=10)


async def test_whoever_has_agreed_is_not_asked_again(bot_app: App, anna: SandboxUser) -> None:
    await greet(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.press("Yes, I agree", timeout=5)
    await anna.wait_for("Got the garment")
    await anna.text("/menu")
    await anna.wait_for("What would you like to do?")
    await anna.photo(photo(TOP))

    await anna.wait_for("Got the garment")


async def test_whoever_declines_leaves_no_photo_behind(bot_app: App, anna: SandboxUser) -> None:
    await greet(bot_app, anna)
    await anna.photo(photo(TOP))
    await anna.press("No, thanks", timeout=5)

    declined = await anna.wait_for("I’ve kept nothing")

    assert "👗 Try on" in labels(declined)
    await anna.text("/help")  # in order after it
    await anna.wait_for("How it works")
    assert await given(bot_app, anna) == []
    assert not [*bot_app.services.storage.keys("")]
    assert await remembered(bot_app) == [("cancelled", {})]


async def test_the_consent_is_kept_with_the_language_it_was_read_in(
    bot_app: App, boris: SandboxUser
) -> None:
    await boris.photo(photo(TOP))
    await boris.wait_for("Прежде чем я возьму ваши фото")
    await boris.press("Соглашаюсь")
    await boris.wait_for("Вещь вижу")

    assert await given(bot_app, boris) == [("3.30d", "ru", True)]


async def test_the_second_of_two_questions_can_be_answered_either_way(
    bot_app: App, anna: SandboxUser
) -> None:
    await greet(bot_app, anna)
    await anna.photo(photo(TOP))
    first = await anna.wait_for("Before I take your photos")
    await anna.photo(photo(TOP))
    await anna.wait_for("Before I take your photos")
    await anna.press("Yes, I agree")
    await anna.wait_for("garment")
    await anna.press("No, thanks", message_id=first["message_id"])
    await anna.wait_for("You’ve agreed before")

    assert await given(bot_app, anna) == [("3.30d", "en", True)]


async def test_agreeing_twice_loses_no_photo(bot_app: App, anna: SandboxUser) -> None:
    await greet(bot_app, anna)
    await anna.photo(photo(TOP))
    asked = await anna.wait_for("Before I take your photos")
    for _ in range(2):
        await anna.press("consent:agree", message_id=asked["message_id"], force=True)
    await anna.photo(photo(WOMAN))

    await anna.wait_for(is_result, timeout=10)


async def test_a_question_answered_after_the_session_ended_leads_to_the_menu(
    bot_app: App, anna: SandboxUser
) -> None:
    await greet(bot_app, anna)
    await anna.photo(photo(TOP))
    asked = await anna.wait_for("Before I take your photos")
    await anna.text("/menu")
    await anna.wait_for("What would you like to do?")

    async def forgotten() -> bool:
        return await remembered(bot_app) == [("cancelled", {})]

    await eventually(forgotten)
    await anna.press("Yes, I agree", message_id=asked["message_id"])

    await anna.wait_for("What would you like to do?")

    assert await given(bot_app, anna) == [("3.30d", "en", True)]


class TestElsewhere:
    """Pictures are drawn by a service abroad, with the draft on our own server beside it."""

    @pytest.fixture
    def tryon(self) -> tuple[str, ...]:
        return ("openai", "sketch")

    @pytest.fixture(autouse=True)
    def elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(BACKENDS, "openai", "tests.fakes:ElsewhereTryOn")

    async def test_the_service_is_named_before_a_photo_goes_there(
        self, bot_app: App, anna: SandboxUser, conduct: Conduct
    ) -> None:
        await greet(bot_app, anna)
        await anna.album([photo(TOP), photo(WOMAN)])

        asked = await anna.wait_for("Before I take your photos")

        assert "OpenAI (USA)" in asked["text"]
        assert "at least 18" in asked["text"]
        assert labels(asked) == ["Yes, I agree", "Only on the bot’s own server", "No, thanks"]
        await anna.press("Yes, I agree")
        await anna.wait_for(is_result, timeout=10)
        assert len(conduct.calls) == 1
        assert await given(bot_app, anna) == [
            ("3.30d", "en", True),
            (consents.VERSION, "en", True),
        ]

    async def test_whoever_wants_it_here_alone_gets_what_can_be_made_here(
        self, bot_app: App, anna: SandboxUser, conduct: Conduct
    ) -> None:
        await greet(bot_app, anna)
        await anna.album([photo(TOP), photo(WOMAN)])
        await anna.press("Only on the bot’s own server", timeout=5)

        result = await anna.wait_for(is_result, timeout=10)

        assert "draft" in result["caption"]
        assert conduct.calls == []
        await anna.text("/tryon")
        await anna.wait_for("Send two photos")
        await anna.photo(photo(TOP))  # and is not asked again
        await anna.wait_for("Got the garment", timeout=5)

    async def test_privacy_says_where_photos_go(self, bot_app: App, anna: SandboxUser) -> None:
        await greet(bot_app, anna)
        await anna.text("/privacy")
        shown = await anna.wait_for("Who sees them")
        assert "sent to OpenAI (USA)" in shown["text"]

    async def test_withdrawing_takes_back_all_of_it(self, bot_app: App, anna: SandboxUser) -> None:
        await greet(bot_app, anna)
        await anna.photo(photo(TOP))
        await anna.press("Yes, I agree", timeout=5)
        await anna.wait_for("Got the garment")
        await anna.text("/privacy")
        await anna.press("Withdraw consent", timeout=5)
        await anna.press("Yes, withdraw", timeout=5)
        await anna.wait_for("your consent is withdrawn")
        assert [held for *_, held in await given(bot_app, anna)] == [False, False]


class TestOtherTerms:
    """An operator who keeps photos for longer has to ask again."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"privacy": PrivacySettings(keep_days=90)})

    async def test_consent_to_other_terms_does_not_count(
        self, bot_app: App, anna: SandboxUser
    ) -> None:
        await greet(bot_app, anna)
        user = await known(bot_app, anna)
        await bot_app.services.database.run(
            users.give_consent, user.id, consent.PURPOSE, "3.30d", "en"
        )
        await anna.photo(photo(TOP))

        asked = await anna.wait_for("Before I take your photos")

        assert "90 days" in asked["text"]
