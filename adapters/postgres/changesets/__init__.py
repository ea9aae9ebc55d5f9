"""One changeset as statements, table by table, in the order every committer keeps.

Keys first, then versioned rows, then guarded balances, then inserts, journals and jobs; within a
stage by key. One global order is what keeps two committers from waiting for each other.
"""
