"""Errors of the wire: every one is a plain sentence that says what went wrong and what to do."""


class WireError(Exception):
    """Base of all errors that leave `xmpp/`."""


class ServerError(WireError):
    """The XMPP server could not be prepared, started or reached."""


class ServerMissingError(ServerError):
    """The server program that the settings ask for is not installed."""


class PortTakenError(ServerError):
    """A port of ours is held by another program.

    Attributes:
        port: The port that is taken.
    """

    def __init__(self, *, port: int, address: str, what: str) -> None:
        self.port = port
        super().__init__(
            f"Port {port} on {address}, kept for {what}, is in use by another program: "
            f"stop that program, or choose another port in the settings."
        )


class AccountError(WireError):
    """An account could not be created, changed, removed or found."""


class InviteError(WireError):
    """An invitation is unknown, used, over or unreadable."""


class ServerUnreachableError(ServerError):
    """No server answers, or it stopped answering."""


class ServerNotTrustedError(ServerError):
    """The server shows another certificate than the one expected."""


class LoginRefusedError(AccountError):
    """The server does not accept the account and its password."""


class DirectoryStoreError(WireError):
    """The database of the directory cannot be read or written."""
