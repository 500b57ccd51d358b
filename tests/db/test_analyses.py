"""A person's own style analyses, and what the next one learns of them."""

from modera_bot.db import Database, analyses
from modera_bot.db.schema import style_analyses
from modera_bot.ml.style.advise import advise
from modera_bot.style import Complaint, Feedback, StylePreferences
from tests.ml.style.profiles import READING
from tests.servers.databases import person

PROFILE = advise(READING, StylePreferences(), (), "ru")


def add(database: Database, who: tuple[int, str], letter: str) -> str:
    with database.begin() as connection:
        analyses.add(
            connection,
            analysis_id=letter * 32,
            user_id=who[0],
            session_id=who[1],
            photo_key="users/1/photos/p.jpg",
            card_key=f"users/1/results/{letter}.jpg",
            profile=PROFILE,
            credits_used=5,
        )
    return letter * 32


def test_an_analysis_comes_back_to_its_owner_alone(database: Database) -> None:
    anna, boris = person(database, 1), person(database, 2)
    analysis_id = add(database, anna, "a")
    with database.begin() as connection:
        kept = analyses.get(connection, analysis_id, anna[0])
        assert analyses.get(connection, analysis_id, boris[0]) is None
    assert kept is not None
    assert (kept.profile, kept.feedback) == (PROFILE, None)
    assert (kept.photo_key, kept.card_key) == ("users/1/photos/p.jpg", "users/1/results/a.jpg")


def test_only_judged_advice_is_remembered_and_only_its_owner_judges(database: Database) -> None:
    anna, boris = person(database, 1), person(database, 2)
    first, second = add(database, anna, "a"), add(database, anna, "b")
    bad = Feedback(good=False, why=(Complaint.TOO_BOLD,))
    with database.begin() as connection:
        analyses.judge(connection, first, boris[0], Feedback(good=True))
        analyses.judge(connection, second, anna[0], Feedback(good=True))
        analyses.judge(connection, second, anna[0], bad)  # the last word counts
        (past,) = analyses.past(connection, anna[0])
    assert past.feedback == bad
    assert past.outfits == tuple(outfit.title for outfit in PROFILE.outfits)
    assert set(past.colours) <= {i.colour.hex for o in PROFILE.outfits for i in o.items}


def test_a_card_that_is_gone_is_forgotten_and_the_advice_stays(database: Database) -> None:
    anna = person(database, 1)
    analysis_id = add(database, anna, "a")
    with database.begin() as connection:
        analyses.forget_key(connection, "users/1/results/a.jpg")
        kept = analyses.get(connection, analysis_id, anna[0])
    assert kept is not None
    assert (kept.card_key, kept.profile) == (None, PROFILE)


def test_advice_of_another_version_is_left_out(database: Database) -> None:
    anna = person(database, 1)
    analysis_id = add(database, anna, "a")
    with database.begin() as connection:
        analyses.judge(connection, analysis_id, anna[0], Feedback(good=True))
        connection.execute(style_analyses.update().values(style_profile={"season": "monsoon"}))
        assert analyses.get(connection, analysis_id, anna[0]) is None
        assert analyses.past(connection, anna[0]) == ()
