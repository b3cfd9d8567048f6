"""Rules of the family `hyperparameter`."""
