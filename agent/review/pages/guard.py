"""Who may ask the pages for anything: a browser on this machine that was shown the token, and nobody through it.

The address that `serve` prints holds a random token; the first visit turns it into a cookie that no script reads and
no other site sends. A name that leads here by DNS (rebinding), a form on another site, a frame around a page and a
script inside one are each stopped by a rule of their own, so that one mistake is not enough.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORM_FIELD = "token"
LARGEST_FORM = 1_000_000
"""Bytes. An edit may hold a whole program."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""Of every answer; a route may send its own policy instead."""


@dataclass(frozen=True)
class Keys:
    """The secrets of one server, made when it starts."""

    address: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """In the address that is opened."""
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    form: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """In every form: a page of another site can send a form here, and cannot read this."""

    def admits_form(self, token: object) -> bool:
        """Whether a form came from a page of this server."""
        return isinstance(token, str) and _same(token, self.form)


class Guard:
    """ASGI middleware: refuses what did not come from the one browser, and sets the headers of what goes out."""

    def __init__(self, app: ASGIApp, keys: Keys, port: int) -> None:
        self._app = app
        self._keys = keys
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        # Browsers send cookies to every port of a host: two servers must not overwrite each other's.
        self._cookie = f"echolocate-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            return
        answer = self._answer(Request(scope))
        await (answer or self._app)(scope, receive, _with_headers(send))

    def _answer(self, request: Request) -> Response | None:
        if request.headers.get("host") not in self._hosts:
            return _refuse(HTTPStatus.MISDIRECTED_REQUEST, "This server answers to 127.0.0.1 only.")
        given = request.query_params.get("token")
        if request.method == "GET" and given is not None:
            return self._admit(request) if _same(given, self._keys.address) else _stranger()
        if not _same(request.cookies.get(self._cookie, ""), self._keys.cookie):
            return _stranger()
        return _refuse_form(request) if request.method not in {"GET", "HEAD"} else None

    def _admit(self, request: Request) -> Response:
        """Move the token out of the address, where it would stay in the browser's history."""
        answer = RedirectResponse(request.url.path, HTTPStatus.SEE_OTHER)
        answer.set_cookie(self._cookie, self._keys.cookie, httponly=True, samesite="strict")
        return answer


def _refuse_form(request: Request) -> Response | None:
    """What can be seen before the form is read; its token is checked where it is."""
    origin = request.headers.get("origin", "")
    if origin != f"http://{request.headers['host']}" or request.headers.get("sec-fetch-site", "same-origin") != (
        "same-origin"
    ):
        return _refuse(HTTPStatus.FORBIDDEN, "This form was sent by another site, so nothing was done.")
    length = request.headers.get("content-length", "")
    if not length.isascii() or not length.isdigit():
        return _refuse(HTTPStatus.LENGTH_REQUIRED, "A form says how long it is.")
    if int(length) > LARGEST_FORM:
        return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A form has at most {LARGEST_FORM:,} bytes.")
    return None


def _stranger() -> Response:
    return _refuse(HTTPStatus.FORBIDDEN, "Open the address that `echolocate review` printed: it holds a token.")


def _refuse(status: HTTPStatus, line: str) -> Response:
    return PlainTextResponse(f"{line}\n", status)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
