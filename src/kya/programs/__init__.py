"""The API for programs: what the console shows, as JSON, and notes passed on."""
