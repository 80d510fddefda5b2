"""`registry tour`: the main job on real works, in scenes, with a registry and a server of its own."""
