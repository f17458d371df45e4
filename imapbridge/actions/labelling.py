"""What people do to labels themselves: made, renamed, coloured and removed; on all messages that have them, as jobs.

Which there are is kept with the account, at once; the messages follow, mailbox by mailbox.
"""

from __future__ import annotations

from django.db.models import TextField
from django.db.models.functions import Cast

from accounts.models import MailAccount
from imapbridge.actions import whole
from imapbridge.errors import Sorry
from imapbridge.models import Job, MailboxThread
from imapbridge.sync import labelling
from imapbridge.terms import labels as terms
from imapbridge.writing import writing

HUES = range(12)


class LabelRefused(Sorry):
    """No label can be called so. `reason`: `empty`, or that it means something to programs; or `taken`."""

    code = "label-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def create(account_id: int, name: str) -> str:
    """Returns its keyword. Raises LabelRefused."""
    keyword = _free(account_id, name)
    labelling.learn(account_id, [keyword])
    return keyword


def rename(account_id: int, keyword: str, name: str) -> list[Job]:
    """The messages that have it get the new one in its place. Returns the jobs that see to it. Raises LabelRefused."""
    if name.strip() == terms.name_of(keyword):
        return []
    with writing(account_id):
        new = _free(account_id, name)
        account = MailAccount.objects.get(pk=account_id)
        account.labels = {new if word == keyword else word: about for word, about in account.labels.items()}
        account.save(update_fields=["labels"])
        labelling.learn(account_id, [new])
        # What a renaming that is under way has not come to yet has the name already that is wanted back.
        afoot = Job.objects.filter(account=account_id, kind=Job.Kind.RELABEL, finished_at=None)
        for job in afoot.filter(keyword=f"{new} {keyword}"):
            whole.cancel(account_id, job.pk)
    return _on_all(account_id, Job.Kind.RELABEL, keyword, f"{keyword} {new}")


def remove(account_id: int, keyword: str) -> list[Job]:
    """No message has it any more, and the account neither. Returns the jobs that see to it."""
    with writing(account_id):
        account = MailAccount.objects.get(pk=account_id)
        account.labels.pop(keyword, None)
        account.save(update_fields=["labels"])
    return _on_all(account_id, Job.Kind.UNLABEL, keyword, keyword)


def colour(account_id: int, keyword: str, hue: int | None) -> None:
    """One of HUES; None: the one that it has by its name."""
    with writing(account_id):
        account = MailAccount.objects.get(pk=account_id)
        if keyword in account.labels:
            account.labels[keyword] = {} if hue is None else {"hue": hue}
            account.save(update_fields=["labels"])


def _free(account_id: int, name: str) -> str:
    keyword = terms.keyword_of(name)
    if not keyword:
        raise LabelRefused("empty")
    known = MailAccount.objects.only("labels").get(pk=account_id).labels
    if keyword.lower() in {word.lower() for word in known}:
        raise LabelRefused("taken")
    return keyword


def _on_all(account_id: int, kind: Job.Kind, keyword: str, keywords: str) -> list[Job]:
    rows = MailboxThread.objects.filter(account=account_id, count__gt=0)
    rows = rows.annotate(words=Cast("keywords", TextField())).filter(words__contains=f'"{keyword}"')
    boxes = list(rows.values_list("mailbox", flat=True).distinct())
    return [whole.begin(account_id, box, kind, keyword=keywords) for box in boxes]
