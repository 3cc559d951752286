"""What the workbench keeps for itself: accounts, logins, scans, jobs, and who did what; a SQLite file in its folder."""

from corduroy.web.base.database import Database, moment
from corduroy.web.base.folder import Folder

__all__ = ["Database", "Folder", "moment"]
