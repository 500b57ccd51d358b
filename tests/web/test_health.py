"""Is it alive, is it ready, and what is wrong if not."""

import socket

import pytest

from modera_bot.errors import Code, ConfigError, StorageError


async def test_a_process_that_works_is_alive_and_ready(app, http):
    async with http.get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})
    async with http.get("/readyz") as answer:
        checks = {"database": "ok", "storage": "ok", "queue": "ok"}
        assert (answer.status, await answer.json()) == (200, {"ready": True, "checks": checks})


async def test_what_does_not_answer_is_named_and_life_goes_on(app, http, monkeypatch):
    def broken() -> None:
        raise StorageError(Code.STORAGE_UNAVAILABLE, "a path that is nobody's business")

    def lost() -> None:
        raise ConnectionRefusedError("redis://secret@host")

    monkeypatch.setattr(app.services.storage.__class__, "check", lambda self: broken())
    monkeypatch.setattr(app.services.jobs._queue.__class__, "check", lambda self: lost())
    async with http.get("/readyz") as answer:
        status, told = answer.status, await answer.json()
    assert status == 503
    assert told["checks"] == {
        "database": "ok",
        "storage": "storage_unavailable",
        "queue": "ConnectionRefusedError",
    }
    async with http.get("/healthz") as answer:
        assert answer.status == 200


async def test_many_who_ask_at_once_cause_one_look(app, http, monkeypatch):
    looks = []
    monkeypatch.setattr(app.services.storage.__class__, "check", lambda self: looks.append(1))
    for _ in range(5):
        async with http.get("/readyz") as answer:
            assert answer.status == 200
    assert looks == [1]


async def test_a_port_in_use_is_told_with_what_to_write(serve_web, web_settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", web_settings.web.port))
        taken.listen()
        with pytest.raises(ConfigError, match=r"web.port: .* write a free port"):
            async with serve_web(("web",)):
                pass


async def test_a_queue_in_memory_and_a_webhook_need_their_roles_together(serve_web, web_settings):
    with pytest.raises(ConfigError, match=r"telegram.mode: a webhook needs the web role"):
        async with serve_web(("bot", "ml"), mode="webhook"):
            pass


async def test_an_unknown_route_is_answered_in_the_common_form(app, http):
    async with http.get("/nothing") as answer:
        assert answer.status == 404
        assert (await answer.json())["error"]["code"] == "not_found"
    async with http.post("/healthz") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET")
        assert (await answer.json())["error"]["code"] == "method_not_allowed"
