"""GPUs for tests on machines that have none: a folder that several processes look at, as they would at the driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandboxes.gpu_inventory import Device

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class FakeGpus:
    """`count` devices, GPU-0 and so on."""

    folder: Path
    count: int

    def __call__(self) -> tuple[Device, ...]:
        return tuple(
            Device(uuid=uuid, name="Fake", memory_mb=1024, busy=self._mark(uuid).exists()) for uuid in self.uuids
        )

    @property
    def uuids(self) -> tuple[str, ...]:
        return tuple(f"GPU-{number}" for number in range(self.count))

    def compute(self, uuid: str) -> None:
        """Leave a process on a device."""
        self._mark(uuid).touch()

    def end(self, uuid: str) -> None:
        self._mark(uuid).unlink()

    def _mark(self, uuid: str) -> Path:
        return self.folder / f"{uuid}.busy"
