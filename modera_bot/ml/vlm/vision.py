"""A vision-language model of our own, asked like a hosted one; torch is never imported here."""

import time
from collections.abc import Sequence

from pydantic import ValidationError

from modera_bot.config import VlmSettings
from modera_bot.errors import BackendError, Code
from modera_bot.ml.local.process import ModelProcess
from modera_bot.ml.metering import Call, Meter
from modera_bot.ml.transports.base import Answer, Tick, patient
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
        """See transports.base.Vision; raises BackendError."""
        deadline = time.monotonic() + self._seconds

        def on_step(done: int, steps: int) -> None:
            tick()
            if time.monotonic() > deadline:
                detail = f"{self.name}: no answer in {self._seconds:g} s"
                raise BackendError(Code.BACKEND_TIMEOUT, detail)

        request = worker.Request(prompt, (*pictures,), schema.model_json_schema(), MOST_TOKENS)
        with self._meter.measured(Call(role, self.name, self._folder.name)) as used:
            written = self._process.ask(request, MOST_TOKENS, on_step)
            assert isinstance(written, worker.Written)
            used.input_tokens, used.output_tokens = written.read, written.written
            try:
                return schema.model_validate_json(written.text)
            except ValidationError as error:  # it had no end, or says what the schema can't tell
                detail = f"{self.name}: {error.error_count()} faults in its answer"
                raise BackendError(Code.BACKEND_FAILED, detail, False) from error

    def close(self) -> None:
        """End the model's process."""
        self._process.close()
