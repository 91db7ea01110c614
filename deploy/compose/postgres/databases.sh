#!/bin/sh
# Makes the databases and their owners, once, when the volume is empty. Neither owner can see the other's rows.
set -eu

psql --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
    --set=catalogue_password="$(cat /run/secrets/catalogue_password)" \
    --set=temporal_password="$(cat /run/secrets/temporal_password)" <<'SQL'
CREATE ROLE video_pipeline LOGIN PASSWORD :'catalogue_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE video_pipeline OWNER video_pipeline;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE CONNECT ON DATABASE video_pipeline, temporal, temporal_visibility FROM PUBLIC;
SQL
