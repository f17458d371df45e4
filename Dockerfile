# All four processes of Whimbrel: which one a container runs, its command says (docker-compose.yml).

FROM python:3.11-slim-bookworm AS environment
WORKDIR /build
COPY requirements/base.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --requirement base.txt

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WEBMAIL_DATA_DIR=/data
RUN useradd --system --uid 10001 --home-dir /app --no-create-home whimbrel && install -d -o whimbrel -m 0700 /data
COPY --from=environment /venv /venv
COPY . /app
WORKDIR /app
# The keys are for this line only: the settings insist on some.
RUN WEBMAIL_SECRET_KEY=only-for-collecting-the-static-files-1 \
    WEBMAIL_CREDENTIAL_KEYS=only-for-collecting-the-static-files-2 \
    python manage.py collectstatic --noinput && python -m compileall -q accounts imapbridge webmail
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "deploy/healthcheck.py", "web"]
CMD ["python", "-m", "uvicorn", "webmail.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--loop", "uvloop", "--http", "httptools", "--ws", "websockets-sansio", "--ws-max-size", "4096", "--ws-ping-interval", "60", "--no-access-log", "--no-proxy-headers", "--no-server-header", "--timeout-keep-alive", "75", "--timeout-graceful-shutdown", "25"]
