"""Checks belfry_node.py against the vectors of docs/node-protocol-vectors.json, given as a path."""

import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from belfry_node import NodeKey, RangeFold, base64url, sha256, signed_text


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        vectors = json.load(file)
    vector = vectors["signature"]
    key = NodeKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["privateKeyHex"])))
    body = vector["body"].encode()
    request = vector["request"]
    text = signed_text(
        request["method"], request["host"], request["path"], request["timestamp"], request["nonce"], body
    )
    found = {
        "publicKey": key.public_key,
        "node": key.node,
        "bodyHash": base64url(sha256(body)),
        "signedText": text,
        "signature": key.sign(text),
        "order": {},
    }
    for each in vectors["order"]:
        fold = RangeFold(lambda a, b: f"({a}+{b})", each["from"])
        for block in range(each["from"], each["from"] + each["blocks"]):
            fold.push(1, str(block))
        found["order"][f"{each['from']}+{each['blocks']}"] = json.loads(fold.value())
    print(json.dumps(found))


if __name__ == "__main__":
    main()
