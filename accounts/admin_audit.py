"""The audit log as the operator reads it: to look at, to filter, and to take along as a table. Nothing changes it.

Django's admin classes are generic for the type checker alone, hence the ignored `type-arg`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.audit import SENTENCES, Kind
from accounts.models import AuditEntry

COLUMNS = ("at", "kind", "address", "network", "facts")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class KindFilter(admin.SimpleListFilter):
    title = _("what happened")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(kind.value, str(sentence)) for kind, sentence in SENTENCES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "what", "address", "network", "told")
    list_filter = (KindFilter, "at")
    search_fields = ("address__startswith", "network__startswith")
    search_help_text = _("The beginning of an address, or of a network such as 192.0.2.")
    actions = ("export",)
    list_per_page = 100
    show_full_result_count = False
    fields = ("at", "what", "address", "network", "told")
    readonly_fields = fields

    @admin.display(description=_("what happened"), ordering="kind")
    def what(self, entry: AuditEntry) -> str:
        return sentence(entry)

    @admin.display(description=_("details"))
    def told(self, entry: AuditEntry) -> str:
        return facts(entry)

    @admin.action(description=_("Download as a table (CSV)"), permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> StreamingHttpResponse:
        answer = StreamingHttpResponse(_table(queryset), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
        return answer

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False


def sentence(entry: AuditEntry) -> str:
    """What happened; a kind of another version of this program stands for itself."""
    return str(SENTENCES[Kind(entry.kind)]) if entry.kind in set(Kind) else entry.kind


def facts(entry: AuditEntry) -> str:
    """`device: Firefox, place: admin`"""
    return ", ".join(f"{name}: {value}" for name, value in entry.facts.items())


class _Line:
    """A file of the one line that was written last."""

    def write(self, line: str) -> str:
        return line


def _table(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    lines = csv.writer(_Line())
    yield lines.writerow(COLUMNS)
    for entry in entries.iterator():
        row = (entry.at.isoformat(), entry.kind, entry.address, entry.network, facts(entry))
        yield lines.writerow([_inert(cell) for cell in row])


def _inert(cell: str) -> str:
    """Anybody can try to sign in as `=cmd|...`: a spreadsheet must not take an address for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
