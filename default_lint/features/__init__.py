"""Numbers about programs and runs, each with the places it comes from."""
