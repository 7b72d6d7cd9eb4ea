"""Measures retrieval: metrics, intervals, sets, runs and their differences."""
