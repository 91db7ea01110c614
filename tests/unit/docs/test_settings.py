"""docs/settings.md has every setting that the code reads, with its default, and no other."""

from __future__ import annotations

from tests.unit.docs.settings_names import FOREIGN, read_by_product, read_in, rows_on_page

OF_OTHERS = ("Command line", "Local stack")
# They stand among the product's settings, which the stack hands them to.
MODEL_CHOICE = {"MODELS", "DEVICE"}
OF_THE_SYSTEM = {"HOME", "PATH"}


def names_on_page(*sections: str) -> set[str]:
    return {row.name for row in rows_on_page() if row.section in sections and not FOREIGN.fullmatch(row.name)}


def product_sections() -> tuple[str, ...]:
    return tuple({row.section for row in rows_on_page()} - {*OF_OTHERS})


def test_every_setting_that_the_product_reads_is_on_the_page_and_no_other() -> None:
    read = {name for name in read_by_product() if not FOREIGN.fullmatch(name)}

    assert names_on_page(*product_sections()) == read
    assert {"S3_SECRET_KEY", "MODELS", "SUBTITLE_BOX", "RATE_LIMIT", "TEMPORAL_RETENTION_DAYS"} < read


def test_every_variable_of_the_command_line_and_the_local_stack_is_on_the_page_and_no_other() -> None:
    assert names_on_page("Command line") == set(read_in("cli"))
    assert names_on_page("Local stack") == set(read_in("local")) - MODEL_CHOICE - OF_THE_SYSTEM


def test_no_setting_of_the_product_is_on_the_page_twice() -> None:
    names = [row.name for row in rows_on_page() if row.section in product_sections()]

    assert len(names) == len(set(names))


def test_the_page_names_the_defaults_that_the_code_has() -> None:
    read = read_by_product()
    defaults = {row.name: row.default for row in rows_on_page() if row.section in product_sections()}

    wrong = {
        name: (defaults[name], read[name])
        for name in defaults.keys() & read.keys()
        if read[name] and not defaults[name].strip("`").startswith(read[name])
    }
    assert wrong == {}
    assert sum(1 for default in read.values() if default) >= 30
