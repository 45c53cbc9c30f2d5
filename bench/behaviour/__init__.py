"""How well the score tells a bot from what is not it, beside other detectors."""
