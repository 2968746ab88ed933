# SPDX-License-Identifier: MIT
# replay.py: the Python SDK's own Replayer over a folder of histories.
"""usage: PYTHON replay.py WORKER_FOLDER HISTORY_FOLDER; prints how many passed and failed."""
import asyncio
import json
import os
import pathlib
import sys

sys.path.insert(0, sys.argv[1])
import workflows  # noqa: E402 - found in the worker's folder
from temporalio.client import WorkflowHistory  # noqa: E402
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner  # noqa: E402


async def histories(folder):
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        text = path.read_text(encoding="utf-8")
        started = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
        yield WorkflowHistory.from_json(started["workflowId"], text)


async def main():
    # Sandboxed unless SANDBOX=0, as the worker is.
    more = {"workflow_runner": UnsandboxedWorkflowRunner()} if os.environ.get("SANDBOX") == "0" else {}
    replayer = Replayer(workflows=workflows.ALL, **more)
    passed = failed = 0
    async with replayer.workflow_replay_iterator(histories(sys.argv[2])) as results:
        async for result in results:
            passed += result.replay_failure is None
            failed += result.replay_failure is not None
    print(passed, failed)


asyncio.run(main())
