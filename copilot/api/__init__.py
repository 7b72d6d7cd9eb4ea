"""The HTTP door's rooms: schemas, dependencies and one router per subject."""
