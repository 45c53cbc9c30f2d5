"""The offline verifier: it trusts nothing but what the verifier brings."""
