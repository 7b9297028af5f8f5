"""The one door to the internet for papers: paced, bounded in time and size, cached, and deaf to no failure.

What comes back is either an answer of the documented form or a `SourceFailed`. Keys travel in headers alone, because
addresses end up in logs, caches and error texts.
"""

from __future__ import annotations

import contextlib
import sqlite3
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from agent.errors import SourceFailed
from agent.literature.pace import Limits, NoTurn, pace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.literature.cache import AnswerCache

T = TypeVar("T")

TRIES = 3
"""Requests for one answer, the first included."""
MAX_BYTES = 32_000_000
"""Largest answer that is read, unpacked."""
FRESH = timedelta(days=14)
"""An answer younger than this is not asked for again. A paper of the last two weeks may be missed."""
LONGEST_SILENCE_S = 10.0
"""Between two pieces of an answer."""


@dataclass(frozen=True)
class Service:
    """An online source: where it is and how it wants to be asked."""

    name: str
    url: str
    limits: Limits
    coverage: str
    """What it holds, for people."""
    key_header: str = ""
    """Header that takes a key, empty when there are no keys; `Authorization` gets it as a bearer token."""
    key_variable: str = ""
    """Environment variable that the key is read from."""


class Answer(NamedTuple, Generic[T]):
    """A parsed answer, and the day on which the service gave it."""

    value: T
    asked: date


class _Passing(SourceFailed):
    """A failure that another try may not have."""

    def __init__(self, text: str, wait_s: float = 0.0) -> None:
        super().__init__(text)
        self.wait_s = wait_s


class Web:
    """The way to one service. May be used from several threads at once."""

    def __init__(
        self,
        service: Service,
        cache: AnswerCache,
        *,
        offline: bool = False,
        key: SecretStr | None = None,
        contact: str = "",
    ) -> None:
        self.service = service
        self._cache = cache
        self._offline = offline
        self._key = key or SecretStr("")
        self._agent = f"Echolocate/{version('echolocate')}" + (f" (mailto:{contact})" if contact else "")
        self._pace = pace_of(httpx.URL(service.url).netloc.decode(), service.limits)

    def get(self, path: str, params: Mapping[str, str], parse: Callable[[bytes], T]) -> Answer[T]:
        """Ask, or answer from the cache: offline whatever its age, else while it is fresh.

        Args:
            path: below the service's address.
            params: of the request; together with the path they are the question that the cache is asked.
            parse: turns an answer into what is wanted, and raises `ValueError` when it is not of the documented form.
                Only what it accepts is kept.

        Raises:
            SourceFailed: no usable answer within the service's patience. One line, without key or address.
        """
        question = f"{path}?{urlencode(sorted(params.items()))}"
        kept = self._kept(question, parse)
        if kept and (self._offline or datetime.now(UTC).date() - kept.asked < FRESH):
            return kept
        if self._offline:
            raise SourceFailed("offline, and the cache has no answer to this question")
        body, value = self._ask(path, params, parse)
        asked = datetime.now(UTC).date()
        # A full disk costs the next run a request; it must not cost this one its answer.
        with contextlib.suppress(sqlite3.Error):
            self._cache.keep(self.service.name, question, body)
        return Answer(value, asked)

    def _kept(self, question: str, parse: Callable[[bytes], T]) -> Answer[T] | None:
        try:
            kept = self._cache.find(self.service.name, question)
            return kept and Answer(parse(kept.body), kept.asked)
        except (sqlite3.Error, ValueError, SourceFailed):
            return None  # damaged, or kept by a version that read the form differently: as if it were not there

    def _ask(self, path: str, params: Mapping[str, str], parse: Callable[[bytes], T]) -> tuple[bytes, T]:
        deadline = time.monotonic() + self.service.limits.patience_s
        said = ""
        for tried in range(TRIES):
            try:
                with self._pace.turn(deadline):
                    wait_s = self.service.limits.first_wait_s * 2**tried
                    return self._try(path, params, parse, deadline, wait_s)
            except NoTurn as late:
                raise SourceFailed("; ".join(filter(None, (said, str(late))))) from late
            except _Passing as failure:
                said = str(failure)
        raise SourceFailed(f"{said}, {TRIES} times")

    def _try(
        self, path: str, params: Mapping[str, str], parse: Callable[[bytes], T], deadline: float, wait_s: float
    ) -> tuple[bytes, T]:
        try:
            body = self._fetch(path, params, deadline)
            value = parse(body)
        except ValueError as error:
            self._pace.failed(wait_s)
            raise _Passing("its answer is not of the documented form") from error
        except _Passing as failure:
            self._pace.failed(max(wait_s, failure.wait_s))
            raise
        except SourceFailed:
            self._pace.failed(wait_s)
            raise
        self._pace.succeeded()
        return body, value

    def _fetch(self, path: str, params: Mapping[str, str], deadline: float) -> bytes:
        silence_s = min(LONGEST_SILENCE_S, max(0.01, deadline - time.monotonic()))
        url = self.service.url + path
        try:
            # Redirects are not followed: a key in a header of its own would go along to wherever they lead.
            with httpx.stream(
                "GET", url, params=params, headers=self._headers(), timeout=silence_s, verify=_trusted()
            ) as response:
                if response.status_code != HTTPStatus.OK:
                    raise self._refusal(response)
                return _read(response, deadline)
        except httpx.HTTPError as error:
            # Only its type is told: some of these errors quote the headers.
            raise _Passing(f"cannot be reached ({type(error).__name__})") from error

    def _headers(self) -> dict[str, str]:
        header = self.service.key_header
        scheme = "Bearer " if header == "Authorization" else ""
        return {"User-Agent": self._agent} | ({header: scheme + self._key.get_secret_value()} if self._key else {})

    def _refusal(self, response: httpx.Response) -> SourceFailed:
        """The failure that a status other than 200 stands for. The body is not quoted: it is anybody's text."""
        status = response.status_code
        text = f"answered {status} {httpx.codes.get_reason_phrase(status)}".rstrip()
        if self.service.key_variable and status in (401, 403, 429):
            text += f" ({self.service.key_variable} is {'set' if self._key else 'not set'})"
        if status in (408, 425, 429) or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return _Passing(text, _retry_after_s(response.headers.get("retry-after", "")))
        return SourceFailed(text)


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # reads some hundred certificates


def _read(response: httpx.Response, deadline: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_BYTES:
            raise SourceFailed(f"its answer is larger than {MAX_BYTES // 1_000_000} MB")
        if time.monotonic() > deadline:
            raise _Passing("its answer came too slowly")
    return bytes(body)


def _retry_after_s(value: str) -> float:
    """Seconds that a Retry-After header asks for, as a number or a date; 0 when it asks for nothing readable."""
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
