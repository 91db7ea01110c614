#!/bin/sh
# Makes the secrets that docker-compose.yml reads; existing ones are not changed.
#
# Only the owner can enter the folder. The files in it are readable by all, because the services run as
# different users, and Docker mounts the files with these permissions.
set -eu

cd "$(dirname "$0")/../.."
umask 077
mkdir -p .secrets
chmod 700 .secrets

random() {
    head -c 24 /dev/urandom | od -An -v -t x1 | tr -d ' \n'
}

# Writes its input to the named file, atomically, unless the file exists.
keep() {
    if [ -e ".secrets/$1" ]; then
        cat >/dev/null
    else
        cat >".secrets/$1.new"
        chmod 444 ".secrets/$1.new"
        mv ".secrets/$1.new" ".secrets/$1"
        echo "made .secrets/$1"
    fi
}

for password in postgres_password catalogue_password temporal_password grafana_password; do
    random | keep "$password"
done
for key in s3_access_key s3_secret_key webhook_secret; do
    random | keep "$key"
done

# The same secrets as variables, by each program's names.
store() {
    echo "$1=$(cat .secrets/s3_access_key)"
    echo "$2=$(cat .secrets/s3_secret_key)"
}
store S3_ACCESS_KEY S3_SECRET_KEY | keep store.env
store ROOT_ACCESS_KEY_ID ROOT_SECRET_ACCESS_KEY | keep s3.env
echo "DATABASE_URL=postgresql+psycopg://video_pipeline:$(cat .secrets/catalogue_password)@postgres/video_pipeline" |
    keep catalogue.env
echo "WEBHOOK_SECRET=$(cat .secrets/webhook_secret)" | keep webhooks.env
{
    echo "POSTGRES_PWD=$(cat .secrets/temporal_password)"
    echo "SQL_PASSWORD=$(cat .secrets/temporal_password)"
} | keep temporal.env
