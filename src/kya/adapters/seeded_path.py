"""Integer paths that a text determines: made-up prices, the same in every run."""

from hashlib import sha256
from itertools import accumulate


def drawn(seed: str, count: int, reach: int) -> list[int]:
    """Return so many integers from -reach to +reach, spread evenly by a hash."""
    span = 2 * reach + 1
    return [
        int.from_bytes(sha256(f"{seed} {number}".encode()).digest()[:8]) % span - reach
        for number in range(count)
    ]


def walk(seed: str, steps: int, reach: int) -> list[int]:
    """Return a path of so many steps that begins at 0 and has no memory."""
    return list(accumulate(drawn(seed, steps, reach), initial=0))


def bridge(seed: str, ends: tuple[int, int], bounds: tuple[int, int]) -> list[int]:
    """Return 65 points from one end to the other that stay within the bounds.

    Midpoint displacement: each half again, six times, a quarter of the range at first.
    """
    low, high = bounds
    points = list(ends)
    reach = (high - low) // 4
    for level in range(6):
        shifts = drawn(f"{seed} {level}", len(points) - 1, reach)
        middles = [
            min(max(round_half_even(a + b, 2) + shift, low), high)
            for a, b, shift in zip(points, points[1:], shifts, strict=False)
        ]
        points = [p for pair in zip(points, middles, strict=False) for p in pair] + [
            points[-1]
        ]
        reach //= 2
    return points


def round_half_even(numerator: int, denominator: int) -> int:
    """Return the quotient rounded to the nearest integer, ties to the even one.

    Both are positive.
    """
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    if twice > denominator or (twice == denominator and quotient % 2):
        return quotient + 1
    return quotient
