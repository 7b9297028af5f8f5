"""GPUs, leased by UUID: who may compute where, agreed between all processes of a user on this machine.

The agreement is one SQLite file. A lease belongs to a process and lapses with it; nobody has to tidy up after a crash.
A device that lost its holder goes to the next job only when no process computes on it any more: a killed program can
stay on its GPU for minutes, and a container outlives its supervisor.

What it does not see: programs of other users or other tools before they compute, and, in a container of its own
process namespace, any program outside it.
"""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from docker.types import DeviceRequest
from platformdirs import user_state_path
from pydantic import BaseModel, ConfigDict, Field

from sandboxes.errors import JobCancelled, JobRejected, SandboxUnavailable
from sandboxes.gpu_inventory import nvidia_smi
from sandboxes.gpu_queue import Claim, grants
from sandboxes.supervisor import is_alive, this_supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandboxes.gpu_inventory import Device, Inventory

_POLL_S = 1.0
_LOCK_S = 30.0
_MISSED_BEATS = 12
_SCHEMA = (
    """create table if not exists claims (
        ticket integer primary key autoincrement, job text unique not null, owner text not null, holder text not null,
        wanted integer not null, per_device integer not null, allowed text not null, seen real not null)""",
    """create table if not exists leases (
        ticket integer not null references claims on delete cascade, device text not null,
        primary key (ticket, device))""",
)


class GpuRequest(BaseModel):
    """What a job wants of the pool."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    job: str
    """Asking again for the same job after its supervisor died finds the devices that it still has."""
    owner: str
    """Whose turn it is: the pool is fair between owners, for example the ideas of a run."""
    count: int = Field(ge=0)
    devices: tuple[str, ...]
    """UUIDs that may be used; see `gpu_inventory.select`."""
    per_device: int = Field(default=1, ge=1)
    """How many jobs that agree to it may share a device."""
    wait_s: float = Field(default=3600.0, gt=0)


class GpuPool:
    """The leases of one machine.

    Args:
        inventory: where the devices are looked up.
        path: the file that all processes share; by default in the user's state folder, by the machine's name, as a
            home folder can be shared between machines.
        beat_s: how often a holder says that it lives, in seconds; after twelve missed beats it counts as dead.
    """

    def __init__(self, inventory: Inventory = nvidia_smi, path: Path | None = None, *, beat_s: float = 5.0) -> None:
        self._inventory = inventory
        self._path = path or user_state_path("echolocate") / f"gpus-{socket.gethostname()}.db"
        self._beat_s = beat_s

    @contextmanager
    def lease(self, request: GpuRequest, cancelled: threading.Event) -> Iterator[tuple[str, ...]]:
        """Wait for devices and yield their UUIDs, none at once where none are wanted; they are given back at the end.

        Raises:
            JobRejected: more devices are asked for than may be used.
            JobCancelled: `cancelled` was set while the job waited.
            SandboxUnavailable: none came free in time, or the pool or the devices cannot be looked at.
        """
        if request.count > len(request.devices):
            raise JobRejected(
                f"job {request.job} asks for {request.count} GPU(s); this run may use {len(request.devices)} (--gpus)"
            )
        if request.count == 0:
            yield ()
            return
        ticket = self._claim(request)
        try:
            with self._beating(ticket):
                yield self._wait(ticket, request, cancelled)
        finally:
            with self._transaction() as db:
                db.execute("delete from claims where ticket = ?", (ticket,))

    def _claim(self, request: GpuRequest) -> int:
        """Join the queue, or take over what this job had under a supervisor that is dead; return the ticket."""
        with self._transaction() as db:
            row = db.execute("select holder, seen, ticket from claims where job = ?", (request.job,)).fetchone()
            if row and self._lives(*row[:2]):
                raise SandboxUnavailable(f"another process holds or awaits GPUs for the job {request.job}; ask again")
            if row:
                db.execute("update claims set holder = ?, seen = ? where ticket = ?", (*_now(), row[2]))
                return int(row[2])
            values = (request.job, request.owner, request.count, request.per_device, json.dumps(request.devices))
            columns = "job, owner, wanted, per_device, allowed, holder, seen"
            added = db.execute(f"insert into claims ({columns}) values (?, ?, ?, ?, ?, ?, ?)", (*values, *_now()))
            return int(added.lastrowid or 0)

    def _wait(self, ticket: int, request: GpuRequest, cancelled: threading.Event) -> tuple[str, ...]:
        deadline = time.monotonic() + request.wait_s
        while not (held := self._settle(ticket)):
            if time.monotonic() > deadline:
                waited = f"job {request.job} waited {request.wait_s:g} s for {request.count} GPU(s)"
                raise SandboxUnavailable(f"{waited}; {self._describe(request)}")
            if cancelled.wait(_POLL_S):
                raise JobCancelled(f"job {request.job} was cancelled while it waited for a GPU")
        return held

    def _settle(self, ticket: int) -> tuple[str, ...]:
        """Give away what can be given, to whomever it is due; return what this ticket holds now."""
        with self._transaction() as db:
            living = _read_claims(db, self._living(db))
        possible = grants(living.values(), {uuid for claim in living.values() for uuid in claim.allowed})
        if ticket in living and ticket not in possible:
            return living[ticket].held
        # Only now, as it is slow, and not within the transaction, as everybody's heartbeats would wait for it.
        devices = self._inventory()
        with self._transaction() as db:
            self._drop_dead(db, {device.uuid for device in devices if device.busy})
            claims = _read_claims(db)
            if ticket not in claims:
                raise SandboxUnavailable(
                    "this process was silent for so long that its claim to a GPU lapsed; ask again"
                )
            given = grants(claims.values(), {device.uuid for device in devices if not device.busy})
            rows = [(number, uuid) for number, uuids in given.items() for uuid in uuids]
            db.executemany("insert into leases (ticket, device) values (?, ?)", rows)
            return claims[ticket].held or given.get(ticket, ())

    def _living(self, db: sqlite3.Connection) -> set[int]:
        rows = db.execute("select ticket, holder, seen from claims").fetchall()
        return {ticket for ticket, holder, seen in rows if self._lives(holder, seen)}

    def _lives(self, holder: str, seen: float) -> bool:
        return is_alive(holder) and _clock() - seen <= _MISSED_BEATS * self._beat_s

    def _drop_dead(self, db: sqlite3.Connection, busy: set[str]) -> None:
        """Drop the claims of dead holders, but for those whose program may still run: it may be asked for again."""
        living = self._living(db)
        dead = [claim for claim in _read_claims(db).values() if claim.ticket not in living]
        gone = [(claim.ticket,) for claim in dead if not busy.intersection(claim.held)]
        db.executemany("delete from claims where ticket = ?", gone)

    def _describe(self, request: GpuRequest) -> str:
        with self._transaction() as db:
            claims = _read_claims(db)
        holders = {uuid: claim.job for claim in claims.values() for uuid in claim.held}
        devices = [device for device in self._inventory() if device.uuid in request.devices]
        return (
            "; ".join(_state(device, holders.get(device.uuid)) for device in devices) or "they are not there any more"
        )

    @contextmanager
    def _beating(self, ticket: int) -> Iterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=self._beat, args=(ticket, stop), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _beat(self, ticket: int, stop: threading.Event) -> None:
        while not stop.wait(self._beat_s):
            # A beat that fails is only one of twelve. One that finds no row comes after the claim lapsed; the devices
            # are guarded all the same for as long as the program computes.
            with suppress(SandboxUnavailable), self._transaction() as db:
                db.execute("update claims set seen = ? where ticket = ?", (_clock(), ticket))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_LOCK_S, isolation_level=None)) as db:
                db.execute("pragma foreign_keys = on")
                db.execute("begin immediate")
                with db:
                    for statement in _SCHEMA:
                        db.execute(statement)
                    yield db
        except (sqlite3.Error, OSError) as error:
            raise SandboxUnavailable(f"the list of GPU leases {self._path} cannot be used: {error}") from error


def device_requests(devices: tuple[str, ...]) -> list[DeviceRequest]:
    """Return what docker-py is told so that a container gets these devices, to compute and nothing else."""
    if not devices:
        return []
    return [DeviceRequest(device_ids=list(devices), capabilities=[["gpu", "compute", "utility"]])]


def visible_devices(devices: tuple[str, ...]) -> str:
    """Return the value of `NVIDIA_VISIBLE_DEVICES`.

    A job without devices needs it most: where NVIDIA's runtime is the default, an image's own variable shows all GPUs.
    """
    return ",".join(devices) or "void"


def _read_claims(db: sqlite3.Connection, tickets: set[int] | None = None) -> dict[int, Claim]:
    held: dict[int, list[str]] = {}
    for ticket, device in db.execute("select ticket, device from leases order by device"):
        held.setdefault(ticket, []).append(device)
    rows = db.execute("select ticket, job, owner, wanted, per_device, allowed from claims order by ticket")
    return {
        ticket: Claim(ticket, job, owner, wanted, per_device, tuple(json.loads(allowed)), tuple(held.get(ticket, ())))
        for ticket, job, owner, wanted, per_device, allowed in rows
        if tickets is None or ticket in tickets
    }


def _state(device: Device, job: str | None) -> str:
    if job:
        return f"{device.uuid} is leased by the job {job}"
    return (
        f"{device.uuid} is kept back: a process is on it that no job owns" if device.busy else f"{device.uuid} is free"
    )


def _now() -> tuple[str, float]:
    return this_supervisor(), _clock()


def _clock() -> float:
    """Return seconds that all processes of a boot share, and that stand still while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)
