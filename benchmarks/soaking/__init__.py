"""What the soak is made of: a site to maltreat, faults, work that goes on meanwhile, promises."""
