"""Processes are kept running, told of when they die, and ended in order. The children are small programs of our own."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.servers.process import private_directory
from webmail.supervisor import tree
from webmail.supervisor.log import MOST_ERRORS_SHOWN, Log
from webmail.supervisor.roles import Role
from webmail.supervisor.tree import Stopped, Tree

WELL = "import time; print('well', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {STUBBORN!r}])"


class Stage:
    """A tree with its logs, and what it said."""

    def __init__(self) -> None:
        self.logs = private_directory("logs")
        self.said: list[str] = []
        self.tree = Tree({"STAGE": str(self.logs)}, self.logs, self.said.append)

    def start(self, name: str, program: str, grace: float = 8.0) -> None:
        self.tree.start(Role(name, [sys.executable, "-c", program], grace))

    def log(self, name: str) -> str:
        path = self.logs / f"{name}.log"
        return path.read_text() if path.exists() else ""

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not condition():
                await asyncio.sleep(0.02)

    def left(self) -> list[psutil.Process]:
        """What was started here and still runs, whoever its parent is by now."""
        ours = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("STAGE") == str(self.logs) and process.status() != psutil.STATUS_ZOMBIE:
                    ours.append(process)
        return ours


def play(story: Callable[[Stage], object]) -> Stage:
    """Run a story in an event loop; nothing may be left running at its end."""
    stage = Stage()

    async def run() -> None:
        try:
            await story(stage)  # type: ignore[misc]
        finally:
            await stage.tree.stop()

    asyncio.run(run())
    assert stage.left() == []
    return stage


def test_what_dies_is_started_again_and_told_of() -> None:
    async def story(stage: Stage) -> None:
        stage.start("worker", "print('the last words', flush=True); raise SystemExit(3)")
        await stage.until(lambda: stage.log("worker").count("the last words") >= 2)

    said = "\n".join(play(story).said)
    assert "worker stopped by itself (exit status 3)" in said
    assert "the last words" in said


def test_what_ignores_the_request_to_stop_is_killed_with_its_children() -> None:
    async def story(stage: Stage) -> None:
        stage.start("bridge", PARENT, grace=0.3)
        await stage.until(lambda: "up" in stage.log("bridge"))

    play(story)


def test_the_web_stops_before_what_it_needs() -> None:
    async def story(stage: Stage) -> None:
        for name in ("redis", "bridge", "web"):
            program = f"import signal; signal.signal(15, lambda *_: exit(print('end of {name}', flush=True))); " + WELL
            stage.start(name, program)
        await stage.until(lambda: all("well" in stage.log(name) for name in ("redis", "bridge", "web")))

    stage = play(story)
    ends = [(stage.logs / f"{name}.log").stat().st_mtime_ns for name in ("web", "bridge", "redis")]
    assert ends == sorted(ends)
    assert "end of redis" in stage.log("redis")


@pytest.fixture
def quickly_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "SETTLES", 0.3)


@pytest.mark.usefixtures("quickly_settled")
def test_on_a_wish_each_is_replaced_or_replaces_its_own() -> None:
    again = "import signal; signal.signal(signal.SIGHUP, lambda *_: print('again', flush=True)); "

    async def story(stage: Stage) -> None:
        stage.tree.listen_to_signals()
        stage.start("worker", WELL)
        stage.start("bridge", STUBBORN, grace=0.3)
        stage.tree.start(Role("web", [sys.executable, "-c", again + WELL], renews_itself=True))
        await stage.until(lambda: all(stage.log(name) for name in ("worker", "bridge", "web")))
        os.kill(os.getpid(), signal.SIGUSR1)
        await stage.tree.wait_for_wish()
        assert await stage.tree.renew() == ""
        await stage.until(lambda: stage.log("worker").count("well") == 2)
        await stage.until(lambda: stage.log("bridge").count("up") == 2)
        await stage.until(lambda: "again" in stage.log("web"))

    assert play(story).said == [], "nothing died by itself"


@pytest.mark.usefixtures("quickly_settled")
def test_what_comes_after_a_new_one_that_does_not_stay_is_left_as_it_is() -> None:
    once = "import os, sys; sys.exit(1) if os.path.exists('{0}') else open('{0}', 'w'); " + WELL

    async def story(stage: Stage) -> None:
        stage.start("worker", once.format(stage.logs / "was-here"))
        stage.start("bridge", WELL)
        await stage.until(lambda: stage.log("worker") and stage.log("bridge"))
        assert await stage.tree.renew() == "worker"
        assert stage.log("bridge").count("well") == 1

    assert "worker stopped by itself" in play(story).said[0]


def test_waiting_for_what_keeps_dying_ends() -> None:
    async def story(stage: Stage) -> None:
        stage.start("web", "raise SystemExit(1)")
        assert not await stage.tree.until("web", lambda: False)

    play(story)


def test_waiting_ends_with_the_signal_to_stop() -> None:
    async def story(stage: Stage) -> None:
        stage.start("web", WELL)
        asyncio.get_running_loop().call_later(0.1, stage.tree._on_signal)
        with pytest.raises(Stopped):
            await stage.tree.until("web", lambda: False)

    play(story)


def test_a_log_shows_errors_and_keeps_the_start_before() -> None:
    said: list[str] = []
    path = private_directory("logs") / "web.log"
    path.write_text("the start before\n")
    log = Log(path, said.append)
    log.write(b"2026-03-12 10:00:00,1 INFO web fine\n2026-03-12 10:00:01,1 ERR")
    log.write(b"OR web broken\n")
    assert said == ["web: 2026-03-12 10:00:01,1 ERROR web broken"]
    assert path.with_suffix(".log.1").read_text() == "the start before\n"
    assert "fine" in log.tail()


def test_a_flood_of_errors_does_not_fill_the_terminal() -> None:
    said: list[str] = []
    log = Log(private_directory("logs") / "web.log", said.append)
    log.write(b"ERROR broken\n" * 1000)
    assert len(said) <= MOST_ERRORS_SHOWN + 1
    assert Path(said[-1].removeprefix("web: more in ")).exists()
