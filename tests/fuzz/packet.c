/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of the BPF program, compiled for user space, on any bytes: what it lets through it has
 * read as Linux will (packet-reader.h); what is plain it lets through; what a receiver would read
 * in another way, never.  Of the first byte one bit says which family's hook it comes to, '4' or
 * '6'. */
#include "datapath/bpf/packet4.h"
#include "datapath/bpf/packet6.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "packet-reader.h"

struct bytes {
	const uint8_t *start;
	uint64_t size;
};

/* Each slice is a copy of exactly its size, as of a packet in pieces: nothing can be read beyond.
 */
void *bpf_dynptr_slice(const struct bpf_dynptr *dynptr, uint32_t offset, void *buffer,
		       uint32_t size)
{
	struct bytes bytes;

	memcpy(&bytes, dynptr, sizeof(bytes));
	if (offset > bytes.size || size > bytes.size - offset)
		return NULL;
	memcpy(buffer, bytes.start + offset, size);
	return buffer;
}

static void require(bool good)
{
	if (!good)
		abort();
}

static void address_is(const struct ward_ip *ip, const uint8_t *expected, enum ward_family family)
{
	uint8_t bytes[16];

	for (int i = 0; i < 8; i++) {
		bytes[i] = ip->hi >> (56 - 8 * i);
		bytes[8 + i] = ip->lo >> (56 - 8 * i);
	}
	require(ip->family == family);
	if (family == WARD_FAMILY_4)
		require(!ip->hi && !(ip->lo >> 32) && memcmp(bytes + 12, expected, 4) == 0);
	else
		require(memcmp(bytes, expected, 16) == 0);
}

static void parsed_is_told(const struct packet *packet, const struct told *told,
			   enum ward_family family)
{
	address_is(&packet->flow.from, told->src, family);
	address_is(&packet->flow.to, told->dst, family);
	require(packet->protocol == told->protocol);
	require((packet->flow.proto != WARD_OTHER) == told->has_ports);
	require(packet->flow.port == (told->has_ports ? told->dport : 0));
	require(packet->sport == (told->has_ports ? told->sport : 0));
}

static bool is_mapped_text(const uint8_t *address)
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address, prefix, sizeof(prefix)) == 0;
}

/* A packet as it comes, or (not @whole) the beginning of one that an ICMP error is about. */
static void packet_read(const uint8_t *bytes, size_t size, enum ward_family family, bool whole)
{
	struct bytes all = {bytes, size};
	struct sk_buff skb = {.len = size};
	struct reader reader = {.bytes = bytes, .size = size};
	struct packet packet = {};
	struct bpf_dynptr dynptr;
	struct ip6_header ip6 = {};
	struct told told = {};
	enum reading reading;
	uint32_t end = 0;
	bool parsed;

	memcpy(&dynptr, &all, sizeof(all));
	if (family == WARD_FAMILY_4) {
		parsed = whole ? parse4(&skb, &dynptr, &packet, &end)
			       : parse_inner4(&dynptr, 0, &packet);
		reading = read_header4(&reader, whole, &told);
	} else {
		parsed = whole ? parse6(&skb, &dynptr, &packet, &ip6, &end)
			       : parse_inner6(&dynptr, 0, &packet);
		reading = read_header6(&reader, whole, &told);
		if (whole && (is_mapped_text(told.src) || is_mapped_text(told.dst)))
			reading = reading == READ_PLAIN ? READ_ELSEWHERE : reading;
	}
	if (parsed)
		parsed_is_told(&packet, &told, family);
	if (whole || reading == READ_ELSEWHERE)
		require(parsed == (reading == READ_PLAIN));
	else if (reading == READ_PLAIN)
		require(parsed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	enum ward_family family;

	if (!size)
		return 0;
	family = bytes[0] & 2 ? WARD_FAMILY_6 : WARD_FAMILY_4;
	packet_read(bytes + 1, size - 1, family, true);
	packet_read(bytes + 1, size - 1, family, false);
	return 0;
}
