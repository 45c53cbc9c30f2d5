"""What an assistant may ask of a log: tools that read, over the typed client."""
