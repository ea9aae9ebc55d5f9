"""What every HTTP adapter needs of its wire: a client that records each exchange and fails in three ways."""
