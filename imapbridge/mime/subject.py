"""The base subject that replies and forwards of one conversation share (RFC 5256 2.1), in many languages.

Pure and linear. Never used alone to join messages: threads join by ids first.
"""

from __future__ import annotations

import re

_LONGEST = 1000

_REPLY = (
    "re res rif ref réf r aw antw antwort sv vs vá ynt yan odp bls ccp atb απ σχετ отв отг на hal "
    "回复 回覆 答复 答覆 返信 답장 회신 השב תשובה رد"
)
_FORWARD = (
    "fw fwd wg rv tr enc i doorst vb vl vl pd trs i̇lt ilt iletim továbbítás πρθ пересл переслать пер ha "
    "转发 轉寄 转寄 轉發 転送 전달 הועבר إعادة"
)


def _marks(words: str) -> str:
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))


_BLOB = r"\[[^\[\]]*\]\s*"
_COUNT = r"\s*(?:\[\d{1,4}\]|\(\d{1,4}\)|\^\d{1,4}|\*\d{1,4})?"
_REFWD = re.compile(
    rf"(?:{_BLOB})?(?:{_marks(_REPLY)}|{_marks(_FORWARD)}){_COUNT}\s*(?:{_BLOB})?[:：]\s*", re.IGNORECASE
)
_RE = re.compile(rf"(?:{_BLOB})?(?:{_marks(_REPLY)}){_COUNT}\s*(?:{_BLOB})?[:：]", re.IGNORECASE)
_LEADING_BLOB = re.compile(_BLOB)
# Without any of these there is no mark to take off.
_MARK_OF_A_MARK = re.compile(r"[:：\[(]")
_TRAILER = re.compile(r"\(fwd\)\s*$", re.IGNORECASE)
_WRAPPED = re.compile(r"\[\s*(?:fwd|fw|wg|tr)\s*:(.*)\]", re.IGNORECASE)


def base_subject(subject: str) -> str:
    """`subject` (decoded) without marks of replies, forwards and lists; may be empty. Compare with `casefold`."""
    text = " ".join(subject[:_LONGEST].split())
    while _MARK_OF_A_MARK.search(text):
        before = text
        while trailer := _TRAILER.search(text):
            text = text[: trailer.start()].rstrip()
        text = _without_marks(text)
        if wrapped := _WRAPPED.fullmatch(text):
            text = wrapped[1].strip()
        if text == before:
            break
    return text


def is_reply_or_forward(subject: str) -> bool:
    """Whether the subject carries a mark of a reply or a forward, after any list's tag."""
    text = " ".join(subject[:_LONGEST].split())
    return bool(_REFWD.match(text) or _TRAILER.search(text) or _WRAPPED.fullmatch(text))


def topic(subject: str) -> str:
    """`subject` as the title of its conversation: without the marks of replies at its front. A list's tag after them
    and the mark of a forward say something, and stay. Empty only when the subject is."""
    text = " ".join(subject.split())
    while (mark := _RE.match(text)) and mark.end() < len(text):
        text = text[mark.end() :].lstrip()
    return text


def is_reply(subject: str) -> bool:
    """Whether the subject begins with the mark of a reply, after any list's tag."""
    return bool(_MARK_OF_A_MARK.search(subject)) and bool(_RE.match(" ".join(subject[:_LONGEST].split())))


def _without_marks(text: str) -> str:
    """RFC 5256 2.1 (3) to (5): marks always go; a leading [blob] goes unless nothing would be left."""
    at = 0
    while True:
        if mark := _REFWD.match(text, at):
            at = mark.end()
        elif (blob := _LEADING_BLOB.match(text, at)) and blob.end() < len(text):
            at = blob.end()
        else:
            return text[at:]
