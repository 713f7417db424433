"""A node that runs `darts`: darts_node.py URL DATA_DIR [--claim TOKEN] [--beacon]. Writes what happens, one line each; SIGTERM drains it."""

import argparse
import os
import signal

from belfry_node import Node, beacon_link
from darts import Darts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("data_dir")
    parser.add_argument("--claim", default=os.environ.get("BELFRY_CLAIM"))
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--beacon", action="store_true", help="hear of chunks at once; needs centrifuge-python")
    options = parser.parse_args()
    node = Node(
        options.url,
        {"darts": Darts},
        options.data_dir,
        slots=options.slots,
        claim=options.claim,
        beacon=beacon_link(options.url) if options.beacon else None,
        tell=lambda line: print(line, flush=True),
    )
    signal.signal(signal.SIGTERM, lambda *_: node.drain())
    node.run()


if __name__ == "__main__":
    main()
