from buffer import Buffer


class Sampler:
    def __init__(self, size):
        self.buffer = Buffer(size)

    def draw(self, count):
        return [self.buffer.get(place) for place in range(count)]  # CALLS


def main():
    sampler = Sampler(size=2)
    return sampler.draw(3)  # CALLS


main()  # CALLS
