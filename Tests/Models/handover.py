"""A model of one handle while its process opens, rotates and ends, and of the
report runs that read the old file: Recorder.addSlowly, settle, settleAll and
count(into:), MappedFile's lock, and steps R3 to R7 of docs/protocol.md.

The handle's cell is its own ("own", in memory) or the counter's in the file of
the first week ("A") or the second ("B"). Threads add 1, by a call or directly to
the cell they have loaded, and may be stopped between any two steps for as long
as they like. The first file is reported, and deleted, as soon as that is allowed.

Each safeguard can be taken away, to see what it is for.
"""

from collections import namedtuple

SAFEGUARDS = {
    "adds are one instruction": "the value is loaded, then stored: an add is lost",
    "look for a file after adding to memory": "a thread that met no file leaves its count in memory, and nobody looks there",
    "look where the settled handle leads": "another thread has led it home meanwhile: the count goes to memory, and nobody looks there",
    "settle once more in the end": "a thread that added to the cell of a handle directly leaves its count in memory",
    "look at the file after moving the cell": "a thread settles into a file that the rotation has left behind",
    "memory is emptied by a swap": "the value is loaded, then set to 0: what was added between is lost, or two threads move it",
    "an old mapping keeps its lock": "a report run deletes a file that a late thread adds to",
    "values are compared before deleting": "a report run deletes what was added since it read",
    "reports have differences": "what was in the last report is in the next one, too",
    "reports and ledger at once": "a run that dies between the two makes the next one count again",
}

State = namedtuple("State", "file cell own a b has_a locked ledger reported threads rotator reporter runs deaths")


class Handover:
    def __init__(self, threads=("add", "direct"), runs=2, deaths=0, rotator=("open", "rotate", "settle"), start_open=False, without=()):
        """`threads`: "add" calls tel_add, "direct" adds to the cell itself, which tel.h allows."""
        assert set(without) <= set(SAFEGUARDS), without
        self.kinds, self.orders, self.without = threads, rotator, frozenset(without)
        begin = tuple(("load" if kind == "add" else "direct", None, 0, None) for kind in threads)
        self.start = State(
            file="A" if start_open else None, cell="A" if start_open else "own", own=0, a=0, b=0, has_a=True, locked=start_open,
            ledger=0, reported=0, threads=begin, rotator=(0, "begin", None, 0, None), reporter=("wait" if runs else "end", 0), runs=runs, deaths=deaths)

    def guards(self, name):
        return name not in self.without

    # ---- Steps

    def steps(self, state):
        for index, thread in enumerate(state.threads):
            if thread[0] == "done":
                continue
            for changes, after in self.adding(state, thread):
                threads = state.threads[:index] + (after,) + state.threads[index + 1 :]
                yield f"thread {index}: {thread[0]}", state._replace(threads=threads, **changes)
        if state.rotator[1] != "done":
            for changes, after in self.rotating(state, state.rotator):
                yield f"rotator: {state.rotator[1]}", state._replace(rotator=after, **changes)
        elif state.locked and all(thread[0] == "done" for thread in state.threads):
            yield "the process ends", state._replace(locked=False)
        yield from self.reporting(state)

    def add(self, state, cell, n):
        """The change that adding makes."""
        if cell == "A" and not state.has_a:
            return {}  # into a file without a name: nobody will find it
        key = {"own": "own", "A": "a", "B": "b"}[cell]
        return {key: getattr(state, key) + n}

    def store(self, state, cell, value):
        key = {"own": "own", "A": "a", "B": "b"}[cell]
        return {} if cell == "A" and not state.has_a else {key: value}

    def value(self, state, cell):
        return getattr(state, {"own": "own", "A": "a", "B": "b"}[cell])

    def adding(self, state, thread):
        """(changes, the thread afterwards). A thread: step, cell, number, file."""
        step, cell, n, file = thread

        def last(cell, next="done"):
            if self.guards("adds are one instruction"):
                return [(self.add(state, cell, 1), (next, None, 0, None))]
            return [({}, ("store " + next, cell, self.value(state, cell) + 1, None))]

        match step:
            case "direct":
                return [({}, ("add", state.cell, 0, None))]
            case "add":
                return last(cell)
            case "store done":
                return [(self.store(state, cell, n), ("done", None, 0, None))]
            case "store look":
                return [(self.store(state, cell, n), ("look", None, 0, None))]
            case "load":
                return [({}, ("add" if state.cell != "own" else "file?", state.cell, 0, None))]
            case "file?":
                return [({}, ("settle", None, 0, None) if state.file else ("to memory", None, 0, None))]
            case "to memory":
                return last("own", "look" if self.guards("look for a file after adding to memory") else "done")
            case "look":
                return [({}, ("settle late", None, 0, None) if state.file else ("done", None, 0, None))]
            case "waiting":
                return [({}, ("to memory", None, 0, None))]
            case "settled":
                home = state.cell == "own" and self.guards("look where the settled handle leads")
                return [({}, ("to memory", None, 0, None) if home else ("add", state.cell, 0, None))]
        # Settling, with an add afterwards or ("late") not.
        late = step.endswith(" late")
        ends = ("done" if late else "settled", "done" if late else "waiting")
        return [
            (changes, (ends[0] if after == "nil" else ends[1] if after == "none" else after + (" late" if late else ""), cell, n, file))
            for changes, (after, cell, n, file) in self.settling(state, (step.removesuffix(" late"), cell, n, file))]

    def settling(self, state, local):
        """Recorder.settle. "nil": the handle has its slot; "none": there is no file."""
        step, cell, n, file = local

        def move(frm, to):  # compare-and-swap
            return ({"cell": to}, True) if state.cell == frm else ({}, False)

        match step:
            case "settle":
                return [({}, ("before", None, 0, state.file) if state.file else ("none", None, 0, None))]
            case "before":
                at = state.cell
                return [({}, ("move" if at != file else "settled cell", at, 0, file))]
            case "move":
                changes, done = move(cell, file)
                return [(changes, ("settled cell", None, 0, file) if done else ("settle", None, 0, None))]
            case "settled cell":
                if not self.guards("look at the file after moving the cell"):
                    return [({}, ("empty", state.cell, 0, None))]
                return [({}, ("still?", state.cell, 0, None))]
            case "still?":
                return [({}, ("empty", cell, 0, None) if state.file == cell else ("home", cell, 0, None))]
            case "home":
                changes, _ = move(cell, "own")
                return [(changes, ("settle", None, 0, None))]
            case "empty":
                if not self.guards("memory is emptied by a swap"):
                    return [({}, ("forget", cell, state.own, None))]
                return [({"own": 0}, ("bring", cell, state.own, None) if state.own else ("nil", None, 0, None))]
            case "forget":
                return [({"own": 0}, ("bring", cell, n, None) if n else ("nil", None, 0, None))]
            case "bring":
                return [(self.add(state, cell, n), ("nil", None, 0, None))]
        raise AssertionError(step)

    def rotating(self, state, rotator):
        """One order after the other: each sets the file and settles the handle."""
        at, step, cell, n, file = rotator

        def next_order():
            more = at + 1 < len(self.orders)
            last = at + 1 == len(self.orders) - 1 and self.orders[-1] == "settle" and not self.guards("settle once more in the end")
            return (at + 1, "begin" if more and not last else "done", None, 0, None)

        if step == "begin":
            # The next file is open, and locked, before it is set. When the last is left its lock stays.
            match self.orders[at]:
                case "open":
                    return [({"file": "A", "locked": True}, (at, "handle", None, 0, None))]
                case "rotate":
                    return [({"file": "B", "locked": state.locked and self.guards("an old mapping keeps its lock")}, (at, "handle", None, 0, None))]
                case "settle":  # a slow call when all threads have come back
                    quiet = all(thread[0] == "done" for thread in state.threads)
                    return [({}, (at, "handle", None, 0, None))] if quiet else []
        if step == "handle":  # Handles that are exposed are settled, the others when they are added to.
            return [({}, (at, "settle", None, 0, None))]
        return [
            (changes, next_order() if after in ("nil", "none") else (at, after, cell, n, file))
            for changes, (after, cell, n, file) in self.settling(state, (step, cell, n, file))]

    def reporting(self, state):
        """A file is reported once its week is over: when the second is in use."""
        step, n = state.reporter
        if state.deaths and step not in ("wait", "end"):
            runs = state.runs - 1
            yield "reporter dies", state._replace(reporter=("wait", 0) if runs else ("end", 0), runs=runs, deaths=state.deaths - 1)
        match step:
            case "wait":
                over = state.file == "B"
                # The last run is after the process, or nobody could say that all is in reports or files.
                if over and state.has_a:
                    yield "reporter: R3", state._replace(reporter=("commit", state.a))
            case "commit":
                if not self.guards("reports and ledger at once"):
                    yield "reporter: report", state._replace(reported=state.reported + n - state.ledger, reporter=("ledger", n))
                else:
                    old = state.ledger if self.guards("reports have differences") else 0
                    yield "reporter: R5", state._replace(reported=state.reported + n - old, ledger=n, reporter=("lock", n))
            case "ledger":
                yield "reporter: ledger", state._replace(ledger=n, reporter=("lock", n))
            case "lock":
                if state.locked:
                    yield "reporter: R7, refused", self.ended(state)
                else:
                    yield "reporter: R7, locked", state._replace(reporter=("compare", n))
            case "compare":
                same = state.a == state.ledger or not self.guards("values are compared before deleting")
                yield "reporter: R7, " + ("unlink" if same else "left"), self.ended(state._replace(has_a=not same))

    def ended(self, state):
        runs = state.runs - 1
        return state._replace(reporter=("wait", 0) if runs else ("end", 0), runs=runs)

    # ---- What must be

    def counted(self, state):
        return state.own + state.b + state.reported + (state.a - state.ledger if state.has_a else 0)

    def violation(self, state):
        returned = sum(thread[0] == "done" for thread in state.threads)
        if self.counted(state) > len(state.threads):
            return f"{self.counted(state)} are counted of {len(state.threads)} adds"
        if returned == len(state.threads) and state.rotator[1] == "done" and self.counted(state) != returned:
            return f"{returned} adds returned, {self.counted(state)} are in reports, files and memory"
        return None

    def final_violation(self, state):
        if not all(thread[0] == "done" for thread in state.threads) or state.rotator[1] != "done":
            return "somebody waits for ever"
        if state.own:
            return f"{state.own} stay in memory"
        if state.cell != "B":
            return "the handle leads to the file of last week"
        return None
