"""Whatever docker-compose.yml tells a program is a setting that it reads, with a value that it takes."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import urllib3
import yaml

from adapters import settings
from adapters.accounts import read_oidc
from adapters.catalogue import CatalogueSettings, read_catalogue, upgrade
from adapters.models.settings import read_speech, read_vision
from adapters.object_store import S3ObjectStore
from adapters.webhooks import read_webhooks
from api.settings import read_http, read_library
from api.subtitle_style import STYLE_FIELDS
from local.programs import fairness_switches
from tests.contract.catalogue.postgres import Postgres, postgres_server
from tests.contract.store.servers import program
from tests.deploy.compose_model import Installation, Service, environment, make_secrets
from tests.servers.ports import free_port
from tests.servers.product_process import ROOT

PRODUCT = ("api", "worker_cpu", "worker_gpu", "catalogue_setup", "temporal_setup", "bucket_setup")
ROOMS = ("adapters", "api", "worker_cpu", "worker_gpu")
# Read by the libraries that they belong to.
FOREIGN = re.compile(r"OTEL_[A-Z_]+")
# Where the parts are is settled by docker-compose.yml, and no link leads to a store that is not published.
SETTLED = re.compile(
    r"S3_(ENDPOINT|ACCESS_KEY|SECRET_KEY|PRESIGNED_URL_EXPIRATION)|STREAM_REDIRECT|DATABASE_URL|DEVICE"
    r"|(API|WORKER_METRICS|WORKER_HEALTH)_(HOST|PORT)|TEMPORAL_ADDRESS|TRUSTED_PROXIES|OTEL_[A-Z_]*"
)


def names_in_source() -> set[str]:
    """Every word in the product's code that could be the name of a variable."""
    sources = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    constants = {
        node.value
        for path in sources
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    style = {field.upper() for field in STYLE_FIELDS}
    return style | {text for text in constants if re.fullmatch(r"[A-Z][A-Z0-9_]+", text)}


def names_in_readme() -> set[str]:
    """The variables of its tables; `_SIZE` behind `SUBTITLE_FONT` is short for `SUBTITLE_SIZE`."""
    names = set()
    for cell in re.findall(r"^\| (`[A-Z][A-Z0-9_]+`[^|]*)\|", (ROOT / "README.md").read_text(), re.MULTILINE):
        first, *others = re.findall(r"`([A-Z_][A-Z0-9_]+)`", cell)
        prefix = first.split("_")[0]
        names |= {first, *(f"{prefix}{name}" if name.startswith("_") else name for name in others)}
    return names


def test_the_product_reads_every_setting_that_it_is_given(services: dict[str, Service]) -> None:
    read = names_in_source()

    for name in PRODUCT:
        given = set(services[name].get("environment") or {})
        assert {setting for setting in given - read if not FOREIGN.fullmatch(setting)} == set(), name


def test_every_setting_of_the_readme_can_be_set_in_env(
    services: dict[str, Service], product: Installation
) -> None:
    given = {name for service in PRODUCT for name in services[service].get("environment") or {}}
    files = [product.path / "docker-compose.yml", *(product.path / "deploy/compose").glob("*.yml")]
    variables = {name for path in files for name in re.findall(r"\$\{([A-Z0-9_]+)", path.read_text())}

    fixed = {name for name in given - variables if environment_somewhere(services, name)}
    assert {name for name in names_in_readme() - given if not SETTLED.fullmatch(name)} == set()
    assert {name for name in names_in_readme() & fixed if not SETTLED.fullmatch(name)} == set()


def environment_somewhere(services: dict[str, Service], name: str) -> bool:
    """Whether the files give it a value of their own."""
    return any(name in environment(services[service]) for service in PRODUCT)


def test_the_product_takes_the_values_that_it_is_given(services: dict[str, Service]) -> None:
    api, cpu, gpu = (environment(services[name]) for name in ("api", "worker_cpu", "worker_gpu"))

    for given in (api, cpu, gpu):
        assert settings.read_store(given).endpoint == "s3:9000"
        assert settings.read_temporal(given).namespace == "video-pipeline"
    for given in (api, cpu, environment(services["catalogue_setup"])):
        assert read_catalogue(given).url.startswith("postgresql+psycopg://video_pipeline:")
    for given in (cpu, gpu):
        assert settings.read_worker("cpu", given).scratch_path == Path("/scratch/video-pipeline-cpu")
        assert settings.read_temporal(given).metrics_address == "0.0.0.0:9464"  # inside
        settings.read_media(given)
    settings.read_upkeep(cpu)
    assert len(read_webhooks(api).secret) >= 32
    assert read_webhooks(api) == read_webhooks(cpu)
    assert read_http(api).trusted_proxies == ("127.0.0.1",)
    assert read_http(api).open_groups == ("metrics",)
    assert read_oidc(api) is None
    read_library(api)
    assert (read_speech(gpu).device, read_vision(gpu).device) == ("cpu", "cpu")
    assert read_speech(gpu).cache_path == Path("/models")


def test_an_upload_that_the_api_takes_is_let_through_with_the_form_around_it(
    services: dict[str, Service],
) -> None:
    most_bytes = settings.read_tasks(environment(services["api"])).max_upload_bytes

    body_mib = int(environment(services["nginx"])["MAX_BODY_SIZE"].removesuffix("m"))
    assert most_bytes == 5 * 1024**3
    assert body_mib * 1024**2 - most_bytes == 1024**2


def test_the_temporal_server_is_told_what_the_local_one_is_told() -> None:
    path = ROOT / "deploy/compose/temporal/dynamic-config.yaml"
    told = {name: entry["value"] for name, [entry] in yaml.safe_load(path.read_text()).items()}

    local = dict(switch.split("=") for switch in fairness_switches() if "=" in switch)
    assert told == {name: yaml.safe_load(value) for name, value in local.items()}


def test_secrets_are_made_once_and_only_their_owner_can_come_near_them(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("__pycache__"))

    first = make_secrets(tmp_path)
    made = {path.name: path.read_text() for path in (tmp_path / ".secrets").iterdir()}
    again = make_secrets(tmp_path)

    assert first.count("made") == len(made) == 12
    assert again == ""
    assert {path.name: path.read_text() for path in (tmp_path / ".secrets").iterdir()} == made
    assert (tmp_path / ".secrets").stat().st_mode & 0o777 == 0o700
    random = [made[name] for name in made if not name.endswith(".env")]
    assert len(set(random)) == 7
    assert all(re.fullmatch(r"[0-9a-f]{48}", secret) for secret in random)


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield server


def test_the_databases_are_made_and_each_owner_gets_only_its_own(
    product: Installation, services: dict[str, Service], database: Postgres, tmp_path: Path
) -> None:
    script = (product.path / "deploy/compose/postgres/databases.sh").read_text()
    copy = tmp_path / "databases.sh"
    copy.write_text(script.replace("/run/secrets", str(product.path / ".secrets")))
    where = {"PGHOST": "127.0.0.1", "PGPORT": str(database.port), "PATH": os.environ["PATH"]}

    subprocess.run(["sh", copy], env=where, check=True, capture_output=True)

    url = environment(services["catalogue_setup"])["DATABASE_URL"]
    upgrade(CatalogueSettings(url.replace("@postgres/", f"@127.0.0.1:{database.port}/")))
    here = f"host=127.0.0.1 port={database.port}"
    with psycopg.connect(f"{here} user=temporal dbname=temporal_visibility", autocommit=True) as connection:
        # Its schema begins with this.
        connection.execute("CREATE EXTENSION btree_gin")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(f"{here} user=temporal dbname=video_pipeline")


@contextmanager
def store_server(service: Service, folder: Path) -> Iterator[str]:
    """The address of the S3 server, started with the words and the environment of docker-compose.yml."""
    binary = program("versitygw")
    assert binary is not None, "versitygw is not built: run `make tools`"
    address = f"127.0.0.1:{free_port()}"
    places = {":9000": address, "/data": str(folder)}
    process = subprocess.Popen(
        [binary, *(places.get(word, word) for word in service["command"])],
        env=environment(service),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end_s = time.monotonic() + 120
        while True:
            assert process.poll() is None, "the S3 server has ended"
            assert time.monotonic() < end_s, "the S3 server does not answer"
            try:
                if urllib3.request("GET", f"http://{address}/health", retries=False).status == 200:
                    break
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_the_store_is_healthy_and_opens_for_the_product_s_keys(
    services: dict[str, Service], tmp_path: Path
) -> None:
    keys = environment(services["bucket_setup"])

    with store_server(services["s3"], tmp_path) as address:
        store = S3ObjectStore(settings.read_store({**keys, "S3_ENDPOINT": address}))
        store.ensure_bucket()

        assert list(store.list_prefix("")) == []

    assert services["s3"]["healthcheck"]["test"][-1] == "http://127.0.0.1:9000/health"


def test_the_modules_that_are_started_are_there(services: dict[str, Service]) -> None:
    commands = {name: " ".join(services[name]["command"]) for name in PRODUCT}

    assert commands == {
        "api": "python -m api.main",
        "worker_cpu": "python -m worker_cpu.main",
        "worker_gpu": "python -m worker_gpu.main",
        "catalogue_setup": "python -m adapters.setup catalogue",
        "temporal_setup": "python -m adapters.setup temporal",
        "bucket_setup": "python -m adapters.setup bucket",
    }
    for room in ("api", "worker_cpu", "worker_gpu"):
        assert (ROOT / room / "main.py").exists()
