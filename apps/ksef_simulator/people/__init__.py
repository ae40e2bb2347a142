"""Who may do what: identities, permissions, KSeF tokens, certificates, limits."""
