"""Addresses of signing in and out."""

from __future__ import annotations

from django.urls import path

from accounts import enrol_views, second_views, views, with_provider

urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-in/with/<slug:name>", with_provider.begin, name="sign-in-with"),
    path("sign-in/with/<slug:name>/back", with_provider.back, name="sign-in-back"),
    path("second-step", second_views.second_step, name="second-step"),
    path("second-step/passkey", second_views.passkey_options, name="passkey-options"),
    path("confirm", second_views.confirm, name="confirm"),
    path("second-steps/authenticator", enrol_views.authenticator, name="authenticator"),
    path("second-steps/passkey", enrol_views.passkey, name="passkey"),
    path("second-steps/passkey/options", enrol_views.new_passkey_options, name="new-passkey-options"),
    path("second-steps/remove", enrol_views.remove, name="second-step-remove"),
    path("second-steps/recovery-codes", enrol_views.recovery_codes, name="recovery-codes"),
]
