"""Finished style analyses: what somebody was advised, and what they thought of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select

from modera_bot.db.schema import style_analyses
from modera_bot.style import Feedback, PastAdvice, StyleProfile

#: How many earlier pieces of advice the next one takes into account.
REMEMBERED = 3


@dataclass(frozen=True, slots=True)
class Analysis:
    """One analysis. Keys are storage keys; `card_key` is None once the card is gone."""

    id: str
    user_id: int
    session_id: str | None
    photo_key: str
    card_key: str | None
    profile: StyleProfile
    feedback: Feedback | None
    credits_used: int
    created_at: datetime


def add(
    connection: Connection,
    *,
    analysis_id: str,
    user_id: int,
    session_id: str,
    photo_key: str,
    card_key: str,
    profile: StyleProfile,
    credits_used: int,
) -> None:
    """Record a finished analysis."""
    dumped = profile.model_dump(mode="json")
    connection.execute(
        style_analyses.insert().values(
            id=analysis_id,
            session_id=session_id,
            user_id=user_id,
            input_image_url=photo_key,
            style_profile=dumped,
            recommendations=dumped["outfits"],
            card_image_url=card_key,
            credits_used=credits_used,
        )
    )


def get(connection: Connection, analysis_id: str, user_id: int) -> Analysis | None:
    """A person's own analysis; None also for one of somebody else, or of another version."""
    row = connection.execute(
        select(style_analyses).where(
            style_analyses.c.id == analysis_id, style_analyses.c.user_id == user_id
        )
    ).one_or_none()
    return None if row is None else _analysis(row)


def kept(connection: Connection, user_id: int) -> list[Analysis]:
    """A person's analyses whose card is kept, newest first."""
    query = (
        select(style_analyses)
        .where(style_analyses.c.user_id == user_id, style_analyses.c.card_image_url.is_not(None))
        .order_by(style_analyses.c.created_at.desc(), style_analyses.c.id)
    )
    found = [_analysis(row) for row in connection.execute(query)]
    return [analysis for analysis in found if analysis is not None]


def remove(connection: Connection, analysis_id: str) -> None:
    """Forget an analysis, and what was recommended by it."""
    connection.execute(style_analyses.delete().where(style_analyses.c.id == analysis_id))


def judge(connection: Connection, analysis_id: str, user_id: int, feedback: Feedback) -> None:
    """Note what the person thinks of their analysis; the last word counts."""
    connection.execute(
        style_analyses.update()
        .where(style_analyses.c.id == analysis_id, style_analyses.c.user_id == user_id)
        .values(user_feedback=feedback.model_dump(mode="json"))
    )


def past(connection: Connection, user_id: int) -> tuple[PastAdvice, ...]:
    """The last pieces of advice that a person judged, the newest first."""
    query = (
        select(style_analyses)
        .where(style_analyses.c.user_id == user_id, style_analyses.c.user_feedback.is_not(None))
        .order_by(style_analyses.c.created_at.desc(), style_analyses.c.id)
        .limit(REMEMBERED)
    )
    found = [_analysis(row) for row in connection.execute(query)]
    return tuple(_past(analysis) for analysis in found if analysis is not None)


def forget_key(connection: Connection, card_key: str) -> None:
    """Note that a card is no longer in storage; other keys change nothing."""
    connection.execute(
        style_analyses.update()
        .where(style_analyses.c.card_image_url == card_key)
        .values(card_image_url=None)
    )


def _past(analysis: Analysis) -> PastAdvice:
    assert analysis.feedback is not None
    outfits = analysis.profile.outfits
    colours = dict.fromkeys(item.colour.hex for outfit in outfits for item in outfit.items)
    return PastAdvice(
        feedback=analysis.feedback,
        outfits=tuple(outfit.title for outfit in outfits),
        colours=tuple(colours),
    )


def _analysis(row: Any) -> Analysis | None:
    try:
        profile = StyleProfile.model_validate(row.style_profile)
        judged = row.user_feedback
        feedback = None if judged is None else Feedback.model_validate(judged)
    except ValidationError:
        return None
    return Analysis(
        row.id,
        row.user_id,
        row.session_id,
        row.input_image_url,
        row.card_image_url,
        profile,
        feedback,
        row.credits_used,
        row.created_at,
    )
