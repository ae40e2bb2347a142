"""Tools for people who work on KSeF Kit; nothing that ships imports them."""
