"""Whom a draft is refused, and who nearly is: on built people, then on pictures."""

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from modera_bot.contracts import Category, Notice
from modera_bot.errors import Code
from modera_bot.ml.anatomy import Landmark
from modera_bot.ml.base import Body, Person
from modera_bot.ml.draft.person_gates import Verdict, judge_person
from tests.ml.conftest import SAMPLES, sample
from tests.ml.draft.bodies import HEIGHT, WIDTH, body, leaning, person, turned
from tests.ml.draft.poses import beside, blurred, far, foreshortened, tilted, with_arm_bent

SHAPE = (HEIGHT, WIDTH)
BEN = sample("people/ben_tee_logo")
NOBODY = Body(())


def fault(one: Person) -> Code | None:
    return judge_person(body(one), SHAPE).fault


def unseen(one: Person, certainty: float, *landmarks: Landmark) -> Person:
    visibility = one.visibility.copy()
    visibility[list(landmarks)] = certainty
    return replace(one, visibility=visibility)


def test_a_frontal_standing_person_passes_without_a_word():
    assert judge_person(body(person()), SHAPE) == Verdict(None)


def test_nobody_is_refused():
    assert judge_person(NOBODY, SHAPE).fault is Code.NO_PERSON


@pytest.mark.parametrize(
    ("near_miss", "too_far", "code"),
    [
        (replace(person(), score=0.91), replace(person(), score=0.89), Code.PERSON_UNCLEAR),
        (
            unseen(person(), 0.87, Landmark.LEFT_SHOULDER),
            unseen(person(), 0.83, Landmark.LEFT_SHOULDER),
            Code.PERSON_UNCLEAR,
        ),
        (turned(person(), 36), turned(person(), 40), Code.TURNED_AWAY),
        (
            person(left_shoulder=(465, 270), right_shoulder=(335, 270)),
            person(left_shoulder=(455, 270), right_shoulder=(345, 270)),
            Code.TURNED_AWAY,
        ),
        (leaning(16), leaning(20), Code.LEANING),
        (
            person(left_wrist=(430, 450)),
            person(left_wrist=(430, 450), right_wrist=(370, 450)),
            Code.ARMS_IN_FRONT,
        ),
        (
            replace(person(), mask_agreement=0.86),
            replace(person(), mask_agreement=0.84),
            Code.OUTLINE_UNCLEAR,
        ),
        (
            person(left_shoulder=(540, 1), right_shoulder=(260, 1)),
            person(left_shoulder=(540, -1), right_shoulder=(260, 1)),
            Code.BODY_CROPPED,
        ),
    ],
)
def test_each_gate_lets_a_near_miss_pass_and_refuses_what_is_beyond(near_miss, too_far, code):
    assert fault(near_miss) is None
    assert fault(too_far) is code


def test_a_back_is_refused():
    back = person(left_shoulder=(300, 270), right_shoulder=(500, 270))
    assert fault(back) is Code.TURNED_AWAY


def short(hips: float) -> Person:
    """A person whose torso ends at `hips`, 270 pixels being its top."""
    return person(
        left_shoulder=(440, 270),
        right_shoulder=(360, 270),
        left_hip=(430, hips),
        right_hip=(370, hips),
    )


@pytest.mark.parametrize(("hips", "code"), [(360, None), (355, Code.PERSON_TOO_SMALL)])
def test_a_small_torso_is_refused(hips, code):
    assert fault(short(hips)) is code


def test_size_is_judged_at_the_size_that_is_worked_on():
    small = short(380)
    assert judge_person(body(small), (1000, 800)).fault is None
    assert judge_person(body(small), (4000, 3000)).fault is Code.PERSON_TOO_SMALL


@pytest.mark.parametrize(("share", "code"), [(0.25, None), (0.35, Code.SEVERAL_PEOPLE)])
def test_a_second_person_counts_unless_far_in_the_background(share, code):
    mask = np.zeros(SHAPE, np.float32)
    mask[100 : 100 + round(850 * share), 230:570] = 1
    other = replace(person(), mask=mask)
    assert judge_person(body(person(), other), SHAPE).fault is code


@pytest.mark.parametrize(
    ("one", "notices"),
    [
        (turned(person(), 26), ()),
        (turned(person(), 30), (Notice.SLIGHTLY_TURNED,)),
        (person(left_wrist=(430, 450)), (Notice.HAND_IN_FRONT,)),
        (unseen(person(), 0.3, Landmark.LEFT_HIP), (Notice.HIPS_OUTSIDE,)),
        (unseen(person(), 0.5, Landmark.LEFT_HIP), ()),
        (replace(person(), face=None), (Notice.NO_FACE,)),
    ],
)
def test_what_still_works_is_noticed(one, notices):
    assert judge_person(body(one), SHAPE) == Verdict(None, notices)


def test_a_small_photo_is_noticed():
    assert judge_person(body(person()), (600, 480)).notices == (Notice.SMALL_PHOTO,)


# --- legs -------------------------------------------------------------------------------

ON_LEGS = [Category.BOTTOMS, Category.ONE_PIECES]


def seated(degrees: float) -> Person:
    """The person with thighs at an angle to the torso, knees towards the camera."""
    one = person()
    world = one.world.copy()
    bend = np.radians(180 - degrees)
    torso = np.array([0, -0.5, 0], np.float32)
    thigh = np.array([0, 0.4 * np.cos(bend), -0.4 * np.sin(bend)], np.float32)
    for side in ("LEFT", "RIGHT"):
        hip = world[Landmark[f"{side}_HIP"]]
        world[Landmark[f"{side}_SHOULDER"]] = hip + torso
        world[Landmark[f"{side}_KNEE"]] = hip + thigh
    return replace(one, world=world)


@pytest.mark.parametrize("category", ON_LEGS)
def test_nothing_is_put_on_the_legs_of_somebody_who_sits(category):
    assert judge_person(body(seated(133)), SHAPE, category).fault is None
    assert judge_person(body(seated(127)), SHAPE, category).fault is Code.SEATED


def test_a_top_on_somebody_who_sits_is_only_noticed():
    assert judge_person(body(seated(127)), SHAPE, Category.TOPS) == Verdict(None, (Notice.SEATED,))
    assert judge_person(body(seated(133)), SHAPE, Category.TOPS) == Verdict(None)


@pytest.mark.parametrize("category", ON_LEGS)
def test_nothing_is_put_on_legs_of_which_little_is_seen(category):
    near, cut = (replace(person(), mask=person().mask[:rows]) for rows in (680, 670))
    assert judge_person(body(near), SHAPE, category).fault is None
    assert judge_person(body(cut), SHAPE, category).fault is Code.LEGS_CROPPED
    assert judge_person(body(cut), SHAPE, Category.TOPS) == Verdict(None)
    hidden = unseen(person(), 0.3, Landmark.LEFT_HIP)
    assert judge_person(body(hidden), SHAPE, category).fault is Code.LEGS_CROPPED


# --- one of several ---------------------------------------------------------------------


def test_of_several_people_the_chosen_one_is_judged():
    upright, tilted = person(), leaning(25)
    left, right = np.zeros(SHAPE, np.float32), np.zeros(SHAPE, np.float32)
    left[:, :400], right[:, 400:] = 1, 1
    both = body(replace(upright, mask=left), replace(tilted, mask=right))
    assert judge_person(both, SHAPE).fault is Code.SEVERAL_PEOPLE
    assert judge_person(both, SHAPE, at=(0.2, 0.5)).fault is None
    assert judge_person(both, SHAPE, at=(0.8, 0.5)).fault is Code.LEANING


# --- pictures ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seen(understanding):
    """Sample pictures with the person in them."""
    return cache(lambda name: (sample(name), understanding.understand(sample(name)).people[0]))


def judged(understanding, picture, category=Category.TOPS, at=None) -> Verdict:
    return judge_person(understanding.understand(picture), picture.shape[:2], category, at)


@pytest.mark.parametrize(
    ("near_miss", "too_far", "code"),
    [
        (tilted(BEN, 12), tilted(BEN, 25), Code.LEANING),
        (far(BEN, 0.22), far(BEN, 0.17), Code.PERSON_TOO_SMALL),
        (BEN[:, 240:], BEN[:, 340:], Code.BODY_CROPPED),
        (blurred(BEN, 8), blurred(BEN, 15), Code.PERSON_UNCLEAR),
    ],
    ids=["leaning", "far away", "cropped at the shoulder", "blurred"],
)
def test_pictures_near_a_gate_pass_and_those_beyond_are_refused(
    understanding, near_miss, too_far, code
):
    assert judged(understanding, np.ascontiguousarray(near_miss)).fault is None
    assert judged(understanding, np.ascontiguousarray(too_far)).fault is code


def rendered() -> list[tuple[str, str, str]]:
    with (SAMPLES / "gates" / "gates.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["role"] == "person"]
    return [(row["file"], row["category"], row["expected"]) for row in rows]


@pytest.mark.parametrize(("file", "category", "expected"), rendered())
def test_people_in_other_poses_pass_or_are_refused(understanding, file, category, expected):
    picture = sample(f"gates/{Path(file).stem}")
    verdict = judged(understanding, picture, Category(category))
    outcome = verdict.fault or " ".join(["passes", *verdict.notices])
    assert outcome == expected


def test_a_photo_down_to_the_thighs_has_legs_enough_but_none_down_to_the_hips(understanding):
    whole = sample("people/mia_tank_dots")
    assert judged(understanding, whole[:660], Category.BOTTOMS) == Verdict(None)
    assert judged(understanding, whole[:560], Category.BOTTOMS).fault is Code.LEGS_CROPPED
    assert judged(understanding, whole[:660], Category.TOPS) == Verdict(None)


def test_thighs_that_point_to_the_camera_are_of_somebody_who_sits(understanding, seen):
    near_miss, sitting = (
        foreshortened(*seen("people/mia_dress_pin"), share) for share in (0.6, 0.2)
    )
    assert judged(understanding, near_miss, Category.BOTTOMS) == Verdict(None)
    assert judged(understanding, sitting, Category.BOTTOMS).fault is Code.SEATED
    assert judged(understanding, sitting, Category.TOPS) == Verdict(None, (Notice.SEATED,))


def test_hands_before_the_body_are_noticed_and_hands_beside_it_are_not(understanding, seen):
    picture, one = seen("people/ben_tee_logo")
    beside_it, before_it = (with_arm_bent(picture, one, "LEFT", turn) for turn in (30, 90))
    assert judged(understanding, beside_it) == Verdict(None)
    assert judged(understanding, before_it) == Verdict(None, (Notice.HAND_IN_FRONT,))


def test_whoever_stands_too_close_to_somebody_cannot_be_cut_out(understanding, seen):
    front, one = seen("people/ana_tee_stripe")
    near_miss, too_close = (beside(BEN, front, one.mask, shift) for shift in (420, 320))
    for picture, code in ((near_miss, None), (too_close, Code.OUTLINE_UNCLEAR)):
        assert judged(understanding, picture).fault is Code.SEVERAL_PEOPLE
        x = one.pose[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 0].mean()
        at = float((x + picture.shape[1] - 768) / picture.shape[1]), 0.5
        assert judged(understanding, picture, at=at).fault is code
