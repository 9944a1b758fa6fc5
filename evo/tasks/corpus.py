"""A text as numbers, cut into three parts."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evo.core import checks


@dataclass(frozen=True)
class Corpus:
    """The characters of a text as tokens: the first 90 % train, the next 5 % validate, the last 5 % test.

    Example:
        >>> from evo.tasks import read_corpus
        >>> corpus = read_corpus("to be or not to be, that is the question " * 10)
        >>> corpus.vocabulary, corpus.train.dtype
        (14, dtype('uint8'))
    """

    #: the characters, sorted; token i is character i
    alphabet: tuple[str, ...]
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    @property
    def vocabulary(self) -> int:
        """The number of different characters."""
        return len(self.alphabet)


def read_corpus(text: str | Path | Corpus) -> Corpus:
    """The corpus of a text.

    Args:
        text: the text itself; a `pathlib.Path` for a file in UTF-8, which may be compressed (.gz); or a corpus.

    Raises:
        FileNotFoundError: for a path without file.
        ValueError: for a text of fewer than 40 characters, or of one character only.

    Example:
        >>> from evo.tasks import read_corpus
        >>> len(read_corpus("abcd" * 25).validation)
        5
    """
    if isinstance(text, Corpus):
        return text
    checks.instance_of("text", text, (str, Path), "Pass the text, or pathlib.Path(name) for a file.")
    characters = _read(text) if isinstance(text, Path) else text
    if len(characters) < 40 or len(set(characters)) < 2:
        action = "For a file pass pathlib.Path(name): a str is the text itself."
        raise checks.bad_value("text", characters, "have at least 40 characters, not all equal", action)
    codes = np.frombuffer(characters.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    alphabet, tokens = np.unique(codes, return_inverse=True)
    tokens = tokens.astype(np.uint8 if len(alphabet) <= 256 else np.int32)
    parts = np.split(tokens, [len(tokens) * 90 // 100, len(tokens) * 95 // 100])
    return Corpus(tuple(chr(code) for code in alphabet), *parts)


def _read(path: Path) -> str:
    if not path.is_file():
        raise FileNotFoundError(f"`text` must name a text file; got {str(path)!r}, which does not exist.")
    content: Any = path.read_bytes()
    try:
        return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        action = "Only plain or gzipped UTF-8 is read."
        raise checks.bad_value("text", str(path), "name a text file", action) from error
