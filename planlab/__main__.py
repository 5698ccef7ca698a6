"""``python -m planlab`` is the command line."""

from planlab.cli import main

if __name__ == "__main__":
    main()
