"""Everything is killed and every answer is spoiled while documents are filed; each must still be filed exactly once."""
