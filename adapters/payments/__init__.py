"""Payment channels as adapters. Each folder is one channel; they share nothing with each other."""
