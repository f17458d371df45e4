"""Django's handle on this package."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from accounts import sign_ins

        user_logged_out.connect(sign_ins.leave)
