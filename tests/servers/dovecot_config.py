"""The text of a private Dovecot's configuration (2.3 syntax): one directory, high ports, nobody's privileges.

Only text is made here; `dovecot` runs it.
"""

import grp
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from tests.servers.certificates import ServerCertificate

TEMPLATE = """\
base_dir = {directory}/run
state_dir = {directory}/state
log_path = {directory}/log
protocols = imap lmtp sieve
listen = 127.0.0.1, {far_host}
default_internal_user = {user}
default_login_user = {login_user}
default_internal_group = {group}
default_process_limit = 500
default_client_limit = 8000
default_vsz_limit = 1024M
first_valid_uid = 0
first_valid_gid = 0
shutdown_clients = yes
postmaster_address = postmaster@example.org
hostname = mail.example.org

ssl = {ssl}
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = {disable_plaintext}
auth_mechanisms = plain login
auth_failure_delay = 0
auth_verbose = yes
passdb {{
  driver = passwd-file
  # One file a user: a file for all would be looked at once a second only, too late for a user made just now.
  args = scheme=PLAIN username_format=%u {directory}/users/%u
}}
userdb {{
  driver = static
  args = home={directory}/homes/%u
}}

mail_location = {mail_location}
mail_uid = {user}
mail_gid = {group}
mail_fsync = never
mail_max_userip_connections = 1000
mail_plugins = {mail_plugins}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    auto = subscribe
    special_use = \\Drafts
  }}
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
  mailbox Trash {{
    auto = subscribe
    special_use = \\Trash
  }}
  mailbox Archive {{
    auto = subscribe
    special_use = \\Archive
  }}
}}

service anvil {{
  chroot =
  # No growing delays for an address that gives wrong passwords: all the tests come from one.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 4000
  # A process serves many sessions, one after another: starting one costs more than most sessions do.
  service_count = 100
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
}}
service managesieve-login {{
  chroot =
  service_count = 0
  process_min_avail = 0
  inet_listener sieve {{
    port = {sieve_port}
  }}
}}
service managesieve {{
  service_count = 1
}}
protocol lmtp {{
  mail_plugins = {mail_plugins} sieve
}}
plugin {{
  sieve = file:~/sieve;active=~/.dovecot.sieve
  {sieve}
}}
protocol imap {{
  mail_plugins = {mail_plugins} {imap_plugins}
  {capability}
}}
"""

QUOTA = """
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage={quota}
}}
"""


#: Dovecot takes a connection from its own address for a safe one; to a client on 127.0.0.1 this is another machine.
FAR_HOST = "127.0.0.2"


def mail_owner() -> pwd.struct_passwd:
    """Whose mail it is: ours; but Dovecot gives no mail to root, so then it belongs to the package's own account."""
    return pwd.getpwnam("dovecot") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


@dataclass(frozen=True)
class Options:
    """What a test may ask for: `capability` replaces the announced list, `quota` is a size such as `10M`."""

    capability: str = ""
    plaintext: bool = False
    quota: str = ""
    mail_location: str = "maildir:~/mail"
    sieve: str = ""
    """Settings of Pigeonhole, such as `sieve_quota_max_scripts = 2`."""
    extra: str = ""


@dataclass(frozen=True)
class Ports:
    """`imap` offers STARTTLS, `imaps` speaks TLS from the start, `lmtp` is the way in for new mail, `sieve`
    is ManageSieve with STARTTLS."""

    imap: int
    imaps: int
    lmtp: int
    sieve: int = 0


def render(directory: Path, ports: Ports, certificate: ServerCertificate, options: Options) -> str:
    """The whole file."""
    owner = mail_owner()
    text = TEMPLATE.format(
        directory=directory,
        far_host=FAR_HOST,
        user=owner.pw_name,
        group=grp.getgrgid(owner.pw_gid).gr_name,
        login_user="dovenull" if os.geteuid() == 0 else owner.pw_name,
        ssl="yes" if options.plaintext else "required",
        disable_plaintext="no" if options.plaintext else "yes",
        certificate=certificate.certificate,
        key=certificate.key,
        mail_location=options.mail_location,
        mail_plugins="quota" if options.quota else "",
        imap_plugins="imap_quota" if options.quota else "",
        capability=f"imap_capability = {options.capability}" if options.capability else "",
        imap_port=ports.imap,
        imaps_port=ports.imaps,
        lmtp_port=ports.lmtp,
        sieve_port=ports.sieve,
        sieve=options.sieve,
    )
    return text + (QUOTA.format(quota=options.quota) if options.quota else "") + options.extra
