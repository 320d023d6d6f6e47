"""Counting revealed rankings and grades: pure functions from vectors to a result with its whole working (protocol.md §10.4).

Nothing here is secret and nothing is proven: the vectors stand in the published result, and anybody can count them again, by hand if
need be. So every method gives its rounds, matrices and histograms beside the winners, counts in exact fractions, says which vectors it
could not count and why, and never breaks a tie by itself. Candidates are numbered from 0, in the order of the question's answers.
"""

from sandogh.counting.methods import Outcome, Uncountable, count

__all__ = ["Outcome", "Uncountable", "count"]
