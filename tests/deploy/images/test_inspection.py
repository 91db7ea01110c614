"""Inspection of built images."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.faults import SettingUnusable
from local.images.__main__ import chosen
from local.images.index_access import index_access
from local.images.inspection import faults_of_config, faults_of_files, faults_of_record

SOUND = {
    "User": "10001:10001",
    "Healthcheck": {"Test": ["CMD", "python", "/app/healthy.py"]},
    "Cmd": ["python", "-m", "api.main"],
    "StopSignal": "SIGTERM",
}


def test_a_correct_image_has_no_faults() -> None:
    assert list(faults_of_config(SOUND)) == []


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ({"User": ""}, "it runs as ''"),
        ({"User": "0:0"}, "it runs as '0:0'"),
        ({"Healthcheck": None}, "its health check is none"),
        ({"Healthcheck": {"Test": ["CMD-SHELL", "curl x"]}}, "its health check is CMD-SHELL"),
        ({"Cmd": ["/bin/sh", "-c", "python"]}, "which a shell would have to read"),
        ({"StopSignal": "SIGKILL"}, "it is stopped by 'SIGKILL'"),
    ],
)
def test_each_fault_of_the_configuration_is_reported(broken: dict[str, object], expected: str) -> None:
    (fault,) = faults_of_config({**SOUND, **broken})
    assert expected in fault


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "app").mkdir(parents=True, mode=0o755)
    (root / "app/main.py").write_text("pass\n")
    return root


def test_files_that_the_user_can_not_change_have_no_faults(root: Path) -> None:
    assert list(faults_of_files(root, ["usr/bin/gcc"], [], ["index.example"])) == []


def test_a_forbidden_file_is_reported_even_as_a_broken_link(root: Path) -> None:
    (root / "app/gcc").symlink_to("nowhere")
    assert list(faults_of_files(root, ["app/gcc"], [], [])) == ["/app/gcc is in it"]


def test_a_setuid_program_is_reported(root: Path) -> None:
    (root / "app/main.py").chmod(0o4755)
    assert list(faults_of_files(root, [], [], [])) == ["/app/main.py gives its caller more rights"]


def test_a_world_writable_folder_is_reported_unless_it_is_allowed(root: Path) -> None:
    (root / "app").chmod(0o777)
    assert list(faults_of_files(root, [], [], [])) == ["/app can be changed by its user"]
    assert list(faults_of_files(root, [], ["/app"], [])) == []


def test_a_host_of_the_machines_index_is_found_in_a_file(root: Path) -> None:
    (root / "app/pip.conf").write_text("index-url = https://user:secret@index.example/simple\n")
    (fault,) = faults_of_files(root, [], [], ["index.example"])
    assert fault == "/app/pip.conf names a host of the machine that built it"


def test_in_a_package_only_the_installers_files_are_searched(root: Path) -> None:
    package = root / "opt/venv/lib/python3.11/site-packages/tool-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Install it from https://index.example/simple\n")
    assert list(faults_of_files(root, [], [], ["index.example"])) == []
    (package / "direct_url.json").write_text('{"url": "https://index.example/tool.whl"}\n')
    (fault,) = faults_of_files(root, [], [], ["index.example"])
    assert "direct_url.json names a host" in fault


def test_a_host_in_the_build_history_is_reported() -> None:
    record = '{"history": [{"created_by": "ARG PIP_INDEX_URL=https://index.example/simple"}]}'
    (fault,) = faults_of_record(record, ["index.example"])
    assert "history" in fault
    assert list(faults_of_record(record, ["other.example"])) == []


def test_the_access_to_the_index_becomes_secrets_that_only_the_owner_can_read(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    bundle.write_text("certificates")
    variables = {
        "UV_INDEX_URL": "https://user:it's@index.example:8443/simple",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "NO_PROXY": "https://inside.example",
        "SSL_CERT_FILE": str(bundle),
        "PATH": "/usr/bin",
    }
    access = index_access(tmp_path / "secrets", variables)
    assert access.secrets["index.env"].read_text() == (
        "HTTPS_PROXY=http://proxy.example:3128\n"
        "NO_PROXY=https://inside.example\n"
        """UV_INDEX_URL='https://user:it'"'"'s@index.example:8443/simple'\n"""
    )
    assert access.secrets["ca.crt"].read_text() == "certificates"
    assert access.hosts == {"index.example", "proxy.example"}
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_a_machine_without_settings_of_an_index_gives_empty_secrets(tmp_path: Path) -> None:
    access = index_access(tmp_path / "secrets", {})
    assert [path.read_bytes() for path in access.secrets.values()] == [b"", b""]
    assert access.hosts == frozenset()


def test_an_unknown_image_is_an_error() -> None:
    assert [recipe.name for recipe in chosen([])] == ["api", "worker_cpu", "worker_gpu"]
    assert [recipe.name for recipe in chosen(["worker_cpu"])] == ["worker_cpu"]
    with pytest.raises(SettingUnusable, match="no image worker-cpu"):
        chosen(["worker-cpu"])
