/* SPDX-License-Identifier: Apache-2.0 */
/* The guard of a bridge's ports on frames given as bytes: what it lets through, of frames that are
 * almost right, is what a second reading of the rules finds true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "datapath/internal.h"
#include "datapath/source.h"
#include "net.h"
#include "packet.h"

enum {
	OWN_PORT = 10,
	OTHER_PORT = 12,
	ROUNDS = 40000,
	FRAME_MAX = 128,
	NEXT = -1,
	DROP = 2,
};

static const uint8_t router_mac[] = {2, 0, 0, 0, 0, 1};
static const uint8_t own_mac[] = {2, 0, 0, 0, 0, 2};
static const uint8_t other_mac[] = {2, 0, 0, 0, 0, 3};

static const struct ward_ip own_ips[] = {{.lo = 0x0a000002, .family = WARD_FAMILY_4},
					 {0xfd00000000000000, 2, WARD_FAMILY_6}};
static const struct ward_ip other_ips[] = {{.lo = 0x0a000003, .family = WARD_FAMILY_4},
					   {0xfd00000000000000, 3, WARD_FAMILY_6}};
static const uint8_t own4[] = {10, 0, 0, 2}, other4[] = {10, 0, 0, 3};
static const uint8_t own6[16] = {0xfd, [15] = 2}, other6[16] = {0xfd, [15] = 3};
static const uint8_t link6[16] = {0xfe, 0x80, [11] = 0xff, 0xfe, 0, 0, 2};
static const uint8_t none[16];

struct frame {
	uint8_t bytes[FRAME_MAX];
	uint32_t size;
};

struct guard {
	struct ward_source *source;
	int net, home;
	unsigned rng;
};

static int guard_port(struct guard *guard, uint32_t ifindex, const uint8_t *mac,
		      const struct ward_ip *ips)
{
	struct ward_source_port port = {.ifindex = ifindex, .n_ips = 2, .ips = ips};
	_cleanup_free_ char *why = NULL;
	int r;

	memcpy(port.mac, mac, sizeof(port.mac));
	r = ward_source_guard(guard->source, &port, &why);
	if (r < 0)
		fprintf(stderr, "%s\n", why);
	return r;
}

static int guard_open(void **state)
{
	struct guard *guard = ward_new(struct guard);
	_cleanup_free_ char *why = NULL;
	int r;

	*guard = (struct guard){.net = net_new(), .home = net_current(), .rng = 41};
	net_run(guard->net, "ip link add own index %d type veth peer name in index 11", OWN_PORT);
	net_run(guard->net, "ip link add other index %d type veth peer name on index 13",
		OTHER_PORT);
	net_enter(guard->net);
	*state = guard;
	if (ward_source_open(router_mac, &guard->source, &why) < 0) {
		fprintf(stderr, "%s\n", why);
		return -1;
	}
	r = guard_port(guard, OWN_PORT, own_mac, own_ips);
	if (r == -EINVAL)
		net_skip("this kernel has no tcx: 6.6 or newer has it");
	return r < 0 ? r : guard_port(guard, OTHER_PORT, other_mac, other_ips);
}

static int guard_close(void **state)
{
	struct guard *guard = *state;

	ward_source_close(guard->source);
	net_enter(guard->home);
	close(guard->net);
	close(guard->home);
	free(guard);
	return 0;
}

static int guard_run(const struct guard *guard, const struct frame *frame, uint32_t ifindex)
{
	struct __sk_buff context = {.ifindex = ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame->bytes, .data_size_in = frame->size,
		    .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = 1);

	if (bpf_prog_test_run_opts(ward_source_program(guard->source), &opts) < 0)
		return errno == EINVAL ? DROP : -errno; /* shorter than a frame can be */
	return (int)opts.retval;
}

static uint8_t *frame_begin(struct frame *frame, const uint8_t *to, uint16_t kind, uint32_t size)
{
	*frame = (struct frame){.size = 14 + size};
	memcpy(frame->bytes, to, 6);
	memcpy(frame->bytes + 6, own_mac, 6);
	put16(frame->bytes + 12, kind);
	return frame->bytes + 14;
}

static struct frame frame_arp(uint16_t operation)
{
	struct frame frame;
	uint8_t *arp = frame_begin(&frame, other_mac, ETH_P_ARP, 28);

	put16(arp, 1);
	put16(arp + 2, ETH_P_IP);
	arp[4] = 6;
	arp[5] = 4;
	put16(arp + 6, operation);
	memcpy(arp + 8, own_mac, 6);
	memcpy(arp + 14, own4, 4);
	return frame;
}

static struct frame frame_ip4(const uint8_t *mac)
{
	struct frame frame;
	uint8_t *ip = frame_begin(&frame, mac, ETH_P_IP, 28);

	ip[0] = 0x45;
	put16(ip + 2, 28);
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	memcpy(ip + 12, own4, 4);
	memcpy(ip + 16, other4, 4);
	return frame;
}

/* @next begins behind the fixed header, with its type if that is ICMPv6. */
static struct frame frame_ip6(const uint8_t *mac, const uint8_t *src, uint8_t next, uint8_t hops,
			      uint8_t type)
{
	struct frame frame;
	uint8_t *ip = frame_begin(&frame, mac, ETH_P_IPV6, 64);

	ip[0] = 0x60;
	put16(ip + 4, 24);
	ip[6] = next;
	ip[7] = hops;
	memcpy(ip + 8, src, 16);
	memcpy(ip + 24, other6, 16);
	ip[40] = type;
	memcpy(ip + 48, own6, 16);
	return frame;
}

static struct frame frame_seed(unsigned kind)
{
	static const uint8_t all[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	switch (kind) {
	case 0:
		return frame_arp(1);
	case 1:
		return frame_arp(2);
	case 2:
		return frame_ip4(other_mac);
	case 3:
		return frame_ip4(router_mac);
	case 4:
		return frame_ip6(other_mac, own6, IPPROTO_UDP, 64, 0);
	case 5:
		return frame_ip6(router_mac, own6, IPPROTO_TCP, 64, 0);
	case 6:
		return frame_ip6(all, none, IPPROTO_ICMPV6, 255, 135);
	case 7:
		return frame_ip6(other_mac, link6, IPPROTO_ICMPV6, 255, 136);
	default:
		return frame_ip6(other_mac, own6, IPPROTO_ICMPV6, 255, 136);
	}
}

enum {
	N_SEEDS = 9,
};

static bool is_one_of(const uint8_t *bytes, const uint8_t *a, const uint8_t *b, size_t size)
{
	return memcmp(bytes, a, size) == 0 || memcmp(bytes, b, size) == 0;
}

/* Does the packet go to whom its frame goes? */
static bool goes_there(const struct frame *frame, const uint8_t *dst, const uint8_t *others,
		       const uint8_t *own, size_t size)
{
	if (memcmp(frame->bytes, router_mac, 6) == 0)
		return true;
	if (memcmp(frame->bytes, own_mac, 6) == 0)
		return memcmp(dst, own, size) == 0;
	return memcmp(frame->bytes, other_mac, 6) == 0 && memcmp(dst, others, size) == 0;
}

static bool arp_may(const uint8_t *arp, uint32_t size)
{
	bool asks = arp[6] == 0 && arp[7] == 1, answers = arp[6] == 0 && arp[7] == 2;

	return size >= 28 && memcmp(arp, "\0\1\x08\0\6\4", 6) == 0 && (asks || answers) &&
	       memcmp(arp + 8, own_mac, 6) == 0 && is_one_of(arp + 14, own4, asks ? none : own4, 4);
}

static bool ip6_may(const struct frame *frame, const uint8_t *ip, uint32_t size)
{
	bool is_icmp = ip[6] == IPPROTO_ICMPV6, is_nd = is_icmp && ip[40] >= 133 && ip[40] <= 137;

	if (size < 40 || (is_icmp && size < 41))
		return false;
	if (is_nd && (ip[40] == 133 || ip[40] == 135))
		return ip[7] == 255 &&
		       (is_one_of(ip + 8, own6, link6, 16) || memcmp(ip + 8, none, 16) == 0);
	if (is_nd)
		return ip[40] == 136 && ip[7] == 255 && size >= 64 &&
		       is_one_of(ip + 8, own6, link6, 16) && is_one_of(ip + 48, own6, link6, 16);
	if (is_icmp && ((ip[40] >= 130 && ip[40] <= 132) || ip[40] == 143))
		return false;
	return memcmp(ip + 8, own6, 16) == 0 && ip[24] != 0xff &&
	       goes_there(frame, ip + 24, other6, own6, 16);
}

/* Written from the rules at the head of source.bpf.c; -1: extension headers, which are not read
 * here. */
static int frame_may(const struct frame *frame)
{
	const uint8_t *l3 = frame->bytes + 14;
	uint32_t size = frame->size - 14;

	if (frame->size < 14 || memcmp(frame->bytes + 6, own_mac, 6) != 0)
		return false;
	switch (frame->bytes[12] << 8 | frame->bytes[13]) {
	case ETH_P_ARP:
		return arp_may(l3, size);
	case ETH_P_IP:
		return size >= 20 && memcmp(l3 + 12, own4, 4) == 0 && l3[16] < 224 &&
		       goes_there(frame, l3 + 16, other4, own4, 4);
	case ETH_P_IPV6:
		if (l3[6] == 0 || l3[6] == 43 || l3[6] == 44 || l3[6] == 60)
			return -1;
		return ip6_may(frame, l3, size);
	default:
		return false;
	}
}

static void frame_spoil(struct frame *frame, unsigned *rng)
{
	static const uint8_t favourites[] = {0,	  1,   2,   3,	 4,   5,   6,	10,  58,  60,  64,
					     130, 131, 133, 134, 135, 136, 137, 143, 255, 0xfd};

	for (unsigned n = rand_r(rng) % 3; n; n--) {
		uint8_t *at = &frame->bytes[rand_r(rng) % frame->size];

		*at = rand_r(rng) % 4 ? favourites[rand_r(rng) % sizeof(favourites)]
				      : rand_r(rng) >> 8;
	}
	if (rand_r(rng) % 8 == 0)
		frame->size = 14 + rand_r(rng) % (frame->size - 13);
}

static void almost_right(void **state)
{
	struct guard *guard = *state;
	uint32_t passed = 0, dropped = 0;

	for (uint32_t i = 0; i < ROUNDS; i++) {
		struct frame frame = frame_seed(rand_r(&guard->rng) % N_SEEDS);
		int may, did;

		frame_spoil(&frame, &guard->rng);
		may = frame_may(&frame);
		did = guard_run(guard, &frame, OWN_PORT);
		if (may >= 0 && did != (may ? NEXT : DROP)) {
			for (uint32_t k = 0; k < frame.size; k++)
				fprintf(stderr, "%02x", frame.bytes[k]);
			fail_msg(": frame %u: %d, but it may: %d", i, did, may);
		}
		passed += did == NEXT;
		dropped += did == DROP;
	}
	assert_true(passed > ROUNDS / 10 && dropped > ROUNDS / 10);
}

/* All that is right at its own port is wrong at any other. */
static void at_another_port(void **state)
{
	for (unsigned kind = 0; kind < N_SEEDS; kind++) {
		struct frame frame = frame_seed(kind);

		assert_int_equal(guard_run(*state, &frame, OWN_PORT), NEXT);
		assert_int_equal(guard_run(*state, &frame, OTHER_PORT), DROP);
		assert_int_equal(guard_run(*state, &frame, 11), DROP);
	}
}

static void released(void **state)
{
	struct guard *guard = *state;
	struct ward_source_port port = {.ifindex = OWN_PORT};
	struct ward_source_counters counters;
	struct frame frame = frame_ip4(other_mac);

	memcpy(port.mac, own_mac, sizeof(port.mac));
	ward_source_release(guard->source, &port);
	assert_int_equal(guard_run(guard, &frame, OWN_PORT), DROP);
	assert_int_equal(guard_port(guard, OWN_PORT, own_mac, own_ips), 0);
	assert_int_equal(guard_run(guard, &frame, OWN_PORT), NEXT);
	ward_source_counters(guard->source, &counters);
	assert_true(counters.passed && counters.spoofed && counters.kind && counters.astray);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_another_port),
		cmocka_unit_test(almost_right),
		cmocka_unit_test(released),
	};

	if (geteuid() != 0)
		net_skip("loading BPF programs needs root");
	return cmocka_run_group_tests(tests, guard_open, guard_close);
}
