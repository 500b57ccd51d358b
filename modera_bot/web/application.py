"""The FastAPI application: which routes there are, and what stands before them."""

from fastapi import FastAPI

from modera_bot import __version__
from modera_bot.bot.turn import Services
from modera_bot.contracts import Webhook
from modera_bot.storage.local import LocalStorage
from modera_bot.web import credits, errors, fashion, health, media, telegram
from modera_bot.web.guard import Guard


def build(services: Services, webhook: Webhook | None) -> FastAPI:
    """Wire the routes; the webhook and /media only where they can serve anything."""
    app = FastAPI(
        title="modera-bot",
        version=__version__,
        docs_url=None,  # they would load scripts from elsewhere
        redoc_url=None,
    )
    app.include_router(health.router(services))
    if isinstance(services.storage, LocalStorage):
        app.include_router(media.router(services.storage))
    if webhook is not None:
        app.include_router(telegram.router(webhook))
    for router in (fashion.router(services), *credits.routers(services)):
        app.include_router(router)
    errors.handle(app)
    app.add_middleware(
        Guard,
        tokens=services.settings.web.tokens,
        large=(fashion.UPLOADS,),
        large_bytes=services.settings.limits.upload_bytes,
    )
    return app
