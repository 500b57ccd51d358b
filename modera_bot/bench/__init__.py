"""The benchmarks behind `modera-bot bench`: each prints figures, none asserts them."""
