"""The sync room: pull connectors, their safe fetching, and what a webhook names."""
