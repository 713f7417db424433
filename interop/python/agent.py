"""Drives centrifuge-python for the interop run: orders come as JSON lines, answers and events go out as JSON lines."""

import asyncio
import json
import sys

from centrifuge import (
    Client,
    ClientEventHandler,
    DeltaType,
    FilterNode,
    ReplyError,
    StreamPosition,
    SubscriptionEventHandler,
    UnauthorizedError,
)

clients = {}


def write(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Codec:
    """Payloads are JSON values for the run, and bytes for a Protobuf client; those that are no JSON are {"bytes"}."""

    def __init__(self, protobuf):
        self.protobuf = protobuf

    def encode(self, value):
        if not self.protobuf:
            return value
        if isinstance(value, dict) and "bytes" in value:
            return bytes(value["bytes"])
        return json.dumps(value).encode()

    def decode(self, data):
        if isinstance(data, (bytes, bytearray)):
            if not data:
                return None
            try:
                return json.loads(data)
            except ValueError:
                return {"bytes": list(data)}
        return data


def info_of(codec, info):
    if info is None:
        return None
    return {
        "user": info.user,
        "conn": codec.decode(info.conn_info),
        "chan": codec.decode(info.chan_info),
    }


def publication_of(codec, pub):
    return {
        "data": codec.decode(pub.data),
        "offset": pub.offset,
        "tags": dict(pub.tags or {}),
        "info": info_of(codec, pub.info),
    }


def subscribed_of(codec, ctx):
    position = ctx.stream_position
    return {
        "recoverable": ctx.recoverable,
        "positioned": ctx.positioned,
        "wasRecovering": ctx.was_recovering,
        "recovered": ctx.recovered,
        "offset": position.offset if position else None,
        "data": codec.decode(ctx.data),
    }


class ClientEvents(ClientEventHandler):
    def __init__(self, name, codec):
        self.name, self.codec = name, codec

    def tell(self, on, **details):
        write({"client": self.name, "event": {"on": on, **details}})

    async def on_connecting(self, ctx):
        self.tell("connecting", code=ctx.code)

    async def on_connected(self, ctx):
        self.tell("connected", data=self.codec.decode(ctx.data))

    async def on_disconnected(self, ctx):
        self.tell("disconnected", code=ctx.code)

    async def on_error(self, ctx):
        code = ctx.error.code if isinstance(ctx.error, ReplyError) else ctx.code
        write({"client": self.name, "error": code})

    async def on_subscribing(self, ctx):
        self.tell("server-subscribing", channel=ctx.channel)

    async def on_subscribed(self, ctx):
        self.tell(
            "server-subscribed", channel=ctx.channel, **subscribed_of(self.codec, ctx)
        )

    async def on_unsubscribed(self, ctx):
        self.tell("server-unsubscribed", channel=ctx.channel)

    async def on_publication(self, ctx):
        self.tell(
            "server-publication",
            channel=ctx.channel,
            **publication_of(self.codec, ctx.pub),
        )

    async def on_join(self, ctx):
        self.tell("server-join", channel=ctx.channel, info=info_of(self.codec, ctx.info))

    async def on_leave(self, ctx):
        self.tell("server-leave", channel=ctx.channel, info=info_of(self.codec, ctx.info))


class SubscriptionEvents(SubscriptionEventHandler):
    def __init__(self, name, channel, codec):
        self.name, self.channel, self.codec = name, channel, codec

    def tell(self, on, **details):
        write(
            {
                "client": self.name,
                "channel": self.channel,
                "event": {"on": on, **details},
            }
        )

    async def on_subscribing(self, ctx):
        self.tell("subscribing", code=ctx.code)

    async def on_subscribed(self, ctx):
        self.tell("subscribed", **subscribed_of(self.codec, ctx))

    async def on_unsubscribed(self, ctx):
        self.tell("unsubscribed", code=ctx.code)

    async def on_publication(self, ctx):
        self.tell("publication", **publication_of(self.codec, ctx.pub))

    async def on_join(self, ctx):
        self.tell("join", info=info_of(self.codec, ctx.info))

    async def on_leave(self, ctx):
        self.tell("leave", info=info_of(self.codec, ctx.info))

    async def on_error(self, ctx):
        code = ctx.error.code if isinstance(ctx.error, ReplyError) else ctx.code
        write({"client": self.name, "channel": self.channel, "error": code})


def in_turn(tokens):
    """Gives the tokens one after the other, the last one for ever; None means that the user may not."""
    rest = list(tokens)

    def take():
        token = rest.pop(0) if len(rest) > 1 else rest[0]
        if token is None:
            raise UnauthorizedError()
        return token

    return take


def new_client(order):
    options, protobuf = order["options"], order["protobuf"]
    codec = Codec(protobuf)
    extra = {}
    if "tokens" in options:
        take = in_turn(options["tokens"])

        async def get_token():
            return take()

        extra["get_token"] = get_token
    if "data" in options:
        extra["data"] = codec.encode(options["data"])
    for key in ("name", "version", "headers"):
        if key in options:
            extra[key] = options[key]
    clients[order["client"]] = (
        Client(
            order["url"],
            events=ClientEvents(order["client"], codec),
            token=options.get("token", ""),
            use_protobuf=protobuf,
            timeout=15.0,
            max_reconnect_delay=1.0,
            proxy=None,
            **extra,
        ),
        codec,
    )


def new_subscription(order):
    client, codec = clients[order["client"]]
    options, channel = order["options"], order["channel"]
    extra = {}
    if "tokens" in options:
        take = in_turn(options["tokens"])

        async def get_token(_channel):
            return take()

        extra["get_token"] = get_token
    if "states" in options:
        states = in_turn(options["states"])

        async def get_state(_channel):
            state = states()
            return StreamPosition(offset=state["offset"], epoch=state["epoch"])

        extra["get_state"] = get_state
    if "data" in options:
        extra["data"] = codec.encode(options["data"])
    if "delta" in options:
        extra["delta"] = DeltaType(options["delta"])
    if "tagsFilter" in options:
        extra["tags_filter"] = FilterNode(options["tagsFilter"])
    client.new_subscription(
        channel,
        events=SubscriptionEvents(order["client"], channel, codec),
        token=options.get("token", ""),
        positioned=options.get("positioned", False),
        recoverable=options.get("recoverable", False),
        join_leave=options.get("joinLeave", False),
        max_resubscribe_delay=1.0,
        **extra,
    )


async def call(order):
    client, codec = clients[order["client"]]
    method, args = order["method"], order["args"]
    if method == "publish":
        await client.publish(args["channel"], codec.encode(args["data"]))
        return {}
    if method == "rpc":
        result = await client.rpc(args["method"], codec.encode(args["data"]))
        return codec.decode(result.data)
    if method == "presence":
        result = await client.presence(args["channel"])
        return [info_of(codec, each) for each in result.clients.values()]
    if method == "presenceStats":
        result = await client.presence_stats(args["channel"])
        return {"clients": result.num_clients, "users": result.num_users}
    since = args.get("since")
    result = await client.history(
        args["channel"],
        limit=args.get("limit", 0),
        since=StreamPosition(since["offset"], since["epoch"]) if since else None,
        reverse=args.get("reverse", False),
    )
    return {
        "publications": [publication_of(codec, each) for each in result.publications],
        "offset": result.offset,
        "epoch": result.epoch,
    }


async def obey(order):
    op = order["op"]
    if op == "client":
        return new_client(order)
    if op == "new":
        return new_subscription(order)
    if op == "call":
        return await call(order)
    client, _ = clients[order["client"]]
    if op == "connect":
        return await client.connect()
    if op == "disconnect":
        return await client.disconnect()
    subscription = client.get_subscription(order["channel"])
    if op == "subscribe":
        return await subscription.subscribe()
    return await subscription.unsubscribe()


async def answer(order):
    try:
        write({"id": order["id"], "ok": await obey(order)})
    except ReplyError as error:
        write({"id": order["id"], "code": error.code, "temporary": error.temporary})
    except Exception as error:
        write({"id": order["id"], "failed": f"{type(error).__name__}: {error}"})


async def main():
    reader = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    running = set()
    while line := await reader.readline():
        task = asyncio.create_task(answer(json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)


asyncio.run(main())
