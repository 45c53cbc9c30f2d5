"""The only road to the venue. Read pipeline.py first."""
