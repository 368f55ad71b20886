"""Who may come in: users with their passwords, kept as hashes, and what wrong passwords cost."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from index import SettingsError

SCRYPT = (1 << 15, 8, 1)
"""Cost of a new hash (RFC 7914): N, r and p. 32 MB and about a tenth of a second."""

MOST_MEMORY = 1 << 28
"""Bytes that checking one hash may take; a line that asks for more is refused."""

FREE = 3
"""Wrong logins in a row that cost nothing."""

SLOWEST = 60.0
"""Seconds that the next login waits for at most."""

FORGOTTEN = 900.0
"""Seconds after which wrong logins count no more."""

REMEMBERED = 4096
"""Addresses, and users, whose wrong logins are counted."""

WAITING = 32
"""Passwords that are checked at the same time or wait for it, each another one."""

SESSION_SECONDS = 30 * 24 * 3600.0
SESSIONS = 10_000


class TooManyLogins(Exception):
    """A login is not even looked at yet; ``seconds`` says when the next one is."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def hashed(user: str, password: str) -> str:
    """The line ``user:scrypt$N$r$p$salt$hash`` that stands for a login and does not tell its password.

    Raises:
        SettingsError: the user's name or the password is none.
    """
    if not user or ":" in user or not password:
        raise SettingsError("A login is a user's name without a colon, and a password. Neither may be empty.")
    salt = secrets.token_bytes(16)
    parts = [*map(str, SCRYPT), _encoded(salt), _encoded(_scrypt(password, salt, *SCRYPT))]
    return f"{user}:scrypt${'$'.join(parts)}"


class Logins:
    """The users of one server. Passwords are compared as hashes, in constant time, and wrong ones slow down more."""

    def __init__(self, lines: Iterable[str], clock: Callable[[], float] = time.monotonic) -> None:
        """Args: lines: ``user:password`` or what :func:`hashed` gives. clock: seconds that never go back.

        Raises:
            SettingsError: a line is no login; what it holds is not told.
        """
        self._hashes: dict[str, tuple[int, int, int, bytes, bytes]] = {}
        for number, line in enumerate(lines, start=1):
            user, _, password = line.partition(":")
            kept = line if password.startswith("scrypt$") else hashed(user, password)
            try:
                self._hashes[user] = _parsed(kept)
            except (ValueError, binascii.Error):
                raise SettingsError(
                    f"Login {number} has a broken hash. Make a new one with: byline password USER"
                ) from None
        if not self._hashes:
            raise SettingsError("There is no login. A login is user:password.")
        # a user that is not there takes as long as one that is
        self._nobody = _parsed(hashed("nobody", secrets.token_hex(16)))
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._known: set[bytes] = set()
        self._checking: dict[bytes, asyncio.Task[bool]] = {}
        self._wrong: dict[str, OrderedDict[str, tuple[int, float]]] = {"address": OrderedDict(), "user": OrderedDict()}
        self._sessions: OrderedDict[bytes, tuple[str, float]] = OrderedDict()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="byline-login")

    async def check(self, user: str, password: str, address: str) -> bool:
        """Whether this is a user with their password.

        What was right before is known at once, also while others guess. The delay grows with each wrong login from an
        address, and with each one for a user: nothing, then 1, 2, 4 … seconds, 60 at most.

        Raises:
            TooManyLogins: there were wrong ones a moment ago; this one was not looked at.
        """
        digest = self._digest(f"{user}\0{password}")
        if digest in self._known:
            return True
        if digest not in self._checking:
            kinds = (("address", _network(address)), ("user", self._digest(user).hex()))
            wait = max(self._delay(kind, key) for kind, key in kinds)
            if wait > 0 or len(self._checking) >= WAITING:
                raise TooManyLogins(max(wait, 1.0))
            for kind, key in kinds:  # counted before it is checked, or a thousand at once would all be free
                self._count(kind, key)
            self._checking[digest] = asyncio.create_task(self._verified(user, password, digest, kinds))
        return await asyncio.shield(self._checking[digest])

    async def _verified(
        self, user: str, password: str, digest: bytes, kinds: tuple[tuple[str, str], tuple[str, str]]
    ) -> bool:
        try:
            n, r, p, salt, expected = self._hashes.get(user, self._nobody)
            loop = asyncio.get_running_loop()
            made = await loop.run_in_executor(self._threads, lambda: _scrypt(password, salt, n, r, p))
            right = hmac.compare_digest(made, expected) and user in self._hashes
            if right:
                self._known.add(digest)
                for kind, key in kinds:
                    self._wrong[kind].pop(key, None)
            return right
        finally:
            del self._checking[digest]

    def _delay(self, kind: str, key: str) -> float:
        count, last = self._wrong[kind].get(key, (0, 0.0))
        since = self._clock() - last
        if count < FREE or since > FORGOTTEN:
            return 0.0
        return min(2.0 ** min(count - FREE, 10), SLOWEST) - since

    def _count(self, kind: str, key: str) -> None:
        counted = self._wrong[kind]
        count, last = counted.pop(key, (0, 0.0))
        now = self._clock()
        counted[key] = (count + 1 if now - last <= FORGOTTEN else 1, now)
        if len(counted) > REMEMBERED:
            counted.popitem(last=False)

    def begin_session(self, user: str) -> str:
        """A token that stands for the user for 30 days, or until the server stops."""
        token = secrets.token_urlsafe(32)
        self._sessions[self._digest(token)] = (user, self._clock() + SESSION_SECONDS)
        if len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)
        return token

    def user_of(self, token: str) -> str | None:
        """Whom a token stands for; None: nobody."""
        user, until = self._sessions.get(self._digest(token), (None, 0.0))
        return user if self._clock() < until else None

    def end_session(self, token: str) -> None:
        """Let a token stand for nobody."""
        self._sessions.pop(self._digest(token), None)

    def _digest(self, text: str) -> bytes:
        # keyed, so that how long a look-up takes tells nothing of what is looked up
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=2 * MOST_MEMORY, dklen=32)


def _parsed(line: str) -> tuple[int, int, int, bytes, bytes]:
    user, _, rest = line.partition(":")
    name, n, r, p, salt, hash_ = rest.split("$")
    cost = int(n), int(r), int(p)
    found = (*cost, base64.b64decode(salt, validate=True), base64.b64decode(hash_, validate=True))
    power = cost[0] > 1 and cost[0] & (cost[0] - 1) == 0
    bounded = 128 * cost[0] * cost[1] <= MOST_MEMORY and cost[1] >= 1 and 1 <= cost[2] <= 16
    if not user or name != "scrypt" or not power or not bounded or len(found[3]) < 8 or len(found[4]) != 32:
        raise ValueError(line)
    return found


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _network(address: str) -> str:
    """What one person has of addresses: of IPv6 a whole network of them."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return address
