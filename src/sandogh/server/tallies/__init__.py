"""From the last ballot to the result: closing, encrypted tally, decryptions, result, seats."""
