"""The lesion inside a vertebra: where it is, what it is made of, how far it reaches. Never a diagnosis."""
