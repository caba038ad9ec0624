/* SPDX-License-Identifier: Apache-2.0 */
/* The program's verdicts on packets given as bytes: the kernel against the tables and against the
 * same image read in user space; and packets made to be misread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../unit/image/random-tables.h"
#include "datapath/datapath.h"
#include "datapath/events.h"
#include "datapath/program.h"
#include "image/image.h"
#include "image/verdict.h"
#include "net.h"
#include "packet.h"

enum {
	N_BUCKETS = 100,
	N_LINES = 8192,
	VERSIONS = 60,
	PACKETS = 1000,
};

struct kernel {
	struct ward_program program;
	struct ward_image_writer *writer;
	struct ward_events *events;
	struct random_seeds seeds;
	struct random_tables random;
	struct ward_flow_event event;
	int n_events;
	unsigned rng;
};

static int kernel_load(void **state)
{
	static const struct ward_cidr closed = {{.lo = R_CLOSED_FIRST, .family = WARD_FAMILY_4},
						26};
	struct kernel *kernel = ward_new(struct kernel);
	struct ward_image_config config = {
		.n_buckets = N_BUCKETS,
		.n_lines = N_LINES,
		.node = R_NODE_NAME + R_OWN_NODE,
		.n_pod_ranges = 1,
		.pod_ranges = &closed,
	};
	const struct ward_program_config program = {
		.n_buckets = N_BUCKETS,
		.n_lines = N_LINES,
		.report_every = true,
	};
	_cleanup_free_ char *why = NULL;

	if (ward_program_load(&kernel->program, &program, &why) < 0) {
		fprintf(stderr, "%s\n", why);
		free(kernel);
		return -1;
	}
	config.bytes = kernel->program.image;
	kernel->writer = ward_image_writer_new(&config);
	kernel->rng = 23;
	ward_events_open(kernel->program.flows_fd, &kernel->events);
	*state = kernel;
	return 0;
}

static int kernel_unload(void **state)
{
	struct kernel *kernel = *state;

	ward_events_close(kernel->events);
	ward_image_writer_free(kernel->writer);
	ward_program_unload(&kernel->program);
	free(kernel);
	return 0;
}

static void hear(void *userdata, const struct ward_flow_event *event)
{
	struct kernel *kernel = userdata;

	kernel->event = *event;
	kernel->n_events++;
}

/* What the kernel says of a packet, from its return value and from the event. */
static void kernel_judge(struct kernel *kernel, const struct packet *packet,
			 struct ward_image_verdict *verdict)
{
	int r = packet_judge(kernel->program.fd, PACKET_IPV4, packet);

	assert_in_range(r, 0, 1);
	kernel->n_events = 0;
	ward_events_poll(kernel->events, hear, kernel);
	assert_int_equal(kernel->n_events, 1);
	assert_int_equal(kernel->event.accept, r);
	assert_int_equal(kernel->event.version, kernel->random.tables.version);
	*verdict = (struct ward_image_verdict){
		.accept = r,
		.outcome = kernel->event.reason,
		.decision = {kernel->event.decision[0], kernel->event.decision[1]},
	};
}

static void verdicts_equal(const struct ward_image_verdict *a, const struct ward_image_verdict *b)
{
	assert_int_equal(a->outcome, b->outcome);
	assert_int_equal(a->accept, b->accept);
	assert_int_equal(a->decision[0], b->decision[0]);
	assert_int_equal(a->decision[1], b->decision[1]);
}

static void random_packet_judged(struct kernel *kernel, const struct ward_image *image)
{
	static const uint8_t protocols[] = {IPPROTO_TCP,  IPPROTO_UDP, IPPROTO_SCTP,
					    IPPROTO_ICMP, IPPROTO_GRE, 0};
	unsigned *rng = &kernel->rng;
	uint8_t protocol = protocols[rand_r(rng) % WARD_ARRAY_SIZE(protocols)];
	struct ward_flow4 flow = {
		.from = random_address(rng),
		.to = random_address(rng),
		.proto = protocol == IPPROTO_TCP    ? WARD_TCP
			 : protocol == IPPROTO_UDP  ? WARD_UDP
			 : protocol == IPPROTO_SCTP ? WARD_SCTP
						    : WARD_OTHER,
		.port = random_port(rng),
		.ifindex = WARD_LOOPBACK_IFINDEX,
	};
	uint32_t options = rand_r(rng) % 2 ? rand_r(rng) % 11 * 4 : 0;
	struct packet packet = packet4(flow.from, flow.to, protocol, random_port(rng), flow.port,
				       options, rand_r(rng) % 2); /* END, NOP */
	struct ward_image_verdict naive, user, bpf;

	flow.sender = flow.from;
	kernel_judge(kernel, &packet, &bpf);
	ward_image_walk(image, &flow, &user);
	verdicts_equal(&user, &bpf);
	naive_walk(&kernel->random, &flow, &naive);
	verdicts_equal(&naive, &bpf);
	assert_int_equal(kernel->event.src.lo, flow.from);
	assert_int_equal(kernel->event.dst.lo, flow.to);
	assert_int_equal(kernel->event.dport, flow.proto == WARD_OTHER ? 0 : flow.port);
}

/* Every other version says that all local pods are behind the loopback device: else every packet
 * of theirs would be a lie. */
static void kernel_says_what_tables_say(void **state)
{
	struct kernel *kernel = *state;
	struct ward_image image;

	random_seeds_init(&kernel->seeds, &kernel->rng);
	ward_image_open(kernel->program.image, kernel->program.image_size, &image);
	for (uint64_t version = 1; version <= VERSIONS; version++) {
		random_tables_fill(&kernel->random, &kernel->seeds, version);
		for (uint32_t i = 0; version % 4 && i < R_SLOTS; i++)
			kernel->random.ifindex[i] = WARD_LOOPBACK_IFINDEX;
		assert_int_equal(ward_image_commit(kernel->writer, &kernel->random.tables,
						   kernel->random.ifindex),
				 0);
		assert_int_equal(ward_image_load(&image), version);
		for (int i = 0; i < PACKETS; i++)
			random_packet_judged(kernel, &image);
		random_seeds_change(&kernel->seeds, &kernel->rng);
	}
}

/* One local pod, 10.0.0.2: TCP and UDP 80 may be opened to it, and nothing without ports. */
static void commit_port_80(struct kernel *kernel)
{
	struct random_tables *random = &kernel->random;

	*random = (struct random_tables){
		.endpoints = {{.managed = true, .row = {[WARD_INGRESS] = 1}}},
		.addresses = {{r_ip(0x0a000002), 0, 0, WARD_NONE}},
		.rows = {{.rest = 0}, {.rest = 1}},
		.port_maps = {{.other = 1, .rest = 1}, {.n = 2, .spans = random->spans[1]}},
		.spans = {{}, {{WARD_TCP, 80, 80, 2}, {WARD_UDP, 80, 80, 2}}},
		.decisions = {{false}, {true}, {true}},
		.ifindex = {WARD_LOOPBACK_IFINDEX},
	};
	random->tables = (struct ward_tables){
		.version = 1000,
		.n_endpoints = 1,
		.endpoints = random->endpoints,
		.n_addresses = 1,
		.addresses = random->addresses,
		.n_shapes = 1,
		.shape_identity = random->shape_identity,
		.n_identities = 1,
		.n_rows = 2,
		.rows = random->rows,
		.n_port_maps = 2,
		.port_maps = random->port_maps,
		.n_decisions = 3,
		.decisions = random->decisions,
	};
	assert_int_equal(ward_image_commit(kernel->writer, &random->tables, random->ifindex), 0);
}

static const uint32_t world = 0x08080808, pod = 0x0a000002;

static struct packet tcp(uint16_t dport, uint32_t options)
{
	return packet4(world, pod, IPPROTO_TCP, 1024, dport, options, 1); /* NOP */
}

/* Options that spell "port 80" where a header without options would have its ports. */
static struct packet options_spell_port(uint16_t dport)
{
	struct packet packet = tcp(dport, 8);

	put16(packet.bytes + 20, 80);
	put16(packet.bytes + 22, 80);
	return packet;
}

/* To the open port, with these eight bytes of options. */
static struct packet with_options(uint64_t options)
{
	struct packet packet = tcp(80, 8);

	put32(packet.bytes + 20, options >> 32);
	put32(packet.bytes + 24, options);
	return packet;
}

static struct packet with_fragment(uint16_t fragment)
{
	struct packet packet = tcp(80, 0);

	put16(packet.bytes + 6, fragment);
	return packet;
}

static struct packet with_byte(uint32_t at, uint8_t value)
{
	struct packet packet = tcp(80, 0);

	packet.bytes[at] = value;
	return packet;
}

/* Cut to @size; the header knows, or still claims the whole. */
static struct packet cut(struct packet packet, uint32_t size, bool honest)
{
	packet.size = size;
	if (honest)
		put16(packet.bytes + 2, size);
	return packet;
}

static void packets_made_to_be_misread(void **state)
{
	const struct {
		const char *what;
		struct packet packet;
		bool accept;
		enum ward_flow_reason reason;
	} vectors[] = {
		{"TCP 80", tcp(80, 0), true, WARD_FLOW_RULES},
		{"TCP 81", tcp(81, 0), false, WARD_FLOW_RULES},
		{"UDP 80", packet4(world, pod, IPPROTO_UDP, 1, 80, 0, 0), true, WARD_FLOW_RULES},
		{"UDP 80 from the pod", packet4(pod, world, IPPROTO_UDP, 1, 80, 0, 0), true,
		 WARD_FLOW_RULES},
		{"UDP-Lite 80", packet4(world, pod, IPPROTO_UDPLITE, 1, 80, 0, 0), false,
		 WARD_FLOW_RULES},
		{"TCP source port 80", packet4(world, pod, IPPROTO_TCP, 80, 81, 0, 0), false,
		 WARD_FLOW_RULES},
		{"one NOP option", tcp(80, 4), true, WARD_FLOW_RULES},
		{"40 bytes of options", tcp(80, 40), true, WARD_FLOW_RULES},
		{"options to a closed port", tcp(81, 40), false, WARD_FLOW_RULES},
		{"loose source route", with_options(0x83070408080808ff), false,
		 WARD_FLOW_MALFORMED},
		{"strict source route", with_options(0x0189070408080808), false,
		 WARD_FLOW_MALFORMED},
		{"source route behind a timestamp", with_options(0x4404050083070400), false,
		 WARD_FLOW_MALFORMED},
		{"source route behind NOPs", with_options(0x0101010101018302), false,
		 WARD_FLOW_MALFORMED},
		{"record route", with_options(0x0707040000000001), true, WARD_FLOW_RULES},
		{"router alert, end, and what follows it", with_options(0x9404000000838383), true,
		 WARD_FLOW_RULES},
		{"a source route's number inside an option", with_options(0x4408058389838901), true,
		 WARD_FLOW_RULES},
		{"option of length 0", with_options(0x4400010101010101), false,
		 WARD_FLOW_MALFORMED},
		{"option of length 1", with_options(0x4401010101010101), false,
		 WARD_FLOW_MALFORMED},
		{"option longer than the options", with_options(0x0144080500000000), false,
		 WARD_FLOW_MALFORMED},
		{"option without its length", with_options(0x0101010101010144), false,
		 WARD_FLOW_MALFORMED},
		{"options that spell an open port", options_spell_port(81), false, WARD_FLOW_RULES},
		{"protocol 0", packet4(world, pod, 0, 80, 80, 0, 0), false, WARD_FLOW_RULES},
		{"echo request", packet4(world, pod, IPPROTO_ICMP, 0x0800, 80, 0, 0), false,
		 WARD_FLOW_RULES},
		{"first fragment", with_fragment(0x2000), false, WARD_FLOW_MALFORMED},
		{"later fragment that spells port 80", with_fragment(0x0003), false,
		 WARD_FLOW_MALFORMED},
		{"don't fragment", with_fragment(0x4000), true, WARD_FLOW_RULES},
		{"version 5", with_byte(0, 0x55), false, WARD_FLOW_MALFORMED},
		{"header of 16 bytes", with_byte(0, 0x44), false, WARD_FLOW_MALFORMED},
		{"header longer than the packet", with_byte(0, 0x4f), false, WARD_FLOW_MALFORMED},
		{"total length 0", with_byte(3, 0), false, WARD_FLOW_MALFORMED},
		{"total length beyond the packet", with_byte(2, 1), false, WARD_FLOW_MALFORMED},
		{"TCP header of 4 bytes", cut(tcp(80, 0), 24, true), false, WARD_FLOW_MALFORMED},
		{"TCP header of 19 bytes", cut(tcp(80, 0), 39, true), false, WARD_FLOW_MALFORMED},
		{"bytes missing at the end", cut(tcp(80, 0), 39, false), false,
		 WARD_FLOW_MALFORMED},
		{"no transport header", cut(tcp(80, 0), 20, true), false, WARD_FLOW_MALFORMED},
		{"from 0.0.0.0", packet4(0, pod, IPPROTO_TCP, 1, 81, 0, 0), false, WARD_FLOW_RULES},
		{"to nobody here", packet4(world, 0xffffffff, 255, 1, 1, 0, 0), true,
		 WARD_FLOW_RULES},
		{"a pod that is not ready", packet4(world, R_CLOSED_LAST, 6, 1, 80, 0, 0), false,
		 WARD_FLOW_NOT_READY},
	};
	struct kernel *kernel = *state;

	commit_port_80(kernel);
	for (size_t i = 0; i < WARD_ARRAY_SIZE(vectors); i++) {
		struct ward_image_verdict verdict;

		kernel_judge(kernel, &vectors[i].packet, &verdict);
		if (verdict.accept != vectors[i].accept || verdict.outcome != vectors[i].reason)
			fail_msg("%s: %s, reason %u", vectors[i].what,
				 verdict.accept ? "let through" : "dropped", verdict.outcome);
	}
}

/* Any bytes at all are judged without a complaint of the kernel, and only what could be parsed is
 * let through to a pod. */
static void any_bytes(void **state)
{
	struct kernel *kernel = *state;
	unsigned *rng = &kernel->rng;

	commit_port_80(kernel);
	for (int i = 0; i < 20000; i++) {
		struct packet packet = tcp(80, rand_r(rng) % 11 * 4);
		struct ward_image_verdict verdict;

		for (uint32_t n = rand_r(rng) % 6; n; n--)
			packet.bytes[rand_r(rng) % 16] = rand_r(rng);
		packet.size = 20 + rand_r(rng) % (PACKET_MAX - 20);
		kernel_judge(kernel, &packet, &verdict);
		if (verdict.accept && kernel->event.dst.lo == pod)
			assert_int_equal(kernel->event.dport, 80);
	}
}

int main(void)
{
	_cleanup_free_ char *why = NULL;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_says_what_tables_say),
		cmocka_unit_test(packets_made_to_be_misread),
		cmocka_unit_test(any_bytes),
	};

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	net_enter(net_new());
	return cmocka_run_group_tests(tests, kernel_load, kernel_unload);
}
