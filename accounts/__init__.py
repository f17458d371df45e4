"""Who: people, their mail accounts and servers, identities, preferences, secrets. Imports nothing of ours."""
