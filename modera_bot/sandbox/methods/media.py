"""Photos, documents, albums and files (Bot API, "Sending files")."""

from __future__ import annotations

import asyncio

from modera_bot.sandbox.files import StoredFile, Upload
from modera_bot.sandbox.methods.call import Call, Json, caption_of, post
from modera_bot.sandbox.photos import renditions, thumbnail
from modera_bot.sandbox.refusals import TOO_BIG_FILE, bad_request
from modera_bot.sandbox.world import World

MAX_DOWNLOAD = 20 * 1024 * 1024
ALBUM = range(2, 11)


async def send_photo(call: Call) -> Json:
    """sendPhoto."""
    person, caption = call.person(), caption_of(call.fields)
    photo = await photo_of(call, call.fields["photo"])
    return post(call, person, {"photo": photo} | _look(call.fields) | caption)


async def send_document(call: Call) -> Json:
    """sendDocument."""
    person, caption = call.person(), caption_of(call.fields)
    document = await document_of(call, call.fields["document"])
    return post(call, person, document | caption)


async def send_media_group(call: Call) -> list[Json]:
    """sendMediaGroup: two to ten photos, or two to ten documents."""
    person, items = call.person(), call.fields["media"]
    if len(items) not in ALBUM:
        raise bad_request("album must include 2-10 items")
    if len({item["type"] for item in items}) > 1:
        raise bad_request("document can't be mixed with other media types")
    contents = [await media_of(call, item) for item in items]
    group = {"media_group_id": str(call.world.next_id("group"))}
    return [post(call, person, content | group) for content in contents]


async def get_file(call: Call) -> Json:
    """getFile: up to 20 MB."""
    file = call.world.files.by_id.get(call.fields["file_id"])
    if file is None:
        raise bad_request("invalid file_id")
    if file.size > MAX_DOWNLOAD:
        raise bad_request(TOO_BIG_FILE)
    return file.as_file() | {"file_path": file.path}


async def media_of(call: Call, item: Json) -> Json:
    """The content of a message made from an InputMedia object."""
    caption = caption_of(item)
    if item["type"] == "photo":
        return {"photo": await photo_of(call, item["media"])} | _look(item) | caption
    return await document_of(call, item["media"]) | caption


async def photo_of(call: Call, given: Upload | str) -> list[Json]:
    """PhotoSize objects of a photo, uploaded or known."""
    if isinstance(given, str):
        return photo_sizes(call.world, _known(call.world, given, "photo"))
    return await store_photo(call.world, given, edge=call.photo_edge, by_app=False)


async def store_photo(world: World, upload: Upload, *, edge: int, by_app: bool) -> list[Json]:
    """Recompress and keep a photo; the work is done in a thread."""
    sizes = await asyncio.to_thread(renditions, upload.data, edge=edge, by_app=by_app)
    return photo_sizes(world, world.files.add_photo(sizes)[-1])


def photo_sizes(world: World, file: StoredFile) -> list[Json]:
    """All sizes of the photo that `file` is one size of."""
    return [world.files.by_id[file_id].as_photo_size() for file_id in file.sizes]


async def document_of(call: Call, given: Upload | str) -> Json:
    """`document` (and `animation` for a GIF) of a message, uploaded or known."""
    if isinstance(given, str):
        return document_content(call.world, _known(call.world, given, "document"))
    if not given.data:
        raise bad_request("file must be non-empty")
    return await store_document(call.world, given)


async def store_document(world: World, upload: Upload) -> Json:
    """Keep a document byte for byte, with a preview where it is a picture."""
    preview = None
    if upload.mime.startswith("image/"):
        preview = await asyncio.to_thread(thumbnail, upload.data)
    return document_content(world, world.files.add(upload, "document", preview))


def document_content(world: World, file: StoredFile) -> Json:
    """Bot API `Document` in its field; a GIF is an `animation` too, as at Telegram."""
    document = file.as_file() | {"file_name": file.name, "mime_type": file.mime}
    if file.thumbnail:
        document["thumbnail"] = world.files.by_id[file.thumbnail].as_photo_size()
    if file.mime != "image/gif":
        return {"document": document}
    moving = document | {"width": file.width, "height": file.height, "duration": 1}
    return {"document": document, "animation": moving}


def _known(world: World, file_id: str, kind: str) -> StoredFile:
    if file_id.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content (the sandbox stays on this computer)")
    file = world.files.by_id.get(file_id)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file


def _look(fields: Json) -> Json:
    spoiler = {"has_media_spoiler": True} if fields.get("has_spoiler") else {}
    above = {"show_caption_above_media": True} if fields.get("show_caption_above_media") else {}
    return spoiler | above
