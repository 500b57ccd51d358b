"""Failures to get models, with what to do about them."""

from modera_bot.errors import Code, ModeraError


def failure(reason: str, *, permanent: bool = True) -> ModeraError:
    """An error that says why models could not be got; `permanent` if repeating can't help."""
    return ModeraError(Code.MODELS_MISSING, reason, permanent)
