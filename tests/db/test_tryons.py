"""A person's own try-ons: newest first, rated, and still listed when the picture is gone."""

import pytest
from sqlalchemy.exc import IntegrityError

from modera_bot.contracts import Category, Fit, FitAnalysis, TryOnResult
from modera_bot.db import Database, tryons
from tests.servers.databases import person


def result(letter: str, **more: object) -> TryOnResult:
    values = {"backend": "paint", "draft": False, "width": 600, "height": 800, "seconds": 2.0}
    return TryOnResult(
        tryon_id=letter * 32,
        result_key=f"users/1/results/{letter}.jpg",
        categories=(Category.TOPS,),
        **{**values, **more},
    )


def add(database: Database, who: tuple[int, str], made: TryOnResult) -> str:
    with database.begin() as connection:
        tryons.add(
            connection,
            result=made,
            user_id=who[0],
            session_id=who[1],
            clothing_key="users/1/photos/c.jpg",
            person_key="users/1/photos/p.jpg",
            credits_used=3,
        )
    return made.tryon_id


def test_a_try_on_comes_back_to_its_owner_alone(database: Database) -> None:
    anna, boris = person(database, 1), person(database, 2)
    made = result("a", quality_score=0.9, fit=FitAnalysis(chest=Fit.TIGHT))
    tryon_id = add(database, anna, made)
    with database.begin() as connection:
        kept = tryons.get(connection, tryon_id, anna[0])
        assert tryons.get(connection, tryon_id, boris[0]) is None
    assert kept is not None
    assert (kept.result, kept.result_key, kept.credits_used) == (made, made.result_key, 3)
    assert (kept.clothing_key, kept.person_key) == ("users/1/photos/c.jpg", "users/1/photos/p.jpg")
    assert (kept.session_id, kept.rating) == (anna[1], None)


def test_try_ons_are_listed_newest_first_page_by_page(database: Database) -> None:
    anna = person(database, 1)
    made = [add(database, anna, result(letter)) for letter in "abc"]
    with database.begin() as connection:
        pages = [tryons.of_user(connection, anna[0], 2, offset) for offset in (0, 2)]
    assert [[tryon.id for tryon in page] for page in pages] == [[made[2], made[1]], [made[0]]]


def test_only_the_owner_can_rate_and_only_from_one_to_five(database: Database) -> None:
    anna, boris = person(database, 1), person(database, 2)
    tryon_id = add(database, anna, result("a"))
    with database.begin() as connection:
        assert tryons.rate(connection, tryon_id, anna[0], 4)
        assert not tryons.rate(connection, tryon_id, boris[0], 1)
        kept = tryons.get(connection, tryon_id, anna[0])
    assert kept is not None
    assert kept.rating == 4
    with pytest.raises(IntegrityError), database.begin() as connection:
        tryons.rate(connection, tryon_id, anna[0], 6)


def test_a_deleted_picture_leaves_the_rest_of_its_try_on(database: Database) -> None:
    anna = person(database, 1)
    first, second = add(database, anna, result("a")), add(database, anna, result("b"))
    with database.begin() as connection:
        tryons.forget_result(connection, first)
        tryons.forget_key(connection, "users/1/results/b.jpg")
        tryons.forget_key(connection, "users/1/results/none.jpg")
        kept = [tryons.get(connection, tryon_id, anna[0]) for tryon_id in (first, second)]
    assert [tryon and tryon.result_key for tryon in kept] == [None, None]
