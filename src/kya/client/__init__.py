"""What programs ask of a gateway's log, and what they are told: a typed client."""
