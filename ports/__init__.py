"""What the core needs of the world, in its own words: a protocol, its values, its promises."""
