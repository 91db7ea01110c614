"""Each certificate names its holder and is signed by the trial cluster's authority."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from local.cluster.identity import Identity, make_identity


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return make_identity(tmp_path_factory.mktemp("cluster") / "identity")


@pytest.mark.parametrize("name", ["tls", "admin", "front-proxy"])
def test_a_certificate_is_signed_by_the_authority(identity: Identity, name: str) -> None:
    authority = x509.load_pem_x509_certificate(identity.authority_path.read_bytes())
    certificate = x509.load_pem_x509_certificate(identity.certificate_path(name).read_bytes())

    certificate.verify_directly_issued_by(authority)


def test_the_administrator_belongs_to_the_group_with_all_rights(identity: Identity) -> None:
    admin = x509.load_pem_x509_certificate(identity.certificate_path("admin").read_bytes())

    groups = admin.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert [group.value for group in groups] == ["system:masters"]


def test_the_servers_certificate_has_the_names_by_which_it_is_called(identity: Identity) -> None:
    server = x509.load_pem_x509_certificate(identity.certificate_path("tls").read_bytes())

    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) >= {
        "localhost",
        "keda-metrics-apiserver.keda.svc",
        "keda-operator.keda.svc",
    }


def test_only_the_owner_can_read_the_keys(identity: Identity) -> None:
    keys = sorted(identity.folder.glob("*.key"))

    assert [key.name for key in keys] == ["accounts.key", "admin.key", "front-proxy.key", "tls.key"]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert stat.S_IMODE(Path(identity.folder).stat().st_mode) == 0o700
