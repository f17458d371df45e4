"""Addresses of signing in and out."""

from __future__ import annotations

from django.urls import path

from accounts import views, with_provider

urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-in/with/<slug:name>", with_provider.begin, name="sign-in-with"),
    path("sign-in/with/<slug:name>/back", with_provider.back, name="sign-in-back"),
    path("sign-out", views.sign_out, name="sign-out"),
]
