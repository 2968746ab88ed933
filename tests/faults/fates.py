# SPDX-License-Identifier: MIT
# fates.py: what happens to each history while it is replayed, and the verdict that is right.
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "cli"))
from replay_world import Build

ND = "[TMPRL1100] Nondeterminism error: "
ACTIVITY = (ND + "Activity type of scheduled event 'Charge' does not match activity type of "
            "activity command 'Refund'")
VAGUE = ND + "Unexpected command producing an invalid transition X"
DEADLOCK = "code:_DeadlockError:[TMPRL1101] Potential deadlock detected: workflow didn't yield"


class Fate:
    """
    ACTION: of the fake worker, with {ms}, {late}, {mark}, {folder} and {hog} to be filled in.
    VERDICT and what the run file's row must say beside it, whatever else went wrong around
    it; in PER_THOUSAND histories, and at least once in a run that is large enough.

    Only a history that makes trouble when it is out alone is guilty: `together` does so only
    in company and `then` after its answer, so both are innocent, however often they strike.
    """

    def __init__(self, name, per_thousand, action, verdict="passed", **says):
        self.name, self.per_thousand = name, per_thousand
        self.action, self.verdict, self.says = action, verdict, says


# What costs seconds of a lane is rare, so that a run is over in seconds too.
FATES = [
    # innocent
    Fate("killed in company", 8, "together:die:9"),
    Fate("segfault in company", 5, "together:die:11"),
    Fate("exits in company", 5, "together:exit:3"),
    Fate("exits as if all were well", 4, "together:exit:0"),
    Fate("dies after its answer", 5, "then:after:{ms}:die:11"),
    Fate("ends after its answer", 4, "then:exit:0"),
    Fate("hangs in company", 1.5, "together:hang"),
    Fate("answers at the time limit", 1.5, "together:after:{late}:pass"),
    Fate("drops the connection in company", 2, "together:drop:pass"),
    Fate("drops the connection after its answer", 2, "then:drop:hang"),
    Fate("zombie in company", 1, "together:zombie"),
    Fate("zombie after its answer", 1, "then:zombie"),
    Fate("holds too much in company", 1.5, "together:hog:{hog}"),
    Fate("floods its output", 3, "flood:2"),
    Fate("answers twice", 30, "twice"),
    Fate("answers for others", 30, "stray:{folder}/tokens:pass"),
    Fate("takes its time", 20, "after:{ms}:pass"),
    Fate("deadlock, the first time", 5, "once:{mark}:" + DEADLOCK),
    # guilty
    Fate("killed", 2, "die:9", "crashed", message="signal 9"),
    Fate("aborts", 2, "die:6", "crashed", message="about to die"),
    Fate("exits", 2, "exit:7", "crashed", message="status 7"),
    Fate("hangs", 0.7, "hang", "timed-out", message="no reply"),
    Fate("drops the connection", 0.7, "drop:hang", "crashed", message="connection died"),
    Fate("zombie", 0.7, "zombie", "crashed", message="connection died"),
    Fate("holds too much", 1, "hog:{hog}", "crashed", message="--worker-memory"),
    Fate("deadlock", 4, DEADLOCK, "failed", reason="deadlock"),
    Fate("raises", 5, "code:ValueError:no such order", "failed", message="no such order"),
    Fate("diverges", 15, "nd:" + ACTIVITY, "diverged"),
    Fate("diverges somewhere", 5, "nd-from:{from}:" + VAGUE, "diverged"),
    Fate("diverges after answering for others", 5, "stray:{folder}/tokens:nd:" + ACTIVITY,
         "diverged"),
]


class History:
    """One of a run: its file's name, its id, its fate, and where it diverges (later)."""

    def __init__(self, number, fate, queue):
        self.id, self.fate, self.queue = "w-%d" % number, fate, queue
        self.name = "h/%05d.json" % number
        self.place = None

    def build(self, dice, is_open):
        history = Build(self.id, queue=self.queue).task()
        # One in thirty is large, so that cost decides about the order too.
        steps = dice.randint(30, 90) if dice.random() < 0.03 else dice.randint(1, 5)
        for _ in range(steps):
            history.activity("Charge").task()
        self.diverges_from = history.last_task - 2 if steps == 1 else 11
        return history if is_open else history.completed()


def rule_of(history, dice, scale, tasks):
    """The line of the worker's rules file."""
    action = history.fate.action
    if tasks > 1 and action.startswith("then:"):
        # After the first of several answers it is still out, and alone it would be guilty.
        action = "together:" + action
    for name, value in (("{ms}", dice.randint(1, 40)), ("{mark}", "marks/" + history.id),
                        ("{late}", int(1000 * scale.timeout) + dice.randint(-40, 60)),
                        ("{folder}", "marks"), ("{hog}", scale.hog),
                        ("{from}", history.diverges_from)):
        action = action.replace(name, str(value))
    return "%s:%s\n" % (history.id, action)


def draw(n, dice, queues):
    """N histories; every fate that so many histories have room for comes at least once."""
    fates = []
    for fate in FATES:
        count = fate.per_thousand * n / 1000
        fates += [fate] * (int(count) + (dice.random() < count - int(count)))
    fates += [Fate("passes", 0, "pass")] * (n - len(fates))
    dice.shuffle(fates)
    return [History(i, fate, dice.choice(queues)) for i, fate in enumerate(fates[:n])]
