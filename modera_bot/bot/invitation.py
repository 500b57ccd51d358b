"""The link by which friends of a person come to the bot; flows/start.py follows it."""

from modera_bot.bot.turn import Turn


def invitation(turn: Turn) -> str:
    """The link by which the person's friends come."""
    return f"https://t.me/{turn.bot.username}?start=ref_{turn.user.id}"
