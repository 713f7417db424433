"""The simulation `darts` of the tests (src/testing/darts.mjs) in Python: the same integers and the same floating-point operations in the same order."""

MASK = 0xFFFFFFFF


def imul(a, b):
    return (a * b) & MASK


def dart(seed, iteration):
    state = imul(seed, 0x9E3779B1) ^ (iteration & MASK)

    def draw():
        nonlocal state
        state = (state + 0x6D2B79F5) & MASK
        mixed = imul(state ^ (state >> 15), state | 1)
        mixed ^= (mixed + imul(mixed ^ (mixed >> 7), mixed | 61)) & MASK
        return (mixed ^ (mixed >> 14)) / 4294967296

    x = draw()
    y = draw()
    return x * x + y * y


class Darts:
    @staticmethod
    def run(*, input, round_input, seed, round, block, first, count):
        if block == input.get("at"):
            raise ValueError("the darts are blunt")
        inside = 0
        total = 0.0
        for iteration in range(first, first + count):
            distance = dart(seed, iteration)
            if distance < 1:
                inside += 1
            total += distance / 3
        return {"n": count, "inside": inside, "sum": total}

    @staticmethod
    def merge(a, b):
        return {name: a[name] + b[name] for name in ("n", "inside", "sum")}
