"""Online sources by name, with what they need from the environment."""

from __future__ import annotations

import difflib
import os
from typing import TYPE_CHECKING

from platformdirs import user_cache_path
from pydantic import SecretStr

from agent.errors import BadConfiguration
from agent.literature.cache import AnswerCache
from agent.literature.sources.arxiv import Arxiv
from agent.literature.sources.crossref import Crossref
from agent.literature.sources.europe_pmc import EuropePmc
from agent.literature.sources.openalex import OpenAlex
from agent.literature.sources.openreview import OpenReview
from agent.literature.sources.semantic_scholar import SemanticScholar
from agent.literature.web import Web

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from agent.literature.sources.online import OnlineSource

CONTACT = "ECHOLOCATE_CONTACT"
"""Environment variable with the e-mail address that services are told, so that they can write instead of blocking."""

ONLINE: dict[str, type[OnlineSource]] = {
    "openalex": OpenAlex,
    "semantic-scholar": SemanticScholar,
    "arxiv": Arxiv,
    "europe-pmc": EuropePmc,
    "crossref": Crossref,
    "openreview": OpenReview,
}


def answer_cache() -> Path:
    """The file where answers of online sources are kept."""
    return user_cache_path("echolocate") / "literature" / "answers.db"


def names_of(text: str) -> tuple[str, ...]:
    """The names in a list such as `openalex, arxiv`."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def choose_sources(names: Sequence[str], *, offline: bool, cache: Path) -> tuple[OnlineSource, ...]:
    """Return the online sources of these names, in this order, each once.

    Args:
        names: of `ONLINE`; none is a choice too.
        offline: answer from the cache alone.
        cache: SQLite file for the answers, made if missing.

    Raises:
        BadConfiguration: an unknown name, a key or contact that no header can carry, or a file that cannot be used.
    """
    for name in names:
        if name not in ONLINE:
            close = difflib.get_close_matches(name, ONLINE, cutoff=0.4)
            hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(ONLINE)}"
            raise BadConfiguration(f"no source is called {name!r}: {hint}")
    if not names:
        return ()
    answers, contact = AnswerCache(cache), _header_value(CONTACT)
    return tuple(
        source(Web(source.service, answers, offline=offline, key=_key(source), contact=contact))
        for source in (ONLINE[name] for name in dict.fromkeys(names))
    )


def _key(source: type[OnlineSource]) -> SecretStr | None:
    variable = source.service.key_variable
    return SecretStr(_header_value(variable)) if variable else None


def _header_value(variable: str) -> str:
    value = os.environ.get(variable, "").strip()
    if not (value.isascii() and value.isprintable()):
        # The value is not shown: it may be a key.
        raise BadConfiguration(f"{variable} holds characters that cannot be sent in a header")
    return value
