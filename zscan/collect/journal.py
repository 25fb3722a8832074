"""The journal: every answer, as it arrives, in one SQLite file.

It is the cache of a run, what `--resume` continues from after a kill, and what a replay answers from. Answers are redacted before they get
here. The file is readable by its owner only; one writer (the coordinator), synchronous enough that what was written survives a kill.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from zscan.collect.answers import Answer

_SCHEMA = "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, failed INTEGER NOT NULL, answer BLOB NOT NULL)"


class Journal:
    """Answers by key. Without a path it lives in memory."""

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(_SCHEMA)
        self._answers: dict[str, Answer] = {}
        self._decoder = msgspec.json.Decoder(Answer)
        for (blob,) in self._db.execute("SELECT answer FROM answers WHERE failed = 0"):
            answer = self._decoder.decode(blob)
            self._answers[answer.key] = answer

    def put(self, answers: list[Answer]) -> None:
        """Keep answers. A failed one is kept for the record but asked again on resume."""
        rows = [(answer.key, int(answer.error is not None), msgspec.json.encode(answer)) for answer in answers]
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", rows)
        self._db.execute("COMMIT")
        self._answers.update((answer.key, answer) for answer in answers)

    def get(self, key: str) -> Answer | None:
        """The answer of a call, if it was made."""
        return self._answers.get(key)

    def __iter__(self) -> Iterator[Answer]:
        return iter(sorted(self._answers.values(), key=lambda answer: answer.key))

    def times(self) -> Iterator[tuple[str, str]]:
        """Account and time of every answer that came."""
        return ((answer.account, answer.at) for answer in self._answers.values() if answer.at)

    def __len__(self) -> int:
        return len(self._answers)

    def close(self) -> None:
        """Close the file."""
        self._db.close()
