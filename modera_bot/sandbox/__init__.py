"""A local stand-in for Telegram: a Bot API 10.0 emulator on loopback, and a chat page.

The bot talks to it over HTTP exactly as it talks to Telegram. People talk to it with a browser,
tests with `modera_bot.sandbox.client`. It is stricter than Telegram on purpose: what Telegram
ignores in silence (an unknown field, say) is refused here, so that mistakes show.

    server      Sandbox: binds, serves, stops
    botapi      the bot's side: token, faults, dispatch to methods/
    userapi     the people's side: JSON over HTTP; stream: events over a WebSocket
    world       who is there and what was said; records keeps it over kill -9
    payments    Stars: invoices, checkouts, what was paid; buyers: what people do with them
    schema      every method and object of the Bot API that is understood, as a table
    faults      failures on demand
    page/       the chat page: plain HTML, CSS and ES modules
"""
