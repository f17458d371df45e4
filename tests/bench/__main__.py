"""`python -m tests.bench`: what `./run bench` runs. Prints tables; asserts nothing about time. `sync`: see there."""

import argparse
import os
import platform
import sys

from tests.bench import sync, weight
from tests.bench.house import MAIL_SERVER, OURS, House, ready
from tests.bench.meter import Cost, yardstick
from tests.bench.operations import OPERATIONS

COLD_TARGET, WARM_TARGET = 60, 15


def main() -> int:
    options = _options()
    wanted = [operation for operation in OPERATIONS if all(word in operation.name for word in options.only)]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {options.database};",
        end=" ",
    )
    print(f"INBOX of {options.messages:,} messages; {options.rounds} rounds of {options.count}, the median one.")
    before = yardstick()
    with ready(options.messages, options.count * options.rounds, options.database) as house:
        _print_sync(house, options.messages)
        print("\nMilliseconds of CPU per operation (ours, and the mail server's)\n")
        columns = [name for name in OURS if name != "database" or options.database == "postgres"]
        print(
            f"{'':<38}{'total':>7}{'target':>7}{'peer':>6}  "
            + "".join(f"{name:>9}" for name in (*columns, MAIL_SERVER))
        )
        for operation in wanted:
            cost = house.meter.measure(operation.prepare(house), options.count, options.rounds)
            print(_line(operation.name, cost, operation.target, operation.peer, (*columns, MAIL_SERVER)), flush=True)
        if not options.only:
            _print_weight(house)
        print(f"The yardstick, a fixed piece of Python work: {before:.1f} ms before, {yardstick():.1f} ms after.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("--messages", type=int, default=100_000, help="in INBOX")
    parser.add_argument("--count", type=int, default=100, help="operations in a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("only", nargs="*", help="words in the names of the operations to measure")
    return parser.parse_args()


def _line(name: str, cost: Cost, target: float | None, peer: float | None, columns: tuple[str, ...]) -> str:
    beside = "".join(f"{'' if value is None else f'{value:g}':>{width}}" for value, width in ((target, 7), (peer, 6)))
    parts = "".join(f"{cost.by_process.get(column, 0.0):>9.2f}" for column in columns)
    return f"{name:<38}{cost.total:>7.2f}{beside}  {parts}"


def _print_sync(house: House, messages: int) -> None:
    ours = sum(value for name, value in house.sync_cpu.items() if name != MAIL_SERVER)
    each = 1e6 * ours / max(messages, 1)
    print(f"First sync: {ours:.1f} s of our CPU ({each:.0f} µs a message), ", end="")
    print(f"{house.sync_cpu[MAIL_SERVER]:.1f} s of the mail server's, done after {house.sync_seconds:.0f} s.")


def _print_weight(house: House) -> None:
    print()
    for name, found, target in zip(("cold", "warm"), weight.inbox(house), (COLD_TARGET, WARM_TARGET), strict=True):
        print(f"A {name} inbox: {found.requests} requests, {found.bytes / 1000:.1f} KB (target {target} KB)")
    memory = {name: _megabytes(name, house) for name in house.product.processes}
    print("Memory (RSS): " + ", ".join(f"{name} {size:.0f} MB" for name, size in memory.items()))


def _megabytes(name: str, house: House) -> float:
    return sum(each.memory_info().rss for each in house.product.processes[name].processes()) / 1e6


if __name__ == "__main__":
    sys.exit(sync.main(sys.argv[2:]) if sys.argv[1:2] == ["sync"] else main())
