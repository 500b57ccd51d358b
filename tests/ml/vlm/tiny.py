"""A vision-language model of SmolVLM's layout in a MB: random weights that like to end texts."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    PreTrainedTokenizerFast,
)
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
from transformers.models.idefics3.processing_idefics3 import Idefics3Processor

from tests.ml.style.vision import answer

START, STOP, PAD = "<|im_start|>", "<end_of_utterance>", "<|endoftext|>"
IMAGE, AROUND, WHOLE = "<image>", "<fake_token_around_image>", "<global-img>"
SPECIAL = [START, STOP, PAD, IMAGE, AROUND, WHOLE]
VOCABULARY = 1200

#: Tokens that it would rather write, and how much: photos are sound, texts end as soon as they
#: may, and what stands between them is written in the longest pieces there are.
LIKED = {"none": 8.0, ".": 12.0}
QUOTE, LONGER = 12.0, 2.0

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{% for part in message.content %}"
    "{% if part.type == 'image' %}<image>{% else %}{{ part.text }}{% endif %}"
    "{% endfor %}<end_of_utterance>\n{% endfor %}Assistant:"
)

#: Edge of its pictures and of their patches in pixels, and how many patches become a token.
EDGE, PATCH, SHUFFLE = 64, 16, 2


def write_model(folder: Path) -> None:
    """Write network, tokenizer and picture processor into `folder`, as published ones are."""
    tokenizer = _tokenizer()
    number = tokenizer.convert_tokens_to_ids
    config = Idefics3Config(
        text_config={
            "model_type": "llama",
            "vocab_size": len(tokenizer),
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "max_position_embeddings": 16384,
            "bos_token_id": number(START),
            "eos_token_id": number(STOP),
            "pad_token_id": number(PAD),
        },
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": EDGE,
            "patch_size": PATCH,
        },
        scale_factor=SHUFFLE,
        image_token_id=number(IMAGE),
        tie_word_embeddings=False,
    )
    torch.manual_seed(0)
    model = Idefics3ForConditionalGeneration(config)
    with torch.no_grad():
        for weights in model.parameters():
            if weights.dim() > 1:
                weights.normal_(0, 0.3)
        model.get_input_embeddings().weight[:, 0] = 4.0
        head = model.get_output_embeddings().weight
        head[:, 0] = 0.0
        for token, place in tokenizer.get_vocab().items():
            between = '"' in token and not re.search("[0-9]", token)  # colours are to differ
            head[place, 0] = QUOTE + LONGER * len(token) if between else LIKED.get(token, 0.0)
    model.generation_config.do_sample = True
    model.save_pretrained(folder)
    edge = {"longest_edge": EDGE}
    pictures = Idefics3ImageProcessorPil(
        size=edge, max_image_size=edge, do_image_splitting=False, do_pad=True
    )
    Idefics3Processor(
        pictures,
        tokenizer,
        image_seq_len=(EDGE // PATCH // SHUFFLE) ** 2,
        chat_template=TEMPLATE,
    ).save_pretrained(folder)


@contextmanager
def one_thread() -> Iterator[None]:
    """Model processes started in here compute on one thread: where tests share few cores, the
    threads of so small a model wait for each other most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


def _tokenizer() -> PreTrainedTokenizerFast:
    """Bytes, and what answers are made of."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    samples = [
        json.dumps(answer(language), ensure_ascii=False, separators=(",", ":"))
        for language in ("en", "ru")
    ]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(samples, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token=START, eos_token=STOP, pad_token=PAD
    )
