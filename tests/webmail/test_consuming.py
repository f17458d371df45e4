"""A worker goes on: with tasks in hand when its broker is lost, and with its connections from one task to the next."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from celery import Celery
from celery.concurrency.thread import TaskPool
from celery.fixups.django import DjangoWorkerFixup
from django.db import connection as database
from kombu import Connection, Exchange, Message, Queue

from tests.servers.process import running
from tests.servers.redis import Redis
from webmail.celery import app as ours
from webmail.consuming import Consumer
from webmail.tasks import look_at_outbox


@pytest.fixture
def server() -> Iterator[Redis]:
    with running(Redis()) as server:
        yield server


def in_hand(connection: Connection) -> Message:
    """A task is taken and not acknowledged, and the next is waited for; beside the channel of remote control."""
    channel = connection.default_channel
    control = connection.channel()
    Queue("control", Exchange("control", "fanout"), auto_delete=True)(control).declare()
    assert control.client
    Queue("fast")(channel).declare()
    with connection.Producer() as producer:
        producer.publish({}, routing_key="fast")
    taken = []
    channel.basic_consume("fast", no_ack=False, callback=taken.append, consumer_tag="here")
    connection.drain_events(timeout=5)
    with pytest.raises(socket.timeout):
        connection.drain_events(timeout=0.1)
    [message] = taken
    return message


def test_the_loss_of_the_broker_with_tasks_in_hand(server: Redis) -> None:
    app = Celery(broker=server.url.replace("unix://", "redis+socket://"), set_as_current=False)
    controller = SimpleNamespace(use_eventloop=False)
    consumer = Consumer(lambda _request: None, app=app, pool=TaskPool(1), controller=controller)
    consumer.connection = connection = app.connection_for_read()
    message = in_hand(connection)
    server.stop()
    consumer.on_connection_error_after_connected(ConnectionError())
    assert consumer.connection is None
    message.ack()  # its thread has done it


@pytest.mark.django_db(transaction=True)
def test_a_task_leaves_its_connection_to_the_next() -> None:
    database.ensure_connection()
    kept = database.connection
    fixup = DjangoWorkerFixup(ours)
    fixup.on_task_postrun(look_at_outbox)
    fixup.on_task_prerun(look_at_outbox)
    assert database.connection is kept
