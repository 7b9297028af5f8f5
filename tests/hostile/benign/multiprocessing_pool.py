"""A pool of processes, with queues and shared memory."""

# log: 328350

import multiprocessing
from multiprocessing import shared_memory


def square(number):
    return number * number


if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(4) as pool:
            print(sum(pool.map(square, range(100))))
    queue = multiprocessing.Queue()
    worker = multiprocessing.Process(target=queue.put, args=("from a worker",))
    worker.start()
    assert queue.get(timeout=10) == "from a worker"
    worker.join()
    block = shared_memory.SharedMemory(create=True, size=8 << 20)
    block.buf[:4] = b"data"
    block.close()
    block.unlink()
    with multiprocessing.Manager() as manager:
        assert list(manager.list([1, 2])) == [1, 2]
