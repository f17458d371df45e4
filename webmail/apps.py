"""Django's handle on this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebmailConfig(AppConfig):
    name = "webmail"
    verbose_name = _("Webmail")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from accounts.signals import keys_rotated, passwords_forgotten, session_ended
        from imapbridge.events import mail_arrived, not_filed
        from webmail import sign_outs, tasks
        from webmail.compose import filing, lingering
        from webmail.contacts import blocking
        from webmail.contacts.carddav import syncing

        user_logged_in.connect(tasks.count_after_sign_in)
        user_logged_in.connect(lingering.came_back)
        user_logged_out.connect(sign_outs.tell_tabs)
        passwords_forgotten.connect(sign_outs.tell_tabs_of)
        session_ended.connect(sign_outs.tell_tabs_of_session)
        mail_arrived.connect(blocking.arrived)
        mail_arrived.connect(tasks.tell_soon)
        mail_arrived.connect(tasks.count_soon)
        mail_arrived.connect(tasks.count_searches_soon)
        keys_rotated.connect(syncing.reseal)
        mail_arrived.connect(tasks.bounces_soon)
        not_filed.connect(filing.refused)
