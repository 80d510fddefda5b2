"""`python -m registry.cli`: the same as the `registry` command."""

from registry.cli.main import main

if __name__ == "__main__":
    main(prog_name="registry")
