"""Roundcube as Debian packages it, run as a quick operator would: nginx, php-fpm with opcache, caches on, SQLite.

Only what `./run bench --peer` compares with; no test needs it. Never touches Debian's own configuration or services.
"""

import os
import pwd
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.servers.mail_server import MailServer
from tests.servers.process import Server, free_ports, listens, private_directory
from tools import packages

INSTALLED = Path("/var/lib/roundcube")
#: The first time, and after a change, only; by default PHP looks at every file again every two seconds.
OPCACHE = ("opcache.enable=1", "opcache.validate_timestamps=0", "opcache.max_accelerated_files=10000")

# Over plain IMAP, as on one machine: a session begins with every request, and TLS would make each of them dearer.
# A message is marked as read while it is opened, as by default, only when the address asks for it with a word of ours;
# otherwise the browser posts the mark, as ours does, and each of the two can be measured alone.
CONFIG = """\
<?php
$config = [
    'db_dsnw' => 'sqlite:///{directory}/roundcube.sqlite3?mode=0600',
    'imap_host' => '127.0.0.1:{imap_port}',
    'des_key' => 'throwaway-key-of-the-pee',
    'imap_cache' => 'db',
    'messages_cache' => 'db',
    'mail_read_time' => isset($_GET['_at_once']) ? 0 : 5,
    'session_lifetime' => 60,
    'log_dir' => '{directory}/',
    'temp_dir' => '{directory}/',
    'plugins' => [],
];
"""

POOL = """\
[global]
daemonize = no
error_log = {directory}/php.log
[roundcube]
listen = {directory}/php.sock
pm = static
pm.max_children = 2
env[ROUNDCUBE_CONFIG_DIR] = {directory}
"""

NGINX = """\
daemon off;
pid {directory}/nginx.pid;
error_log stderr;
worker_processes 1;
events {{}}
http {{
  include /etc/nginx/mime.types;
  access_log off;
  sendfile on;
  gzip on;
  gzip_static on;
  gzip_comp_level 5;
  gzip_types text/plain text/css application/json application/javascript image/svg+xml;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  upstream php {{ server unix:{directory}/php.sock; keepalive 2; }}
  server {{
    listen 127.0.0.1:{port};
    root {root}/public_html;
    index index.php;
    location ~ \\.php$ {{
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_keep_conn on;
      fastcgi_buffers 32 16k;
      fastcgi_pass php;
    }}
    location ~ ^/(program|skins|plugins)/ {{ expires 30d; }}
  }}
}}
"""


class Part(Server):
    """nginx or php-fpm: without root's rights, which php-fpm refuses to have."""

    def __init__(self, name: str, arguments: Sequence[str], port: int = 0, socket: Path | None = None) -> None:
        self.name = name
        super().__init__()
        self._arguments, self._port, self._socket = arguments, port, socket

    def command(self) -> Sequence[str]:
        line = [packages.find(self.name) or self.name, *self._arguments]
        if os.geteuid() != 0:
            return line
        who = ["--reuid", str(_owner().pw_uid), "--regid", str(_owner().pw_gid), "--clear-groups"]
        return ["setpriv", *who, "--pdeathsig", "TERM", "--", *line]

    def ready(self) -> bool:
        return self._socket.exists() if self._socket else listens(self._port)

    def working_directory(self) -> Path:
        return Path("/")


class Roundcube:
    """Against a mail server; `url` once it has started."""

    def __init__(self, mail_server: MailServer) -> None:
        self.directory = private_directory("roundcube")
        [port] = free_ports(1)
        self.url = f"http://127.0.0.1:{port}"
        names = {"directory": self.directory, "port": port, "root": INSTALLED, "imap_port": mail_server.ports.imap}
        for name, text in (("config.inc.php", CONFIG), ("php-fpm.conf", POOL), ("nginx.conf", NGINX)):
            (self.directory / name).write_text(text.format(**names))
        for name in ("defaults.inc.php", "mimetypes.php"):
            (self.directory / name).symlink_to(INSTALLED / "config" / name)
        self._database()
        shutil.chown(self.directory, _owner().pw_uid)
        options = [word for option in OPCACHE for word in ("-d", option)]
        php = ["-F", "-O", "-y", str(self.directory / "php-fpm.conf"), *options]
        self.parts = (
            Part("php-fpm", php, socket=self.directory / "php.sock"),
            Part("nginx", ["-c", str(self.directory / "nginx.conf")], port=port),
        )

    def _database(self) -> None:
        path = self.directory / "roundcube.sqlite3"
        with sqlite3.connect(path) as database:
            database.executescript((INSTALLED / "SQL" / "sqlite.initial.sql").read_text())
        database.close()
        shutil.chown(path, _owner().pw_uid)

    def start(self) -> None:
        for part in self.parts:
            part.spawn()
            part.wait_until_ready()

    def close(self) -> None:
        for part in reversed(self.parts):
            part.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def cpu(self) -> Mapping[str, float]:
        """Seconds of CPU since the start, by process."""
        return {part.name: part.cpu_seconds() for part in self.parts}


def _owner() -> pwd.struct_passwd:
    return pwd.getpwnam("www-data") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
