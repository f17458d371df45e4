"""Runs the demo: one IMAP server, chosen once, and the SMTP server; fills the mailboxes on the first start."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path

from imapbridge.demo import dovecot, plant, poor, smtp

log = logging.getLogger(__name__)


async def serve(folder: Path, imap_port: int, smtp_port: int) -> None:
    """Until SIGTERM or SIGINT, or until the IMAP server dies."""
    folder.mkdir(parents=True, exist_ok=True)
    if not plant.is_planted(folder):
        _clear(folder)
    ready = asyncio.Event()
    imap = asyncio.create_task(_chosen(folder)(folder, imap_port, ready))
    _stop_on_signals(imap)
    submission = await asyncio.get_running_loop().create_server(
        lambda: smtp.protocol(imap_port), "127.0.0.1", smtp_port
    )
    async with submission:
        planting = asyncio.create_task(_plant(folder, imap_port, ready))
        with contextlib.suppress(asyncio.CancelledError):
            await imap
        planting.cancel()


def _chosen(folder: Path) -> Callable[[Path, int, asyncio.Event], Coroutine[None, None, None]]:
    """Dovecot where it is installed; but mail that is already kept by the poor server stays with it."""
    return poor.serve if (folder / "mail.sqlite3").exists() or not dovecot.can_serve(folder) else dovecot.serve


async def _plant(folder: Path, port: int, ready: asyncio.Event) -> None:
    await ready.wait()
    if not plant.is_planted(folder):
        await asyncio.to_thread(plant.plant, folder, port)


def _clear(folder: Path) -> None:
    """Half a mailbox of an interrupted first start."""
    shutil.rmtree(folder / "dovecot", ignore_errors=True)
    for path in folder.glob("mail.sqlite3*"):
        path.unlink()


def _stop_on_signals(task: asyncio.Task[None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
