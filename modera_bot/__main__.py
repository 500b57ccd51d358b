"""`python -m modera_bot` is `modera-bot`."""

from modera_bot.cli import main

main()
