"""Source to meaning: what a Keras program builds, compiles and trains, without importing or running it."""
