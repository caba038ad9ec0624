# SPDX-License-Identifier: Apache-2.0
"""Frames made by hand, sent and seen in the networks of a lab.

Run as a program, inside a network: `frames.py send IFACE` sends the frames that come in as lines of
hex; `frames.py see IFACE` writes those that arrive, the word "ready" before the first."""
import ipaddress
import socket
import struct
import subprocess
import sys
import time

ETH_P_ALL = 3
ARP, IP, IP6, VLAN = 0x0806, 0x0800, 0x86dd, 0x8100
BROADCAST = "ff:ff:ff:ff:ff:ff"


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def address(text):
    return ipaddress.ip_address(text).packed


def eth(dst, src, kind, payload):
    return mac(dst) + mac(src) + struct.pack("!H", kind) + payload


def vlan(number, frame):
    return frame[:12] + struct.pack("!HH", VLAN, number) + frame[12:]


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip(src, dst, protocol, payload, hops=64):
    """IPv4 or IPv6, as the addresses are."""
    if ":" in src:
        return (struct.pack("!IHBB", 6 << 28, len(payload), protocol, hops) + address(src) +
                address(dst) + payload)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, hops, protocol, 0)
    head += address(src) + address(dst)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def transport(src, dst, protocol, payload, where):
    """The payload with its checksum put at @where."""
    pseudo = address(src) + address(dst) + struct.pack("!II", len(payload), protocol)
    return payload[:where] + struct.pack("!H", checksum(pseudo + payload) or 0xffff) + \
        payload[where + 2:]


def udp(src, dst, sport, dport, data):
    payload = struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data
    return ip(src, dst, 17, transport(src, dst, 17, payload, 6))


def icmp6(src, dst, kind, body, hops=255):
    return ip(src, dst, 58, transport(src, dst, 58, struct.pack("!BBH", kind, 0, 0) + body, 2),
              hops)


def arp(operation, sender_mac, sender, target_mac, target):
    return struct.pack("!HHBBH", 1, IP, 6, 4, operation) + mac(sender_mac) + address(sender) + \
        mac(target_mac) + address(target)


def kind_of(packet):
    return IP6 if packet[0] >> 4 == 6 else IP


def send(lab, place, frames, iface="eth0"):
    lab("exec", place, "--", sys.executable, __file__, "send", iface,
        input_text="".join(f"{frame.hex()}\n" for frame in frames))


class Seen:
    """What arrives at an interface of a place while the block lasts; asked after it."""

    def __init__(self, ward, lab, place, iface="eth0"):
        self.process = subprocess.Popen(
            [ward, "lab", "exec", "--lab", lab.name, place, "--", sys.executable, __file__, "see",
             iface], stdout=subprocess.PIPE, text=True)
        self.frames = []

    def __enter__(self):
        assert self.process.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_):
        time.sleep(0.1)  # what was sent has arrived by now, or it does not
        self.process.terminate()
        self.frames = [bytes.fromhex(line) for line in self.process.stdout.read().split()]
        self.process.wait()
        self.process.stdout.close()

    def __contains__(self, data):
        return any(data in frame for frame in self.frames)


def main():
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as raw:
        raw.bind((sys.argv[2], ETH_P_ALL))
        if sys.argv[1] == "send":
            for line in sys.stdin:
                raw.send(bytes.fromhex(line))
            return
        print("ready", flush=True)
        while True:
            frame, sender = raw.recvfrom(65536)
            if sender[2] != socket.PACKET_OUTGOING:
                print(frame.hex(), flush=True)


if __name__ == "__main__":
    main()
