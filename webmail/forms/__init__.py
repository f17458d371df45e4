"""What people send to the pages beside the mail, checked. Texts for people; knows no request."""

from webmail.forms.identities import IdentityForm, SignatureForm, TemplateForm
from webmail.forms.preferences import NotificationsForm, PreferencesForm

__all__ = ["IdentityForm", "NotificationsForm", "PreferencesForm", "SignatureForm", "TemplateForm"]
