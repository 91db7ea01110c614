#!/bin/sh
# Sets up Debian in an image, with Python and the named packages; runs during the build.
set -eu
export DEBIAN_FRONTEND=noninteractive

# Without documents, and without the display libraries of FFmpeg's dependencies (150 MB).
# The packages remain registered with dpkg, and so visible to vulnerability scanners.
cat >/etc/dpkg/dpkg.cfg.d/slim <<'END'
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/man/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/lib/*/libLLVM*
path-exclude=/usr/lib/*/libz3*
path-exclude=/usr/lib/*/dri/*
END

# The base is pinned; Debian's later fixes are not.
apt-get update
apt-get upgrade --yes --no-install-recommends
apt-get install --yes --no-install-recommends ca-certificates python3 "$@"
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/*

# No setuid or setgid programs.
find / -xdev -type f -perm /6000 -exec chmod a-s {} +
groupadd --gid 10001 pipeline
useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin pipeline
