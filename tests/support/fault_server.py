"""A real HTTP server on the loopback interface that misbehaves on demand."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Handler"], None]
TOKENS = 120
"""Of every completion."""


class Handler(BaseHTTPRequestHandler):
    """Answers each chat call with the next behaviour of the script, and the last one for ever."""

    protocol_version = "HTTP/1.1"
    server: FaultServer

    def do_POST(self) -> None:
        self.body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.next_for(self)(self)

    def do_GET(self) -> None:
        """The models, or that all is well."""
        self.send(200, {"data": self.server.models})

    def send(self, status: int, payload: Any, **headers: str) -> None:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


class FaultServer(ThreadingHTTPServer):
    """`script` holds what the next calls get; `calls` holds what was asked, `keys` the keys it was asked with, `billed`
    the tokens of all completions."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.script: deque[Behaviour] = deque()
        self.calls: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.billed = 0
        self.models: list[dict[str, Any]] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def next_for(self, handler: Handler) -> Behaviour:
        with self._lock:
            self.calls.append(handler.body)
            self.keys.append(handler.headers.get("authorization", ""))
            return self.script.popleft() if len(self.script) > 1 else self.script[0]

    def will(self, *behaviours: Behaviour) -> None:
        """Script the next calls; the last behaviour stays."""
        self.script.extend(behaviours)

    def lists(self, *models: str, context: int | None = None) -> None:
        """What `/models` names."""
        self.models = [{"id": model, "max_model_len": context} for model in models]

    @staticmethod
    def answers(text: str | None, *, finish: str = "stop", **message: Any) -> Behaviour:
        """A proper chat completion."""
        message = {"role": "assistant", "content": text} | message
        completion = {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": "fake",
            "choices": [{"index": 0, "finish_reason": finish, "message": message}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": TOKENS},
        }

        def answer(handler: Handler) -> None:
            handler.server.billed += TOKENS
            handler.send(200, completion)

        return answer

    @staticmethod
    def replies(status: int, payload: Any, **headers: str) -> Behaviour:
        """Any payload under any status."""
        return lambda handler: handler.send(status, payload, **headers)

    @staticmethod
    def fails(status: int, message: str = "something broke", code: str | None = None, **headers: str) -> Behaviour:
        """An error as OpenAI words them."""
        return FaultServer.replies(status, {"error": {"message": message, "type": "error", "code": code}}, **headers)

    @staticmethod
    def hangs(handler: Handler) -> None:
        """No reply until the server is closed."""
        handler.server.closing.wait(30)
        handler.close_connection = True

    @staticmethod
    def hangs_up(handler: Handler) -> None:
        """The connection ends without a reply."""
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def dies(handler: Handler) -> None:
        """The server ends: this call gets no reply, and whoever calls next finds nobody there."""
        FaultServer.hangs_up(handler)
        handler.server.shutdown()
        handler.server.server_close()

    @staticmethod
    def cuts_off(handler: Handler) -> None:
        """The reply ends in the middle."""
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", "5000")
        handler.end_headers()
        handler.wfile.write(b'{"id": "c1", "choices": [{"index": 0, "mess')
        handler.wfile.flush()
        FaultServer.hangs_up(handler)

    @staticmethod
    def researches(handler: Handler) -> None:
        """A language model that does its work on the fast task: two ideas a round, code that fails once, a repair."""
        question = handler.body["messages"][1]["content"]
        FaultServer.answers(_research(question))(handler)


PASSING: dict[str, Behaviour] = {
    "429": FaultServer.fails(429, "slow down"),
    "429 with Retry-After": FaultServer.fails(429, "slow down", retry_after="0.05"),
    "500": FaultServer.fails(500),
    "502 in HTML": FaultServer.replies(502, b"<html>Bad Gateway</html>"),
    "503 with Retry-After that is no number": FaultServer.fails(503, retry_after="soon"),
    "529": FaultServer.fails(529, "overloaded"),
    "hang-up": FaultServer.hangs_up,
    "cut in the middle": FaultServer.cuts_off,
    "no JSON": FaultServer.replies(200, b"hello"),
    "empty body": FaultServer.replies(200, b""),
    "no choices": FaultServer.replies(200, {"choices": []}),
    "null": FaultServer.replies(200, b"null"),
    "wrong types": FaultServer.replies(200, {"choices": [{"message": {"content": {"a": [1]}}}]}),
    "an error with status 200": FaultServer.replies(200, {"error": {"message": "overloaded"}}),
}
"""Faults that a later try may not meet."""

REPAIRED: dict[str, Behaviour] = {
    "empty answer": FaultServer.answers(""),
    "no content": FaultServer.answers(None),
    "white space": FaultServer.answers(" \n "),
    "refusal": FaultServer.answers(None, refusal="I cannot help with that."),
    "content filter": FaultServer.answers("", finish="content_filter"),
    "prose": FaultServer.answers("I would try a larger model."),
    "broken JSON": FaultServer.answers('{"ideas": [{"title": "Shifts", "summary": "Adds'),
    "wrong types": FaultServer.answers('{"ideas": "none"}'),
    "missing field": FaultServer.answers('{"ideas": [{"title": "Shifts"}]}'),
    "no idea": FaultServer.answers('{"ideas": []}'),
    "endless repetition": FaultServer.answers('{"ideas": [' + '{"title": "a a a a"}, ' * 2000, finish="length"),
    "deep nesting": FaultServer.answers('{"ideas": ' + "[" * 50_000),
}
"""Answers to a question for ideas that cannot be used, all billed."""


def _research(question: str) -> str:
    if asked := re.search(r"Propose (\d+) (?:different )?idea", question):
        earlier = question.count(": improved") + question.count(": failed") + question.count(": same")
        names = [f"{kind} {earlier}" for kind in ("broken", "even")][-int(asked[1]) :]
        ideas = [
            {"title": name, "summary": " ".join(f"{name.replace(' ', '')}w{n}" for n in range(20))} for name in names
        ]
        return json.dumps({"ideas": ideas[::-1]})
    if judged := re.search(r"one entry for each paper above: (\d+)", question):
        unlike = {"same_problem": "no", "same_method": "no", "same_claim": "no", "different": "It is about sensors."}
        return json.dumps({"papers": [{"paper": number + 1, **unlike} for number in range(int(judged[1]))]})
    broken = "broken" in question and "# The failure" not in question
    body = "X @ np.ones(3)" if broken else "X.mean(axis=1)"
    code = f"import numpy as np\n\n\ndef read(X, seed):\n    np.random.seed(seed)\n    return {body}\n"
    return f"Changes the weights.\n\nFILE: model.py\n```python\n{code}```\n"


@contextmanager
def serving() -> Iterator[FaultServer]:
    """A fault server that listens."""
    server = FaultServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
