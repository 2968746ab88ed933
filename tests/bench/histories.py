# SPDX-License-Identifier: MIT
# histories.py: what the bench replays: copies of recorded histories, and one of 51,200 events.
import base64
import hashlib
import json
import uuid

from common import CORPUS
from measure import BENCH, Broken, fresh_folder

# A closed order of about thirty events, recorded by each SDK's worker: activities, a timer,
# a child workflow, a signal.
ORDERS = {"go": "go/order-1.json", "java": "java/order-1.json", "python": "python/order.json",
          "typescript": "ts/order.json"}


def ids_of(text):
    started = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
    return started["workflowId"], started["originalExecutionRunId"]


def java_id(run_id, counter):
    """What the Java SDK's COUNTERth random UUID of a run is: version 3 over "RUN:COUNTER"."""
    digest = hashlib.md5(("%s:%d" % (run_id, counter)).encode()).digest()
    return str(uuid.UUID(bytes=digest, version=3))


def renamed(text, workflow_id, run_id, new_id, new_run):
    """TEXT under other ids, and whatever is derived from them (children, Java's activities)."""
    changed = text.replace(workflow_id, new_id).replace(run_id, new_run)
    for counter in range(64):
        old = java_id(run_id, counter)
        if old in changed:
            changed = changed.replace(old, java_id(new_run, counter))
    return changed


def copies(name, source, count):
    """A folder with COUNT copies of SOURCE under ids of their own, all of one length."""
    folder = BENCH / "histories" / ("%s-%d" % (name, count))
    if (folder / ".complete").exists():
        return folder
    fresh_folder("histories", "%s-%d" % (name, count))
    text = (CORPUS / source).read_text(encoding="utf-8")
    workflow_id, run_id = ids_of(text)
    for number in range(count):
        new_run = str(uuid.uuid5(uuid.NAMESPACE_OID, "%s %d" % (name, number)))
        new_id = ("%0*d" % (len(workflow_id), number)).replace("0", "w", 1)
        if len(new_id) != len(workflow_id):
            raise Broken("%s: its id is too short for %d copies" % (source, count))
        (folder / ("%05d.json" % number)).write_text(
            renamed(text, workflow_id, run_id, new_id, new_run), encoding="utf-8")
    (folder / ".complete").touch()
    return folder


class Generator:
    """A history of the Go worker's `fanout`, in the form the server writes it.

    ROUNDS times: WIDTH activities are scheduled at once; each starts and completes; after
    some completions there is a workflow task, TASKS of them in a round, the last of which
    schedules the next round. Go names an activity after its event id, so ids are checked.
    """

    def __init__(self, source, payload_bytes):
        recorded = json.loads((CORPUS / source).read_text(encoding="utf-8"))["events"]
        self.of_type = {}
        for event in recorded:
            self.of_type.setdefault(event["eventType"][len("EVENT_TYPE_"):], event)
        self.tasks = [e for e in recorded if e["eventType"].endswith("WORKFLOW_TASK_COMPLETED")]
        self.events = []
        self.padding = "x" * payload_bytes

    def add(self, kind, **changes):
        """Appends the recorded event of KIND with these attributes changed; its id."""
        number = len(self.events) + 1
        event = json.loads(json.dumps(self.of_type[kind]))
        event["eventId"], event["taskId"] = str(number), str(1048576 + number)
        attributes = next(v for k, v in event.items() if k.endswith("EventAttributes"))
        for key, value in changes.items():
            if key not in attributes:
                raise Broken("the recorded %s event has no %s" % (kind, key))
            attributes[key] = value
        self.events.append(event)
        return str(number)

    def payload(self, value):
        data = base64.b64encode(json.dumps(value).encode()).decode()
        return {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": data}]}

    def workflow_task(self):
        scheduled = self.add("WORKFLOW_TASK_SCHEDULED")
        started = self.add("WORKFLOW_TASK_STARTED", scheduledEventId=scheduled)
        first = scheduled == "2"
        self.of_type["WORKFLOW_TASK_COMPLETED"] = self.tasks[0 if first else 1]
        return self.add("WORKFLOW_TASK_COMPLETED", scheduledEventId=scheduled, startedEventId=started)

    def round(self, number, width, tasks, completed):
        scheduled = []
        for i in range(width):
            scheduled.append(self.add(
                "ACTIVITY_TASK_SCHEDULED", activityId=str(len(self.events) + 1),
                input=self.payload("%d-%d%s" % (number, i, self.padding)),
                workflowTaskCompletedEventId=completed))
        for i, event in enumerate(scheduled):
            started = self.add("ACTIVITY_TASK_STARTED", scheduledEventId=event)
            self.add("ACTIVITY_TASK_COMPLETED", scheduledEventId=event, startedEventId=started,
                     result=self.payload("noted:%d-%d%s" % (number, i, self.padding)))
            if (i + 1) * tasks // width > i * tasks // width:
                completed = self.workflow_task()
        return completed


def generated(name, rounds, width, tasks, payload_bytes=0):
    """A folder with one history of 5 + 3 * ROUNDS * (WIDTH + TASKS) events; its bytes."""
    made = Generator("go/fanout-small.json", payload_bytes)
    made.add("WORKFLOW_EXECUTION_STARTED", input=made.payload({"N": width, "M": rounds}))
    completed = made.workflow_task()
    for number in range(rounds):
        completed = made.round(number, width, tasks, completed)
    made.add("WORKFLOW_EXECUTION_COMPLETED", result=made.payload(rounds * width),
             workflowTaskCompletedEventId=completed)
    expected = 5 + 3 * rounds * (width + tasks)
    if len(made.events) != expected:
        raise Broken("%d events made where %d were meant" % (len(made.events), expected))
    folder = fresh_folder("histories", name)
    path = folder / "history.json"
    path.write_text(json.dumps({"events": made.events}, indent=2) + "\n", encoding="utf-8")
    return folder, path.stat().st_size
