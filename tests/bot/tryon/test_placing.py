"""Which photo is which, decided from reports alone."""

from dataclasses import dataclass

import pytest

from modera_bot.bot.flows.tryon.placing import place
from modera_bot.contracts import Notice, PhotoReport, Role
from modera_bot.errors import Code
from tests.bot.tryon.conftest import LOOKS, report

GARMENT, PERSON = frozenset({Role.GARMENT}), frozenset({Role.PERSON})
NOTHING, BOTH = frozenset[Role](), GARMENT | PERSON


@dataclass(frozen=True)
class Seen:
    """A photo reduced to what was seen in it."""

    report: PhotoReport


GOOD_GARMENT = Seen(report(Role.GARMENT))
SMALL_GARMENT = Seen(report(Role.GARMENT, notices=(Notice.SMALL_PHOTO,)))
GOOD_PERSON = Seen(report(Role.PERSON, people=1))
CROWD = Seen(report(Role.PERSON, people=5, person_fault=Code.SEVERAL_PEOPLE))
UNSURE = Seen(report(Role.UNSURE))
NEITHER = Seen(report(Role.UNSURE, person_fault=Code.NO_PERSON, garment_fault=Code.BUSY_BACKGROUND))
BLURRED_GARMENT = Seen(report(Role.GARMENT, garment_fault=Code.BUSY_BACKGROUND))


@pytest.mark.parametrize("known", [NOTHING, PERSON, BOTH])
def test_a_plain_garment_is_taken_where_none_is_held(known: frozenset[Role]):
    assert place([GOOD_GARMENT], known).taken == {Role.GARMENT: GOOD_GARMENT}


def test_a_second_garment_is_asked_about():
    placing = place([GOOD_GARMENT], GARMENT)
    [question] = placing.questions
    assert question.second is Role.GARMENT
    assert not placing.taken


def test_with_nothing_missing_a_photo_replaces_its_like():
    assert place([GOOD_PERSON], BOTH).taken == {Role.PERSON: GOOD_PERSON}


def test_an_album_starts_afresh():
    placing = place([GOOD_PERSON, GOOD_GARMENT], GARMENT)
    assert placing.taken == {Role.GARMENT: GOOD_GARMENT, Role.PERSON: GOOD_PERSON}


def test_of_several_the_one_without_remarks_is_taken():
    placing = place([SMALL_GARMENT, GOOD_GARMENT, GOOD_PERSON], NOTHING)
    assert placing.taken[Role.GARMENT] is GOOD_GARMENT
    assert placing.unused == [SMALL_GARMENT]


def test_two_garments_at_once_leave_a_question():
    placing = place([GOOD_GARMENT, SMALL_GARMENT], NOTHING)
    assert placing.taken == {Role.GARMENT: GOOD_GARMENT}
    [question] = placing.questions
    assert question.photo is SMALL_GARMENT


def test_an_unsure_photo_is_asked_about_for_what_it_can_be():
    [question] = place([UNSURE], NOTHING).questions
    assert question.roles == (Role.GARMENT, Role.PERSON)


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (NOTHING, Code.BUSY_BACKGROUND),
        (PERSON, Code.BUSY_BACKGROUND),
        (GARMENT, Code.NO_PERSON),
        (BOTH, Code.BUSY_BACKGROUND),
    ],
)
def test_a_photo_of_nothing_is_refused_for_what_is_missing(known: frozenset[Role], code: Code):
    assert place([NEITHER], known).faults == [(NEITHER, code)]


def test_an_unusable_garment_in_place_of_the_person_is_no_person():
    assert place([BLURRED_GARMENT], GARMENT).faults == [(BLURRED_GARMENT, Code.NO_PERSON)]
    assert place([BLURRED_GARMENT], NOTHING).faults == [(BLURRED_GARMENT, Code.BUSY_BACKGROUND)]


def test_once_both_are_there_the_rest_of_an_album_is_left_alone():
    placing = place([CROWD, GOOD_GARMENT, GOOD_PERSON, UNSURE], NOTHING)
    assert not placing.faults
    assert not placing.questions
    assert placing.unused == [UNSURE, CROWD]


@pytest.mark.parametrize("known", [NOTHING, PERSON, GARMENT, BOTH])
@pytest.mark.parametrize("look", [*LOOKS.values()])
def test_every_photo_gets_exactly_one_answer(known: frozenset[Role], look: PhotoReport):
    placing = place([Seen(look)], known)
    answers = len(placing.taken) + len(placing.questions) + len(placing.faults)
    assert answers + len(placing.unused) == 1
