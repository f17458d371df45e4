"""A private Radicale on loopback: a CardDAV server, with the person `noor` and her address books."""

import sys
from base64 import b64encode
from collections.abc import Sequence
from http.client import HTTPConnection

from tests.servers.process import Server, free_ports, listens

PASSWORD = "swordfish"


class Radicale(Server):
    """`url` is where a person would begin."""

    name = "radicale"
    port = 0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/"

    def choose_ports(self) -> None:
        [self.port] = free_ports(1)

    def command(self) -> Sequence[str]:
        people = self.directory / "people"
        people.write_text("".join(f"{name}:{PASSWORD}\n" for name in ("noor", *(f"noor{at}" for at in range(50)))))
        options = {
            "storage-filesystem-folder": self.directory / "data", "server-hosts": f"127.0.0.1:{self.port}",
            "auth-type": "htpasswd", "auth-htpasswd-filename": people, "auth-htpasswd-encryption": "plain",
            "auth-delay": "0",
        }  # fmt: skip
        given = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return [sys.executable, "-m", "radicale", "--config", "", *given]

    def ready(self) -> bool:
        return listens(self.port)

    def ask(self, method: str, path: str, body: str = "", person: str = "noor", **headers: str) -> tuple[int, str]:
        """As another program of the person would: the status, and what was answered."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = b64encode(f"{person}:{PASSWORD}".encode()).decode()
        sent = {"Authorization": f"Basic {named}", **{name.replace("_", "-"): each for name, each in headers.items()}}
        try:
            connection.request(method, path, body.encode(), sent)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def make_book(self, person: str, name: str = "friends") -> str:
        """The path of a new, empty address book."""
        path = f"/{person}/{name}/"
        body = (
            '<mkcol xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype><collection/>'
            f"<c:addressbook/></resourcetype><displayname>{name}</displayname></prop></set></mkcol>"
        )
        status, said = self.ask("MKCOL", path, body, person, Content_Type="application/xml")
        assert status == 201, said
        return path
