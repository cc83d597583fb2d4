"""What a count costs, in relation to a plain call from Python into C."""

from Bindings.python import speed


def test_a_count_by_handle_costs_little_more_than_a_plain_call(tel_counts):
    # Best of many short rounds: other processes may take the machine meanwhile.
    found = speed.measure(rounds=20, times=5000)
    assert found["inc"] < 2 * found["bare"]
    assert found["name"] < 4 * found["bare"]


def test_a_stack_that_was_counted_before_costs_a_fifth_of_extracting_it(tel_counts):
    found = speed.stacks(rounds=20, times=200)
    assert 5 * found["inc"] < found["extract"]
