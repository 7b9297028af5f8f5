"""A run's folder and database: the only place that reads or writes them."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Engine, Select, create_engine, event, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session, sessionmaker

import agent.discover.records  # noqa: F401  its tables are in every run.db
from agent.artefacts import Artefacts
from agent.config import RunConfig, read_config, write_config
from agent.errors import BadConfiguration, RunBusy
from agent.records import EventRecord, Record
from agent.review.settings import ReviewSettings

R = TypeVar("R", bound=Record)
T = TypeVar("T")
Listener = Callable[[EventRecord], None]


def _set_pragmas(connection: sqlite3.Connection, _: object) -> None:
    # WAL lets `status` and the pages read while the run writes; FULL makes a committed row survive a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _open_database(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _check_columns(engine: Engine, folder: Path) -> None:
    """Refuse tables that another version made: every query would fail on what they lack, somewhere within."""
    there = inspect(engine)
    for name in there.get_table_names():
        table = Record.metadata.tables.get(name)
        wanted = set() if table is None else set(table.columns.keys())
        lacking = wanted - {column["name"] for column in there.get_columns(name)}
        if lacking:
            raise BadConfiguration(
                f"{folder}: made by another version of Echolocate ({name} has no {', '.join(sorted(lacking))}); "
                "open it with that version (run.toml names it), or start a new run"
            )


def run_folders(home: Path) -> list[Path]:
    """The folders of all runs below `home`, newest first."""
    found = [path.parent for path in home.glob("*/run.toml")]
    return sorted(found, key=lambda folder: (folder / "run.toml").stat().st_mtime, reverse=True)


class Run:
    """One run on disk. Make one with `create` or `open`; use `close` (or `with`) when done."""

    def __init__(self, folder: Path, config: RunConfig) -> None:
        self.folder = folder.resolve()  # jobs and git run elsewhere
        self.config = config
        self.artefacts = Artefacts(self.folder / "artefacts")
        self._engine = _open_database(self.folder / "run.db")
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        self._listeners: list[Listener] = []
        _check_columns(self._engine, self.folder)
        Record.metadata.create_all(self._engine)

    @classmethod
    def create(cls, home: Path, config: RunConfig) -> Self:
        """Make the folder of a new run below `home`.

        Raises:
            BadConfiguration: a run of this name is there already, or the folder cannot be written.
        """
        folder = home / config.id
        try:
            folder.mkdir(parents=True)
            write_config(config, folder / "run.toml")
        except FileExistsError:
            raise BadConfiguration(f"{folder}: a run of this name exists; choose another with --name") from None
        except OSError as error:
            raise BadConfiguration(
                f"{folder}: cannot be written ({error.strerror}); choose another with --runs"
            ) from None
        return cls(folder, config)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a run that is there.

        Raises:
            BadConfiguration: the folder is not a run, or one that another version made.
        """
        return cls(folder, read_config(folder / "run.toml"))

    def attend(self, review: ReviewSettings) -> None:
        """Change how the run is attended, for this process and for those that come after it."""
        self.config = self.config.model_copy(update={"review": review})
        fresh = self.folder / ".run.toml.new"
        fresh.unlink(missing_ok=True)  # left by a process that was killed right here
        write_config(self.config, fresh)
        fresh.replace(self.folder / "run.toml")

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def checkpoints(self) -> Path:
        """The file of LangGraph's checkpoints."""
        return self.folder / "graph.db"

    @property
    def own_papers(self) -> Path:
        """The index of the user's own papers, where there are any."""
        return self.folder / "papers.db"

    @property
    def recording(self) -> Path:
        """The file with the answers that this run repeats, where it does."""
        return self.folder / "recording.json"

    @property
    def jobs(self) -> Path:
        """The folder where sandboxes keep the outcomes of this run's jobs."""
        return self.folder / "jobs"

    # -- rows ---------------------------------------------------------------------------------------------------

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: committed at the end, rolled back when an exception leaves the block."""
        with self._sessions.begin() as session:
            yield session

    def save(self, *rows: Record) -> None:
        """Write rows in one transaction; a row with the same primary key is replaced."""
        with self.session() as session:
            for row in rows:
                session.merge(row)

    def get(self, table: type[R], key: str) -> R | None:
        """The row with this primary key."""
        with self._sessions() as session:
            return session.get(table, key)

    def all(self, table: type[R], *order: InstrumentedAttribute[Any], **equal: object) -> Sequence[R]:
        """All rows whose columns equal the given values, ordered by the given columns."""
        with self._sessions() as session:
            return session.scalars(select(table).filter_by(**equal).order_by(*order)).all()

    def query(self, statement: Select[T]) -> Sequence[T]:
        """What a statement selects: for readers that show a part of a run and must not load the whole."""
        with self._sessions() as session:
            return session.scalars(statement).all()

    # -- the journal --------------------------------------------------------------------------------------------

    def listen(self, listener: Listener) -> None:
        """Call `listener` with each event from now on, in the order in which they were written."""
        self._listeners.append(listener)

    def tell(self, kind: str, subject: str = "", text: str = "", **data: object) -> None:
        """Write an event into the journal, and pass it to whoever listens."""
        row = EventRecord(at=datetime.now(UTC), kind=kind, subject=subject, text=text, data=data)
        with self.session() as session:
            session.add(row)
        for listener in self._listeners:
            listener(row)

    def seconds_worked(self) -> float:
        """Seconds of work over all sessions: from each session's start to its last event before the next."""
        starts = self.all(EventRecord, EventRecord.n, kind="session")
        newest = select(EventRecord.at).order_by(EventRecord.n.desc()).limit(1)
        ends = [newest.where(EventRecord.n < following.n) for following in starts[1:]] + [newest]
        return sum((self.query(end)[0] - start.at).total_seconds() for start, end in zip(starts, ends, strict=False))

    # -- one process at a time ----------------------------------------------------------------------------------

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run for this process. The lock goes with the process, however it ends.

        Raises:
            RunBusy: another process holds it.
        """
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RunBusy(f"{self.folder}: process {self.holder()} works on this run") from None
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
            yield
        finally:
            os.close(handle)

    def holder(self) -> int | None:
        """Process id of who works on the run now; None when nobody does."""
        try:
            with (self.folder / "lock").open(encoding="ascii") as handle:
                try:
                    fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(handle.read() or 0) or None
                return None
        except FileNotFoundError:
            return None
