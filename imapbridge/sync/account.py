"""One account's sync from end to end, in turns: see the package's docstring for the order."""

from __future__ import annotations

import logging
import time

from django.utils import timezone

from accounts.models import Identity, MailAccount
from imapbridge import backoff, client, ending
from imapbridge.errors import CommandFailed, MailError, ServerBusy, SignInRefused, WireError
from imapbridge.models import Entry, Mailbox, Mirror, PendingChange
from imapbridge.pool.credentials import mark_refused
from imapbridge.pool.translation import asked_to_wait, translate
from imapbridge.sync import claims, labelling, mailboxes, namespaces, parking, quota, replay, standing, statistics
from imapbridge.sync import mailbox as one
from imapbridge.sync.bulk import Bulk, Occupied, bulk
from imapbridge.sync.hierarchy import OldNews
from imapbridge.sync.owed import Owed
from imapbridge.sync.parking import Fault
from imapbridge.sync.plan import UNKNOWN, Said, is_unchanged
from imapbridge.sync.rows import update
from imapbridge.sync.statistics import Written
from imapbridge.sync.windows import Renew, backfill, no_lock
from imapbridge.terms.special_use import SpecialUse
from imapbridge.wire.drivers import BlockingConnection
from imapbridge.wire.results import MailboxStatus

log = logging.getLogger(__name__)

TURN = 20.0
"""Seconds of backfill, and of replay, after which the worker turns to other things."""
TIMEOUT = 60.0
LONGEST = 80.0
"""Seconds of a change that is replayed under the lock (`bulk.HOLD`)."""
LOOKS = 5
"""How often the mailboxes are listed because a person changed them meanwhile; where clocks do not agree it would
be for ever."""


def sync(account_id: int) -> bool:
    """Bring the account's index up to the server. Returns whether there is more to do, in another turn.

    Raises MailError, which is also remembered in Mirror for the screen.
    """
    account = MailAccount.objects.get(pk=account_id)
    try:
        with bulk(account.pk) as turn:
            return _sync(turn, account)
    except Occupied:
        raise  # Nothing is wrong: another worker is at it.
    except WireError as error:
        raise _remember(account, translate(error)) from error
    except MailError as error:
        raise _remember(account, error) from error


def _sync(turn: Bulk, account: MailAccount) -> bool:
    replay.tidy(account.pk)
    owes = replay_all(turn.connection, account.pk, turn.renew)
    listed = _listed(turn.connection, account.pk)
    # Again, of a mailbox that was found under another name.
    owes = owes or replay_all(turn.connection, account.pk, turn.renew)
    for box, _ in listed:
        box.account = account  # or each would read it
    afoot, now = standing.afoot(account.pk), timezone.now()
    changed = {
        box: said for box, said in listed if box.error or box.pk in afoot or not is_unchanged(one.held(box), said, now)
    }
    states = {box.pk: box.state for box in changed}
    for mailbox, failures in parking.in_order(changed).items():
        turn.renew()
        # What ended a session may have been the new mail: without it, flags and what is gone can be had.
        status = UNKNOWN if failures else changed[mailbox]
        _step(turn.connection, mailbox, turn.renew, status, failed=failures > 0)
    if not account.name and any(box.special_use == SpecialUse.SENT for box in changed):
        _learn_name(account)
    quota.refresh(turn.connection, account.pk, changed=bool(changed))
    with statistics.kept_true() as written:
        lacks = not all(box.complete for box, _ in listed) and _backfill(turn, account.pk, written)
    labelling.learn_since(account, states)
    return owes or lacks


def _learn_name(account: MailAccount) -> None:
    """What the person is called, as their own newest letters say; nobody was asked for it on signing in."""
    sent = Entry.objects.filter(mailbox__account=account.pk, mailbox__special_use=SpecialUse.SENT, expunged=False)
    letters = sent.order_by("-uid").values_list("message__sender_name", "message__sender_address")[:20]
    name = next((name for name, address in letters if name and address.lower() == account.address), "")
    if name and MailAccount.objects.filter(pk=account.pk, name="").update(name=name[:200]):
        Identity.objects.filter(account=account.pk, address=account.address, name="").update(name=name[:200])


def replay_all(connection: BlockingConnection, account_id: int, renew: Renew = no_lock) -> bool:
    """Every change that people made and the server has not got, in order, until the turn ends: new mail waits.

    Returns whether there may be more.
    """
    deadline = time.monotonic() + TURN
    change = replay.next_change(account_id) if replay.is_owed(account_id) else None
    while change:
        if change.seconds > LONGEST:  # the lock would be free before the end; the bridge needs none
            PendingChange.objects.filter(pk=change.id).update(not_before=None)
            client.replay(account_id)
            return False
        change = _replay(connection, change, renew)
        if change and not change.first_time and (ending.has_begun() or time.monotonic() > deadline):
            PendingChange.objects.filter(pk=change.id).update(not_before=None)  # claimed, and not begun
            return True
    return False


def _replay(connection: BlockingConnection, change: Owed, renew: Renew) -> Owed | None:
    """Make one change; the next one. Raises what keeps from going on, and then it is for later."""
    with claims.kept(change) as is_ours:
        try:
            renew()
            if not is_ours():  # that took so long that another may be at it
                return replay.next_change(change.account_id)
            answer = connection.run(replay.command(connection.session, change), timeout=change.seconds)
        except CommandFailed as error:
            if asked_to_wait(error):  # no word on the change itself
                replay.postponed(change)
                raise
            replay.refused(change, error)
            return replay.next_change(change.account_id)
        except (WireError, Occupied):
            replay.postponed(change)
            raise
        return replay.answered(change, answer)


def _listed(connection: BlockingConnection, account_id: int) -> list[tuple[Mailbox, Said]]:
    is_own = namespaces.owned(namespaces.read(connection, account_id))
    for _ in range(LOOKS):
        began = timezone.now()
        listed = connection.run(connection.session.list_mailboxes(status=True), timeout=TIMEOUT)
        try:
            found = mailboxes.apply(account_id, listed, is_own, began)
        except OldNews:
            log.info("account=%s mailboxes changed while they were listed", account_id)
        else:
            said = {mailbox.raw_name: mailbox.status for mailbox in listed}
            return [(mailbox, _said(said.get(bytes(mailbox.raw_name)))) for mailbox in found]
    raise ServerBusy


def _said(status: MailboxStatus | None) -> Said:
    if status is None:
        return Said(None, None, None)
    return Said(status.uid_validity, status.uid_next, status.messages, status.highest_modseq, status.unseen)


def _step(
    connection: BlockingConnection,
    mailbox: Mailbox,
    renew: Renew = no_lock,
    status: Said = UNKNOWN,
    *,
    failed: bool = True,
) -> None:
    """The delta, and of a mailbox never seen its first screen. One that will not open stops no other.

    `failed`: something of it went wrong lately, which is over if it goes well.
    """
    uid_validity = mailbox.uid_validity
    try:
        one.delta(connection, mailbox, renew, status)
        if not mailbox.complete and mailbox.lowest_uid == mailbox.uid_next:
            _log_window(mailbox, next(backfill(connection, mailbox), 0))
    except CommandFailed as error:
        _refused(mailbox, error)
    except WireError:
        parking.failed(mailbox, Fault.OPENED)
        raise
    else:
        _note(mailbox, "")
        is_renewed = uid_validity is not None and (not mailbox.uid_validity or mailbox.uid_validity != uid_validity)
        if is_renewed:
            parking.failed(mailbox, Fault.RENEWED)
        if failed:
            parking.went_well(mailbox, Fault.OPENED, *([] if is_renewed else [Fault.RENEWED]))
        if not mailbox.complete:
            parking.tell_again(mailbox)


def _refused(mailbox: Mailbox, error: CommandFailed) -> None:
    """The server said NO to something of this mailbox; or of all, when it asks for peace."""
    if asked_to_wait(error):
        raise error
    code = translate(error).code
    log.warning("mailbox=%s not synced: %s", mailbox.pk, code)
    _note(mailbox, code)


def _note(mailbox: Mailbox, error: str) -> None:
    if mailbox.error != error:
        mailbox.error = error
        update(mailbox, "error")


def _backfill(turn: Bulk, account_id: int, written: Written) -> bool:
    """Older mail, mailbox after mailbox, until the turn ends. Returns whether some is left."""
    deadline = time.monotonic() + TURN
    order = {"inbox": 0, "sent": 1, "drafts": 2, "archive": 3}
    rest = filter(_may_go_on, Mailbox.objects.filter(account=account_id, selectable=True, lowest_uid__gt=1))
    for mailbox in sorted(rest, key=lambda row: (order.get(row.special_use, 9), row.name)):
        try:
            for fetched in backfill(turn.connection, mailbox):
                _log_window(mailbox, fetched)
                written.messages += fetched
                parking.went_well(mailbox, Fault.OLDER)
                turn.renew()
                if time.monotonic() > deadline or ending.has_begun() or turn.is_wanted():
                    return True
        except CommandFailed as error:
            _refused(mailbox, error)
        except WireError:
            parking.failed(mailbox, Fault.OLDER)
            raise
    return False


def _may_go_on(mailbox: Mailbox) -> bool:
    """Whose UIDs are given out anew each time is read to its end all the same, as far as they last."""
    if parking.is_parked(mailbox, Fault.OPENED, Fault.OLDER):
        return False
    return not mailbox.error or parking.is_parked(mailbox, Fault.RENEWED)


def _log_window(mailbox: Mailbox, fetched: int) -> None:
    log.info("mailbox=%s plan=backfill fetched=%d lowest_uid=%s", mailbox.pk, fetched, mailbox.lowest_uid)


def _remember(account: MailAccount, error: MailError) -> MailError:
    if isinstance(error, SignInRefused):
        mark_refused(account.pk, account.secret_version)
    backoff.heed(account.pk, error)
    Mirror.objects.update_or_create(account=account, defaults={"error": error.code, "error_at": timezone.now()})
    return error
