"""Who may do what: users with roles, passwords, logins that expire, tokens for programs."""

from corduroy.web.accounts.accounts import Accounts
from corduroy.web.accounts.refusals import LoginError, TooManyLoginsError
from corduroy.web.accounts.users import Role, User

__all__ = ["Accounts", "LoginError", "Role", "TooManyLoginsError", "User"]
