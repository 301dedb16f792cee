#!/bin/sh
# Reads nothing.
while :; do sleep 0.05; done
