"""Any vision-language model that transformers knows, writing JSON of a schema.

Imports torch: only the model's own process should import this.
"""

import io
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import llguidance
import llguidance.hf
import numpy as np
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor, LogitsProcessor
from transformers.utils import logging

from modera_bot.errors import BackendError, Code
from modera_bot.ml.local.worker import OnStep
from modera_bot.ml.vlm.plan import Plan
from modera_bot.ml.vlm.worker import Request, Written

#: Tokens between two signs of life.
BEAT = 8

FORM = "\nAnswer with JSON alone, of this schema:\n"


class Network:
    """A model with its processor, loaded; answers one request at a time."""

    def __init__(self, folder: Path, place: Plan) -> None:
        """Load from `folder`, never from a network. Raises BackendError."""
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        try:
            self._processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
            model: Any = AutoModelForImageTextToText.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=place.dtype
            )
        except (ImportError, AttributeError, KeyError, OSError, ValueError) as error:
            raise _unusable(folder, error) from error
        self._model = model.to(place.device).eval()
        size = self._model.config.get_text_config().vocab_size
        self._tokens = llguidance.hf.from_tokenizer(self._processor.tokenizer, n_vocab=size)

    def answer(self, request: Request, on_step: OnStep) -> Written:
        """Write the answer; the same request is answered the same way.

        Raises what `on_step` raises, or ValueError for a schema that can't be kept to.
        """
        pictures = [Image.open(io.BytesIO(data)).convert("RGB") for data in request.pictures]
        content: list[dict[str, Any]] = [{"type": "image", "image": each} for each in pictures]
        form = json.dumps(_bare(request.schema), ensure_ascii=False, separators=(",", ":"))
        prompt = request.prompt + FORM + form
        content.append({"type": "text", "text": self._harmless(prompt)})
        inputs = self._processor.apply_chat_template(
            [{"role": "user", "content": content}],
            tokenize=True,
            add_generation_prompt=True,
            return_dict=True,
            return_tensors="pt",
        ).to(self._model.device, dtype=self._model.dtype)
        read = inputs["input_ids"].shape[1]
        held = Held(self._tokens, request.schema, read, request.most, on_step)
        torch.manual_seed(0)
        with torch.inference_mode():
            made = self._model.generate(
                **inputs, max_new_tokens=request.most, logits_processor=[held]
            )
        written = made[0, read:]
        text = self._processor.tokenizer.decode(written, skip_special_tokens=True)
        return Written(text, read, len(written))

    def _harmless(self, text: str) -> str:
        """Without the model's own control tokens, which a person's wish may hold."""
        for token in self._processor.tokenizer.get_added_vocab():
            text = text.replace(token, " ")
        return text


class Held(LogitsProcessor):
    """Leaves only the tokens that a schema allows next."""

    def __init__(
        self,
        tokens: llguidance.LLTokenizer,
        schema: dict[str, Any],
        read: int,
        most: int,
        on_step: OnStep,
    ) -> None:
        """`read` tokens come before the answer, which has `most` at most."""
        grammar = llguidance.LLMatcher.grammar_from_json_schema(
            schema, overrides={"whitespace_flexible": False}
        )
        self._matcher = llguidance.LLMatcher(tokens, grammar)
        self._read, self._most, self._on_step = read, most, on_step
        self._check()

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        done = input_ids.shape[1] - self._read
        if done % BEAT == 0:
            self._on_step(done, self._most)
        if done:
            self._matcher.consume_token(int(input_ids[0, -1]))
        mask = np.frombuffer(self._matcher.compute_bitmask(), np.uint8)
        self._check()
        allowed = np.unpackbits(mask, bitorder="little")[: scores.shape[1]].astype(bool)
        return scores.masked_fill(~torch.from_numpy(allowed).to(scores.device), -torch.inf)

    def _check(self) -> None:
        if self._matcher.is_error():
            raise ValueError(self._matcher.get_error())


def _bare(schema: Any) -> Any:
    """A schema without what it says of itself in words, which is long and binds nobody."""
    if isinstance(schema, list):
        return [_bare(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    said = {"title", "description"}
    return {
        name: _bare(part)
        for name, part in schema.items()
        if not (name in said and isinstance(part, str))
    }


def _unusable(folder: Path, error: Exception) -> BackendError:
    """What to tell of a model that can't be loaded."""
    first = str(error).strip().partition("\n")[0]
    reason = f"{folder} can't be loaded ({type(error).__name__}: {first})"
    if not find_spec("torchvision"):
        reason += "; many models need torchvision to read pictures: pip install torchvision"
    return BackendError(Code.MODELS_MISSING, reason)
