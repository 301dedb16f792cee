#!/bin/sh
# Doesn't read stdin.
while :; do sleep 0.05; done
