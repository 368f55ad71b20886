"""Pages from the web, for who names their address: nothing private is reached, and nothing is fetched without end.

The addresses of a host are looked up once, all of them checked, and one of those is connected to: a name that leads
elsewhere the second time it is asked for (DNS rebinding) gains nothing. Redirects are followed here, each checked as
the first address was. There are no cookies, and no proxies taken from the environment.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from http import HTTPStatus
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpcore
import idna

from index.errors import FetchError
from index.settings import IndexSettings

REDIRECTS = 5
URL_CHARACTERS = 2000

MEDIA_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/json": ".json",
    "application/ld+json": ".json",
    "application/feed+json": ".json",
}
"""What is fetched, and the ending of the file that it is kept in."""

BY_HAND = "Save the page in your browser, and add the file."
"""What to do where a site does not serve programs."""

Resolver = Callable[[str, int], Sequence[str]]
"""The addresses of a host; raises OSError where there are none."""

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_REDIRECT = {301, 302, 303, 307, 308}
_ASCII_HOST = re.compile(r"[a-z0-9_.-]{1,253}")
_KEPT_IN_URLS = "/%:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave.

    ``url`` is the address after redirects, without fragment; ``content`` the bytes, unpacked; ``media_type`` what the
    server calls them (``""`` where it does not say), ``charset`` the encoding that it names (``""`` likewise);
    ``when`` (timezone-aware) is when they came.
    """

    url: str
    content: bytes
    media_type: str
    charset: str
    when: datetime


@dataclass(frozen=True, slots=True)
class _Address:
    scheme: str
    host: str
    port: int
    target: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _port_of(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host as the system knows them.

    Raises:
        OSError: there are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet.

    Those of this machine, of private networks, of links, of groups and of providers' own networks (RFC 6598) do not,
    in whatever IPv6 address an IPv4 address is wrapped.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.scope_id:
            return False
        wrapped = IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip.ipv4_mapped or ip.sixtofour
        if wrapped is not None:
            return is_public(str(wrapped))
        return ip in _GLOBAL_UNICAST and ip.is_global
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def fetch(url: str, settings: IndexSettings, resolver: Resolver = resolve) -> Fetched:
    """What ``url`` gives, after at most 5 redirects.

    Raises:
        FetchError: the address is none that is fetched from, or it gives nothing that can be kept; the message says
            which and what to do.
    """
    deadline = time.monotonic() + settings.fetch_seconds
    address = _address(url, url)
    for _ in range(REDIRECTS + 1):
        answer = _get(address, url, settings, resolver, deadline)
        if isinstance(answer, Fetched):
            return answer
        following = _address(_joined(address.url, answer), url)
        if (address.scheme, following.scheme) == ("https", "http"):
            raise FetchError(
                f"{url} leads to {following.url}, where anybody on the way could change the page. {BY_HAND}"
            )
        address = following
    raise FetchError(f"{url} leads on and on, more than {REDIRECTS} times. {BY_HAND}")


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location.replace(" ", "%20"))
    except ValueError:
        return location  # which is refused, with the reason


def _address(url: str, asked: str) -> _Address:
    """The parts of an address, checked; ``asked`` is the one that the user knows of."""

    def refused(why: str) -> FetchError:
        leads = "" if url == asked else f"{asked} leads to "
        return FetchError(f"{leads}{url[:URL_CHARACTERS]!r} cannot be fetched: {why}.")

    if len(url) > URL_CHARACTERS:
        raise refused(f"it is longer than {URL_CHARACTERS:,} characters")
    if not url.isprintable() or any(character in r' \<>"' for character in url):
        raise refused("it holds a space or another character that no address has")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise refused(str(error)) from error
    if parts.scheme not in ("http", "https"):
        raise refused("only http:// and https:// are")
    if "@" in parts.netloc:
        raise refused("it holds a user's name or password. Leave them out")
    if not host:
        raise refused("it names no host")
    try:
        host = _ascii_host(host)
    except ValueError as error:
        raise refused(f"{host!r} is no host's name ({error})") from error
    target = quote(parts.path or "/", _KEPT_IN_URLS) + (f"?{quote(parts.query, _KEPT_IN_URLS)}" if parts.query else "")
    return _Address(parts.scheme, host, _port_of(parts.scheme) if port is None else port, target)


def _ascii_host(host: str) -> str:
    if ":" in host:
        if "%" in host:
            raise ValueError("a zone belongs to this machine alone")
        return str(ip_address(host))
    host = host.removesuffix(".")
    if not host.isascii():
        # as browsers do (UTS 46), not as Python's own codec does: its older rules lead "straße" to another host
        host = idna.encode(host, uts46=True).decode("ascii")
    if not _ASCII_HOST.fullmatch(host):
        raise ValueError("letters, digits, hyphens and dots make one")
    return host


def _port_of(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _get(address: _Address, asked: str, settings: IndexSettings, resolver: Resolver, deadline: float) -> Fetched | str:
    """What the address gives, or where it leads."""
    network = _CheckedNetwork(resolver, settings, deadline)
    headers = [
        ("Host", address.url.split("/")[2]),
        ("User-Agent", f"byline/{version('byline')}"),
        ("Accept", ", ".join([*MEDIA_TYPES, "*/*;q=0.1"])),
        ("Accept-Encoding", "gzip, deflate"),
        ("Connection", "close"),
    ]
    where = httpcore.URL(scheme=address.scheme, host=address.host, port=address.port, target=address.target)
    try:
        with (
            httpcore.ConnectionPool(network_backend=network) as pool,
            pool.stream("GET", where, headers=headers) as response,
        ):
            found = _Headers(response.headers)
            if response.status in _REDIRECT:
                location = found.text("location")
                if not location:
                    raise FetchError(f"{asked} leads elsewhere without saying where. {BY_HAND}")
                return location
            _check_status(response.status, address, asked)
            media_type, charset = found.media_type()
            if media_type and media_type not in MEDIA_TYPES:
                raise FetchError(
                    f"{asked} gives {media_type!r}, which is not read. Pages, plain text, PDF, feeds and JSON are."
                )
            unpacked = _Unpacked(found.text("content-encoding"), settings.fetch_bytes)
            content = b"".join(unpacked.pieces(response.iter_stream()))
    except _Refused as error:
        raise FetchError(f"{asked} {error}") from error
    except httpcore.TimeoutException as error:
        raise FetchError(
            f"{asked} takes longer than {settings.fetch_seconds:g} seconds (the setting fetch_seconds). Try later."
        ) from error
    except httpcore.RemoteProtocolError as error:
        raise FetchError(f"{asked} ends before it is complete, or is no web page ({error}). Try again.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
        raise FetchError(
            f"{asked} cannot be reached ({error}). See that the address is right, or try later."
        ) from error
    if not content.strip():
        raise FetchError(f"{asked} gives an empty page. {BY_HAND}")
    return Fetched(address.url, content, media_type, charset, datetime.now(UTC))


def _check_status(status: int, address: _Address, asked: str) -> None:
    if status == HTTPStatus.OK:
        return
    try:
        said = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        said = str(status)
    if status in (404, 410):
        remedy = "See that the address is right."
    elif status == 429 or status >= 500:
        remedy = "Try again later."
    else:
        remedy = BY_HAND
    led = "" if address.url == asked else f" (for {address.url})"
    raise FetchError(f"{asked} answers “{said}”{led}. {remedy}")


class _Refused(Exception):
    """Why something is not fetched, to stand after the address."""


class _Headers:
    def __init__(self, headers: Sequence[tuple[bytes, bytes]]) -> None:
        self._headers = headers

    def text(self, name: str) -> str:
        values = [value.decode("latin-1").strip() for key, value in self._headers if key.lower() == name.encode()]
        if name != "location":
            return ", ".join(values)
        # some servers write the address as the UTF-8 that it is
        return values[0].encode("latin-1").decode("utf-8", "replace") if values else ""

    def media_type(self) -> tuple[str, str]:
        """Content type and charset, each ``""`` where it is not given."""
        if not (given := self.text("content-type")):
            return "", ""
        message = Message()
        message["content-type"] = given
        charset = message.get_param("charset")
        media_type = given.partition(";")[0].strip().lower()
        return media_type if "/" in media_type else "", charset.lower() if isinstance(charset, str) else ""


class _Unpacked:
    """The body of a response without its compression, never more of it than ``limit`` bytes."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._encoding = encoding.lower()
        if self._encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise _Refused(f"comes compressed with {self._encoding!r}, which was not asked for. {BY_HAND}")

    def pieces(self, stream: Iterable[bytes]) -> Iterable[bytes]:
        unpacked = stream if self._encoding in ("", "identity") else self._inflated(stream)
        seen = 0
        for piece in unpacked:
            seen += len(piece)
            if seen > self._limit:
                raise _too_large(self._limit)
            yield piece

    def _inflated(self, stream: Iterable[bytes]) -> Iterable[bytes]:
        inflate: Any = None
        try:
            for piece in stream:
                while piece:
                    if inflate is None or inflate.eof:
                        inflate = self._inflater(piece)
                    yield inflate.decompress(piece, 1 << 20)
                    piece = inflate.unconsumed_tail or (inflate.unused_data if inflate.eof else b"")
        except zlib.error as error:
            raise _Refused(f"comes damaged ({error}). Try again.") from error
        if inflate is not None and not inflate.eof:
            raise _Refused("ends before it is complete. Try again.")

    def _inflater(self, piece: bytes) -> Any:
        if self._encoding != "deflate":
            return zlib.decompressobj(zlib.MAX_WBITS | 16)
        # meant is the zlib format (RFC 9110, 8.4.1.2); some servers send the bare data
        return zlib.decompressobj(zlib.MAX_WBITS if piece[0] & 0x0F == 8 else -zlib.MAX_WBITS)


def _too_large(limit: int) -> _Refused:
    return _Refused(f"is larger than {limit:,} bytes (the setting fetch_bytes). {BY_HAND}")


class _CheckedNetwork(httpcore.NetworkBackend):
    """Connects to addresses that were looked up and checked here, and to no other, until the time is over."""

    def __init__(self, resolver: Resolver, settings: IndexSettings, deadline: float) -> None:
        self._resolver = resolver
        self._settings = settings
        self._deadline = deadline
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._addresses(host, port)
        for number, address in enumerate(addresses, start=1):
            # one that does not answer leaves time for the others
            share = _left(self._deadline, httpcore.ConnectTimeout) / (len(addresses) - number + 1)
            try:
                stream = self._network.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
                continue
            # headers and the framing of the body come on top of what is kept
            return _BoundedStream(stream, self._deadline, self._settings.fetch_bytes)
        raise _Refused(f"cannot be fetched: the host {host} has no address. See that it is written right.")

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        addresses = self._resolve(host, port)
        if not self._settings.fetch_private:
            for address in addresses:
                if not is_public(address):
                    raise _Refused(
                        f"cannot be fetched: {host} is at {address}, on this machine or a private network. "
                        "If that is meant, set fetch_private = true."
                    )
        return addresses

    def _resolve(self, host: str, port: int) -> Sequence[str]:
        found: list[Sequence[str] | Exception] = []

        def look() -> None:
            try:
                found.append(self._resolver(host, port))
            except (OSError, UnicodeError) as error:
                found.append(error)

        # the system's look-up cannot be given a time limit, and cannot be ended
        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        thread.join(_left(self._deadline, httpcore.ConnectTimeout))
        if not found:
            raise httpcore.ConnectTimeout(f"looking up {host}")
        if isinstance(found[0], Exception):
            why = getattr(found[0], "strerror", None) or found[0]
            raise _Refused(f"cannot be fetched: the host {host} is not found ({why}). See that it is written right.")
        return found[0]


class _BoundedStream(httpcore.NetworkStream):
    """A connection that ends with the time, whoever drips bytes into it, and with the bytes that may come."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float, limit: int) -> None:
        self._stream, self._deadline, self._limit, self._seen = stream, deadline, limit, 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        piece = self._stream.read(max_bytes, _left(self._deadline, httpcore.ReadTimeout))
        self._seen += len(piece)
        if self._seen > self._limit + _FRAMING_BYTES:
            raise _too_large(self._limit)
        return piece

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline, httpcore.ConnectTimeout))
        return _BoundedStream(stream, self._deadline, self._limit)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


_FRAMING_BYTES = 256 * 1024


def _left(deadline: float, error: type[Exception]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise error("the time is over")
    return left
