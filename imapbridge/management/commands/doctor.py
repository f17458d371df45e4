"""`manage.py doctor ADDRESS`: what stands between an address and its mail. Exits with 0, 1 (warnings) or 2 (faults)."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import MailAccount
from accounts.secrets import Secret
from imapbridge.doctor import clock, proof
from imapbridge.doctor.examining import examine
from imapbridge.doctor.values import Finding, Level, Report
from imapbridge.doctor.words import AREAS, WHOLE, sentence

_MARKS = {Level.FINE: "ok  ", Level.NOTE: "note", Level.WARNING: "WARN", Level.FAULT: "FAIL"}


class Command(BaseCommand):
    help = (
        "Look at everything between an address and its mail: servers, TLS, signing in, what is offered, sending, and "
        "the copy kept here. Changes nothing. Exits with 1 for warnings, 2 for what does not work."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the address the person signs in with")
        parser.add_argument("--ask", action="store_true", help="ask for the password, in place of the one that is kept")
        parser.add_argument("--json", action="store_true", help="print what was found as JSON")
        parser.add_argument(
            "--transcript", metavar="FILE", help="write what was said, without secrets, into a new file"
        )
        parser.add_argument("--quick", action="store_true", help="do not compare the copy message by message")
        parser.add_argument(
            "--clock", action="store_true", help="compare the clocks: files a tiny message and removes it again"
        )

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        address = address.lower()
        account = MailAccount.objects.filter(address=address).order_by("-used_at").first()
        # Asked for, never an argument: those can be read by everybody on the machine.
        password = Secret(getpass(f"Password of {address}: ")) if options["ask"] else None
        report = examine(address, account, password)
        more: list[Finding] = []
        if account and report.level is not Level.FAULT and password is None:
            more += [] if options["quick"] else proof.findings(account)
            more += clock.findings(account) if options["clock"] else []
        report = Report(report.address, report.at, (*report.findings, *more), report.transcript)
        if options["transcript"]:
            _write(Path(options["transcript"]), report.transcript)
        self.stdout.write(json.dumps(_told(report), indent=1) if options["json"] else _text(report))
        sys.exit(report.exit_code)


def _told(report: Report) -> dict[str, Any]:
    said = report.to_json()
    for row, finding in zip(said["findings"], report.findings, strict=True):
        row["sentence"] = sentence(finding)
    return said


def _text(report: Report) -> str:
    lines, area = [], None
    for finding in report.findings:
        if finding.area is not area:
            area = finding.area
            lines += ["", str(AREAS[area])]
        lines.append(f"  {_MARKS[finding.level]}  {sentence(finding)}")
    return "\n".join([report.address, *lines, "", str(WHOLE[report.level])])


def _write(path: Path, text: str) -> None:
    """Into a file that was not there, for its owner alone."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
