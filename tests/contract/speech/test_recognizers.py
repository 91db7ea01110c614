"""Services of SpeechRecognition: words without times are spread, faults are classified by who must act."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from adapters.models.settings import read_speech
from adapters.speech.recognizers import Recognizer, google, recognizer_named, spread_words
from adapters.speech.speech_recognition_engine import SpeechRecognitionEngine
from domain.errors import LanguageUnsupported, SpeechServiceUnavailable, ToolMissing
from domain.speech.languages import LANGUAGES
from tests.contract.media.progress import NotedProgress
from tests.contract.speech.conftest import SpeechClip

SECOND = np.zeros(16_000, dtype=np.float32)


class Service(BaseHTTPRequestHandler):
    """Stand-in for Google's service that answers every request with one sentence."""

    asked: list[str]

    def do_POST(self) -> None:
        flac = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(f"{self.path} {flac[:4]!r}")
        best = {"alternative": [{"transcript": "a dog runs", "confidence": 0.9}], "final": True}
        body = '{"result":[]}\n' + json.dumps({"result": [best], "result_index": 0})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    server = HTTPServer(("127.0.0.1", 0), type("OneService", (Service,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/recognize", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_online_service_is_sent_the_speech_and_its_text_is_spread_over_it(
    service: tuple[str, list[str]], clip: Callable[[str], SpeechClip]
) -> None:
    endpoint, asked = service
    sound = clip("english-dog")
    engine = SpeechRecognitionEngine(read_speech({"SPEECH_ENGINE": "google"}), google(endpoint, key="mine"))
    words = engine.transcribe(sound.pcm_path, "fr-CA", NotedProgress())
    assert [word.text for word in words] == ["a", "dog", "runs"]
    assert words[0].start_us < sound.sentences[0][2]
    assert asked == ["/recognize?client=chromium&lang=fr&key=mine&pFilter=0 b'fLaC'"]


def test_a_service_that_does_not_answer_is_a_passing_fault() -> None:
    with pytest.raises(SpeechServiceUnavailable, match="google"):
        google("http://127.0.0.1:9", key=None).words(SECOND, "en")


def test_a_service_whose_package_is_missing_is_named() -> None:
    lacking = Recognizer("parrot", LANGUAGES, "no_such_package.parrot", lambda *_: [])
    with pytest.raises(ToolMissing, match=r"no_such_package\.parrot"):
        lacking.require()


def test_the_offline_engine_is_complete() -> None:
    recognizer_named("pocketsphinx").require()


def test_the_offline_engine_knows_english_only() -> None:
    with pytest.raises(LanguageUnsupported):
        recognizer_named("pocketsphinx").words(SECOND, "fr")


def test_words_without_times_last_as_long_as_their_letters() -> None:
    words = spread_words("one seven", 800_000)
    assert [(word.text, word.start_us, word.end_us) for word in words] == [
        ("one", 0, 300_000),
        ("seven", 300_000, 800_000),
    ]


def test_an_empty_text_gives_no_words() -> None:
    assert spread_words("  ", 800_000) == []
