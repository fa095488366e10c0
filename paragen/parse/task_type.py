"""What kind of task a prompt describes, where its author doesn't say: a small keyword rule.

Of the types in KEYWORDS, the one with the most keywords in the prompt wins, each counted once;
among equals the one that stands first in the table. A prompt without any of them is
`simple_function` where it asks for one function, else `general`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "security": (
        "password", "passwords", "encrypt", "encryption", "decrypt", "authentication",
        "authorization", "hmac", "sanitize", "sql injection", "vulnerability", "permissions",
        "secure", "jwt", "oauth", "salt",
    ),
    "database": (
        "sql", "sqlite", "database", "postgres", "postgresql", "mysql", "orm", "schema",
        "select statement", "transaction", "migration", "foreign key",
    ),
    "api": (
        "api", "rest", "http", "https", "endpoint", "webhook", "graphql", "status code",
        "request handler", "flask", "fastapi", "json-rpc",
    ),
    "batch": (
        "batch", "batches", "bulk", "cron", "scheduler", "queue of jobs", "worker pool", "etl",
        "in parallel",
    ),
    "data_processing": (
        "csv", "json", "xml", "parse", "aggregate", "dataset", "dataframe", "pandas", "records",
        "log file", "log lines", "statistics", "group by", "histogram", "time series",
    ),
    "utilities": (
        "utility", "utilities", "helper", "format", "formatting", "convert", "slug", "slugify",
        "cache", "retry", "decorator", "date", "path", "filename", "regex", "normalize",
    ),
}  # fmt: skip

TASK_TYPES = (*KEYWORDS, "simple_function", "general")

_FUNCTION = re.compile(r"\bdef\s+\w+|\bfunctions?\b|`\w+\([^`]*\)`", re.IGNORECASE)


def infer_task_type(prompt: str, entry_point: str | None = None) -> str:
    """The task type that a prompt's words suggest."""
    text = " ".join(re.findall(r"[a-z0-9-]+", prompt.lower()))
    counts = {
        task_type: sum(f" {keyword} " in f" {text} " for keyword in keywords)
        for task_type, keywords in KEYWORDS.items()
    }
    best = max(counts, key=lambda task_type: counts[task_type])
    if counts[best]:
        return best
    return "simple_function" if entry_point or _FUNCTION.search(prompt) else "general"
