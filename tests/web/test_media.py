"""Pictures by their signed address: whole, in ranges, for a time, and nobody else's."""

import time

import pytest

#: S3 serves its own pictures.
pytestmark = pytest.mark.files

KEY = "users/7/photos/0b5e.jpg"
DATA = b"\xff\xd8" + bytes(range(256)) * 20


def path(app, key=KEY, seconds=60) -> str:
    app.services.storage.put(KEY, DATA, "image/jpeg")
    url = app.services.storage.url(key, seconds)
    assert url.startswith(app.web)
    return url.removeprefix(app.web)


async def test_a_picture_comes_with_its_type_and_is_kept_privately_while_its_address_lives(
    app, http
):
    async with http.get(path(app)) as answer:
        assert (answer.status, await answer.read()) == (200, DATA)
        headers = answer.headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    private, age, _ = headers["Cache-Control"].split(", ")
    assert private == "private"
    assert 50 <= int(age.removeprefix("max-age=")) <= 60


async def test_a_range_is_answered_with_that_part(app, http):
    async with http.get(path(app), headers={"Range": "bytes=2-11"}) as answer:
        assert (answer.status, await answer.read()) == (206, DATA[2:12])
        assert answer.headers["Content-Range"] == f"bytes 2-11/{len(DATA)}"
    async with http.get(path(app), headers={"Range": "bytes=99999-"}) as answer:
        assert answer.status == 416


async def test_only_the_head_may_be_asked_for(app, http):
    async with http.head(path(app)) as answer:
        assert (answer.status, answer.content_length) == (200, len(DATA))


async def test_no_other_picture_opens_with_a_signature_nor_with_none(app, http):
    url = path(app)
    forged = url[:-1] + ("0" if url[-1] != "0" else "1")
    others = (
        url.replace("users/7", "users/8"),
        forged,
        url.replace("/0b5e.jpg", "/..%2f0b5e.jpg"),
        path(app, seconds=1).replace("expires=", "expires=9"),
    )
    for other in others:
        async with http.get(other) as answer:
            assert answer.status == 403, other
            assert (await answer.json())["error"]["code"] == "forbidden"
    async with http.get(url.partition("?")[0]) as answer:
        assert answer.status == 422


async def test_an_expired_address_is_refused_and_a_deleted_picture_gone(app, http, monkeypatch):
    url = path(app)
    app.services.storage.delete(KEY)
    async with http.get(url) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (404, "picture_gone")
    later = time.time() + 61
    monkeypatch.setattr("modera_bot.storage.local.time.time", lambda: later)
    async with http.get(url) as answer:
        assert answer.status == 403
