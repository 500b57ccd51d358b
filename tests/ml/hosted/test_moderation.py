"""Photos are looked at before anything is drawn of them."""

from collections.abc import Callable, Iterator

import pytest

from modera_bot.config import InferenceSettings, OpenAISettings
from modera_bot.errors import Code, Refusal
from modera_bot.ml.metering import Tally
from modera_bot.ml.moderation import Moderation, moderation_of
from modera_bot.pool import PicturePool
from tests.ml.conftest import SAMPLES
from tests.ml.hosted.openai_server import OpenAIServer, refused

PICTURES = [
    (SAMPLES / name).read_bytes() for name in ("people/ana_tee_logo.jpg", "garments/tee_stripe.jpg")
]
AGREED = {"OpenAI (USA)"}
Make = Callable[..., Moderation]


@pytest.fixture
def make(
    openai: OpenAIServer, openai_settings: OpenAISettings, pool: PicturePool
) -> Iterator[Make]:
    made: list[Moderation] = []

    def new(**values: object) -> Moderation:
        given = {"moderation": "openai", "openai": openai_settings, **values}
        made.append(moderation_of(InferenceSettings.model_validate(given), Tally(), pool))
        return made[-1]

    yield new
    for each in made:
        each.close()


def test_each_photo_is_looked_at(make: Make, openai: OpenAIServer) -> None:
    make().check(PICTURES, AGREED)
    assert len(openai.asked("/v1/moderations")) == len(PICTURES)


@pytest.mark.parametrize("what", ["sexual", "sexual/minors", "violence"])
def test_what_is_flagged_is_refused(make: Make, openai: OpenAIServer, what: str) -> None:
    openai.flagged[what] = True
    with pytest.raises(Refusal) as caught:
        make().check(PICTURES, AGREED)
    assert (caught.value.code, caught.value.detail) == (Code.PICTURE_REFUSED, what)


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("why", ["nobody", "no consent", "fault"])
def test_what_nobody_could_look_at_is_the_operators_choice(
    make: Make, openai: OpenAIServer, why: str, allowed: bool
) -> None:
    values = {"unmoderated": "allow" if allowed else "refuse"}
    if why == "nobody":
        values["moderation"] = ""
    if why == "fault":
        openai.script += [refused("server_error", 400)] * 4
    moderation = make(**values)
    agreed = set() if why == "no consent" else AGREED
    if allowed:
        moderation.check(PICTURES, agreed)
    else:
        with pytest.raises(Refusal):
            moderation.check(PICTURES, agreed)
    if why != "fault":
        assert openai.requests == []
