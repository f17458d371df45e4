"""The manifest, the service worker and the page without a connection: nobody's, and the same for all."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from webmail.views import installed


@pytest.mark.django_db
def test_the_manifest(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    said = json.loads(answer.content)
    assert (said["name"], said["start_url"], said["scope"], said["display"]) == ("Whimbrel", "/", "/", "standalone")
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}
    for icon in said["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/"))
        assert path, icon
        if icon["sizes"] != "any":
            assert "{}x{}".format(*Image.open(Path(str(path))).size) == icon["sizes"]


def shell(client: Client) -> Any:
    source = client.get("/service-worker.js").content.decode()
    return json.loads(re.findall(r"^const SHELL = (.*);$", source, re.MULTILINE)[0])


def test_the_worker_keeps_files_of_the_shell_only(client: Client) -> None:
    answer = client.get("/service-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    kept = shell(client)
    assert kept["offline"] == "/offline"
    assert all(asset.startswith("/static/") for asset in kept["assets"])
    page = client.get("/offline").content.decode()
    wanted = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page)) - {"/static/icon-maskable.png"}
    # All that the page is made of; what writes is there from the first page that writes on.
    assert wanted <= {*kept["assets"], *kept["writing"]}
    assert "You are offline" in page


def test_what_writes_without_a_connection_is_kept_whole(client: Client) -> None:
    """All that its modules import: one that is missing, and nothing starts."""
    static = Path(str(finders.find("js/offline.js"))).parent.parent
    found: set[Path] = set()
    wanted = [static / "js/offline.js"]
    while wanted:
        module = wanted.pop()
        found.add(module)
        # What looks for words in a message, and what is not of a composer, comes from the server.
        named = re.findall(r'(?:from |^import |import\()"(\.[^"]+)"', module.read_text(), re.MULTILINE)
        wanted += {(module.parent / name).resolve() for name in named if "find" not in name} - found
    others = {static / "css/compose.css", static / "compose.svg"}
    assert {static / name for name in installed.WRITING} == found | others


def test_its_version_is_of_what_it_keeps(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shell(client)["version"]
    assert shell(client)["version"] == before
    monkeypatch.setattr(installed, "SHELL", (*installed.SHELL, "icon-192.png"))
    installed._worker.cache_clear()
    assert shell(client)["version"] != before
    monkeypatch.undo()
    installed._worker.cache_clear()
