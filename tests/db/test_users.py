"""Who talks to the bot: names, settings and consent."""

from modera_bot.db import Database, users


def remembered(database: Database, telegram_id: int = 100, **names: str | None) -> users.User:
    known = {"first_name": "Anna", "last_name": None, "username": None, **names}
    with database.begin() as connection:
        return users.remember(connection, telegram_id, **known)


def test_a_person_is_made_once_and_their_names_follow_telegram(database: Database) -> None:
    first = remembered(database)
    second = remembered(database, first_name="Анна", username="anna")
    assert (first.id, second.first_name) == (second.id, "Анна")
    with database.begin() as connection:
        assert users.by_telegram_id(connection, 100) == users.by_id(connection, first.id) == second
        assert users.by_telegram_id(connection, 101) is None


def test_telegram_ids_beyond_32_bits_fit(database: Database) -> None:
    assert remembered(database, 7_999_999_999).telegram_id == 7_999_999_999


def test_the_language_is_unknown_until_it_is_chosen(database: Database) -> None:
    user = remembered(database)
    assert user.language_code is None
    with database.begin() as connection:
        users.set_language(connection, user.id, "ru")
        changed = users.by_id(connection, user.id)
    assert changed is not None
    assert changed.language_code == "ru"


def test_one_setting_changes_without_the_others(database: Database) -> None:
    user = remembered(database)
    with database.begin() as connection:
        users.set_preference(connection, user.id, "label", True)
        users.set_preference(connection, user.id, "fit", "loose")
        users.set_preference(connection, user.id, "label", False)
        changed = users.by_id(connection, user.id)
    assert changed is not None
    assert changed.preferences == {"label": False, "fit": "loose"}


def test_consent_holds_for_one_version_until_it_is_withdrawn(database: Database) -> None:
    user = remembered(database)
    with database.begin() as connection:
        assert not users.has_consent(connection, user.id, "photos", "1")
        users.give_consent(connection, user.id, "photos", "1", "en")
        users.give_consent(connection, user.id, "photos", "1", "en")
        assert users.has_consent(connection, user.id, "photos", "1")
        assert not users.has_consent(connection, user.id, "photos", "2")
        users.withdraw_consent(connection, user.id, "photos")
        assert not users.has_consent(connection, user.id, "photos", "1")
        users.give_consent(connection, user.id, "photos", "1", "ru")
        assert users.has_consent(connection, user.id, "photos", "1")
