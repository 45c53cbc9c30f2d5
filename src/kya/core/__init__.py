"""The rules: pure, exact, and the same for the gateway and for the regulator."""
