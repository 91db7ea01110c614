"""Identities of a trial cluster: certificate authority, certificates and the administrator's kubeconfig."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID_FOR = datetime.timedelta(days=1)
# The host names by which KEDA's two servers and the API server call each other.
KEDA_METRICS_NAME = "keda-metrics-apiserver.keda.svc"
KEDA_OPERATOR_NAME = "keda-operator.keda.svc"
_SERVER_NAMES = ("localhost", "kubernetes.default.svc", KEDA_METRICS_NAME, KEDA_OPERATOR_NAME)

_PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Identity:
    """Folder of key files: `ca.crt`, `tls.*` for servers, `admin.*`, `front-proxy.*`, `accounts.*`."""

    folder: Path

    @property
    def authority_path(self) -> Path:
        return self.folder / "ca.crt"

    @property
    def accounts_key_path(self) -> Path:
        """Key that signs the tokens of service accounts."""
        return self.folder / "accounts.key"

    @property
    def kubeconfig_path(self) -> Path:
        return self.folder / "kubeconfig"

    def certificate_path(self, name: str) -> Path:
        return self.folder / f"{name}.crt"

    def key_path(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def write_kubeconfig(self, server: str) -> None:
        """Write the administrator's kubeconfig, as JSON, which is YAML."""
        user = {
            "client-certificate": str(self.certificate_path("admin")),
            "client-key": str(self.key_path("admin")),
        }
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "trial",
                    "cluster": {"server": server, "certificate-authority": str(self.authority_path)},
                }
            ],
            "users": [{"name": "admin", "user": user}],
            "contexts": [{"name": "trial", "context": {"cluster": "trial", "user": "admin"}}],
            "current-context": "trial",
        }
        self.kubeconfig_path.write_text(json.dumps(content, indent=2))


def make_identity(folder: Path) -> Identity:
    """Make keys and certificates for one trial, valid for a day."""
    folder.mkdir(mode=0o700)
    identity = Identity(folder)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("trial-authority", authority_key, None, None)
    identity.authority_path.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    for name, common_name, organization in (
        ("tls", "kube-apiserver", None),
        ("admin", "admin", "system:masters"),
        ("front-proxy", "front-proxy", None),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(common_name, key, authority, authority_key, organization)
        identity.certificate_path(name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        _write_key(identity.key_path(name), key)
    _write_key(identity.accounts_key_path, rsa.generate_private_key(65537, 2048))
    return identity


def _certificate(
    common_name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey | None,
    organization: str | None = None,
) -> x509.Certificate:
    """A certificate; without an issuer a self-signed one of an authority."""
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    subject = x509.Name(parts)
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Tolerates a clock that is a little slow.
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is not None:
        # KEDA's two servers each use one pair both as server and as client.
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        names = [*map(x509.DNSName, _SERVER_NAMES), x509.IPAddress(ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer_key or key, hashes.SHA256())


def _write_key(path: Path, key: _PrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
