"""Which of the photos that arrived is the garment and which the person.

Decided from what the photos show, never from their order. When that is not enough, the
question goes to the person; a photo that can serve as neither is turned down at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from modera_bot.contracts import WORN_TOGETHER, Category, PhotoReport, Role
from modera_bot.errors import Code

ROLES = (Role.GARMENT, Role.PERSON)
OTHER = {Role.GARMENT: Role.PERSON, Role.PERSON: Role.GARMENT}


class Reported(Protocol):
    """A photo that has been looked at."""

    @property
    def report(self) -> PhotoReport: ...


PhotoT = TypeVar("PhotoT", bound=Reported)


@dataclass(frozen=True, slots=True)
class Question(Generic[PhotoT]):
    """Ask what a photo is for; `second` tells that there is one of this role already."""

    photo: PhotoT
    roles: tuple[Role, ...]
    second: Role | None = None


@dataclass(slots=True)
class Placing(Generic[PhotoT]):
    """What becomes of the photos; `second` is a garment to be worn with the one that is taken,
    or that is there already.
    """

    taken: dict[Role, PhotoT] = field(default_factory=dict)
    second: PhotoT | None = None
    questions: list[Question[PhotoT]] = field(default_factory=list)
    faults: list[tuple[PhotoT, Code]] = field(default_factory=list)
    unused: list[PhotoT] = field(default_factory=list)


def place(
    photos: Sequence[PhotoT],
    known: Iterable[Role],
    *,
    looks: bool = False,
    worn: Category | None = None,
) -> Placing[PhotoT]:
    """Place photos that arrived together, where photos for the roles `known` are there already.

    `looks`: two garments may be tried on together; `worn` is the kind of the one that is there.

    Several at once start afresh; a single one replaces what it resembles only when nothing is
    missing, for otherwise it may be meant as the missing one.
    """
    known = frozenset(known)
    placing: Placing[PhotoT] = Placing()
    held = set(known) if len(photos) == 1 and known != frozenset(ROLES) else set[Role]()
    for photo in sorted(photos, key=_quality):
        if looks and _completes(photo, held, placing, worn):
            placing.second = photo
            continue
        _place_one(photo, held, placing)
        held |= placing.taken.keys()
    if known | placing.taken.keys() == set(ROLES) and (placing.taken or placing.second):
        placing.unused += [question.photo for question in placing.questions]
        placing.unused += [photo for photo, _ in placing.faults]
        placing.questions, placing.faults = [], []
    elif len(photos) > 2:
        placing.unused += [question.photo for question in placing.questions]
        placing.questions = []
    return placing


def _quality(photo: Reported) -> tuple[bool, bool, int]:
    """Sort key: photos whose role is plain and that can serve in it come first."""
    report = photo.report
    return report.role is Role.UNSURE, report.fault(report.role) is not None, len(report.notices)


def _completes(
    photo: Reported, held: set[Role], placing: Placing[PhotoT], worn: Category | None
) -> bool:
    """Whether a garment makes a look with the one that is there."""
    report = photo.report
    if report.role is not Role.GARMENT or Role.GARMENT not in held or report.garment_fault:
        return False
    first = placing.taken.get(Role.GARMENT)
    both = {first.report.category if first else worn, report.category}
    return both == set(WORN_TOGETHER)


def _place_one(photo: PhotoT, held: set[Role], placing: Placing[PhotoT]) -> None:
    report = photo.report
    possible = tuple(role for role in ROLES if report.fault(role) is None)
    if report.role is not Role.UNSURE:
        fault = report.fault(report.role)
        if fault is None and report.role not in held:
            placing.taken[report.role] = photo
        elif fault is None:
            placing.questions.append(Question(photo, possible, second=report.role))
        elif OTHER[report.role] in possible and OTHER[report.role] not in held:
            placing.questions.append(Question(photo, possible))
        else:
            wanted = OTHER[report.role] if report.role in held else report.role
            placing.faults.append((photo, report.fault(wanted) or fault))
        return
    missing = [role for role in ROLES if role not in held] or list(ROLES)
    if any(role in possible for role in missing):
        placing.questions.append(Question(photo, possible))
    else:
        fault = report.fault(missing[0])
        assert fault is not None
        placing.faults.append((photo, fault))
