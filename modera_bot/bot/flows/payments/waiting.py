"""What waits for credits, and how it goes on from exactly there once they have come."""

from modera_bot.bot.flows.stylist import price as styling
from modera_bot.bot.flows.stylist.data import StylistData
from modera_bot.bot.flows.stylist.submission import submit as submit_styling
from modera_bot.bot.flows.tryon import price as tryon
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.submission import submit as submit_tryon
from modera_bot.bot.turn import Turn
from modera_bot.db.sessions import Session


def waits(turn: Turn, session: Session) -> bool:
    """Whether a session lacks nothing but its beginning."""
    if session.session_type == StylistData.session_type:
        return styling.waits(StylistData.of(session), session.state)
    return tryon.waits(turn, TryOnData.of(session), session.state)


async def go_on(turn: Turn, session: Session) -> None:
    """Begin what a session waits for, be it expired by now, and end the turn."""
    if session.session_type == StylistData.session_type:
        await submit_styling(turn, StylistData.of(session))
    else:
        await submit_tryon(turn, TryOnData.of(session))
