"""The API keeps to its own description, whatever is sent: never a 5xx."""

import asyncio
import contextlib

import schemathesis
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as example_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from modera_bot.config import PaySettings
from tests.bot.tryon.conftest import TOP, WOMAN, _colours, photo
from tests.web.callers import Caller

__all__ = ["_colours"]

EXAMPLES = 6
#: What a made-up request is given where it names a photo.
PHOTOS = {"clothing_image_url": TOP, "person_image_url": WOMAN}
KEPT = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "ignored_auth",
)


async def test_no_request_that_can_be_made_up_breaks_the_api(serve_web, http, bearer, anna):
    async with serve_web(pay=PaySettings(enabled=True)) as app:
        await _try_everything(app, http, bearer, anna)


async def _try_everything(app, http, bearer, anna) -> None:
    caller = await Caller.of(app, http, bearer, anna)
    keys = {name: await caller.upload(photo(colour)) for name, colour in PHOTOS.items()}
    async with http.get("/openapi.json") as answer:
        document = await answer.json()
    described = schemathesis.openapi.from_dict(document)
    described.config.update(base_url=app.web)
    checks = [CHECKS.get_one(name) for name in KEPT]

    def walk(mode: GenerationMode) -> int:
        operations = 0
        for operation in described.get_all_operations():
            cases = operation.ok().as_strategy(generation_mode=mode)

            @given(case=cases, real=strategies.booleans())
            @example_settings(
                max_examples=EXAMPLES,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=[*HealthCheck],
            )
            def check(case: schemathesis.Case, real: bool) -> None:
                if real:  # else almost all would end at a person who does not exist
                    for values in (case.query, case.body, case.path_parameters):
                        if isinstance(values, dict) and "user_id" in values:
                            values["user_id"] = caller.user_id
                        for photo_of in PHOTOS:
                            if isinstance(values, dict) and photo_of in values:
                                values[photo_of] = keys[photo_of]
                case.call_and_validate(headers=bearer, checks=checks, timeout=20)

            with contextlib.suppress(Unsatisfiable):  # nothing wrong can be sent to /healthz
                check()
                operations += 1
        return operations

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        assert await asyncio.to_thread(walk, mode) >= 10
