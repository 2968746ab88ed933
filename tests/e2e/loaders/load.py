# SPDX-License-Identifier: MIT
# load.py: loads histories with the SDK's own loader: load.py OUT FILE...
import os
import sys

from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory


def load(path):
    with open(path, encoding="utf-8") as file:
        history = WorkflowHistory.from_json("w", file.read())
    return History(events=history.events).SerializeToString(deterministic=True)


for path in sys.argv[2:]:
    name = os.path.basename(path)
    try:
        data = load(path)
    except Exception as error:
        print("%s: %s" % (name, str(error).split("\n")[0]))
        continue
    with open(os.path.join(sys.argv[1], name + ".bin"), "wb") as out:
        out.write(data)
