"""Django's handle on this package."""

from django.apps import AppConfig


class ImapBridgeConfig(AppConfig):
    name = "imapbridge"
    verbose_name = "Mail server mirror"
