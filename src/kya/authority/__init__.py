"""The acts that grant, suspend, revoke and replace power."""
