"""Stand-ins for the outside world: each a process on real sockets, in the vendor's own words."""
