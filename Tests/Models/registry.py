"""A model of Registry.counter and find, and of Recorder.enlist: threads, and
signal handlers on top of them, that make handles by name, and a slow call that
walks the list of all handles.

The table is one window of so many slots; names have the same hash. A handle is
a number, from 1 on, that its maker has taken from a block by an atomic add.
"""

from collections import namedtuple

SAFEGUARDS = {
    "a slot is taken by compare-and-swap": "the slot is loaded, then stored: a handle that somebody counts with is lost",
    "look again at a slot that was taken": "the next slot is tried: the name has two handles",
    "the name before the slot": "the handle is found before it has its name",
    "memory by an atomic add": "the offset is loaded, then stored: two handles in one place",
    "the list by compare-and-swap": "the newest is loaded, then stored: a handle is in the table, and settled by nobody",
    "the next before the newest": "the handle is listed before it leads on: the rest of the list is lost",
}

State = namedtuple("State", "slots handles free newest threads")


class Registry:
    def __init__(self, names, slots=3, without=()):
        assert set(without) <= set(SAFEGUARDS), without
        self.names, self.without = names, frozenset(without)
        # step, probe, own handle, what was loaded, the handle that was found
        self.start = State((0,) * slots, (None,) * len(names), 1, 0, (("look", 0, 0, 0, 0),) * len(names))

    def guards(self, name):
        return name not in self.without

    def steps(self, state):
        for index, thread in enumerate(state.threads):
            if thread[0] not in ("done", "none"):
                changes, after = self.make(state, self.names[index], *thread)
                threads = state.threads[:index] + (after,) + state.threads[index + 1 :]
                yield f"thread {index} ({self.names[index]}): {thread[0]}", state._replace(threads=threads, **changes)

    def handle(self, state, at, name, next):
        return {"handles": state.handles[: at - 1] + ((name, next),) + state.handles[at:]}

    def make(self, state, name, step, probe, own, seen, found):
        first = self.guards("the name before the slot")
        match step:
            case "look":
                if probe == len(state.slots):
                    return {}, ("none", 0, 0, 0, 0)
                slot = state.slots[probe]
                if slot == 0:
                    return {}, ("take" if own else "memory", probe, own, 0, 0)
                if state.handles[slot - 1] and state.handles[slot - 1][0] == name:
                    return {}, ("done", 0, 0, 0, slot)
                return {}, ("look", probe + 1, own, 0, 0)
            case "memory":
                if not self.guards("memory by an atomic add"):
                    return {}, ("memory, stored", probe, state.free, 0, 0)
                return {"free": state.free + 1}, ("name" if first else "take", probe, state.free, 0, 0)
            case "memory, stored":
                return {"free": own + 1}, ("name", probe, own, 0, 0)
            case "name":
                return self.handle(state, own, name, 0), ("take" if first else "newest", probe, own, 0, found)
            case "take":
                if self.guards("a slot is taken by compare-and-swap") and state.slots[probe] != 0:
                    return {}, ("look", probe if self.guards("look again at a slot that was taken") else probe + 1, own, 0, 0)
                slots = state.slots[:probe] + (own,) + state.slots[probe + 1 :]
                return {"slots": slots}, ("newest" if first else "name", probe, own, 0, own)
            case "newest":
                return {}, ("next" if self.guards("the next before the newest") else "list", 0, own, state.newest, found)
            case "next":
                last = not self.guards("the next before the newest")
                return self.handle(state, own, name, seen), ("done" if last else "list", 0, own, seen, found)
            case "list":
                if self.guards("the list by compare-and-swap") and state.newest != seen:
                    return {}, ("newest", 0, own, 0, found)
                return {"newest": own}, ("done" if self.guards("the next before the newest") else "next", 0, own, seen, found)
        raise AssertionError(step)

    def listed(self, state):
        found, at = [], state.newest
        while at and at not in found and state.handles[at - 1]:
            found.append(at)
            at = state.handles[at - 1][1]
        return found

    def violation(self, state):
        taken = [slot for slot in state.slots if slot]
        if any(state.handles[slot - 1] is None for slot in taken):
            return "a handle without a name can be found"
        names = [state.handles[slot - 1][0] for slot in taken]
        if len(set(names)) < len(names):
            return "a name has two handles"
        for name, thread in zip(self.names, state.threads):
            if thread[0] == "done" and (thread[4] not in taken or state.handles[thread[4] - 1][0] != name):
                return "a handle that somebody has is not in the table, or is another name's"
        # Whoever made it has listed it, and with it all that were listed before.
        makers = [thread[4] for thread in state.threads if thread[0] == "done" and thread[2]]
        if any(handle not in self.listed(state) for handle in makers):
            return "a handle is not in the list"
        return None

    def final_violation(self, state):
        if sorted(self.listed(state)) != sorted(slot for slot in state.slots if slot):
            return "table and list have different handles"
        return None
