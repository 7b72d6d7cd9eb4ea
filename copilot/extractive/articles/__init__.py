"""An article taken apart: its passages, lists and tables as sentences, and when they hold."""
