"""What the simulator remembers: frozen values, so that an old snapshot stays what it was when an event was made."""
