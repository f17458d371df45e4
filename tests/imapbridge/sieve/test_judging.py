"""Our own judgement of a rule is that of a real Sieve: Pigeonhole's `sieve-test`, asked about the same messages."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from imapbridge.mime.headers import parse_addresses
from imapbridge.sieve import script
from imapbridge.sieve.abilities import Abilities
from imapbridge.sieve.judging import Letter, is_known, judge
from imapbridge.sieve.rules import Action, Condition, Deed, Field, Filters, How, Rule
from tests.examples import examples
from tests.servers.dovecot_config import mail_owner
from tests.servers.process import require

CONFIG = """
mail_location = maildir:{home}/mail
mail_home = {home}
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 0
first_valid_gid = 0
ssl = no
log_path = /dev/stderr
"""
ALL = Abilities(["fileinto", "mailbox"])
Ask = Callable[[str, bytes], set[str]]


@pytest.fixture(scope="session")
def pigeonhole(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """The folders that a script files a message into."""
    program, owner = require("sieve-test"), mail_owner()
    home = Path("/tmp") / tmp_path_factory.mktemp("sieve").name  # its owner may look there
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    config = home / "conf"
    config.write_text(CONFIG.format(home=home, uid=owner.pw_uid, gid=owner.pw_gid))
    shutil.chown(home, owner.pw_uid, owner.pw_gid)

    def ask(text: str, message: bytes) -> set[str]:
        (home / "s.sieve").write_text(text, newline="")
        (home / "m.eml").write_bytes(message)
        command = [program, "-c", str(config), str(home / "s.sieve"), str(home / "m.eml")]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return set(re.findall(r"store message in folder: (\S+)", told))

    return ask


words = st.text("abAB *?.ß", min_size=1, max_size=6).map(str.strip).filter(bool)
names = st.sampled_from(["ann", "Ann Baker", "Bäcker", "", "b"])
addresses = st.sampled_from(["ann@a.org", "b@B.org", "AB@a.b", "c.d@x.org"])
people = st.lists(st.tuples(names, addresses), min_size=1, max_size=2)


@st.composite
def mails(draw: st.DrawFn) -> tuple[bytes, Letter]:
    """A message, and what the index knows of it."""
    sender, to, cc = draw(people)[:1], draw(people), draw(people)
    subject, list_id = draw(words), draw(st.sampled_from(["", "<n.a.org>", "News <b.a.org>"]))
    lines = [f"{field}: {_written(some)}" for field, some in (("From", sender), ("To", to), ("Cc", cc))]
    lines += [
        f"Subject: {subject}",
        *([f"List-Id: {list_id}"] if list_id else []),
        "",
        "x" * draw(st.integers(0, 3000)),
    ]
    raw = "\r\n".join(lines).encode() + b"\r\n"
    known = {"from": tuple(sender), "to": tuple(to), "cc": tuple(cc)}
    assert [(one.name, one.address) for one in parse_addresses(_written(to))] == to
    return raw, Letter(known, subject, list_id, len(raw))


def _written(some: list[tuple[str, str]]) -> str:
    return ", ".join(f"{name} <{address}>" if name else address for name, address in some)


values = (
    words
    | addresses
    | names.filter(bool)
    | st.sampled_from(["*@a.org", "a*", "?@*", "*a*b*", "\\*", "n.a.org", "a.org>"])
)
textual = st.builds(
    Condition,
    st.sampled_from([Field.FROM, Field.TO, Field.SUBJECT, Field.LIST]),
    st.sampled_from([How.CONTAINS, How.IS, How.MATCHES]),
    values,
    st.booleans(),
).filter(lambda one: not (one.field == Field.LIST and one.how == How.MATCHES))
sized = st.builds(Condition, st.just(Field.SIZE), st.sampled_from([How.OVER, How.UNDER]), st.sampled_from("123"))
listed = st.builds(Condition, st.just(Field.LIST), st.just(How.EXISTS), negated=st.booleans())
some_rules = st.lists(
    st.tuples(st.lists(textual | sized | listed, min_size=1, max_size=3), st.booleans()), min_size=12, max_size=30
)


@given(mails(), some_rules)
@settings(max_examples=examples(12), phases=[Phase.explicit, Phase.generate])
def test_as_the_server_judges(
    pigeonhole: Ask, mail: tuple[bytes, Letter], drawn: list[tuple[list[Condition], bool]]
) -> None:
    raw, letter = mail
    rules = [
        Rule("", tuple(conditions), (Action(Deed.FILE, f"f{number}"),), any_of)
        for number, (conditions, any_of) in enumerate(drawn)
    ]
    filed = pigeonhole(script.write(Filters(tuple(rules)), ALL), raw)
    for number, rule in enumerate(rules):
        ours = judge(rule, letter)
        assert ours in (None, f"f{number}" in filed), (rule, letter)


UNKNOWN = Condition(Field.BODY, How.CONTAINS, "x")
YES, NO = (Condition(Field.SUBJECT, How.IS, value) for value in ("hello", "bye"))


@pytest.mark.parametrize(
    ("conditions", "any_of", "expected"),
    [
        ((), False, True),
        ((YES, UNKNOWN), False, None),
        ((NO, UNKNOWN), False, False),
        ((YES, UNKNOWN), True, True),
        ((NO, UNKNOWN), True, None),
        ((YES, NO), True, True),
        ((YES, NO), False, False),
        ((Condition(Field.HEADER, How.IS, "1", header="X-A"),), False, True),
        ((Condition(Field.HEADER, How.EXISTS, header="X-Empty"),), False, False),
        ((Condition(Field.HEADER, How.EXISTS, header="X-Other"),), False, None),
        ((Condition(Field.SUBJECT, How.REGEX, "h.*"),), False, None),
        ((Condition(Field.ATTACHMENT, How.EXISTS),), False, None),
        ((Condition(Field.FROM, How.CONTAINS, "nobody"),), False, None),
        ((Condition(Field.SUBJECT, How.MATCHES, "h*l*o"),), False, True),
        ((Condition(Field.SUBJECT, How.MATCHES, "h*z*o"),), False, False),
        ((Condition(Field.SUBJECT, How.MATCHES, "h??lo"),), False, True),
        ((Condition(Field.SUBJECT, How.MATCHES, "?*"),), False, None),
    ],
)
def test_what_cannot_be_told(conditions: tuple[Condition, ...], any_of: bool, expected: bool | None) -> None:
    letter = Letter({}, "Hello", headers={"x-a": ("1",), "x-empty": ()}, cut=True)
    assert judge(Rule("", conditions, (), any_of), letter) is expected


@pytest.mark.parametrize(
    ("conditions", "any_of", "expected"),
    [((), False, True), ((YES, UNKNOWN), False, False), ((YES, UNKNOWN), True, True), ((UNKNOWN,), True, False)],
)
def test_what_the_index_alone_can_tell(conditions: tuple[Condition, ...], any_of: bool, expected: bool) -> None:
    assert is_known(Rule("", conditions, (), any_of)) is expected
