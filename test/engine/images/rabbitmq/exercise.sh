#!/bin/sh
# A persistent message in a durable queue, put back after reading. A fatal start ends with 0, so only a message counts.
set -e
amqp() { tool=$1; shift; timeout 5 "amqp-$tool" --url=amqp://guest:guest@127.0.0.1 "$@"; }
publish() { amqp publish --routing-key=kept --persistent --body="$1"; }
case $1 in
  ready) amqp declare-queue --queue=kept --durable ;;
  write) amqp delete-queue --queue=kept >/dev/null; amqp declare-queue --queue=kept --durable >/dev/null; publish "$2" ;;
  read | again)
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      if [ "$(amqp get --queue=kept)" = "$2" ]; then publish "$2"; exit 0; fi
      sleep 0.2
    done
    exit 1 ;;
esac
