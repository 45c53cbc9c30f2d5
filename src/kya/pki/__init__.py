"""Who may act, until when, within what: keys, certificates, revocation lists."""
