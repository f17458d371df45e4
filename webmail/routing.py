"""Websocket routes."""

from __future__ import annotations

from django.urls.resolvers import URLPattern

websockets: list[URLPattern] = []
