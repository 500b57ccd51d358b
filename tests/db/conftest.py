from tests.servers.databases import database, url

__all__ = ["database", "url"]
