"""Getting events to the endpoints: signing, sending, retrying."""
