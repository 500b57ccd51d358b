"""OpenAI, as far as the bot speaks to it: pictures, questions, moderation."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from tests.ml.hosted.server import FakeServer, Reply, Request, told

KEY = "sk-test"
EDIT_FIELDS = {
    "model",
    "prompt",
    "size",
    "quality",
    "output_format",
    "n",
    "stream",
    "partial_images",
}
GENERATE_FIELDS = {"model", "prompt", "size", "response_format", "n"}
USAGE = {
    "input_tokens": 2100,
    "input_tokens_details": {"image_tokens": 1800, "text_tokens": 300},
    "output_tokens": 1500,
    "total_tokens": 3600,
}

#: What the provider makes of the person's picture and the first garment's.
Artist = Callable[[np.ndarray, np.ndarray], np.ndarray]


def painted(person: np.ndarray, garment: np.ndarray) -> np.ndarray:
    """The garment's mean colour on the chest."""
    made = person.copy()
    height, width = made.shape[:2]
    part = made[height // 3 : height // 2, 2 * width // 5 : 3 * width // 5]
    part[:] = garment.reshape(-1, 3).mean(axis=0)
    return made


def as_jpeg(picture: np.ndarray) -> bytes:
    data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 97])[1]
    return data.tobytes()


def from_jpeg(data: bytes) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None, "not a picture"
    return picture[..., ::-1]


def refused(code: str, status: int = 400, **headers: str) -> Reply:
    error = {"message": f"no: {code}", "type": "error", "param": None, "code": code}
    return told({"error": error}, status, headers=headers)


class OpenAIServer(FakeServer):
    """A strict stand-in for api.openai.com; `old`: a server without responses."""

    def __init__(self, artist: Artist = painted) -> None:
        super().__init__(self._usual)
        self.artist, self.old = artist, False
        self.pause_s = 0.0  # between the pictures of a stream
        self.answers: dict[str, Any] = {}  # by the schema's title; a list: one after the other
        self.flagged: dict[str, bool] = {}

    def reset(self) -> None:
        super().reset()
        self.artist, self.old, self.pause_s = painted, False, 0.0
        self.answers.clear()
        self.flagged.clear()

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def _usual(self, request: Request) -> Reply:
        assert request.headers["authorization"] == f"Bearer {KEY}", "another key"
        ways = {
            "/v1/images/edits": self._edit,
            "/v1/images/generations": self._generate,
            "/v1/responses": self._respond,
            "/v1/chat/completions": self._chat,
            "/v1/moderations": self._moderate,
        }
        assert request.path in ways, "no such call"
        return ways[request.path](request)

    def _edit(self, request: Request) -> Reply:
        parts = request.parts()
        values = {name: data.decode() for name, file, data in parts if file is None}
        files = [(name, data) for name, file, data in parts if file is not None]
        assert set(values) <= EDIT_FIELDS, f"unknown: {set(values) - EDIT_FIELDS}"
        assert all(name == "image[]" for name, _ in files), "a list is sent as image[]"
        assert 2 <= len(files) <= 16, "the person, then garments"
        person, garment = (from_jpeg(data) for _, data in files[:2])
        width, height = self._size(values["size"])
        assert person.shape == (height, width, 3), "the person's picture has another size"
        assert values["quality"] in {"low", "medium", "high", "xhigh", "max", "auto"}
        assert len(values["prompt"]) <= 32000
        made = base64.b64encode(as_jpeg(self.artist(person, garment))).decode()
        if values.get("stream") != "true":
            return told({"created": 1, "data": [{"b64_json": made}], "usage": USAGE})
        count = int(values["partial_images"])
        assert 0 <= count <= 3
        common = {
            "created_at": 1,
            "size": values["size"],
            "quality": values["quality"],
            "background": "opaque",
            "output_format": "jpeg",
            "b64_json": made,
        }
        events: list[dict[str, Any]] = [
            {"type": "image_edit.partial_image", "partial_image_index": index, **common}
            for index in range(count)
        ]
        events.append({"type": "image_edit.completed", "usage": USAGE, **common})
        return replace(stream(*events), pause_s=self.pause_s)

    def _generate(self, request: Request) -> Reply:
        values = request.json
        assert set(values) <= GENERATE_FIELDS, f"unknown: {set(values) - GENERATE_FIELDS}"
        width, height = self._size(values["size"])
        grey = np.full((height, width, 3), 128, np.uint8)
        made = base64.b64encode(as_jpeg(grey)).decode()
        return told({"created": 1, "data": [{"b64_json": made}]})

    def _size(self, text: str) -> tuple[int, int]:
        width, height = (int(side) for side in text.split("x"))
        assert width % 16 == height % 16 == 0, "not divisible by 16"
        assert 1 / 3 <= width / height <= 3, "too long"
        assert 655_360 <= width * height <= 8_294_400, "too small or too large"
        return width, height

    def _respond(self, request: Request) -> Reply:
        if self.old:
            return refused("unknown_url", 404)
        values = request.json
        assert set(values) <= {"model", "input", "text", "store", "stream"}, [*values]
        assert values["store"] is False, "photos are not to be kept"
        (message,) = values["input"]
        for part in message["content"]:
            if part["type"] == "input_image":
                _picture(part["image_url"])
        form = values["text"]["format"]
        assert form["type"] == "json_schema"
        assert form["strict"] is True
        text = json.dumps(self._answer(form["schema"]))
        content = {"type": "output_text", "text": text, "annotations": []}
        output = {
            "type": "message",
            "id": "m",
            "role": "assistant",
            "status": "completed",
            "content": [content],
        }
        usage = {
            "input_tokens": 900,
            "output_tokens": 60,
            "total_tokens": 960,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        }
        return told(
            {
                "id": "r",
                "object": "response",
                "created_at": 1,
                "status": "completed",
                "model": values["model"],
                "output": [output],
                "usage": usage,
                "parallel_tool_calls": False,
                "tool_choice": "auto",
                "tools": [],
            }
        )

    def _chat(self, request: Request) -> Reply:
        values = request.json
        assert set(values) <= {"model", "messages", "response_format", "stream"}, [*values]
        (message,) = values["messages"]
        for part in message["content"]:
            if part["type"] == "image_url":
                _picture(part["image_url"]["url"])
        form = values["response_format"]
        assert form["type"] == "json_schema"
        text = json.dumps(self._answer(form["json_schema"]["schema"]))
        choice = {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": text, "refusal": None},
        }
        usage = {"prompt_tokens": 900, "completion_tokens": 60, "total_tokens": 960}
        return told(
            {
                "id": "c",
                "object": "chat.completion",
                "created": 1,
                "choices": [choice],
                "model": values["model"],
                "usage": usage,
            }
        )

    def _answer(self, schema: dict[str, Any]) -> Any:
        for part in [schema, *schema.get("$defs", {}).values()]:
            if part["type"] == "object":
                assert part["additionalProperties"] is False
                assert set(part["required"]) == set(part["properties"]), "all are required"
                loose = {*str(part).split("'")} & {"default", "minLength", "maxLength"}
                assert not loose, f"strict mode knows no {loose}"
        answer = self.answers[schema["title"]]
        return answer.pop(0) if isinstance(answer, list) else answer

    def _moderate(self, request: Request) -> Reply:
        values = request.json
        assert set(values) <= {"model", "input"}
        assert len(values["input"]) == 1, "one picture a call"
        _picture(values["input"][0]["image_url"]["url"])
        names = ["sexual", "sexual/minors", "violence", "hate", "harassment", "self-harm"]
        categories = {name: self.flagged.get(name, False) for name in names}
        result = {
            "flagged": any(categories.values()),
            "categories": categories,
            "category_scores": {name: 0.9 if hit else 0.0 for name, hit in categories.items()},
            "category_applied_input_types": {name: ["image"] for name in names},
        }
        return told({"id": "m", "model": values["model"], "results": [result]})


def stream(*events: dict[str, Any]) -> Reply:
    """Server-sent events."""
    pieces = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]
    return Reply(200, pieces, kind="text/event-stream")


def _picture(url: str) -> None:
    head, _, data = url.partition(",")
    assert head == "data:image/jpeg;base64"
    from_jpeg(base64.b64decode(data, validate=True))
