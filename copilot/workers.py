"""Processes beside the server that work suggestions out.

Python computes on one core at a time. The server answers at its door and works out suggestions as
far as it can; each worker is a whole copilot of its own over the same database, which only reads:
what a suggestion leaves is sent back and stored by the server, the one writer. A worker that dies
costs nobody an answer: its work is done in the server, and it is started anew.

Started as `python -m copilot.workers`, a worker talks over its standard input and output: frames
of four bytes length and a pickle, in order, between a process and its own child.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, BinaryIO

from copilot.bootstrap import Copilot, build
from copilot.compute import Compute, cores, settle
from copilot.config import Settings
from copilot.errors import CopilotError
from copilot.suggester.made import Asked, Made

HERE = 1  # suggestions worked out in the server at a time
AHEAD = 2  # suggestions given to a worker at a time: it never waits for the next one
MOST = 3  # workers that are started unasked: each takes about 225 MB
PATIENCE_S = 5.0  # for a worker to end by itself
LONGEST_PAUSE_S = 60.0  # between two starts of a worker that keeps dying
_SIZE = 4
log = logging.getLogger("copilot.workers")


def advised() -> int:
    """How many workers this machine can use beside the server."""
    return min(cores() - 1, MOST)


class _WorkerLostError(Exception):
    """The worker ended before it answered."""


@dataclass(slots=True)
class _Worker:
    """One process, and those who wait for its answers, which come in the order of the questions."""

    process: asyncio.subprocess.Process
    is_open: bool = True
    _waiting: deque[asyncio.Future[Any]] = field(default_factory=deque)

    async def ask(self, question: object) -> Any:  # noqa: ANN401 - the answer to any question
        """Its answer. Raises _WorkerLostError."""
        # Packed first: a question that cannot be packed must not leave a place among the waiting,
        # for answers are matched to questions by their order alone.
        content = pickle.dumps(question, pickle.HIGHEST_PROTOCOL)
        writer = self.process.stdin
        if writer is None or not self.is_open:
            raise _WorkerLostError
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        writer.write(len(content).to_bytes(_SIZE, "big") + content)
        return await answer

    async def listen(self) -> None:
        """Hands answers on until the worker ends, or sends what nobody can read."""
        reader = self.process.stdout
        try:
            while reader is not None:
                size = int.from_bytes(await reader.readexactly(_SIZE), "big")
                answer = pickle.loads(await reader.readexactly(size))  # noqa: S301 - our own child
                waiting = self._waiting.popleft()
                if not waiting.done():
                    waiting.set_result(answer)
        except (asyncio.IncompleteReadError, ConnectionError, pickle.UnpicklingError):
            pass
        finally:
            self.is_open = False
            for waiting in self._waiting:
                if not waiting.done():
                    waiting.set_exception(_WorkerLostError())

    async def end(self) -> None:
        """Closes its input, which ends it; by force where that does not help."""
        self.is_open = False
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), PATIENCE_S)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


_Place = tuple[int, int, _Worker | None]  # taken in this order; None = in the server


class ProcessWorkers:
    """Suggestions go to whoever is free: the server first, then its workers; else first come."""

    def __init__(self, settings: Settings, number: int, compute: Compute) -> None:
        # A model is asked by the server, and the first key is the server's to make.
        self._settings = settings.model_copy(update={"model": "", "bootstrap_key": None})
        self._number = number
        self._compute = compute
        self._free: asyncio.PriorityQueue[_Place] = asyncio.PriorityQueue()
        self._told = count()
        self._tasks: list[asyncio.Task[None]] = []
        self._running: list[_Worker] = []
        for turn in range(HERE):
            self._offer(turn, None)

    @property
    def running(self) -> list[int]:
        """The process ids of the workers that answer."""
        return [worker.process.pid for worker in self._running if worker.is_open]

    def start(self) -> None:
        """Starts the workers; until they are ready the server does all."""
        self._tasks = [asyncio.create_task(self._keep_one()) for _ in range(self._number)]

    async def stop(self) -> None:
        """Ends the workers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def run(self, tenant: str, asked: Asked, here: Callable[[], Made]) -> Made:
        """The suggestion from whoever is free first. A caller that goes away changes nothing."""
        while True:
            place = await self._free.get()
            if place[2] is None or place[2].is_open:
                break
        return await asyncio.shield(self._at(place, tenant, asked, here))

    async def _at(self, place: _Place, tenant: str, asked: Asked, here: Callable[[], Made]) -> Made:
        turn, _, worker = place
        try:
            if worker is not None:
                try:
                    with self._compute.counted():
                        made: Made | None = await worker.ask((tenant, asked))
                except _WorkerLostError:
                    made = None
                if made is not None:
                    return made
            return await self._compute.run(here)
        finally:
            if worker is None or worker.is_open:
                self._offer(turn, worker)

    def _offer(self, turn: int, worker: _Worker | None) -> None:
        self._free.put_nowait((turn, next(self._told), worker))

    async def _keep_one(self) -> None:
        """Keeps one worker running."""
        pause = 1.0
        while True:
            has_answered = False
            try:
                has_answered = await self._live()
            except OSError as error:  # no process, no memory: the server does its work meanwhile
                log.warning("no worker could be started", extra={"fault": type(error).__name__})
            pause = 1.0 if has_answered else min(2 * pause, LONGEST_PAUSE_S)
            log.warning("a worker ended and is started anew", extra={"pause_s": pause})
            await asyncio.sleep(pause)

    async def _live(self) -> bool:
        """The life of one worker; whether it ever answered."""
        worker = await self._started()
        listening = asyncio.create_task(worker.listen())
        try:
            await worker.ask(self._settings)
            self._running.append(worker)
            for turn in range(AHEAD):
                self._offer(turn, worker)
            await listening
        except _WorkerLostError:
            return False
        finally:
            self._running = [other for other in self._running if other is not worker]
            await worker.end()
            listening.cancel()
        return True

    @staticmethod
    async def _started() -> _Worker:
        command = (sys.executable, "-m", "copilot.workers")
        pipe = asyncio.subprocess.PIPE
        return _Worker(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe))


def main() -> None:
    """Answers over standard input and output until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to hear
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that prints can spoil a frame
    settings = _read(questions)
    if settings is None:
        return
    copilot = build(settings)
    for name in copilot.database.tenants():
        store = copilot.database.tenant(name)
        copilot.indexer.sync_all(store)
        copilot.retriever.warm(store)
    settle()
    _write(answers, "ready")
    while (question := _read(questions)) is not None:
        _write(answers, _worked_out(copilot, *question))


def _worked_out(copilot: Copilot, tenant: str, asked: Asked) -> Made | None:
    """None where it cannot be done: the server then tries itself, and its fault is the answer."""
    try:
        return copilot.suggester.work_out(copilot.database.tenant(tenant), *asked)
    except CopilotError:
        return None
    except Exception as error:  # noqa: BLE001 - a door: one bad question must not end the worker
        log.warning("unexpected fault", extra={"fault": type(error).__name__})
        return None


def _read(source: BinaryIO) -> Any:  # noqa: ANN401 - any frame
    """The next frame; None at the end."""
    head = source.read(_SIZE)
    if len(head) < _SIZE:
        return None
    content = source.read(int.from_bytes(head, "big"))
    return pickle.loads(content)  # noqa: S301 - from the process that started this one


def _write(sink: BinaryIO, answer: object) -> None:
    content = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    sink.write(len(content).to_bytes(_SIZE, "big") + content)
    sink.flush()


if __name__ == "__main__":
    main()
