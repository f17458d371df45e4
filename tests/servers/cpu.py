"""CPU of a family of processes, as the kernel counts it (in hundredths of a second)."""

from collections.abc import Callable

import psutil


def cpu_of(family: Callable[[], list[psutil.Process]]) -> float:
    """Sum the CPU of processes and of the children that they have already reaped.

    A child that ends between two readings would be counted twice or not at all; so the sum is taken again until the
    family was the same before and after it.
    """
    total = 0.0
    for _attempt in range(20):
        before = family()
        total = sum(_cpu_of_one(each) for each in before)
        if {each.pid for each in before} == {each.pid for each in family()}:
            break
    return total


def _cpu_of_one(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
