"""What a segment is called: profile -> gated rules -> name, description, campaign, key and face."""
