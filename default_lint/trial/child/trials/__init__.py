"""Experiments on a trained model and its held batch, one file each; `..tests` runs them.

None of them touches the user's objects: the model is used as a pure function of weights of our own (`machine`), with
optimizers of our own, and what hides in global state is put back (`guard`).
"""
