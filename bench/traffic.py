#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Connections a second and throughput between two pods of a lab; bench/run.sh calls it.

    traffic.py serve PORT                          answers both kinds until it is killed
    traffic.py connect ADDRESS PORT SECONDS        opens and closes; prints connections a second
    traffic.py send ADDRESS PORT SECONDS           one stream; prints Gbit a second
"""
import socket
import struct
import sys
import threading
import time

RESET = struct.pack("ii", 1, 0)  # close without TIME_WAIT: ports do not run out


def drain(connection):
    buffer = bytearray(1 << 20)
    with connection:
        while connection.recv_into(buffer):
            pass


def serve(port):
    server = socket.create_server(("", int(port)), backlog=1024)
    print("ready", flush=True)
    while True:
        connection, _ = server.accept()
        connection.settimeout(10)
        if connection.recv(1) == b"s":
            threading.Thread(target=drain, args=(connection,), daemon=True).start()
        else:
            connection.close()


def connect(address, port, seconds):
    n, start = 0, time.monotonic()
    while time.monotonic() - start < float(seconds):
        with socket.create_connection((address, int(port)), timeout=5) as connection:
            connection.sendall(b"c")
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        n += 1
    print(f"{n / (time.monotonic() - start):.0f}")


def send(address, port, seconds):
    n, start, block = 0, time.monotonic(), bytes(1 << 20)
    with socket.create_connection((address, int(port)), timeout=5) as connection:
        connection.sendall(b"s")
        while time.monotonic() - start < float(seconds):
            n += connection.send(block)
    print(f"{n * 8 / 1e9 / (time.monotonic() - start):.2f}")


{"serve": serve, "connect": connect, "send": send}[sys.argv[1]](*sys.argv[2:])
