"""What Prometheus may read: counts and times, never a word of a customer."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("copilot_requests_total", "HTTP requests", ["method", "route", "status"])
SECONDS = Histogram(
    "copilot_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10),
)
SUGGESTIONS = Counter("copilot_suggestions_total", "Suggestions by what made them", ["generator"])
INGESTED = Counter("copilot_ingested_records_total", "Ingested records by fate", ["fate"])
JOBS = Gauge("copilot_ingest_jobs_running", "Ingest jobs that run now")
