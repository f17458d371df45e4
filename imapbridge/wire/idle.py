"""Hearing of changes at once: IDLE (RFC 2177) and NOTIFY (RFC 5465).

    run(session.idle())  then  wait(...) as often as one likes  then  run(session.done())

Data may come before the `+`, in the same segment, or cut into pieces: all of it becomes events. What is told while IDLE
runs is never told again, so handle the events before leaving it.
"""

from __future__ import annotations

from imapbridge.errors import CommandFailed, ProtocolError
from imapbridge.wire.commands import Command, atom
from imapbridge.wire.responses import Condition, Continue
from imapbridge.wire.state import Event, Exchange, SessionState


class Idling(SessionState):
    _idle_tag = ""

    @property
    def is_idling(self) -> bool:
        return bool(self._idle_tag)

    def idle(self) -> Exchange[None]:
        """Begin to idle. CommandFailed when the server will not."""
        self._stream.begin_command()
        tag = self._next_tag()
        data = b"".join(Command("IDLE").chunks(tag, ""))
        while not isinstance(response := (yield data), Continue):
            data = b""
            self._note(response)
            if isinstance(response, Condition) and response.tag == tag:
                raise CommandFailed(response.status, response.code, response.text, "IDLE")
        self._idle_tag = tag

    def done(self) -> Exchange[None]:
        """Leave IDLE; what came meanwhile is in `take_events`."""
        tag, self._idle_tag = self._idle_tag, ""
        if tag:
            yield from self._converse([b"DONE\r\n"], [tag])

    def hear(self) -> list[Event]:
        """Events of what has been fed already; for the driver. CommandFailed when the server ended IDLE by itself."""
        self._stream.begin_command()
        while response := self.next_response():
            self._note(response)
            if isinstance(response, Condition) and response.tag:
                if response.tag != self._idle_tag:
                    raise ProtocolError("an answer to a command that was not given")
                self._idle_tag = ""
                raise CommandFailed(response.status, response.code, response.text, "IDLE")
        return self.take_events()

    def notify(self) -> Exchange[bool]:
        """Ask to be told of every mailbox while idling: STATUS for the others, as IDLE for the selected one.

        Whether the server agrees; NO is an answer (RFC 5465 5), then only the selected mailbox is heard.
        """
        if not self.has("NOTIFY"):
            return False
        events = (atom("MessageNew"), atom("MessageExpunge"), atom("FlagChange"))
        here = (atom("SELECTED-DELAYED"), events)
        there = (atom("PERSONAL"), events)
        result = yield from self._try(Command("NOTIFY", (atom("SET"), here, there)))
        return result.status == "OK"
