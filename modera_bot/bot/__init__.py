"""The Telegram side: handlers, flows, texts, and delivery of what the jobs have made."""

import os

# durations of python-telegram-bot are timedeltas, as they will be by default one day
os.environ.setdefault("PTB_TIMEDELTA", "1")
