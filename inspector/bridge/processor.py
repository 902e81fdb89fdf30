"""What a network runs on: its name, its cores, how busy it is, and how much memory there is."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import torch

from inspector.core.measures.latency import Device
from inspector.outside import shown

_CPUINFO = Path("/proc/cpuinfo")
_LONGEST = 60


def processor(device: Device) -> str:
    """The name of what computes, as the system or the device's driver gives it; of a CPU what torch makes of it too."""
    if device == "cuda":
        return shown(torch.cuda.get_device_name(), _LONGEST)
    if device == "mps":
        return shown(_of_macos() or platform.machine(), _LONGEST)
    name = _of_linux() or _of_macos() or platform.processor() or platform.machine()
    return f"{shown(name, _LONGEST)} ({torch.backends.cpu.get_cpu_capability()})"


def _of_linux() -> str:
    try:
        with _CPUINFO.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                key, _, name = line.partition(":")
                if key.strip() in ("model name", "Model"):  # x86, and some of the others
                    return name.strip()
    except OSError:
        pass
    return ""


def _of_macos() -> str:
    if platform.system() != "Darwin":
        return ""
    command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout.strip()  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spare() -> int:
    """The threads of torch that leave one core to the editor; one at least."""
    return max(1, cores() - 1)


def load() -> float | None:
    """How many processes wanted a core in the last minute, on average; None where the system does not tell."""
    try:
        return round(os.getloadavg()[0], 2)
    except (OSError, AttributeError):
        return None


def memory() -> int | None:
    """Bytes of memory that this machine has; None where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None
