"""Workers that read arrays from in/ through memory maps and hand them on through shared memory."""

# log: batches 8

import multiprocessing
from multiprocessing import shared_memory

import numpy

ROWS = 1000


def load(number, name):
    table = numpy.load("in/table.npy", mmap_mode="r")
    batch = table[number * ROWS : (number + 1) * ROWS]
    block = shared_memory.SharedMemory(name)
    numpy.ndarray(batch.shape, batch.dtype, block.buf)[:] = batch
    block.close()
    return batch.sum()


if __name__ == "__main__":
    table = numpy.load("in/table.npy", mmap_mode="r")
    # Made before the workers start, so that all of them share one tracker of blocks: a tracker of
    # a worker's own would remove the block as soon as that worker ends.
    blocks = [shared_memory.SharedMemory(create=True, size=table[:ROWS].nbytes) for _ in range(8)]
    with multiprocessing.Pool(3) as pool:
        sums = pool.starmap(load, [(number, block.name) for number, block in enumerate(blocks)])
    for number, block in enumerate(blocks):
        batch = numpy.ndarray(table[:ROWS].shape, table.dtype, block.buf)
        assert batch.sum() == sums[number]
        del batch
        block.close()
        block.unlink()
    print("batches", len(blocks))
