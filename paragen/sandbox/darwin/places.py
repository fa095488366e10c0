"""Where shared libraries and time zones lie on macOS."""

from __future__ import annotations

SYSTEM = (
    "/usr/lib", "/System/Library/Frameworks", "/System/Library/PrivateFrameworks",
    "/System/Library/CoreServices/SystemVersion.plist",
    "/System/Library/CoreServices/SystemVersionCompat.plist",
    "/System/Cryptexes/OS", "/System/Volumes/Preboot/Cryptexes/OS",
    "/usr/share/icu", "/usr/share/locale", "/usr/share/zoneinfo", "/usr/share/zoneinfo.default",
    "/private/etc/localtime", "/private/var/db/timezone",
    # What package managers install, which extension modules link to; not their data in etc, var.
    "/opt/homebrew/Cellar", "/opt/homebrew/lib", "/opt/homebrew/opt",
    "/usr/local/Cellar", "/usr/local/lib", "/usr/local/opt", "/opt/local/lib", "/nix/store",
    # OpenSSL minds a file that is there and can't be opened, not one that isn't there.
    "/private/etc/ssl/openssl.cnf", "/opt/homebrew/etc/openssl@3/openssl.cnf",
    "/usr/local/etc/openssl@3/openssl.cnf",
)  # fmt: skip
"""Files and directories to read, where they exist. The libraries of the system itself are in a
cache that every process has mapped before a profile goes on."""
