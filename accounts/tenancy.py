"""The mail domains that are served here: their servers, how safely these are spoken to, what their people may, and how
the pages look for them. Asks no server.

Rows come from the admin or from the operator's file (`declared`); which of the two is in `is_declared`.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import colours


class Security(models.TextChoices):
    """How a link to a mail server is made private."""

    TLS = "tls", _("TLS")
    STARTTLS = "starttls", _("STARTTLS")
    PLAIN = "plain", _("none (only on the same machine)")


class LeastTls(models.TextChoices):
    """The oldest TLS that is spoken with a server."""

    V12 = "1.2", _("TLS 1.2")
    V13 = "1.3", _("TLS 1.3")


PORT = [MinValueValidator(1), MaxValueValidator(65535)]
SERVICES = ("imap", "smtp", "sieve")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


def domain_name(text: str) -> str:
    """A domain as it is compared and stored: lower case, and in ASCII (RFC 5890 A-labels) where that is possible."""
    try:
        return text.strip().rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        return text.strip().lower()


class FoundServers(models.Model):
    """The servers of a domain that the operator did not name, as somebody who signed in there agreed to them.

    Of use only while the operator allows such (WEBMAIL_AUTODISCOVERY).
    """

    domain = models.CharField(max_length=253, unique=True)
    servers = models.JSONField()
    """`autoconfig.Servers`, as its fields."""
    source = models.CharField(max_length=253, blank=True)
    """Who said so: the host of a configuration file; empty: the domain name system."""
    found_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = _("found servers")

    def __str__(self) -> str:
        return self.domain


def _limit(name: Any, help_text: Any = "") -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(name, null=True, blank=True, help_text=help_text)


class MailDomain(models.Model):
    """One mail domain. A domain without a row uses the environment's servers and limits.

    A limit that is None is the installation's; 0: there is none.
    """

    name = models.CharField(max_length=253, unique=True, help_text=_("example.com"))
    hosts = models.CharField(
        _("web addresses"), max_length=1000, blank=True, default="", db_default="",
        help_text=_("Host names under which the sign-in page is this domain's, separated by spaces. The web server "
                    "has to pass them on, and WEBMAIL_ALLOWED_HOSTS has to name them."),
    )  # fmt: skip
    imap_host = models.CharField(max_length=253)
    imap_port = models.PositiveIntegerField(default=993, validators=PORT)
    imap_security = models.CharField(max_length=8, choices=Security.choices, default=Security.TLS)
    smtp_host = models.CharField(max_length=253, blank=True)
    smtp_port = models.PositiveIntegerField(default=465, validators=PORT)
    smtp_security = models.CharField(max_length=8, choices=Security.choices, default=Security.TLS)
    sieve_host = models.CharField(
        max_length=253,
        blank=True,
        default="",
        db_default="",
        help_text=_("Filters are kept there. Empty: there are none."),
    )
    sieve_port = models.PositiveIntegerField(default=4190, db_default=4190, validators=PORT)
    sieve_security = models.CharField(
        max_length=8, choices=Security.choices, default=Security.STARTTLS, db_default=Security.STARTTLS
    )
    least_tls = models.CharField(
        _("oldest TLS"), max_length=3, choices=LeastTls.choices, default=LeastTls.V12, db_default=LeastTls.V12
    )

    message_megabytes = _limit(_("megabytes of one message"), _("With its files, as it is sent."))
    recipients_per_message = _limit(_("recipients of one message"))
    person_messages_per_hour = _limit(_("messages of a person within an hour"))
    person_messages_per_day = _limit(_("messages of a person within a day"))
    person_recipients_per_hour = _limit(_("recipients of a person within an hour"))
    person_recipients_per_day = _limit(_("recipients of a person within a day"))
    domain_messages_per_hour = _limit(_("messages of the domain within an hour"))
    domain_messages_per_day = _limit(_("messages of the domain within a day"))
    domain_recipients_per_hour = _limit(_("recipients of the domain within an hour"))
    domain_recipients_per_day = _limit(_("recipients of the domain within a day"))
    upload_megabytes = _limit(_("megabytes of one file"))
    storage_megabytes = _limit(_("megabytes of all files of an account's drafts"))

    brand_name = models.CharField(_("title"), max_length=60, blank=True, default="", db_default="")
    logo = models.BinaryField(null=True, editable=False)
    """A PNG of ours; see `logos`."""
    logo_digest = models.CharField(max_length=12, blank=True, default="", db_default="", editable=False)
    """Tells one logo from another; empty: there is none."""
    accent = models.CharField(
        _("accent colour"), max_length=7, blank=True, default="", db_default="",
        help_text=_("Such as #00687e. Its hue is taken; how light it is follows the theme, so that it can be read."),
    )  # fmt: skip
    is_declared = models.BooleanField(default=False, db_default=False, editable=False)
    """It stands in the operator's file, and goes when it stands there no more."""

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def host_names(self) -> list[str]:
        return self.hosts.split()

    @property
    def is_branded(self) -> bool:
        return bool(self.brand_name or self.logo_digest or self.accent)

    def save(self, *args: Any, **options: Any) -> None:
        self.logo_digest = hashlib.sha256(self.logo).hexdigest()[:12] if self.logo else ""
        super().save(*args, **options)

    def clean(self) -> None:
        """Bring names to the form they are compared in. Every fault at its field."""
        self.name = domain_name(self.name)
        self.hosts = " ".join(dict.fromkeys(map(domain_name, self.hosts.replace(",", " ").split())))
        self.accent = self.accent.strip().lower()
        faults = {**self._unsafe(), **self._odd_hosts(), **self._odd_accent()}
        if faults:
            raise ValidationError(faults)

    def validate_unique(self, exclude: object = None) -> None:
        super().validate_unique(exclude)  # type: ignore[arg-type]  # Django's stubs name a narrower collection
        others = MailDomain.objects.exclude(pk=self.pk).exclude(hosts="")
        taken = {host: other.name for other in others for host in other.host_names}
        if found := next((host for host in self.host_names if host in taken), ""):
            text = _("%(host)s is a web address of %(domain)s already.")
            raise ValidationError({"hosts": ValidationError(text, params={"host": found, "domain": taken[found]})})

    def _unsafe(self) -> dict[str, object]:
        if settings.ENV.allow_plaintext:
            return {}
        refused = _("This sends passwords readable. The operator has to set WEBMAIL_ALLOW_PLAINTEXT=yes to allow it.")
        fields = (f"{service}_security" for service in SERVICES)
        return {field: refused for field in fields if getattr(self, field) == Security.PLAIN}

    def _odd_hosts(self) -> dict[str, object]:
        fields = [("hosts", host) for host in self.host_names] + [("name", self.name)]
        found = {field: value for field, value in fields if not _HOST.fullmatch(value)}
        text = _("“%(value)s” is not a host name.")
        return {field: ValidationError(text, params={"value": value}) for field, value in found.items()}

    def _odd_accent(self) -> dict[str, object]:
        try:
            readable = not self.accent or colours.accent(self.accent).is_readable
        except ValueError:
            return {"accent": _("Write the colour as #00687e.")}
        return {} if readable else {"accent": _("Text in this colour could not be read.")}
