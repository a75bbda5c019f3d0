#!/bin/sh
# Steps down below an init that stays root, and has to signal it in the end.
exec gosu app sleep 7788
