#!/usr/bin/env bash
# The service's documentation shows its calls as curl commands; here they are, sent to the sandbox.
# Needs GINI_API_URL GINI_USER_CENTER_URL GINI_CA_FILE GINI_CLIENT_ID GINI_CLIENT_SECRET (what `gini-notebook sandbox`
# prints), and a PDF and a JPEG as arguments. Prints one line per call and ends with 1 at the first wrong answer.
set -euo pipefail

pdf=$1
jpeg=$2
user="$(date +%s)-$$"
answers=$(mktemp -d)
trap 'rm -rf "$answers"' EXIT
json='Accept: application/vnd.gini.v1+json'
basic="$GINI_CLIENT_ID:$GINI_CLIENT_SECRET"

# ask WANTED_STATUS NAME curl-arguments…: headers go to $answers/head, the body to $answers/body.
ask() {
    local wanted=$1 name=$2 status
    shift 2
    status=$(curl --silent --show-error --cacert "$GINI_CA_FILE" --dump-header "$answers/head" --output "$answers/body" \
        --write-out '%{http_code}' "$@")
    printf '%s %s\n' "$status" "$name"
    if [ "$status" != "$wanted" ]; then
        printf 'wanted %s\n' "$wanted" >&2
        cat "$answers/head" "$answers/body" >&2
        exit 1
    fi
    grep -qi '^x-request-id: ' "$answers/head"
}

header() { sed -n "s/^$1: //Ip" "$answers/head" | tr -d '\r'; }
member() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$answers/body" "$1"; }

wait_for() {
    for _ in $(seq 300); do
        ask 200 "poll" -H "$2" ${3:+-H "$3"} -H "$json" "$1" >/dev/null
        [ "$(member progress)" = PENDING ] || return 0
        sleep 0.1
    done
    exit 1
}

# --- a trusted device: Basic and a user identifier ------------------------------------------------------------------
trusted=(-u "$basic" -H "X-User-Identifier: $user")
ask 200 'list, trusted' "${trusted[@]}" -H "$json" "$GINI_API_URL/documents"
ask 201 'form, trusted' "${trusted[@]}" -H "$json" -F "file=@$pdf" "$GINI_API_URL/documents"
location=$(header location)
ask 200 'document' "${trusted[@]}" -H "$json" -i "$location"
ask 204 'delete' "${trusted[@]}" -X DELETE -H "$json" "$location"
ask 404 'deleted document' "${trusted[@]}" -H "$json" "$location"
ask 200 'login for a device' -X POST "${trusted[@]}" -H "$json" "$GINI_API_URL/login"
device="Authorization: Bearer $(member access_token)"
ask 200 'list with that token' -H "$device" -H "$json" "$GINI_API_URL/documents"

# --- an untrusted device: client token, user, user token ------------------------------------------------------------
ask 200 'client token' -u "$basic" -H 'Accept: application/json' \
    "$GINI_USER_CENTER_URL/oauth/token?grant_type=client_credentials"
client="Authorization: BEARER $(member access_token)"
email="$user@app.example.org"
ask 201 'create user' -X POST -H "$client" -H 'Content-Type: application/json' -H 'Accept: application/json' \
    --data "{\"email\":\"$email\",\"password\":\"tulip-4711\"}" "$GINI_USER_CENTER_URL/api/users"
account=$(header location)
ask 200 'read user' -H "$client" -H 'Accept: application/json' "$account"
ask 200 'user token' -X POST -u "$basic" -H 'Accept: application/json' --data-urlencode "username=$email" \
    --data-urlencode 'password=tulip-4711' "$GINI_USER_CENTER_URL/oauth/token?grant_type=password"
token="Authorization: BEARER $(member access_token)"

# --- uploads ----------------------------------------------------------------------------------------------------------
ask 201 'form' -H "$token" --form "file=@$pdf" -H "$json" "$GINI_API_URL/documents"
ask 201 'raw with content type' -H "$token" -H "$json" -H 'Content-Type: application/pdf' --data-binary "@$pdf" \
    "$GINI_API_URL/documents?filename=rechnung.pdf"
document=$(header location)
wait_for "$document" "$token"
[ "$(member name)" = rechnung.pdf ]
ask 415 'raw without content type' -H "$token" -H "$json" --data-binary "@$pdf" "$GINI_API_URL/documents"

# curl sends "partial+png; boundary=…" and a part whose disposition is "attachment"; the documentation does it so.
ask 201 'partial as form' -H "$token" -H "$json" -H 'Content-Type: application/vnd.gini.v1.partial+png' \
    --form "file=@$jpeg" "$GINI_API_URL/documents"
first=$(header location)
ask 201 'partial raw' -H "$token" -H "$json" -H 'Content-Type: application/vnd.gini.v1.partial+pdf' \
    --data-binary "@$pdf" "$GINI_API_URL/documents?filename=seite2.pdf"
second=$(header location)
ask 201 'QR code' -H "$token" -H "$json" -H 'Content-Type: application/vnd.gini.v1.partial+qr+json' \
    --data '{"qrcode":"BCD\n002\n1\nSCT\n\nStadtwerke Nordheim\nDE17100500000123456789\nEUR58.20"}' "$GINI_API_URL/documents"
ask 201 'composite' -H "$token" -H "$json" -H 'Content-Type: application/vnd.gini.v1.composite+json' \
    --data "{\"partialDocuments\":[{\"document\":\"$first\",\"rotationDelta\":90},{\"document\":\"$second\"}]}" \
    "$GINI_API_URL/documents"
composite=$(header location)
wait_for "$composite" "$token"
ask 400 'delete a part in use' -X DELETE -H "$token" -H "$json" "$first"

# --- results ----------------------------------------------------------------------------------------------------------
for one in "$document" "$composite"; do
    for what in '' /pages /layout /extractions; do
        ask 200 "document$what" -H "$token" -H "$json" "$one$what"
    done
    ask 200 'page image' -H "$token" "$one/pages/1/large"
    ask 200 'processed' -H "$token" -H 'Accept: application/octet-stream' "$one/processed"
done
cmp --silent "$pdf" <(curl --silent --cacert "$GINI_CA_FILE" -H "$token" "$document/processed")

# --- feedback ---------------------------------------------------------------------------------------------------------
feedback=(-H "$token" -H "$json" -H 'Content-Type: application/vnd.gini.v1+json')
ask 204 'feedback' -X PUT "${feedback[@]}" --data '{"feedback":{"amountToPay":{"value":"950.00:EUR"}}}' \
    "$document/extractions/feedback"
ask 200 'extractions afterwards' -H "$token" -H "$json" "$document/extractions"
grep -q '950.00:EUR' "$answers/body"
ask 204 'one label' -X PUT "${feedback[@]}" --data '{"value":"951.00:EUR"}' "$document/extractions/amountToPay"
ask 204 'wrong label' -X DELETE -H "$token" -H "$json" "$document/extractions/amountToPay"
ask 406 'feedback with wrong headers' -X PUT -H "$token" --data '{"feedback":{}}' "$document/extractions/feedback"
ask 422 'feedback with a wrong value' -X PUT "${feedback[@]}" --data '{"feedback":{"iban":{"value":"DE12"}}}' \
    "$document/extractions/feedback"

# --- list and end -----------------------------------------------------------------------------------------------------
ask 200 'list' -H "$token" -H "$json" "$GINI_API_URL/documents?limit=2&next=0"
ask 204 'delete composite' -X DELETE -H "$token" -H "$json" "$composite"
ask 204 'delete part' -X DELETE -H "$token" -H "$json" "$first"
ask 401 'no credentials' -H "$json" "$GINI_API_URL/documents"
ask 204 'delete user' -X DELETE -H "$client" -H 'Content-Type: application/json' "$account"
ask 401 'token of a deleted user' -H "$token" -H "$json" "$GINI_API_URL/documents"
