"""The figures that are promised, measured beside the usual stack in one run."""
