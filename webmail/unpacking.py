"""Pictures of strangers are unpacked in a process of its own: whatever a decoder can be made to do, it does there, with
so much memory and time and no more. It starts with the first picture and is renewed now and then."""

from __future__ import annotations

import logging
import multiprocessing
import resource
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from webmail.reading import thumbnails

log = logging.getLogger(__name__)

MEMORY = 2**30
"""Octets of address space; what a picture within the bounds of `reading.thumbnails` takes is a fifth of it."""
LONGEST = 10.0
"""Seconds for one picture, the start of the process among them."""
RENEWED_AFTER = 200
"""Pictures."""
IDLE = 60.0
"""Seconds without a picture, after which the process ends: it takes as much memory as many pages."""
_guard = threading.Lock()
_pool: ProcessPoolExecutor | None = None
_timer: threading.Timer | None = None


def small_picture(data: bytes) -> bytes | None:
    """As `reading.thumbnails.thumbnail`; None also when it took too much."""
    return _unpacked(thumbnails.thumbnail, data)


def portrait(data: bytes) -> bytes | None:
    """As `reading.thumbnails.portrait`; None also when it took too much."""
    return _unpacked(thumbnails.portrait, data)


def _unpacked(how: Callable[[bytes], bytes | None], data: bytes) -> bytes | None:
    pool = _running()
    _end_when_idle(pool)
    try:
        return pool.submit(how, data).result(timeout=LONGEST)
    except (BrokenProcessPool, CancelledError, TimeoutError, MemoryError) as fault:
        log.warning("a picture was not unpacked: %s", type(fault).__name__)
        _end(pool)
        return None


def _end_when_idle(pool: ProcessPoolExecutor) -> None:
    global _timer  # noqa: PLW0603
    with _guard:
        if _timer is not None:
            _timer.cancel()
        _timer = threading.Timer(IDLE, _end, (pool,))
        _timer.daemon = True
        _timer.start()


def _running() -> ProcessPoolExecutor:
    global _pool  # noqa: PLW0603 - one for the process, as there is one of it
    with _guard:
        if _pool is None:
            context = multiprocessing.get_context("spawn")
            _pool = ProcessPoolExecutor(1, context, _bounded, max_tasks_per_child=RENEWED_AFTER)
        return _pool


def _end(pool: ProcessPoolExecutor) -> None:
    """Once, whoever finds first that it does not answer."""
    global _pool  # noqa: PLW0603
    with _guard:
        if _pool is pool:
            _pool = None
    for process in list((getattr(pool, "_processes", None) or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def _bounded() -> None:
    """In the child."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
