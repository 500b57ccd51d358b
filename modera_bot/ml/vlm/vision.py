"""A vision-language model of our own, asked like a hosted one; torch is never imported here."""

import time
from collections.abc import Sequence

from pydantic import ValidationError

from modera_bot.config import VlmSettings
from modera_bot.errors import BackendError, Code
from modera_bot.ml.local.process import ModelProcess
from modera_bot.ml.metering import Call, Meter
from modera_bot.ml.transports.base import Answer, Tick, Unreadable, patient
from modera_bot.ml.vlm import worker

#: Tokens that one answer may have; a style profile takes some 2000.
MOST_TOKENS = 4096


class LocalVision:
    """transports.base.Vision over a model in a process of its own."""

    name = "vlm"

    def __init__(self, settings: VlmSettings, meter: Meter) -> None:
        self._folder, self._seconds = settings.folder.resolve(), settings.timeout_s
        self._meter = meter
        self._process = ModelProcess(
            self.name,
            worker.__name__,
            str(self._folder),
            settings.device,
            str(60 * settings.idle_minutes),
        )

    def structured(
        self,
        prompt: str,
        pictures: Sequence[bytes],
        schema: type[Answer],
        *,
        role: str,
        tick: Tick = patient,
    ) -> Answer:
        """See transports.base.Vision; raises BackendError.

        The time an answer may take begins with its first word: neither other people's turns
        nor loading count. A model that says nothing at all is ModelProcess's to end.
        """
        begun: float | None = None

        def on_step(done: int, steps: int) -> None:
            nonlocal begun
            tick()
            if done == 0:  # also after the end of a request that was stopped
                begun = None
            elif begun is None:
                begun = time.monotonic()
            elif time.monotonic() > begun + self._seconds:
                detail = f"{self.name}: no answer in {self._seconds:g} s"
                raise BackendError(Code.BACKEND_TIMEOUT, detail, False)

        request = worker.Request(prompt, (*pictures,), schema.model_json_schema(), MOST_TOKENS)
        with self._meter.measured(Call(role, self.name, self._folder.name)) as used:
            written = self._process.ask(request, MOST_TOKENS, on_step)
            assert isinstance(written, worker.Written)
            used.input_tokens, used.output_tokens = written.read, written.written
            try:
                return schema.model_validate_json(written.text)
            except ValidationError as error:  # it had no end, or says what the schema can't tell
                raise Unreadable(Code.BACKEND_FAILED, f"{self.name}: {_faults(error)}") from error

    def close(self) -> None:
        """End the model's process."""
        self._process.close()


def _faults(error: ValidationError) -> str:
    """What is wrong with an answer, for the model to read; its own words are not repeated."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"])) or "the answer"
    return f"{where}: {first['msg']}"
