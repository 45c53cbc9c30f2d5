"""The log as mathematics and text: tree, checkpoint, tiles, proofs. No storage."""
