"""`python -m psbot`, where psbot is installed."""

from psbot import main

if __name__ == "__main__":
    main()
