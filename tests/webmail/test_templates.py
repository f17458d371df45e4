"""What the quicker reading of templates prints is what Django's own prints, for each of our templates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.template import Context, Engine, Template
from django.utils import translation
from django.utils.safestring import SafeString

from webmail.templates import _Template

TEMPLATES = settings.BASE_DIR / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in Path(TEMPLATES).rglob("*.html"))


class Pair(NamedTuple):
    name: str
    value: int


class Anything:
    """Has every attribute: texts, numbers, nothing, lists, what can be called, and more of its own kind."""

    def __init__(self, seed: str, depth: int = 0) -> None:
        self._seed, self._depth = seed, depth

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in {"do_not_call_in_templates", "alters_data", "silent_variable_failure"}:
            raise AttributeError(name)
        return made(f"{self._seed}.{name}", self._depth + 1)

    def __iter__(self) -> Iterator[Any]:
        return iter([made(f"{self._seed}[{at}]", self._depth + 1) for at in range(Random(self._seed).randrange(3))])

    def __str__(self) -> str:
        return f"<{self._seed} & more>"

    def __hash__(self) -> int:
        return hash(self._seed)

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)


def made(seed: str, depth: int) -> Any:
    random = Random(seed)
    kinds = ["text", "safe", "number", "none", "yes", "called", "pair", "dict", "list"] + ["more"] * (12 - 3 * depth)
    kind = random.choice(kinds)
    values: dict[str, Any] = {
        "text": f"{seed} 'n\" <&>", "safe": SafeString(f"<b>{seed}</b>"), "number": random.randrange(5000),
        "none": None, "yes": bool(random.randrange(2)), "called": lambda: f"called {seed}", "pair": Pair("<n>", 3),
        "dict": {"name": "<in a dict>", "items": 4}, "list": [1, "<two>"], "more": None,
    }  # fmt: skip
    return Anything(seed, depth) if kind == "more" and depth < 6 else values[kind]


class Everything(dict[str, Any]):
    """A context in which every name is known, or one in seven not."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def __contains__(self, name: object) -> bool:
        known = {"True", "False", "None", "forloop", "block"}
        return name not in known and Random(f"{self._seed}{name}").random() > 0.14

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        return made(f"{self._seed}{name}", 0)


def printed(kind: type[Template], name: str, seed: int) -> str:
    """What it prints, or how it fails: many of our templates ask for what stands in the address list."""
    engine = Engine.get_default()
    try:
        template = kind((TEMPLATES / name).read_text(), name=name, engine=engine)
        context = Context()
        context.dicts.append(Everything(seed))
        return str(template.render(context))
    except Exception as fault:  # noqa: BLE001 - the same is to happen to both, whatever it is
        return type(fault).__name__


@pytest.mark.parametrize(("language", "seeds"), [("en", 4), ("ar", 1)])
def test_every_template_prints_what_django_prints(language: str, seeds: int) -> None:
    whole = 0
    with translation.override(language):
        for name in NAMES:
            for seed in range(seeds):
                plain = printed(Template, name, seed)
                assert printed(_Template, name, seed) == plain, (name, seed)
                whole += len(plain) > 100
    assert whole > len(NAMES) * seeds // 2
