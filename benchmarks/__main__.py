"""`make bench`: the benchmarks in turn, at a size that takes minutes. Each also runs by itself."""

from benchmarks import declare, verify

if __name__ == "__main__":
    declare.main([])
    verify.main([])
