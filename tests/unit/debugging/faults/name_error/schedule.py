import math


def cosine(epoch, epochs):
    return 0.5 * (1 + math.cos(math.pi * epoch / epochs))
