"""What the fashion contracts take and answer."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from modera_bot.contracts import (
    Category,
    FitAnalysis,
    JobState,
    Notice,
    Quality,
    Role,
    Stage,
    Wire,
)
from modera_bot.style import Range, StylePreferences, StyleProfile
from modera_bot.web.contract import SessionId, UserId
from modera_bot.web.errors import ErrorDetail

ImageUrl = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2048,
        description="A storage key, or a signed address of ours that still lives; nothing else.",
        examples=["users/7/photos/0b5ea1c7.jpg"],
    ),
]


class TryOn(Wire):
    clothing_image_url: ImageUrl
    person_image_url: ImageUrl
    user_id: UserId
    session_id: SessionId
    quality_level: Quality = Quality.STANDARD


class Result(BaseModel):
    """The picture that was made; `image_url` is its storage key, `signed_url` opens for a time."""

    tryon_id: str
    image_url: str
    signed_url: str
    width: int
    height: int
    draft: bool
    backend: str
    categories: tuple[Category, ...]
    notices: tuple[Notice, ...]
    quality_score: float | None
    fit_analysis: FitAnalysis | None
    credits_used: int


class StyleAnalysis(Wire):
    """`budget_range` is for one outfit, and counts more than that of the preferences."""

    person_image_url: ImageUrl
    user_id: UserId
    session_id: SessionId
    preferences: StylePreferences = StylePreferences()
    budget_range: Range | None = None


class Advice(BaseModel):
    """What suits the person. `image_url` is the storage key of the card, `signed_url` opens it
    for a time; both are null once the card has been deleted."""

    analysis_id: str
    style_profile: StyleProfile
    image_url: str | None
    signed_url: str | None
    credits_used: int


class Standing(BaseModel):
    """Where a job stands."""

    session_id: str
    job_id: str
    status: JobState
    position: int
    stage: Stage | None
    progress: float
    eta_seconds: float | None
    error: ErrorDetail | None = None


class TryOnStatus(Standing):
    """Where a try-on stands. `result` comes with `done` while its picture is kept."""

    result: Result | None = None


class StyleStatus(Standing):
    """Where a style analysis stands. `result` comes with `done` while it is kept."""

    result: Advice | None = None


class Picture(BaseModel):
    """A photo in storage, ready to be used as `image_url`."""

    image_url: str
    signed_url: str
    width: int
    height: int
    expires_at: datetime | None


class ImageOfPerson(Wire):
    image_url: ImageUrl
    user_id: UserId


class RoleFault(ErrorDetail):
    """Why a photo can't serve in a role."""

    role: Role


class Validity(BaseModel):
    """What a photo can serve as; `faults` says why it can't, for each role."""

    valid_as_person: bool
    valid_as_garment: bool
    role: Role
    category: Category | None
    people: int
    width: int
    height: int
    notices: tuple[Notice, ...]
    faults: tuple[RoleFault, ...]
