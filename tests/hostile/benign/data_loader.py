"""Workers that read arrays from in/ through memory maps and hand them on through shared memory."""

# log: batches 8

import multiprocessing
from multiprocessing import shared_memory

import numpy


def load(number):
    table = numpy.load("in/table.npy", mmap_mode="r")
    batch = numpy.ascontiguousarray(table[number * 1000 : (number + 1) * 1000])
    block = shared_memory.SharedMemory(create=True, size=batch.nbytes)
    numpy.ndarray(batch.shape, batch.dtype, block.buf)[:] = batch
    block.close()
    return block.name, batch.sum()


if __name__ == "__main__":
    with multiprocessing.Pool(3) as pool:
        batches = pool.map(load, range(8))
    for name, _ in batches:
        block = shared_memory.SharedMemory(name)
        block.close()
        block.unlink()
    print("batches", len(batches))
