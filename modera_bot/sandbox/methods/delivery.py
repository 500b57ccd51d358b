"""How the bot hears: long polling or a webhook (Bot API, "Getting updates")."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from modera_bot.sandbox.guard import LOOPBACK
from modera_bot.sandbox.methods.call import Call, Json
from modera_bot.sandbox.refusals import WEBHOOK_ACTIVE, Refusal, bad_request


async def get_updates(call: Call) -> list[Json]:
    """getUpdates: at most 100 at a time, waiting up to 50 seconds."""
    if call.world.profile.get("webhook"):
        raise Refusal(409, WEBHOOK_ACTIVE)
    updates = call.world.updates
    _allow(call)
    if offset := call.fields.get("offset", 0):
        updates.confirm(offset)
        call.world.records.commit()
    limit = min(max(call.fields.get("limit", 100), 1), 100)
    seconds = min(max(call.fields.get("timeout", 0), 0), 50)
    return await updates.poll(limit, seconds, call.gone)


async def set_webhook(call: Call) -> bool:
    """setWebhook. On this computer plain http is accepted: the sandbox has no certificates."""
    url, secret = call.fields["url"], call.fields.get("secret_token", "")
    if not url:
        return await delete_webhook(call)
    if not re.match(r"https?://[^/\s]+", url):
        raise bad_request("bad webhook: invalid webhook URL specified")
    if url.startswith("http:") and urlsplit(url).hostname not in LOOPBACK:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    _allow(call)
    _drop(call)
    call.world.webhook_error = None
    call.world.save_profile("webhook", {"url": url, "secret": secret})
    return True


async def delete_webhook(call: Call) -> bool:
    """deleteWebhook."""
    _drop(call)
    call.world.save_profile("webhook", None)
    return True


async def get_webhook_info(call: Call) -> Json:
    """getWebhookInfo."""
    webhook = call.world.profile.get("webhook") or {}
    info: Json = {
        "url": webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(call.world.updates),
    }
    if webhook and call.world.webhook_error is not None:
        info["last_error_date"], info["last_error_message"] = call.world.webhook_error
    if call.world.updates.allowed:
        info["allowed_updates"] = call.world.updates.allowed
    return info


def _allow(call: Call) -> None:
    if "allowed_updates" in call.fields:
        call.world.updates.allowed = call.fields["allowed_updates"]


def _drop(call: Call) -> None:
    if call.fields.get("drop_pending_updates"):
        call.world.updates.confirm(2**52)
