"""What a mailbox is for (RFC 6154), told by the server's attributes or guessed from its name.

Attributes win; a name is only a guess for servers that tell nothing, and a person's own choice wins over both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum


class SpecialUse(StrEnum):
    """The values are stored."""

    INBOX = "inbox"
    DRAFTS = "drafts"
    SENT = "sent"
    ARCHIVE = "archive"
    JUNK = "junk"
    TRASH = "trash"
    ALL = "all"
    FLAGGED = "flagged"
    IMPORTANT = "important"
    SNOOZED = "snoozed"


_ATTRIBUTES = {
    "\\inbox": SpecialUse.INBOX,
    "\\drafts": SpecialUse.DRAFTS,
    "\\sent": SpecialUse.SENT,
    "\\archive": SpecialUse.ARCHIVE,
    "\\junk": SpecialUse.JUNK,
    "\\trash": SpecialUse.TRASH,
    "\\all": SpecialUse.ALL,
    "\\flagged": SpecialUse.FLAGGED,
    "\\important": SpecialUse.IMPORTANT,
    "\\snoozed": SpecialUse.SNOOZED,
    # The names of Gmail's XLIST, which came before the standard.
    "\\allmail": SpecialUse.ALL,
    "\\spam": SpecialUse.JUNK,
    "\\starred": SpecialUse.FLAGGED,
}


def from_attributes(attributes: Iterable[str]) -> SpecialUse | None:
    """The use that LIST attributes tell (`\\Sent`, in any case), or None."""
    told = (_ATTRIBUTES.get(attribute.lower()) for attribute in attributes)
    return next((use for use in told if use), None)


def from_name(name: str, delimiter: str = "/") -> SpecialUse | None:
    """A guess from the last component of a decoded mailbox name, or None. Only a whole name INBOX is the inbox."""
    if name.upper() == "INBOX":
        return SpecialUse.INBOX
    last = name.rsplit(delimiter, 1)[-1] if delimiter else name
    return _NAMES.get(_folded(last))


_SEPARATORS = re.compile(r"[\s._'’-]+")


def _folded(name: str) -> str:
    """Compared without case, marks (`é` is `e`), dots, hyphens and runs of space."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return _SEPARATORS.sub(" ", plain).strip()


# What mail programs and hosters really create, by language. Words are folded when the table is built.
_BY_USE = {
    SpecialUse.DRAFTS: """
        Drafts | Draft | Draft Messages | Drafts Folder | Entwürfe | Entwurf | Brouillons | Brouillon
        Borradores | Borrador | Esborranys | Bozze | Bozza | Rascunhos | Rascunho | Concepten | Concept | Utkast
        Kladder | Kladde | Udkast | Luonnokset | Luonnos | Kopie robocze | Szkice | Wersje robocze | Koncepty
        Rozepsané | Návrhy | Piszkozatok | Ciorne | Osnutki | Skice | Черновики | Чернетки | Чернови | Нацрти
        Πρόχειρα | Taslaklar | Mustandid | Melnraksti | Juodraščiai | Drög | 下書き | 草稿 | 草稿箱 | 草稿夹
        임시보관함 | 임시 보관함 | المسودات | مسودات | טיוטות | پیش‌نویس‌ها | Bản nháp | Thư nháp | Draf
        Konsep | ร่าง | ड्राफ़्ट | ড্রাফট
    """,
    SpecialUse.SENT: """
        Sent | Sent Items | Sent Mail | Sent Messages | Sent Message | Sent Objects | Outbound | Gesendet
        Gesendete Objekte | Gesendete Elemente | Gesendete Nachrichten | Gesendete Mails | Postausgang | Envoyés
        Envoyé | Messages envoyés | Éléments envoyés | Courrier envoyé | Objets envoyés | Enviados | Enviado
        Elementos enviados | Mensajes enviados | Correo enviado | Correos enviados | Enviats | Inviata | Inviati
        Posta inviata | Elementi inviati | Messaggi inviati | Itens enviados | Mensagens enviadas
        E-mails enviados | Correio enviado | Enviadas | Verzonden | Verzonden items | Verzonden berichten
        Verstuurd | Verzonden objecten | Skickat | Skickade | Skickade objekt | Skickade meddelanden | Sendt
        Sendte | Sendt post | Sendte elementer | Sendte meddelelser | Sendte e-poster | Lähetetyt
        Lähetetyt viestit | Lähetetyt kohteet | Wysłane | Elementy wysłane | Wiadomości wysłane | Odeslané
        Odeslaná pošta | Odeslané položky | Odeslaná | Odoslané | Odoslaná pošta | Elküldött | Elküldött elemek
        Elküldött üzenetek | Trimise | Elemente trimise | Poslano | Poslana pošta | Poslane stavke | Poslato
        Отправленные | Отправленные элементы | Отправленное | Надіслані | Відправлені | Изпратени | Послато
        Απεσταλμένα | Gönderilmiş Öğeler | Gönderilen | Gönderilenler | Gönderilmiş | Gönderilmiş Postalar
        Saadetud | Nosūtītie | Išsiųsti | Išsiųstieji | 送信済み | 送信済みメール | 送信済みアイテム
        送信済みトレイ | 已发送 | 已发送邮件 | 已发送消息 | 发件箱 | 已傳送 | 寄件備份 | 寄件备份 | 보낸편지함
        보낸 편지함 | 보낸메일함 | 보낸 메일함 | المرسلة | العناصر المرسلة | البريد المرسل | الرسائل المرسلة
        المرسل | נשלח | דואר שנשלח | פריטים שנשלחו | Đã gửi | Thư đã gửi | Terkirim | ส่งแล้ว | भेजे गए
    """,
    SpecialUse.ARCHIVE: """
        Archive | Archives | Archived | Archiv | Archivé | Archivés | Archivo | Archivados | Archiu | Archivio
        Arquivo | Arquivos | Arquivados | Archief | Arkiv | Arkiverat | Arkisto | Archiwum | Archív | Archívum
        Arhivă | Arhiva | Arhiv | Архив | Архів | Архива | Αρχείο | Αρχειοθήκη | Arşiv | Arhiiv | Arhīvs
        Archyvas | アーカイブ | 归档 | 存档 | 封存 | 보관함 | 보관 | 보존 메일 | الأرشيف | أرشيف | ארכיון
        Lưu trữ | Arsip
    """,
    SpecialUse.JUNK: """
        Junk | Spam | Junk Mail | Junk E-mail | Junk Email | Bulk Mail | Bulk | Unsolicited | Quarantine
        Spamverdacht | Werbung | Unerwünscht | Unerwünschte Werbung | Junk-Mail | Spam-Verdacht | Indésirables
        Courrier indésirable | Pourriel | Pourriels | Correo no deseado | No deseado | Correo basura
        Correu brossa | Posta indesiderata | Indesiderata | Lixo eletrônico | Lixo eletrónico | Lixo electrónico
        Ongewenst | Ongewenste e-mail | Ongewenste post | Skräppost | Skräp | Uønsket | Uønsket post
        Uønsket mail | Uønsket e-post | Søppelpost | Roskaposti | Niechciane | Wiadomości-śmieci
        Wiadomości śmieci | Nevyžádaná pošta | Nevyžádané | Nevyžiadaná pošta | Levélszemét | Mesaje nedorite
        Neželena pošta | Neželjena pošta | Спам | Нежелательная почта | Небажана пошта | Нежелана пошта
        Ανεπιθύμητα | Ανεπιθύμητη αλληλογραφία | İstenmeyen | İstenmeyen E-posta | Gereksiz | Gereksiz E-posta
        Önemsiz | Önemsiz E-posta | Rämpspost | Mēstules | Šlamštas | Ruslpóstur | 迷惑メール | スパム
        垃圾邮件 | 垃圾郵件 | 垃圾箱 | 스팸 | 스팸메일함 | 스팸 메일함 | 정크 메일 | البريد العشوائي
        رسائل غير مرغوب فيها | البريد غير الهام | דואר זבל | ספאם | Thư rác | Sampah spam | สแปม
    """,
    SpecialUse.TRASH: """
        Trash | Deleted | Deleted Items | Deleted Messages | Deleted Mail | Deleted Objects | Bin | Rubbish
        Wastebasket | Papierkorb | Gelöscht | Gelöschte Objekte | Gelöschte Elemente | Gelöschte Nachrichten
        Corbeille | Éléments supprimés | Messages supprimés | Supprimés | Poubelle | Papelera | Eliminados
        Elementos eliminados | Mensajes eliminados | Paperera | Suprimits | Cestino | Posta eliminata
        Elementi eliminati | Eliminati | Lixeira | Lixo | Itens excluídos | Itens eliminados
        Mensagens excluídas | Prullenbak | Prullenmand | Verwijderd | Verwijderde items | Verwijderde berichten
        Papperskorgen | Papperskorg | Borttaget | Borttagna objekt | Papirkurv | Papirkurven | Slettet post
        Slettede elementer | Slettede meddelelser | Slettet | Roskakori | Poistetut | Poistetut kohteet
        Poistetut viestit | Kosz | Elementy usunięte | Usunięte | Koš | Smazané | Odstraněná pošta
        Odstraněné položky | Kôš | Odstránené | Kuka | Lomtár | Törölt elemek | Coș de gunoi | Elemente șterse
        Șterse | Koš za smeće | Smeti | Izbrisano | Smeće | Корзина | Удаленные | Удалённые | Удаленные элементы
        Кошик | Видалені | Кошче | Изтрити | Канта | Отпад | Κάδος | Κάδος απορριμμάτων | Διαγραμμένα
        Απορρίμματα | Çöp | Çöp Kutusu | Silinmiş Öğeler | Silinmiş | Silinenler | Prügikast | Kustutatud
        Miskaste | Dzēstie | Šiukšliadėžė | Šiukšlinė | Rusl | ゴミ箱 | ごみ箱 | 削除済みアイテム | 削除済み
        已删除 | 已删除邮件 | 已删除消息 | 废纸篓 | 回收站 | 垃圾桶 | 刪除的郵件 | 已刪除 | 휴지통 | 지운편지함
        지운 편지함 | 삭제된 메시지 | المهملات | سلة المهملات | العناصر المحذوفة | المحذوفة | אשפה
        פריטים שנמחקו | Thùng rác | Tempat sampah | ถังขยะ
    """,
    SpecialUse.ALL: """
        All Mail | Alle Nachrichten | Tous les messages | Todos | Tutti i messaggi | Todos os e-mails | Вся почта
    """,
    SpecialUse.SNOOZED: "Snoozed | Zurückgestellt | Pospuestos | Posticipati | Adiados | Uitgesteld | Отложенные",
    SpecialUse.FLAGGED: "Starred | Flagged | Markiert | Suivis | Destacados | Speciali | Com estrela | Помеченные",
}
_NAMES = {
    _folded(word): use for use, words in _BY_USE.items() for word in words.replace("\n", "|").split("|") if word.strip()
}
