"""`python -m tests.bench`: what `./run bench` runs. Prints; asserts nothing about time. `sync`, `body`, `click`,
`sending` and `everything` are measurements of their own."""

import argparse
import contextlib
import os
import platform
import sys

from tests.bench import body, click, everything, sending, sync, weight
from tests.bench import peer as peers
from tests.bench.house import MAIL_SERVER, OURS, House, ready
from tests.bench.meter import Cost, yardstick
from tests.bench.operations import OPERATIONS, Operation
from tests.bench.peer import Peer
from tools import packages

COLD_TARGET, WARM_TARGET = 60, 15


def main() -> int:
    options = _options()
    if options.peer and not packages.peer():
        return 1
    wanted = [operation for operation in OPERATIONS if all(word in operation.name for word in options.only)]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {options.database};",
        end=" ",
    )
    print(f"INBOX of {options.messages:,} messages; {options.rounds} rounds of {options.count}, the median one.")
    before = yardstick()
    extra = options.count * options.rounds
    with contextlib.ExitStack() as stack:
        house = stack.enter_context(ready(options.messages, extra, options.database))
        _print_sync(house, options.messages)
        peer = stack.enter_context(peers.ready(house, options.messages, extra)) if options.peer else None
        _print_operations(house, peer, wanted, options)
        if not options.only:
            _print_weight(house, peer)
        print(f"The yardstick, a fixed piece of Python work: {before:.1f} ms before, {yardstick():.1f} ms after.")
    return 0


def _print_operations(house: House, peer: Peer | None, wanted: list[Operation], options: argparse.Namespace) -> None:
    print("\nMilliseconds of CPU per operation (ours, and the mail server's)\n")
    columns = (*(name for name in OURS if name != "database" or options.database == "postgres"), MAIL_SERVER)
    ratio = f"{'ours/peer':>10}" if peer else ""
    print(f"{'':<38}{'total':>7}{'target':>7}{'peer':>6}{ratio}  " + "".join(f"{name:>9}" for name in columns))
    for operation in wanted:
        cost = house.meter.measure(operation.prepare(house), options.count, options.rounds)
        beside = f"{operation.peer or '':>6}"
        if peer:
            beside = _beside(peer, operation.name, cost, options)
        print(_line(operation, cost, beside, columns), flush=True)


def _beside(peer: Peer, name: str, ours: Cost, options: argparse.Namespace) -> str:
    """The columns of the measured peer, which does not have all of our operations."""
    if name not in peers.OPERATIONS:
        return f"{'':>16}"
    theirs = peer.meter.measure(peers.OPERATIONS[name](peer), options.count, options.rounds)
    return f"{theirs.total:>6.1f}{ours.total / theirs.total:>10.2f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("--messages", type=int, default=100_000, help="in INBOX")
    parser.add_argument("--count", type=int, default=100, help="operations in a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument(
        "--peer", action="store_true", help="measure Roundcube in the same run (see docs/benchmarks.md)"
    )
    parser.add_argument("only", nargs="*", help="words in the names of the operations to measure")
    return parser.parse_args()


def _line(operation: Operation, cost: Cost, beside: str, columns: tuple[str, ...]) -> str:
    parts = "".join(f"{cost.by_process.get(column, 0.0):>9.2f}" for column in columns)
    return f"{operation.name:<38}{cost.total:>7.2f}{operation.target or '':>7}{beside}  {parts}"


def _print_sync(house: House, messages: int) -> None:
    ours = sum(value for name, value in house.sync_cpu.items() if name != MAIL_SERVER)
    each = 1e6 * ours / max(messages, 1)
    print(f"First sync: {ours:.1f} s of our CPU ({each:.0f} µs a message), ", end="")
    print(f"{house.sync_cpu[MAIL_SERVER]:.1f} s of the mail server's, done after {house.sync_seconds:.0f} s.")


def _print_weight(house: House, peer: Peer | None) -> None:
    print()
    ours = weight.inbox(house.product.url, house.visitor)
    for name, found, target in zip(("cold", "warm"), ours, (COLD_TARGET, WARM_TARGET), strict=True):
        print(f"A {name} inbox: {found.requests} requests, {found.bytes / 1000:.1f} KB (target {target} KB)")
    if peer:
        theirs = weight.inbox(f"{peer.url}/?_task=mail&_mbox=INBOX&_page=1", peer.visitor)
        for name, found in zip(("cold", "warm"), theirs, strict=True):
            print(f"The peer's {name} inbox: {found.requests} requests, {found.bytes / 1000:.1f} KB")
    memory = {name: _megabytes(name, house) for name in house.product.processes}
    print("Memory (RSS): " + ", ".join(f"{name} {size:.0f} MB" for name, size in memory.items()))


def _megabytes(name: str, house: House) -> float:
    return sum(each.memory_info().rss for each in house.product.processes[name].processes()) / 1e6


if __name__ == "__main__":
    others = {
        "sync": sync.main,
        "body": body.main,
        "click": click.main,
        "everything": everything.main,
        "sending": sending.main,
    }
    alone = others.get(next(iter(sys.argv[1:]), ""))
    sys.exit(alone(sys.argv[2:]) if alone else main())
