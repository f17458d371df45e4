"""Newsletters: pages/*.html filled with articles from newsletters.toml. Some pictures are far away, some come along."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.headerregistry import Address
from string import Template
from typing import Any

from imapbridge.demo.seed import files
from imapbridge.demo.seed.letter import FOLDER, Letter, Words, compose, person, table

DIVIDER = "<!-- article -->"


def letters(now: datetime) -> Iterator[Letter]:
    """Every issue of the last 540 days."""
    given = table("newsletters")
    for paper in given["newsletter"]:
        page, article = (FOLDER / "pages" / f"{paper['page']}.html").read_text(encoding="utf-8").split(DIVIDER)
        chance = random.Random(paper["name"])  # noqa: S311
        for place in range(int((540 - paper["first"]) // paper["days"]) + 1):
            date = now - timedelta(days=paper["first"] + place * paper["days"])
            date = date.replace(hour=7, minute=place % 4)
            chosen = chance.sample(given["article"], paper["count"])
            yield _issue(paper, place, date, chosen, (Template(page), Template(article.strip())))


def _issue(
    paper: dict[str, Any], place: int, date: datetime, articles: list[dict[str, str]], pages: tuple[Template, Template]
) -> Letter:
    number = paper["number"] - place
    title = paper["subjects"][place % len(paper["subjects"])]
    logo = f"{paper['page']}-logo.png"
    common = {"number": number, "date": f"{date.day} {date:%B %Y}", "logo": f"{logo}@inline"}
    filled = "".join(_article(pages[1], article, articles, common) for article in articles)
    page = pages[0].substitute(common, title=title, preheader=articles[0]["text"], articles=filled)
    text = "\n\n".join([title, *(f"{article['title'].upper()}\n{article['text']}" for article in articles)]) + "\n"
    words = Words(
        sender=Address(paper["name"], addr_spec=paper["address"]), to=[person("noor")], date=date, text=text, page=page,
        subject=f"No. {number}: {title}" if paper["page"] == "slowpress" else title,
        message_id=f"<{number}.{date:%Y%m%d}@{paper['list']}>",
        inline=[files.make(logo, title, date)] if logo in page else [],
        headers={
            "List-Id": f"{paper['name']} <{paper['list']}>",
            "List-Unsubscribe": f"<https://{paper['list']}/leave/{number}>, <mailto:leave@{paper['list']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )  # fmt: skip
    # The latest issue lies in the inbox, the others where a rule has put them.
    folder = "" if place == 0 and paper["page"] in {"slowpress", "museum"} else "Newsletters"
    return Letter(compose(words), date, "", ("noor",), folder=folder, unread=place < 3 or place % 7 == 3)


def _article(page: Template, article: dict[str, str], others: list[dict[str, str]], common: dict[str, Any]) -> str:
    more = [other["text"] for other in others if other is not article][:2]
    slug = re.sub(r"[^a-z]+", "-", article["title"].lower()).strip("-")
    return page.substitute(common, slug=slug, **article, text2=more[0], text3=more[-1])
