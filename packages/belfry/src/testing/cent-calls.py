"""Calls every method of the server API with cent, the Python client of Centrifugo, and prints what it made of the answers as JSON."""

import json
import sys

from cent import (
    BatchRequest,
    BlockUserRequest,
    BroadcastRequest,
    CentApiResponseError,
    CentUnauthorizedError,
    ChannelsRequest,
    Client,
    Disconnect,
    DisconnectRequest,
    HistoryRemoveRequest,
    HistoryRequest,
    InfoRequest,
    InvalidateUserTokensRequest,
    PresenceRequest,
    PresenceStatsRequest,
    PublishRequest,
    RefreshRequest,
    RevokeTokenRequest,
    StreamPosition,
    SubscribeRequest,
    UnblockUserRequest,
    UnsubscribeRequest,
)

url, key, user = sys.argv[1:4]
client = Client(url, key)
seen = {}

first = client.publish(PublishRequest(channel="news:1", data={"n": 1}, tags={"a": "b"}))
seen["publish"] = first.offset
second = client.publish(PublishRequest(channel="news:1", data=2, idempotency_key="k"))
again = client.publish(PublishRequest(channel="news:1", data=2, idempotency_key="k"))
seen["idempotent"] = [second.offset, again.offset]
broadcast = client.broadcast(BroadcastRequest(channels=["news:1", "nope:1"], data=3))
seen["broadcast"] = [
    each.error.code if each.error else each.result.offset for each in broadcast.responses
]
history = client.history(
    HistoryRequest(
        channel="news:1", limit=10, since=StreamPosition(offset=1, epoch=first.epoch)
    )
)
seen["history"] = [[each.offset, each.data] for each in history.publications]
seen["top"] = [history.offset, history.epoch == first.epoch]

client.subscribe(SubscribeRequest(user=user, channel="news:1", info={"x": 1}))
seen["presence"] = [
    [each.user, each.chan_info]
    for each in client.presence(PresenceRequest(channel="news:1")).presence.values()
]
stats = client.presence_stats(PresenceStatsRequest(channel="news:1"))
seen["presence_stats"] = [stats.num_clients, stats.num_users]
channels = client.channels(ChannelsRequest(pattern="news:*")).channels
seen["channels"] = {name: each.num_clients for name, each in channels.items()}
seen["info"] = [each.num_clients for each in client.info(InfoRequest()).nodes]
client.refresh(RefreshRequest(user=user, expire_at=4102444800))
client.unsubscribe(UnsubscribeRequest(user=user, channel="news:1"))

batch = client.batch(
    BatchRequest(
        requests=[
            PublishRequest(channel="news:2", data=1),
            PresenceStatsRequest(channel="news:2"),
        ],
        parallel=True,
    )
)
seen["batch"] = [batch.replies[0].offset, batch.replies[1].num_clients]
client.history_remove(HistoryRemoveRequest(channel="news:1"))
client.disconnect(
    DisconnectRequest(user=user, disconnect=Disconnect(code=4500, reason="go"))
)
client.block_user(BlockUserRequest(user="someone"))
client.unblock_user(UnblockUserRequest(user="someone"))
client.revoke_token(RevokeTokenRequest(uid="t1"))
client.invalidate_user_tokens(InvalidateUserTokensRequest(user="someone"))

try:
    client.publish(PublishRequest(channel="nope:1", data=1))
except CentApiResponseError as error:
    seen["error"] = [error.code, error.message]
try:
    Client(url, "wrong").info(InfoRequest())
except CentUnauthorizedError:
    seen["unauthorized"] = True

print(json.dumps(seen))
