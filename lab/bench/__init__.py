"""What things cost, as ratios against a floor of the same run. Nothing here asserts a time."""
