"""modera-bot: a self-hostable Telegram fashion bot."""

__version__ = "0.1.0"
