"""What the bot says about itself: name, texts, commands, menu button (Bot API, setMy...)."""

from __future__ import annotations

import json
import re

from modera_bot.sandbox.methods.call import Call, Json, Method
from modera_bot.sandbox.refusals import bad_request
from modera_bot.sandbox.world import World


async def get_me(call: Call) -> Json:
    """getMe."""
    abilities = {
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return call.world.bot | abilities


async def accept(call: Call) -> bool:
    """logOut and close: nothing to do here."""
    return True


async def get_chat(call: Call) -> Json:
    """getChat, with the few fields that every ChatFullInfo has."""
    return call.person().as_chat() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


async def set_my_commands(call: Call) -> bool:
    """setMyCommands: at most 100, kept by scope and language."""
    commands = call.fields["commands"]
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    call.world.save_profile(_commands_key(call), commands)
    return True


async def get_my_commands(call: Call) -> list[Json]:
    """getMyCommands: exactly this scope and language, no falling back."""
    commands: list[Json] = call.world.profile.get(_commands_key(call), [])
    return commands


async def delete_my_commands(call: Call) -> bool:
    """deleteMyCommands."""
    call.world.save_profile(_commands_key(call), None)
    return True


def setter(name: str, limit: int) -> Method:
    """A method that sets one text per language; an empty text takes it back."""

    async def set_text(call: Call) -> bool:
        text = call.fields.get(name, "")
        if len(text) > limit:
            raise bad_request(f"{name} is too long")
        call.world.save_profile(f"{name}:{call.fields.get('language_code', '')}", text or None)
        return True

    return set_text


def getter(name: str) -> Method:
    """A method that gives that text, in the default language where there is no other."""

    async def get_text(call: Call) -> Json:
        return {name: profile_text(call.world, name, call.fields.get("language_code", ""))}

    return get_text


async def set_chat_menu_button(call: Call) -> bool:
    """setChatMenuButton."""
    key = f"menu:{call.fields.get('chat_id', '')}"
    call.world.save_profile(key, call.fields.get("menu_button", {"type": "default"}))
    return True


async def get_chat_menu_button(call: Call) -> Json:
    """getChatMenuButton."""
    default = call.world.profile.get("menu:", {"type": "default"})
    button: Json = call.world.profile.get(f"menu:{call.fields.get('chat_id', '')}", default)
    return button


def profile_text(world: World, name: str, language: str) -> str:
    """A text about the bot as a person of this language sees it."""
    fallback = world.bot["first_name"] if name == "name" else ""
    texts = (world.profile.get(f"{name}:{spoken}") for spoken in (language, ""))
    return next((text for text in texts if text), fallback)


def commands_for(world: World, chat_id: int, language: str) -> list[Json]:
    """The menu a person sees: the narrowest scope that has one, in their language first.

    Order as in Bot API, "Determining list of commands", for private chats.
    """
    scopes: list[Json] = [
        {"type": "chat", "chat_id": chat_id},
        {"type": "all_private_chats"},
        {"type": "default"},
    ]
    for scope in scopes:
        for spoken in (language, ""):
            commands: list[Json] | None = world.profile.get(_key(scope, spoken))
            if commands:
                return commands
    return []


def _commands_key(call: Call) -> str:
    scope = call.fields.get("scope") or {"type": "default"}
    return _key(scope, call.fields.get("language_code", ""))


def _key(scope: Json, language: str) -> str:
    return f"commands:{json.dumps(scope, sort_keys=True)}:{language}"
