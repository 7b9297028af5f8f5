"""Threads, an asyncio server on the loopback address, and a UNIX socket."""

# log: loopback works

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(16) as pool:
    assert sum(pool.map(lambda n: n, range(1000))) == 499500


async def main():
    async def answer(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"loopback works\n")
    print((await reader.readline()).decode(), end="")
    writer.close()
    server.close()


asyncio.run(main())
one, two = socket.socketpair()
one.sendall(b"x")
assert two.recv(1) == b"x"
