"""What the core needs of the world, in its own words. Each file: a protocol, its values, its promises."""
