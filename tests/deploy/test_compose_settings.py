"""Every variable in docker-compose.yml is a setting that its program reads, with a valid value."""

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
from tests.unit.docs.settings_names import FOREIGN, read_by_product, rows_on_page

PRODUCT = ("api", "worker_cpu", "worker_gpu", "catalogue_setup", "temporal_setup", "bucket_setup")
ROOMS = ("adapters", "api", "worker_cpu", "worker_gpu")
# Set by docker-compose.yml itself: addresses, and links to a store that is not published.
SETTLED = re.compile(
    r"S3_(ENDPOINT|REGION|SECURE|ACCESS_KEY|SECRET_KEY|PRESIGNED_URL_EXPIRATION)|STREAM_REDIRECT|DATABASE_URL"
    r"|(API|WORKER_METRICS|WORKER_HEALTH)_(HOST|PORT)|TEMPORAL_ADDRESS|TRUSTED_PROXIES|OTEL_[A-Z_]*"
    r"|DEVICE|MODELS_DIR|MODELS_CACHE|SCRATCH_DIR|WORKER_(IDENTITY|DEPLOYMENT|BUILD_ID)"
    # Secrets, which .env has none of.
    r"|WEBHOOK_SECRET|SPEECH_SERVICE_KEY"
)


def names_in_source() -> set[str]:
    """Every string in the product's code that could be a variable's name."""
    sources = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    constants = {
        node.value
        for path in sources
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    style = {field.upper() for field in STYLE_FIELDS}
    return style | {text for text in constants if re.fullmatch(r"[A-Z][A-Z0-9_]+", text)}


def test_the_product_reads_every_setting_that_it_is_given(services: dict[str, Service]) -> None:
    read = names_in_source()

    for name in PRODUCT:
        given = set(services[name].get("environment") or {})
        assert {setting for setting in given - read if not FOREIGN.fullmatch(setting)} == set(), name


def test_every_setting_of_the_page_can_be_set_in_env(
    services: dict[str, Service], product: Installation
) -> None:
    on_page = {row.name for row in rows_on_page() if row.name in read_by_product()}
    given = {name for service in PRODUCT for name in services[service].get("environment") or {}}
    files = [product.path / "docker-compose.yml", *(product.path / "deploy/compose").glob("*.yml")]
    variables = {name for path in files for name in re.findall(r"\$\{([A-Z0-9_]+)", path.read_text())}

    fixed = {name for name in given - variables if environment_somewhere(services, name)}
    assert {name for name in on_page - given if not SETTLED.fullmatch(name)} == set()
    assert {name for name in on_page & fixed if not SETTLED.fullmatch(name)} == set()


def environment_somewhere(services: dict[str, Service], name: str) -> bool:
    """True when the files set the variable to a value."""
    return any(name in environment(services[service]) for service in PRODUCT)


def test_the_values_are_valid_settings_of_the_product(services: dict[str, Service]) -> None:
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


def test_nginx_allows_the_largest_upload_of_the_api_with_its_form(
    services: dict[str, Service],
) -> None:
    most_bytes = settings.read_tasks(environment(services["api"])).max_upload_bytes

    body_mib = int(environment(services["nginx"])["MAX_BODY_SIZE"].removesuffix("m"))
    assert most_bytes == 5 * 1024**3
    assert body_mib * 1024**2 - most_bytes == 1024**2


def test_the_temporal_server_has_the_local_stacks_settings_of_fairness() -> None:
    path = ROOT / "deploy/compose/temporal/dynamic-config.yaml"
    chosen = {name: entry["value"] for name, [entry] in yaml.safe_load(path.read_text()).items()}

    local = dict(switch.split("=") for switch in fairness_switches() if "=" in switch)
    assert chosen == {name: yaml.safe_load(value) for name, value in local.items()}


def test_secrets_are_made_once_in_a_folder_of_their_owner(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")

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


def test_the_databases_are_created_and_each_owner_can_use_only_its_own(
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
        # The first statement of Temporal's schema.
        connection.execute("CREATE EXTENSION btree_gin")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(f"{here} user=temporal dbname=video_pipeline")


@contextmanager
def store_server(service: Service, folder: Path) -> Iterator[str]:
    """The address of the S3 server, started with the command and environment of docker-compose.yml."""
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


def test_the_store_is_healthy_and_accepts_the_products_keys(
    services: dict[str, Service], tmp_path: Path
) -> None:
    keys = environment(services["bucket_setup"])

    with store_server(services["s3"], tmp_path) as address:
        store = S3ObjectStore(settings.read_store({**keys, "S3_ENDPOINT": address}))
        store.ensure_bucket()

        assert list(store.list_prefix("")) == []

    assert services["s3"]["healthcheck"]["test"][-1] == "http://127.0.0.1:9000/health"


def test_the_modules_that_are_started_exist(services: dict[str, Service]) -> None:
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
