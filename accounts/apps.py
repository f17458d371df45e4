"""Django's handle on this package."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from accounts import lifetimes, second, sign_ins, zones
        from accounts.signals import keys_rotated

        user_logged_in.connect(lifetimes.begin)
        keys_rotated.connect(second.reseal)
        user_logged_in.connect(zones.take)
        user_logged_out.connect(sign_ins.leave)
