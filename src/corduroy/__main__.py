"""`python -m corduroy`: the command line where its script is not on the path."""

from corduroy.cli import main

if __name__ == "__main__":
    main()
