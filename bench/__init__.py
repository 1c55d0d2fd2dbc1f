"""`make bench`: what recording costs, as ratios to what a user would write by hand, in one run."""
