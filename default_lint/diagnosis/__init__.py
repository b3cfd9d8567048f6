"""From evidence to a diagnosis: is something wrong, what, and at which line."""
