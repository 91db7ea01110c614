#!/bin/sh
# Brings Temporal's two schemas to the version of this image; does nothing where they are there already.
set -eu

for database in temporal visibility; do
    name=temporal
    [ "$database" = temporal ] || name="temporal_$database"
    schema="postgresql/v12/$database"
    temporal-sql-tool --database "$name" setup-schema --version 0.0
    temporal-sql-tool --database "$name" update-schema --schema-name "$schema"
done
