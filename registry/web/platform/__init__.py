"""Pages of platforms: the public directory, and for their members keys, domain, members, and how they get on."""
