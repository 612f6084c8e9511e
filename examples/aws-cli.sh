#!/usr/bin/env bash
# Bedrock's guide to model invocation logging with the AWS CLI, both ways from beginning to end:
# to an S3 bucket, and to CloudWatch Logs. Needs a running server (npx varve serve), the AWS CLI and:
#   eval "$(npx varve env)"
# Running it again is harmless. Nothing here is Varve's own but the model id: the rest is what AWS's guide says.
set -euo pipefail

MODEL=${MODEL:-varve.echo-v1}
BUCKET=${BUCKET:-my-bedrock-logs}
PREFIX=${PREFIX:-prod}
GROUP=${GROUP:-/bedrock/calls}
ROLE=${ROLE:-bedrock-logging}
# A log batch waits VARVE_DELIVERY_INTERVAL (60s) for more.
WAIT_SECONDS=${WAIT_SECONDS:-120}

: "${AWS_ENDPOINT_URL:?Run this first:  eval \"\$(npx varve env)\"}"
export AWS_PAGER=''
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '\n== %s\n' "$*"; }

# made CODE COMMAND…: the command, content with CODE (it is there already).
made() {
  local code=$1
  shift
  "$@" >"$work/out" 2>&1 || grep -q "($code)" "$work/out" || { cat "$work/out" >&2; return 1; }
}

# converse TEXT: a model call.
converse() {
  aws bedrock-runtime converse --model-id "$MODEL" \
    --messages "[{\"role\":\"user\",\"content\":[{\"text\":\"$1\"}]}]" \
    --query 'output.message.content[0].text' --output text
}

# until_found TEXT COMMAND…: repeats the command until it prints TEXT, and shows the first line with it.
until_found() {
  local text=$1 end=$((SECONDS + WAIT_SECONDS))
  shift
  while ((SECONDS < end)); do
    "$@" >"$work/found" 2>/dev/null || true
    grep -m 1 -- "$text" "$work/found" && return 0
    sleep 1
  done
  echo "no record with \"$text\" after $WAIT_SECONDS s" >&2
  return 1
}

account=$(aws sts get-caller-identity --query Account --output text)
region=${AWS_REGION:-us-east-1}
run=$$-$(date +%s)
condition="\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"$account\"},\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:bedrock:$region:$account:*\"}}"

say "To an S3 bucket: a bucket, its policy, the logging configuration"
made BucketAlreadyOwnedByYou aws s3 mb "s3://$BUCKET"
cat >"$work/bucket.json" <<JSON
{"Version":"2012-10-17","Statement":[{"Sid":"AmazonBedrockLogsWrite","Effect":"Allow",
  "Principal":{"Service":"bedrock.amazonaws.com"},"Action":["s3:PutObject"],
  "Resource":["arn:aws:s3:::$BUCKET/$PREFIX/AWSLogs/$account/BedrockModelInvocationLogs/*"],$condition}]}
JSON
# May be left out: whoever may put bucket policies has the statement added by the next command.
aws s3api put-bucket-policy --bucket "$BUCKET" --policy "file://$work/bucket.json"
s3="\"s3Config\":{\"bucketName\":\"$BUCKET\",\"keyPrefix\":\"$PREFIX\"}"
aws bedrock put-model-invocation-logging-configuration --logging-config "{$s3}"

say "A call, and its record in the bucket"
converse "to the bucket $run"
batches() {
  aws s3 sync --quiet "s3://$BUCKET/$PREFIX/" "$work/bucket" --exclude '*/data/*'
  find "$work/bucket" -name '*.json.gz' -exec gunzip -c {} +
}
until_found "to the bucket $run" batches
aws s3 ls --recursive "s3://$BUCKET"

say "To CloudWatch Logs: a group, a role, the logging configuration"
made ResourceAlreadyExistsException aws logs create-log-group --log-group-name "$GROUP"
cat >"$work/trust.json" <<JSON
{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},
  "Action":"sts:AssumeRole",$condition}]}
JSON
cat >"$work/write.json" <<JSON
{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],
  "Resource":"arn:aws:logs:$region:$account:log-group:$GROUP:log-stream:aws/bedrock/modelinvocations"}]}
JSON
made EntityAlreadyExists aws iam create-role --role-name "$ROLE" \
  --assume-role-policy-document "file://$work/trust.json"
aws iam put-role-policy --role-name "$ROLE" --policy-name write --policy-document "file://$work/write.json"
logs="\"cloudWatchConfig\":{\"logGroupName\":\"$GROUP\",\"roleArn\":\"arn:aws:iam::$account:role/$ROLE\"}"
aws bedrock put-model-invocation-logging-configuration --logging-config "{$logs}"

say "A call, and its record in the log group"
converse "to the log group $run"
until_found "to the log group $run" \
  aws logs filter-log-events --log-group-name "$GROUP" --query 'events[].[message]' --output text

say "To both"
aws bedrock put-model-invocation-logging-configuration --logging-config "{$s3,$logs}"
converse "to both $run"
until_found "to both $run" batches
until_found "to both $run" \
  aws logs filter-log-events --log-group-name "$GROUP" --query 'events[].[message]' --output text

say "Done. Logging stays on; to turn it off: aws bedrock delete-model-invocation-logging-configuration"
