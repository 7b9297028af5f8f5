"""A real engine takes what it is told about GPUs, on any machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import docker
import pytest

from sandboxes.gpus import device_requests
from sandboxes.image_store import ensure

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandboxes.choose import Name
    from sandboxes.sandbox import Sandbox


@pytest.mark.docker
def test_a_container_is_bound_to_its_devices(usable: Callable[[Name], Sandbox]) -> None:
    usable("docker")
    client = docker.from_env()
    # Not started: that needs the devices.
    requests = device_requests(("GPU-1", "MIG-2"))
    container = client.containers.create(ensure(client, "base"), ["true"], device_requests=requests)
    try:
        container.reload()
        (request,) = container.attrs["HostConfig"]["DeviceRequests"]
        assert request["DeviceIDs"] == ["GPU-1", "MIG-2"]
        assert request["Count"] == 0
        assert request["Capabilities"] == [["gpu", "compute", "utility"]]
    finally:
        container.remove()
        client.close()
