"""What Docker is told about a job's containers. Each line closes a door; `tests/hostile` tries them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docker.types import LogConfig, Ulimit

from sandboxes import seccomp
from sandboxes.request import shm_mb, tmp_mb

if TYPE_CHECKING:
    from sandboxes.sandbox import Limits

UID = 10_001
_OUT_FILES = 4096
_TMP_FILES = 65_536


def common() -> dict[str, Any]:
    """Return what holds for every container."""
    return {
        "network_mode": "none",
        "read_only": True,
        "cap_drop": ["ALL"],
        "user": f"{UID}:{UID}",
        "ipc_mode": "private",
        "security_opt": ["no-new-privileges:true", f"seccomp={seccomp.profile()}"],
        "hostname": "sandbox",
    }


def of_job(limits: Limits) -> dict[str, Any]:
    """Return what holds a job to its limits."""
    memory = f"{limits.memory_mb}m"
    file_size = max(limits.output_mb, tmp_mb(limits)) << 20
    return common() | {
        "pids_limit": limits.pids,
        "mem_limit": memory,
        "memswap_limit": memory,  # without it swap doubles the memory
        "nano_cpus": int(limits.cpus * 1e9),  # docker-py takes `cpu_count` too, which does nothing on Linux
        "oom_score_adj": 500,
        "shm_size": f"{shm_mb(limits)}m",
        # Docker's own default is noexec, which breaks compilers of numerical code that load what they built.
        "tmpfs": {"/tmp": f"rw,exec,nosuid,nodev,size={tmp_mb(limits)}m,nr_inodes={_TMP_FILES},mode=1777"},
        "ulimits": [
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="nofile", soft=4096, hard=4096),
            Ulimit(name="fsize", soft=file_size, hard=file_size),
        ],
        # Two files: the engine drops a whole file at a time, and with one an endless stream would leave nothing.
        "log_config": LogConfig(
            type=LogConfig.types.JSON, config={"max-size": f"{max(256, limits.log_kb)}k", "max-file": "2"}
        ),
    }


def out_volume(limits: Limits) -> dict[str, str]:
    """Return the options of the volume that is `out/`: memory, of limited size, nothing in it can be executed."""
    options = f"size={limits.output_mb}m,nr_inodes={_OUT_FILES},uid={UID},gid={UID},mode=0700,nosuid,nodev,noexec"
    return {"type": "tmpfs", "device": "tmpfs", "o": options}
