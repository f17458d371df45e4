"""What people send to the pages beside the mail, checked. Texts for people; knows no request."""

from webmail.forms.books import BookForm
from webmail.forms.contacts import ContactForm, GroupForm, ImportForm
from webmail.forms.identities import IdentityForm, SignatureForm, TemplateForm, UseForm
from webmail.forms.mail_accounts import CallingForm, JoiningForm, PasswordForm
from webmail.forms.preferences import NotificationsForm, PreferencesForm

__all__ = [
    "BookForm",
    "CallingForm",
    "ContactForm",
    "GroupForm",
    "IdentityForm",
    "ImportForm",
    "JoiningForm",
    "NotificationsForm",
    "PasswordForm",
    "PreferencesForm",
    "SignatureForm",
    "TemplateForm",
    "UseForm",
]
