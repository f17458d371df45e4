"""Django's handle on this package."""

from django.apps import AppConfig


class WebmailConfig(AppConfig):
    name = "webmail"
    verbose_name = "Webmail"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from accounts.signals import passwords_forgotten
        from webmail import sign_outs

        user_logged_out.connect(sign_outs.tell_tabs)
        passwords_forgotten.connect(sign_outs.tell_tabs_of)
