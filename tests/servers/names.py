"""A name server on loopback that says what a test wants it to: also what no honest one says."""

from __future__ import annotations

import socket
from threading import Thread
from types import TracebackType

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Zone = dict[tuple[str, str], list[str]]
"""`{("_imaps._tcp.example.com", "SRV"): ["0 1 993 imap.example.com."]}`; a `CNAME` answers for every kind."""


class NameServer:
    """`with NameServer(zone) as server: server.address`, as `127.0.0.1:5353`. `asked`: every question, in order."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = Thread(target=self._serve, daemon=True)

    @property
    def address(self) -> str:
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    def __enter__(self) -> NameServer:
        self._thread.start()
        return self

    def __exit__(self, *_raised: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(65535)
            if not data:
                return
            self._socket.sendto(self._answer(dns.message.from_wire(data)).to_wire(), peer)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), question.rdtype.name
        self.asked.append((name, kind))
        for _link in range(40):  # as a server does that follows aliases for who asks
            if rows := self.zone.get((name, kind)):
                answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *rows))
                return answer
            if not (alias := self.zone.get((name, "CNAME"))):
                break
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", *alias))
            name = alias[0].rstrip(".")
        if not answer.answer:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer
