"""The same minimal bot, written on each of the libraries that are compared."""
