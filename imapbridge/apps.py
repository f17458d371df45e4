"""Django's handle on this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImapBridgeConfig(AppConfig):
    name = "imapbridge"
    verbose_name = _("Mail server mirror")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from accounts.signals import passwords_forgotten, servers_changed
        from imapbridge import events, login
        from imapbridge.actions import muting

        user_logged_in.connect(login.sync_soon)
        passwords_forgotten.connect(login.drop_connections)
        servers_changed.connect(login.drop_connections)
        events.mail_arrived.connect(muting.skip_inbox)
