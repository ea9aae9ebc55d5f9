"""Taking a patient's money: what is ordered from a channel and what the channel says of it."""
