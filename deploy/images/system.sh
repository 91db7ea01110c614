#!/bin/sh
# Makes a plain Debian the system of one image, with Python and the named packages; runs while the image is built.
set -eu
export DEBIAN_FRONTEND=noninteractive

# Documents are left out, and so is what FFmpeg's dependencies draw on a screen with (150 MB): it gets no screen here.
# The packages stay known to dpkg, and so to whoever looks them up among the known vulnerabilities.
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

# The base is pinned; what Debian has mended since it was made is not.
apt-get update
apt-get upgrade --yes --no-install-recommends
apt-get install --yes --no-install-recommends ca-certificates python3 "$@"
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/*

# Nobody here may become somebody else.
find / -xdev -type f -perm /6000 -exec chmod a-s {} +
groupadd --gid 10001 pipeline
useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin pipeline
