"""Every command against a real Dovecot, by both drivers, over TLS, STARTTLS and in the clear."""

from datetime import UTC, datetime

import pytest

from imapbridge.errors import CommandFailed, TlsFailed
from imapbridge.mime.parse import parse as parse_message
from imapbridge.terms.part import Part
from imapbridge.terms.uids import UidSet
from imapbridge.wire import keys
from imapbridge.wire.drivers import Server
from imapbridge.wire.responses import Exists, StatusData
from imapbridge.wire.session import Fetched, FetchItems, NewMessage, QresyncState, Section
from tests.imapbridge.wire.running import DRIVERS
from tests.mail import messages as samples
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot_config import Options

pytestmark = pytest.mark.servers

ALL = UidSet.range(1, None)
EVERYTHING = FetchItems(
    flags=True, modseq=True, internal_date=True, size=True, envelope=True, structure=True, preview=True, saved_at=True,
    header_fields=("References", "List-Id"),
)  # fmt: skip
LETTER = (
    "From: =?utf-8?q?J=C3=B6rg?= <j@x.org>\r\nTo: ann@y.org\r\nSubject: Hello {n}\r\nMessage-ID: <{n}@x.org>\r\n"
    "Date: Mon, 5 Jan 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "Body of {n}, äöü\r\n"
)


def letter(n: int) -> bytes:
    return LETTER.format(n=n).encode()


@pytest.fixture(params=DRIVERS, ids=lambda driver: driver.name)
def driver(request):
    return request.param


def server_of(dovecot: Dovecot, security: str = "tls") -> Server:
    port = dovecot.ports.imaps if security == "tls" else dovecot.ports.imap
    return Server(dovecot.host, port, security, ca_file=str(dovecot.authority.path))


@pytest.fixture
def connection(dovecot, mail_user, driver):
    """Signed in and ready; `fill` puts five letters into the INBOX."""
    with driver(server_of(dovecot)) as connection:
        connection.run(connection.session.login(mail_user.address, mail_user.password))
        connection.run(connection.session.prepare())
        yield connection


def fill(connection, count: int = 5, mailbox: bytes = b"INBOX"):
    made = [NewMessage(letter(n)) for n in range(1, count + 1)]
    return connection.run(connection.session.append(mailbox, made))


# --- Connecting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["tls", "starttls", "plain"])
def test_signs_in(dovecot, mail_user, driver, security):
    with driver(server_of(dovecot, security)) as connection:
        session = connection.session
        assert "STARTTLS" not in session.capabilities or security == "plain"
        assert not session.has("QRESYNC")
        with pytest.raises(CommandFailed) as refused:
            connection.run(session.login(mail_user.address, "wrong-" + mail_user.password))
        assert refused.value.code == "AUTHENTICATIONFAILED"
        connection.run(session.login(mail_user.address, mail_user.password))
        connection.run(session.prepare())
        assert session.has("QRESYNC")
        assert session.server_id["name"] == "Dovecot"
        assert session.profile.name == "dovecot"
        connection.run(session.logout())
        assert not connection.is_open


def test_no_password_in_the_clear(dovecot, mail_user, driver):
    """From another machine Dovecot offers no way to sign in without TLS; then the password is not sent."""
    with driver(Server(dovecot.far_host, dovecot.ports.imap, "plain")) as connection:
        assert connection.session.has("LOGINDISABLED")
        with pytest.raises(CommandFailed) as refused:
            connection.run(connection.session.login(mail_user.address, mail_user.password))
        assert refused.value.code == "PRIVACYREQUIRED"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_unknown_authorities_are_refused(dovecot, driver, security):
    trusted = server_of(dovecot, security)
    with pytest.raises(TlsFailed) as caught:
        driver(Server(trusted.host, trusted.port, security))
    assert caught.value.certificate
    with driver(Server(trusted.host, trusted.port, security, verify=False)):
        pass


@pytest.mark.threat("D3")
@pytest.mark.parametrize("options", [{"expired_certificate": True}, {"certificate_name": "other.example.org"}])
def test_bad_certificates_are_refused(dovecots, driver, options):
    dovecot = dovecots(**options)
    for security in ("tls", "starttls"):
        with pytest.raises(TlsFailed) as caught:
            driver(server_of(dovecot, security))
        assert caught.value.certificate


def test_tls_to_a_port_without(dovecot, driver):
    with pytest.raises(TlsFailed) as caught:
        driver(Server(dovecot.host, dovecot.ports.imap, "tls"))
    assert not caught.value.certificate


# --- Mailboxes --------------------------------------------------------------------------------------------------------


def test_mailboxes(connection):
    session, run = connection.session, connection.run
    made = [run(session.create(name)) for name in ("Entwürfe/2024", 'q"uo\\te', "R & D", "台北", "sp ace")]
    run(session.subscribe(made[0]))
    run(session.append(made[2], [NewMessage(letter(1)), NewMessage(letter(2), frozenset({"\\Seen"}))]))
    found = {one.name: one for one in run(session.list_mailboxes())}
    assert {"INBOX", "Entwürfe", "Entwürfe/2024", 'q"uo\\te', "R & D", "台北", "sp ace", "Sent", "Drafts"} <= set(found)
    assert [found[name].subscribed for name in ("Entwürfe/2024", "R & D", "Sent")] == [True, False, True]
    assert "\\sent" in found["Sent"].attributes
    assert not found["Entwürfe"].selectable or found["Entwürfe"].status
    status = found["R & D"].status
    assert (status.messages, status.unseen, status.uid_next) == (2, 1, 3)
    assert status == run(session.status(made[2]))
    assert run(session.status(made[2], ["MESSAGES", "SIZE"])).size > 100
    run(session.rename(made[2], "Forschung"))
    run(session.delete(made[4]))
    run(session.unsubscribe(made[0]))
    names = {one.name for one in run(session.list_mailboxes(status=False)) if not one.subscribed}
    assert {"Forschung", "Entwürfe/2024"} <= names
    assert not names & {"R & D", "sp ace"}
    with pytest.raises(CommandFailed):
        run(session.status(b"no such mailbox"))
    assert run(session.namespace()).personal == ((b"", "/"),)
    assert run(session.quota()) == []


def test_without_list_status_the_answer_is_the_same(connection):
    session, run = connection.session, connection.run
    fill(connection)
    best = run(session.list_mailboxes())
    session.capabilities -= {"LIST-STATUS"}
    without_status = run(session.list_mailboxes())
    session.capabilities -= {"LIST-EXTENDED"}
    plain = run(session.list_mailboxes())
    told = [
        sorted((one.raw_name, one.name, one.subscribed, one.status) for one in listing)
        for listing in (best, without_status, plain)
    ]
    assert told[0] == told[1] == told[2]


# --- Messages ---------------------------------------------------------------------------------------------------------


def test_select_and_fetch(connection):
    session, run = connection.session, connection.run
    appended = fill(connection)
    selected = run(session.select(b"INBOX"))
    assert (selected.exists, selected.uid_next, selected.uid_validity) == (5, 6, appended.uid_validity)
    assert appended.uids == (1, 2, 3, 4, 5)
    assert selected.highest_modseq > 0
    result = run(session.fetch(UidSet.of([2, 4, 77]), EVERYTHING))
    assert [one.uid for one in result.messages] == [2, 4]
    two = result.messages[0]
    assert two.defects == ()
    assert (two.envelope.subject, two.envelope.from_[0].name, two.envelope.message_id) == (
        "Hello 2",
        "Jörg",
        "<2@x.org>",
    )
    assert two.envelope.date == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert (two.flags, two.size) == (frozenset(), len(letter(2)))
    assert two.structure == Part("1", "text/plain", "utf-8", two.structure.encoding, two.structure.size)
    assert two.preview.startswith("Body of 2")
    assert two.modseq
    assert abs((two.saved_at - two.internal_date).total_seconds()) < 60
    assert two.sections == {"HEADER.FIELDS": b"\r\n"}
    assert run(session.fetch(UidSet.range(100, None), EVERYTHING)).messages == []


def test_sections(connection):
    session, run = connection.session, connection.run
    fill(connection, 1)
    run(session.select(b"INBOX", read_only=True))
    whole = letter(1)
    header, body = whole.split(b"\r\n\r\n")
    items = FetchItems(header=True, sections=[Section(""), Section("1"), Section("1.MIME"), Section("9")])
    [one] = run(session.fetch(ALL, items)).messages
    assert one.sections[""] == whole
    assert one.sections["HEADER"] == header + b"\r\n\r\n"
    assert one.sections["1"] == body
    assert (
        b"".join(
            run(session.fetch(ALL, FetchItems(sections=[Section("1", at, 5)]))).messages[0].sections["1"]
            for at in range(0, len(body), 5)
        )
        == body
    )
    [decoded] = run(session.fetch(ALL, FetchItems(sections=[Section("1", decoded=True)]))).messages
    assert decoded.binary["1"] == body


SAMPLES = [samples.nested(5), samples.forwarded_deep(3), *samples.HONEST.values(), *samples.BROKEN.values()]


def leaves(root: Part) -> list[tuple[str, str]]:
    return [(part.section, part.media_type) for part in root.walk() if not part.is_multipart]


def test_structures_are_those_of_our_own_parser(connection):
    """The tree from BODYSTRUCTURE and the tree from the octets are one, so that a section means the same in both."""
    session, run = connection.session, connection.run
    made = [message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for message in SAMPLES if message.strip()]
    run(session.append(b"INBOX", [NewMessage(message) for message in made]))
    run(session.select(b"INBOX"))
    found = run(session.fetch(ALL, FetchItems(structure=True))).messages
    assert len(found) == len(made)
    assert [leaves(one.structure) for one in found] == [leaves(parse_message(message).root) for message in made]


def test_store(connection):
    session, run = connection.session, connection.run
    fill(connection)
    run(session.select(b"INBOX"))
    before = run(session.fetch(ALL, FetchItems(modseq=True))).messages
    result = run(session.store(UidSet.of([1, 2]), add=["\\Seen", "$Forwarded"], silent=False))
    assert {one.uid: one.flags for one in result.changed} == {uid: {"\\Seen", "$Forwarded"} for uid in (1, 2)}
    stale = run(session.store(UidSet.of([1, 3]), add=["\\Flagged"], unchanged_since=before[0].modseq))
    assert stale.modified == UidSet.of([1])
    run(session.store(UidSet.of([2]), remove=["\\Seen"], add=["Work"]))
    run(session.store(UidSet.of([4]), replace=["\\Answered"]))
    flags = {one.uid: one.flags for one in run(session.fetch(ALL, FetchItems(flags=True))).messages}
    assert flags == {
        1: {"\\Seen", "$Forwarded"},
        2: {"$Forwarded", "Work"},
        3: {"\\Flagged"},
        4: {"\\Answered"},
        5: frozenset(),
    }


def test_copy_move_expunge(connection):
    session, run = connection.session, connection.run
    fill(connection)
    run(session.select(b"INBOX"))
    copied = run(session.copy(UidSet.of([1, 2]), b"Archive"))
    assert copied.uids == {1: 1, 2: 2}
    moved = run(session.move(UidSet.of([2, 4]), b"Archive"))
    assert moved.uids == {2: 3, 4: 4}
    assert moved.uid_validity == run(session.status(b"Archive")).uid_validity
    session.capabilities -= {"MOVE"}
    assert run(session.move(UidSet.of([5]), b"Archive")).uids == {5: 5}
    run(session.store(UidSet.of([1, 3]), add=["\\Deleted"]))
    session.capabilities -= {"UIDPLUS"}
    assert run(session.expunge(UidSet.of([3]))) is False
    session.capabilities |= {"UIDPLUS"}
    assert run(session.expunge(UidSet.of([3]))) is True
    assert [one.uid for one in run(session.fetch(ALL, FetchItems())).messages] == [1]
    with pytest.raises(CommandFailed) as refused:
        run(session.copy(UidSet.of([1]), b"Nowhere"))
    assert refused.value.code == "TRYCREATE"


def test_append(connection):
    session, run = connection.session, connection.run
    moment = datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)
    for literals in ({"LITERAL+"}, {"LITERAL-"}, set()):
        session.capabilities = (session.capabilities - {"LITERAL+", "LITERAL-"}) | literals
        big = NewMessage(letter(1) + b"x" * 70 * 1024 + b"\r\n" + b"y\r\n" * 100_000, frozenset({"\\Seen"}), moment)
        assert len(run(session.append(b"Sent", [big, NewMessage(letter(2))])).uids) == 2
    run(session.select(b"Sent"))
    found = run(session.fetch(ALL, FetchItems(flags=True, internal_date=True, size=True))).messages
    assert [one.size for one in found] == [len(big.data), len(letter(2))] * 3
    assert found[4].internal_date == moment
    assert found[4].flags == {"\\Seen"}


# --- SEARCH -----------------------------------------------------------------------------------------------------------


def test_search(connection):
    session, run = connection.session, connection.run
    fill(connection)
    run(session.select(b"INBOX"))
    run(session.store(UidSet.of([2]), add=["\\Seen", "Work"]))

    def uids(*criteria):
        return list(run(session.search(criteria)).uids)

    for esearch in (True, False):
        assert uids() == [1, 2, 3, 4, 5]
        assert uids(keys.no_flag("\\Seen"), keys.uid(UidSet.range(2, None))) == [3, 4, 5]
        assert uids(keys.any_of(keys.flag("Work"), keys.subject("hello 5"))) == [2, 5]
        assert uids(keys.text("äöü"), keys.not_(keys.message_id("<4@x.org>"))) == [1, 2, 3, 5]
        assert uids(keys.from_("jörg"), keys.body("2, äöü")) == [2]
        assert uids(keys.subject('no "such" \\ thing')) == []
        assert uids(
            keys.since(datetime(2000, 1, 1).date()), keys.larger(10), keys.sent_before(datetime(2026, 1, 6).date())
        ) == [1, 2, 3, 4, 5]
        counted = run(session.search([keys.no_flag("\\Seen")], ["COUNT", "MIN", "MAX"]))
        assert (counted.count, counted.min, counted.max) == (4, 1, 5)
        if esearch:
            run(session.search([keys.flag("Work")], ["SAVE"]))
            assert uids(keys.saved()) == [2]
        session.capabilities -= {"ESEARCH"}
    assert run(session.search_uids(UidSet.range(4, None))) == UidSet.of([4, 5])
    assert run(session.search_uids(UidSet.range(40, None))) == UidSet()
    assert run(session.sort("REVERSE SUBJECT")) == [5, 4, 3, 2, 1]
    assert [thread[0] for thread in run(session.thread("REFS"))] == [1, 2, 3, 4, 5]


def test_commands_stay_short(connection):
    """UIDs that no range can join, in a mailbox of a server that takes little: several commands, one answer."""
    session, run = connection.session, connection.run
    fill(connection, 60)
    run(session.select(b"INBOX"))
    session.capabilities -= {"CONDSTORE", "QRESYNC"}
    session.enabled = frozenset()
    odd = UidSet.of(range(1, 4000, 2))
    assert session.max_command == 980
    assert len(run(session.fetch(odd, FetchItems(flags=True))).messages) == 30
    run(session.store(odd, add=["\\Seen"]))
    assert run(session.search([keys.flag("\\Seen")], ["COUNT", "ALL"])).count == 30
    assert len(run(session.copy(odd, b"Archive")).uids) == 30


# --- QRESYNC and what happens meanwhile -------------------------------------------------------------------------------


def test_resync(dovecot, mail_user, connection):
    session, run = connection.session, connection.run
    fill(connection)
    before = run(session.select(b"INBOX"))
    run(session.unselect())
    with dovecot.client(mail_user) as phone:
        phone.select("INBOX")
        phone.imap.uid("STORE", "2", "+FLAGS", "(\\Flagged)")
        phone.imap.uid("STORE", "3,4", "+FLAGS", "(\\Deleted)")
        phone.imap.expunge()
        phone.append("INBOX", letter(6))
    known = QresyncState(before.uid_validity, before.highest_modseq, UidSet.range(1, None))
    after = run(session.select(b"INBOX", known=known))
    assert after.resynced
    assert after.vanished & UidSet.range(1, 5) == UidSet.of([3, 4])
    assert {one.uid: one.flags for one in after.changed} == {2: {"\\Flagged"}, 6: frozenset()}
    result = run(session.fetch(ALL, FetchItems(flags=True), changed_since=before.highest_modseq, vanished=True))
    assert [one.uid for one in result.messages] == [2, 6]
    assert result.vanished & UidSet.range(1, 5) == UidSet.of([3, 4])
    wrong = run(session.select(b"INBOX", known=QresyncState(before.uid_validity + 1, before.highest_modseq)))
    assert not wrong.resynced
    assert wrong.changed == []


def test_idle_and_notify(dovecot, mail_user, connection):
    session, run = connection.session, connection.run
    fill(connection)
    run(session.select(b"INBOX"))
    assert run(session.notify())
    run(session.idle())
    assert connection.wait(0.05) == []
    with dovecot.client(mail_user) as phone:
        phone.select("INBOX")
        phone.imap.uid("STORE", "2", "+FLAGS", "(\\Flagged)")
        phone.append("INBOX", letter(6))
        phone.append("Sent", letter(7))
        events = []
        while not {Exists, StatusData} <= {type(event) for event in events}:
            arrived = connection.wait(20)
            assert arrived, f"nothing more came after {events}"
            events += arrived
    run(session.done())
    assert Exists(6) in events
    assert any(isinstance(event, Fetched) and event.uid == 2 and "\\Flagged" in event.flags for event in events)
    assert any(getattr(event, "raw_name", b"") == b"Sent" for event in events)
    assert run(session.status(b"Sent")).messages == 1


def test_compress(dovecots, driver):
    options = Options(extra="mail_plugins = zlib\nprotocol imap {\n  mail_plugins = zlib imap_zlib\n}\n")
    dovecot = dovecots(options=options)
    user = dovecot.user()
    with driver(server_of(dovecot)) as connection:
        session, run = connection.session, connection.run
        run(session.login(user.address, user.password))
        run(session.prepare())
        assert connection.compress() is False
        assert run(session.compress()) is True
        big = NewMessage(letter(1) + b"line after line\r\n" * 200_000)
        run(session.append(b"INBOX", [big]))
        run(session.select(b"INBOX"))
        [one] = run(session.fetch(ALL, FetchItems(sections=[Section("")]))).messages
        assert one.sections[""] == big.data
        run(session.idle())
        dovecot.append(user, "INBOX", letter(2))
        assert Exists(2) in connection.wait(20)


# --- A poorer server --------------------------------------------------------------------------------------------------


def test_bare_imap4rev1(dovecots, driver):
    """Nothing but IMAP4rev1: the same answers, by more commands."""
    dovecot = dovecots(options=Options(capability="IMAP4rev1"))
    user = dovecot.user()
    with driver(server_of(dovecot)) as connection:
        session, run = connection.session, connection.run
        run(session.login(user.address, user.password))
        run(session.prepare())
        assert session.capabilities == {"IMAP4REV1"}
        fill(connection)
        listed = {one.name: one for one in run(session.list_mailboxes())}
        assert listed["INBOX"].status.messages == 5
        assert listed["Sent"].subscribed
        selected = run(session.select(b"INBOX", known=QresyncState(1, 1)))
        assert (selected.exists, selected.resynced) == (5, False)
        [one, two] = run(session.fetch(UidSet.parse("1,3"), EVERYTHING)).messages
        assert (two.uid, two.envelope.subject, two.modseq, two.preview) == (3, "Hello 3", None, None)
        run(session.move(UidSet.of([1]), b"Archive"))
        assert run(session.search([], ["COUNT"])).count == 4
        run(session.unselect())
        assert run(session.status(b"Archive")).messages == 1


def test_quota(dovecots, driver):
    dovecot = dovecots(options=Options(quota="10M"))
    user = dovecot.user()
    with driver(server_of(dovecot)) as connection:
        session, run = connection.session, connection.run
        run(session.login(user.address, user.password))
        run(session.prepare())
        [quota] = run(session.quota())
        assert quota.resources["STORAGE"][1] == 10 * 1024
        with pytest.raises(CommandFailed) as refused:
            run(session.append(b"INBOX", [NewMessage(b"x" * 11_000_000)]))
        assert refused.value.code == "OVERQUOTA"
        run(session.noop())
