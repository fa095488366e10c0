"""Floor 5: the wiring of each thing that paragen does, from a user's choices to its result."""
