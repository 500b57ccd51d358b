"""kill -9 at every moment of a try-on, and what must be true after the restart."""
