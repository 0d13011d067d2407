"""``autometa kb``: collect, build and keep knowledge bases; one file a command."""
