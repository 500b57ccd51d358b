from tests.jobs.bench import bench
from tests.servers.databases import database, url

__all__ = ["bench", "database", "url"]
