"""Websocket routes."""

from __future__ import annotations

from django.urls import path

from webmail.consumers import Changes

websockets = [path("changes", Changes.as_asgi())]
