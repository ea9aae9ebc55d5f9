"""Insurers' systems: the core of the national platform (两定接口); one folder per system."""
