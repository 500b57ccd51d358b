"""The Gemini API and Vertex AI, as far as the bot speaks to them."""

import base64
import json
from typing import Any

from tests.ml.hosted.openai_server import Artist, as_jpeg, from_jpeg, painted
from tests.ml.hosted.server import FakeServer, Reply, Request, told

KEY = "gemini-test"
RATIOS = {"1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9", "21:9"}
USAGE = {"promptTokenCount": 1800, "candidatesTokenCount": 1290, "totalTokenCount": 3090}
VERTEX = "/v1beta1/publishers/google/models/virtual-try-on-001:predict"


def blocked(finish: str | None = None, prompt: str | None = None) -> Reply:
    """An answer without a picture: 200, and the reason in other fields."""
    value: dict[str, Any] = {"usageMetadata": USAGE}
    if finish:
        value["candidates"] = [{"finishReason": finish, "index": 0}]
    if prompt:
        value["promptFeedback"] = {"blockReason": prompt}
    return told(value)


def failed(status: int, name: str, **headers: str) -> Reply:
    error = {"code": status, "message": f"no: {name}", "status": name}
    return told({"error": error}, status, headers=headers)


class GeminiServer(FakeServer):
    """A strict stand-in for both of Google's services."""

    def __init__(self) -> None:
        super().__init__(self._usual)
        self.artist: Artist = painted
        self.answers: dict[str, Any] = {}  # by the names of their fields; a list: one each

    def reset(self) -> None:
        super().reset()
        self.artist = painted
        self.answers.clear()

    def _usual(self, request: Request) -> Reply:
        assert request.headers["x-goog-api-key"] == KEY, "another key"
        if request.path == VERTEX:
            return self._predict(request)
        model, _, verb = request.path.rpartition("/")[2].partition(":")
        assert verb == "generateContent", f"no such call: {request.path}"
        return self._draw(request) if "banana" in model else self._answer(request)

    def _draw(self, request: Request) -> Reply:
        values = request.json
        assert set(values) == {"contents", "generationConfig"}, [*values]
        config = values["generationConfig"]
        assert set(config) == {"responseModalities", "imageConfig"}, [*config]
        assert config["responseModalities"] == ["IMAGE"]
        assert config["imageConfig"]["aspectRatio"] in RATIOS
        assert config["imageConfig"]["imageSize"] in {"1K", "2K", "4K"}
        pictures = [from_jpeg(data) for data in _pictures(values)]
        assert len(pictures) >= 2, "the person, then garments"
        height, width = pictures[0].shape[:2]
        across, down = map(int, config["imageConfig"]["aspectRatio"].split(":"))
        assert abs(width / height / (across / down) - 1) < 0.01, "the person in another ratio"
        data = base64.b64encode(as_jpeg(self.artist(*pictures[:2]))).decode()
        part = {"inlineData": {"mimeType": "image/jpeg", "data": data}}
        return _answered(part)

    def _answer(self, request: Request) -> Reply:
        values = request.json
        config = values["generationConfig"]
        assert set(config) == {"responseMimeType", "responseSchema"}, [*config]
        assert config["responseMimeType"] == "application/json"
        for data in _pictures(values):
            from_jpeg(data)
        fields = ",".join(sorted(config["responseSchema"]["properties"]))
        answer = self.answers[fields]
        given = answer.pop(0) if isinstance(answer, list) else answer
        return _answered({"text": json.dumps(given)})

    def _predict(self, request: Request) -> Reply:
        values = request.json
        (instance,) = values["instances"]
        assert set(instance) == {"personImage", "productImages"}, "no prompt, one garment"
        (product,) = instance["productImages"]
        person, garment = (
            from_jpeg(base64.b64decode(each["image"]["bytesBase64Encoded"]))
            for each in (instance["personImage"], product)
        )
        assert values["parameters"]["sampleCount"] == 1
        data = base64.b64encode(as_jpeg(self.artist(person, garment))).decode()
        return told({"predictions": [{"bytesBase64Encoded": data, "mimeType": "image/jpeg"}]})


def _answered(part: dict[str, Any]) -> Reply:
    content = {"role": "model", "parts": [part]}
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    return told({"candidates": [candidate], "usageMetadata": USAGE})


def _pictures(values: dict[str, Any]) -> list[bytes]:
    (content,) = values["contents"]
    parts = content["parts"]
    assert "text" in parts[-1], "the prompt comes last"
    found = []
    for part in parts:
        if "inlineData" in part:
            inline = part["inlineData"]  # protobuf's JSON knows both spellings
            assert (inline.get("mimeType") or inline.get("mime_type")) == "image/jpeg"
            encoded = inline["data"]
            found.append(base64.urlsafe_b64decode(encoded.replace("+", "-").replace("/", "_")))
    return found
