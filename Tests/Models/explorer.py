"""Visits every state that some processes can reach, in every order of their steps.

A model is a class with

    start                    the first state, anything that can be hashed
    steps(state)             every step that some process can take: (what, next state)
    violation(state)         a sentence on what must never be, or None
    final_violation(state)   the same, for states in which nobody has a step left

A step is what a processor or the kernel does at once: one load, one store, one
compare-and-swap, one system call.
"""

from dataclasses import dataclass


class TooMany(Exception):
    """The model is larger than it should be."""


@dataclass
class Result:
    states: int
    finals: int
    violation: str | None = None
    trace: tuple = ()  # the steps that lead there, the shortest such list

    def __str__(self):
        if self.violation is None:
            return f"{self.states} states, {self.finals} final ones"
        return f"{self.violation}, after {len(self.trace)} steps:\n  " + "\n  ".join(self.trace)


def explore(model, most=3_000_000):
    """Breadth first, so that a counterexample is as short as can be."""
    came_from = {model.start: None}
    level, finals = [model.start], 0
    while level:
        following = []
        for state in level:
            steps = list(model.steps(state))
            wrong = model.violation(state)
            if not steps:
                finals += 1
                wrong = wrong or model.final_violation(state)
            if wrong:
                return Result(len(came_from), finals, wrong, tuple(reversed(list(_trace(came_from, state)))))
            for what, after in steps:
                if after not in came_from:
                    came_from[after] = (state, what)
                    following.append(after)
        if len(came_from) > most:
            raise TooMany(f"more than {most} states")
        level = following
    return Result(len(came_from), finals)


def _trace(came_from, state):
    while came_from[state]:
        state, what = came_from[state]
        yield what
