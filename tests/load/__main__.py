"""`./run load`: many people at once for some minutes; with `--faults` one fault after another while they go on.

Prints how soon answers came, what went wrong, the memory and CPU of each process, and what the mail servers have at the
end. Ends with 1 when an error was seen without a fault, or with one that was no honest sentence, or when anything was
lost or doubled. Judges no time.
"""

import argparse
import logging
import os
import platform
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.bench.meter import yardstick
from tests.load import faults, house, letters, record, truth
from tests.load.faults import Fault
from tests.load.house import House
from tests.load.person import Person
from tests.load.post import Post
from tests.load.record import Record
from tests.load.tabs import Tabs
from tests.load.watch import Watch

SETTLING = 20.0
"""Seconds in which all have come and nothing counts yet."""
VERIFIED = 5


def main() -> int:
    options = _options()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the submission server's, about its own port with TLS
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()};", end=" ")
    print(f"{options.people} people with {options.messages} messages each, {options.sockets} open pages.")
    print(f"The yardstick, a fixed piece of Python work: {yardstick():.1f} ms.")
    with house.ready(options.people) as place:
        try:
            return Load(place, options).play()
        finally:
            if options.logs:
                options.logs.write(place.product.said)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run load")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--messages", type=int, default=300, help="in each inbox")
    parser.add_argument("--sockets", type=int, default=500, help="open pages, of all of them together")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--faults", action="store_true", help="restart and kill, one after another, afterwards")
    parser.add_argument("--rest", type=float, default=60.0, help="seconds from one fault to the next")
    parser.add_argument("--only", default="", help="words of the faults that are wanted, such as `redis`")
    parser.add_argument("--logs", type=argparse.FileType("w"), help="where to put what the processes said")
    return parser.parse_args()


class Load:
    """One run."""

    def __init__(self, place: House, options: argparse.Namespace) -> None:
        self._house, self._options = place, options
        self._notes = Record()
        self._wrong: list[str] = []

    def play(self) -> int:
        self._people = self._arrive()
        self._tabs = Tabs(self._people, self._options.sockets, self._house.product.url, self._notes)
        self._watch = Watch(self._house, lambda: self._tabs.open, print)
        post = Post(self._house.dovecot, self._people)
        self._tabs.start()
        for person in self._people:
            person.start()
        post.start()
        time.sleep(SETTLING)
        self._watch.start()
        try:
            self._plain()
            if self._options.faults:
                self._with_faults()
        finally:
            self._leave(post)
        self._verify()
        print(*(self._wrong or ["Nothing was lost or doubled, and nothing but honest sentences was said."]), sep="\n")
        return 1 if self._wrong else 0

    def _arrive(self) -> list[Person]:
        began = time.monotonic()
        users = [self._house.dovecot.user(f"person{number}") for number in range(self._options.people)]
        with ThreadPoolExecutor(4) as threads:
            fill = self._house.dovecot.fill_with
            list(threads.map(lambda user: fill(user, "INBOX", letters.filled(self._options.messages)), users))
            print(f"The mailboxes are filled after {time.monotonic() - began:.0f} s.")
            visitors = list(threads.map(self._house.product.visitor, users))
        for user in users:
            self._house.product.wait_until_synced(user, 600)
        came = enumerate(zip(users, visitors, strict=True))
        people = [Person(user, visitor, self._notes, at) for at, (user, visitor) in came]
        for person in people:
            person.look()
        print(f"All are signed in and synced after {time.monotonic() - began:.0f} s.")
        return people

    def _plain(self) -> None:
        self._began, told = time.monotonic(), self._tabs.told
        time.sleep(60 * self._options.minutes)
        self._calm = self._notes.between(self._began, time.monotonic())
        seconds = time.monotonic() - self._began
        print(f"\nWithout faults, {seconds:.0f} s, {len(self._calm) / seconds:.1f} requests a second;", end=" ")
        print(f"the sockets told {(self._tabs.told - told) / seconds:.1f} changes a second.")
        print(record.table(self._calm), "Errors:", record.errors(self._calm), sep="\n")
        print(self._watch.memory(self._watch.readings))
        print(f"Sockets: {self._tabs.open} open, at least {min(one.sockets for one in self._watch.healths)} always.\n")
        missing = {one.missing for one in self._watch.healths if one.missing}
        self._wrong += [f"Without a fault: {one.kind}: {one.wrong}" for one in self._calm if one.wrong]
        self._wrong += [f"Without a fault /health/ready missed: {one}" for one in missing]

    def _with_faults(self) -> None:
        quick = faults.usual(self._calm)
        print(f"Pages are as usual when 95 of 100 come within {quick:.0f} ms (in {faults.WINDOW:.0f} s).")
        print(faults.HEAD)
        done = []
        for name, deed in faults.all_of_them(self._house).items():
            if self._options.only in name:
                done.append(fault := faults.commit(name, deed, self._options.rest))
                self._tell(fault, quick)
        for fault in done:
            print(f"Errors, {fault.name}:", record.errors(self._notes.between(fault.began, fault.ended)), sep="\n")

    def _tell(self, fault: Fault, quick: float) -> None:
        asked = self._notes.between(fault.began, fault.ended)
        healths = [one for one in self._watch.healths if fault.began <= one.at < fault.ended]
        found = faults.story(fault, asked, healths, quick, self._options.sockets)
        print(faults.line(fault, asked, found))
        bad = [one for one in asked if record.is_dishonest(one.wrong)]
        self._wrong += [f"{fault.name}: {one.kind}: {one.wrong}" for one in bad]

    def _leave(self, post: Post) -> None:
        post.end()
        for person in self._people:
            person.end()
        for person in self._people:
            person.join()
        self._watch.end()

    def _verify(self) -> None:
        began = time.monotonic()
        truth.wait_until_at_rest(self._house, 300)
        print(f"All that was done is on the mail servers {time.monotonic() - began:.1f} s after the last click.")
        # What arrived last is for the tabs to hear of.
        time.sleep(5)
        self._tabs.end()
        acknowledged = sum(person.ledger.acknowledged for person in self._people)
        sent = sum(len(person.ledger.letters) for person in self._people)
        came = sum(len(person.ledger.delivered) for person in self._people)
        doubtful = sum(len(person.ledger.doubtful) for person in self._people)
        print(f"{acknowledged} acknowledged actions, {doubtful} without an answer; {sent} letters sent, {came} came.")
        self._wrong += truth.differences(self._house, self._people, self._options.messages)
        chosen = self._people[:: max(1, len(self._people) // VERIFIED)][:VERIFIED]
        self._wrong += truth.unequal(self._house, chosen)
        print(f"verifyindex of {len(chosen)} accounts: done.")


if __name__ == "__main__":
    sys.exit(main())
