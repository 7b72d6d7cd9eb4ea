"""The reply as a whole: its beginning and end, what is answered in which order, what is done."""
