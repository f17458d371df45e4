"""The product as its own processes: they come up, serve somebody, and are killed and restarted one by one."""

from tests.servers.dovecot import Dovecot
from tests.servers.whimbrel import Whimbrel


def test_mail_is_read_through_all_processes(whimbrel: Whimbrel, dovecot: Dovecot) -> None:
    user = dovecot.user()
    dovecot.fill(user, "INBOX", 120)
    before = whimbrel.cpu()
    with whimbrel.visitor(user) as visitor:
        whimbrel.wait_until_synced(user)
        assert visitor.get("/").status in {200, 302}
    counted = (
        "SELECT count(*) FROM imapbridge_entry entry JOIN accounts_mailaccount account ON account.id = entry.account_id"
    )
    assert whimbrel.rows(f"{counted} WHERE account.address = %s", user.address) == [(120,)]
    after = whimbrel.cpu()
    assert all(after[name] > before[name] for name in ("web", "bridge", "worker"))


def test_a_killed_process_is_replaced(whimbrel: Whimbrel, dovecot: Dovecot) -> None:
    user = dovecot.user()
    for name in ("worker", "bridge", "web"):
        process = whimbrel.processes[name]
        process.kill()
        assert not process.running
        process.restart()
    dovecot.fill(user, "INBOX", 5)
    whimbrel.visitor(user).close()
    whimbrel.wait_until_synced(user)
