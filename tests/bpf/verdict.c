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
	VERSIONS = 60,
	PACKETS = 1000,
};

static const struct ward_geometry geometry = {50, 120, 8192};

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
	static const struct ward_cidr closed[] = {
		{{.lo = R_CLOSED_FIRST, .family = WARD_FAMILY_4}, 26},
		{{R_HI + 1, R_CLOSED6_FIRST, WARD_FAMILY_6}, 122},
		{{R_HI + 1, UINT64_C(1) << 63, WARD_FAMILY_6}, 122},
	};
	struct kernel *kernel = ward_new(struct kernel);
	struct ward_image_config config = {
		.geometry = geometry,
		.node = R_NODE_NAME + R_OWN_NODE,
		.n_pod_ranges = WARD_ARRAY_SIZE(closed),
		.pod_ranges = closed,
	};
	const struct ward_program_config program = {
		.geometry = geometry,
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
	ward_events_open(&kernel->program, &kernel->events);
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
	int r = packet_judge(kernel->program.fd, packet);

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

static struct packet with_random_extensions(struct packet packet, unsigned *rng)
{
	static const uint8_t kinds[] = {IPPROTO_ROUTING, IPPROTO_DSTOPTS, IPPROTO_FRAGMENT};
	uint8_t bytes[48];

	for (int n = rand_r(rng) % 4; n; n--) {
		uint8_t kind = kinds[rand_r(rng) % WARD_ARRAY_SIZE(kinds)];
		uint32_t size = kind == IPPROTO_FRAGMENT ? 8 : 8 * (1 + rand_r(rng) % 6);

		memset(bytes, rand_r(rng), sizeof(bytes));
		put32(bytes, kind == IPPROTO_ROUTING ? 0x0400 : 0); /* of type 4, at its end */
		packet_extend(&packet, kind, bytes, size);
	}
	if (rand_r(rng) % 2)
		packet_extend(&packet, IPPROTO_HOPOPTS, bytes, 8 * (1 + rand_r(rng) % 6));
	return packet;
}

static struct packet random_packet(const struct ward_image_flow *flow, uint8_t protocol,
				   unsigned *rng)
{
	uint32_t options = rand_r(rng) % 2 ? rand_r(rng) % 11 * 4 : 0;
	uint16_t sport = random_port(rng);

	if (flow->from.family == WARD_FAMILY_4)
		return packet4(flow->from.lo, flow->to.lo, protocol, sport, flow->port, options,
			       rand_r(rng) % 2); /* END, NOP */
	return with_random_extensions(packet6(flow->from, flow->to, protocol, sport, flow->port),
				      rng);
}

static void random_packet_judged(struct kernel *kernel, const struct ward_image *image)
{
	static const uint8_t protocols[] = {[WARD_TCP] = IPPROTO_TCP,
					    [WARD_UDP] = IPPROTO_UDP,
					    [WARD_SCTP] = IPPROTO_SCTP,
					    [WARD_OTHER] = IPPROTO_ICMP,
					    IPPROTO_ICMPV6,
					    IPPROTO_GRE,
					    IPPROTO_NONE};
	unsigned *rng = &kernel->rng;
	uint8_t number = rand_r(rng) % WARD_ARRAY_SIZE(protocols);
	struct ward_image_flow flow = random_flow(rng);
	struct ward_image_verdict naive, user, bpf;
	struct packet packet;

	flow.proto = number < WARD_OTHER ? number : WARD_OTHER;
	flow.port = random_port(rng);
	packet = random_packet(&flow, protocols[number], rng);
	kernel_judge(kernel, &packet, &bpf);
	ward_image_walk(image, &flow, &user);
	verdicts_equal(&user, &bpf);
	naive_walk(&kernel->random, &flow, &naive);
	verdicts_equal(&naive, &bpf);
	assert_true(ward_ip_eq(kernel->event.src, flow.from));
	assert_true(ward_ip_eq(kernel->event.dst, flow.to));
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
		for (uint32_t i = 0; version % 4 && i < R_ALL_SLOTS; i++)
			kernel->random.ifindex[i] = WARD_LOOPBACK_IFINDEX;
		assert_int_equal(ward_image_commit(kernel->writer, &kernel->random.tables, NULL,
						   kernel->random.ifindex),
				 0);
		assert_int_equal(ward_image_load(&image), version);
		for (int i = 0; i < PACKETS; i++)
			random_packet_judged(kernel, &image);
		random_seeds_change(&kernel->seeds, &kernel->rng);
	}
}

/* Three local pods: to "pod" TCP and UDP 80 may be opened, and nothing without ports; "shut" may
 * open as much and no more; "far" is behind another interface than that of test runs.  "own" is the
 * node. */
static const struct ends {
	struct ward_ip world, pod, shut, far, own, unready, nobody;
} four =
	{
		.world = {.lo = 0x08080808, .family = WARD_FAMILY_4},
		.pod = {.lo = 0x0a000002, .family = WARD_FAMILY_4},
		.shut = {.lo = 0x0a000003, .family = WARD_FAMILY_4},
		.far = {.lo = 0x0a000004, .family = WARD_FAMILY_4},
		.own = {.lo = 0x0a000005, .family = WARD_FAMILY_4},
		.unready = {.lo = R_CLOSED_LAST, .family = WARD_FAMILY_4},
		.nobody = {.lo = UINT32_MAX, .family = WARD_FAMILY_4},
},
  six = {
	  .world = {0x2600 * (UINT64_C(1) << 48), 8, WARD_FAMILY_6},
	  .pod = {R_HI, 2, WARD_FAMILY_6},
	  .shut = {R_HI, 3, WARD_FAMILY_6},
	  .far = {R_HI, 4, WARD_FAMILY_6},
	  .own = {R_HI, 5, WARD_FAMILY_6},
	  .unready = {R_HI + 1, R_CLOSED6_LAST, WARD_FAMILY_6},
	  .nobody = {UINT64_MAX, UINT64_MAX, WARD_FAMILY_6},
};

static const struct ward_ip router = {UINT64_C(0xfe80) << 48, 1, WARD_FAMILY_6};
static const struct ward_ip solicited = {UINT64_C(0xff02) << 48, 0x1ff000002, WARD_FAMILY_6};
static const struct ward_ip site = {UINT64_C(0xff05) << 48, 1, WARD_FAMILY_6};

static void commit_port_80(struct kernel *kernel)
{
	struct random_tables *random = &kernel->random;

	*random = (struct random_tables){
		.endpoints = {{.managed = true, .row = {[WARD_INGRESS] = 1}},
			      {.managed = true, .row = {[WARD_EGRESS] = 1}},
			      {.managed = true}},
		.nodes = {{.name = R_NODE_NAME + R_OWN_NODE}},
		.addresses = {{four.pod, 0, 0, WARD_NONE},
			      {four.shut, 0, 1, WARD_NONE},
			      {four.far, 0, 2, WARD_NONE},
			      {four.own, 0, WARD_NONE, 0},
			      {six.pod, 0, 0, WARD_NONE},
			      {six.shut, 0, 1, WARD_NONE},
			      {six.far, 0, 2, WARD_NONE},
			      {six.own, 0, WARD_NONE, 0}},
		.rows = {{.rest = 0}, {.rest = 1}},
		.port_maps = {{.other = 1, .rest = 1}, {.n = 2, .spans = random->spans[1]}},
		.spans = {{}, {{WARD_TCP, 80, 80, 2}, {WARD_UDP, 80, 80, 2}}},
		.decisions = {{false}, {true}, {true}},
		.ifindex = {WARD_LOOPBACK_IFINDEX, WARD_LOOPBACK_IFINDEX, 7},
	};
	random->tables = (struct ward_tables){
		.version = 1000,
		.n_endpoints = 3,
		.endpoints = random->endpoints,
		.n_nodes = 1,
		.nodes = random->nodes,
		.n_addresses = 8,
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
	assert_int_equal(ward_image_commit(kernel->writer, &random->tables, NULL, random->ifindex),
			 0);
}

struct vector {
	const char *what;
	struct packet packet;
	bool accept;
	enum ward_flow_reason reason;
};

static void vectors_judged(struct kernel *kernel, const struct vector *vectors, size_t n)
{
	commit_port_80(kernel);
	for (size_t i = 0; i < n; i++) {
		struct ward_image_verdict verdict;

		kernel_judge(kernel, &vectors[i].packet, &verdict);
		if (verdict.accept != vectors[i].accept || verdict.outcome != vectors[i].reason)
			fail_msg("%s: %s, reason %u", vectors[i].what,
				 verdict.accept ? "let through" : "dropped", verdict.outcome);
	}
}

/* From the world to the pod. */
static struct packet to_pod(const struct ends *ends, uint8_t protocol, uint16_t dport)
{
	return packet_of(ends->world, ends->pod, protocol, 1024, dport);
}

static struct packet with_byte(struct packet packet, uint32_t at, uint8_t value)
{
	packet.bytes[at] = value;
	return packet;
}

static struct packet with_word(struct packet packet, uint32_t at, uint16_t value)
{
	put16(packet.bytes + at, value);
	return packet;
}

/* Cut to @size; the header knows, or still claims the whole. */
static struct packet cut(struct packet packet, uint32_t size, bool honest)
{
	packet.size = size;
	if (honest && packet.family == PACKET_IPV4)
		put16(packet.bytes + 2, size);
	else if (honest)
		put16(packet.bytes + 4, size - 40);
	return packet;
}

/* As an Ethernet frame is that would be too short. */
static struct packet padded(struct packet packet)
{
	packet.size += 20;
	return packet;
}

#define ACCEPTED true, WARD_FLOW_RULES
#define DENIED false, WARD_FLOW_RULES
#define MALFORMED false, WARD_FLOW_MALFORMED

/* What is alike in both families. */
static void packets_of_either_family(void **state)
{
	static const struct ends *const families[] = {&four, &six};

	for (size_t f = 0; f < WARD_ARRAY_SIZE(families); f++) {
		const struct ends *ends = families[f];
		uint32_t start = ends == &four ? 20 : 40;
		const struct packet tcp = to_pod(ends, IPPROTO_TCP, 80);
		const struct vector vectors[] = {
			{"TCP 80", tcp, ACCEPTED},
			{"TCP 81", to_pod(ends, IPPROTO_TCP, 81), DENIED},
			{"TCP 0", to_pod(ends, IPPROTO_TCP, 0), DENIED},
			{"TCP 65535", to_pod(ends, IPPROTO_TCP, 65535), DENIED},
			{"UDP 80", to_pod(ends, IPPROTO_UDP, 80), ACCEPTED},
			{"SCTP 80", to_pod(ends, IPPROTO_SCTP, 80), DENIED},
			{"UDP-Lite 80", to_pod(ends, IPPROTO_UDPLITE, 80), DENIED},
			{"UDP 80 from the pod", packet_of(ends->pod, ends->world, 17, 1, 80),
			 ACCEPTED},
			{"SCTP from the pod", packet_of(ends->pod, ends->world, 132, 1, 9),
			 ACCEPTED},
			{"from the port 80", packet_of(ends->world, ends->pod, 6, 80, 81), DENIED},
			{"from the shut pod", packet_of(ends->shut, ends->world, 6, 1, 81), DENIED},
			{"from there to 80", packet_of(ends->shut, ends->world, 6, 1, 80),
			 ACCEPTED},
			{"both ends agree", packet_of(ends->shut, ends->pod, 6, 1, 80), ACCEPTED},
			{"neither agrees", packet_of(ends->shut, ends->pod, 6, 1, 81), DENIED},
			{"from the node", packet_of(ends->own, ends->pod, 6, 1, 81), ACCEPTED},
			{"GRE", to_pod(ends, IPPROTO_GRE, 80), DENIED},
			{"ESP", to_pod(ends, IPPROTO_ESP, 80), DENIED},
			{"authentication header", to_pod(ends, IPPROTO_AH, 80), DENIED},
			{"IPv4 inside", to_pod(ends, IPPROTO_IPIP, 80), DENIED},
			{"IPv6 inside", to_pod(ends, IPPROTO_IPV6, 80), DENIED},
			{"protocol 255", to_pod(ends, 255, 80), DENIED},
			{"no next header", to_pod(ends, IPPROTO_NONE, 80), DENIED},
			{"ICMP echo", packet_of(ends->world, ends->pod, 1, 0x0800, 80), DENIED},
			{"ICMPv6 echo", packet_of(ends->world, ends->pod, 58, 0x8000, 80), DENIED},
			{"padding behind it", padded(tcp), ACCEPTED},
			{"TCP header of 4 bytes", cut(tcp, start + 4, true), MALFORMED},
			{"TCP header of 19 bytes", cut(tcp, start + 19, true), MALFORMED},
			{"half a port", cut(tcp, start + 1, true), MALFORMED},
			{"no transport header", cut(tcp, start, true), MALFORMED},
			{"bytes missing at the end", cut(tcp, start + 19, false), MALFORMED},
			{"UDP header of 8 bytes", cut(to_pod(ends, 17, 80), start + 8, true),
			 ACCEPTED},
			{"UDP header of 7 bytes", cut(to_pod(ends, 17, 80), start + 7, true),
			 MALFORMED},
			{"SCTP header of 11 bytes", cut(to_pod(ends, 132, 80), start + 11, true),
			 MALFORMED},
			{"ICMP of 7 bytes", cut(to_pod(ends, 1, 80), start + 7, true), MALFORMED},
			{"ICMPv6 of 7 bytes", cut(to_pod(ends, 58, 80), start + 7, true),
			 MALFORMED},
			{"version 5", with_byte(tcp, 0, 0x55), MALFORMED},
			{"version 0", with_byte(tcp, 0, 0x05), MALFORMED},
			{"the other version", with_byte(tcp, 0, tcp.bytes[0] ^ 0x20), MALFORMED},
			{"to nobody here", packet_of(ends->world, ends->nobody, 255, 1, 1),
			 ACCEPTED},
			{"to a pod that is not ready",
			 packet_of(ends->world, ends->unready, 6, 1, 80), false,
			 WARD_FLOW_NOT_READY},
			{"from a pod that is not ready",
			 packet_of(ends->unready, ends->pod, 6, 1, 80), false, WARD_FLOW_NOT_READY},
			{"from another's interface", packet_of(ends->far, ends->pod, 6, 1, 80),
			 false, WARD_FLOW_SPOOFED},
			{"to that pod", packet_of(ends->world, ends->far, 6, 1, 80), ACCEPTED},
		};

		vectors_judged(*state, vectors, WARD_ARRAY_SIZE(vectors));
	}
}

static struct packet tcp4(uint16_t dport, uint32_t options)
{
	return packet4(four.world.lo, four.pod.lo, IPPROTO_TCP, 1024, dport, options, 1); /* NOP */
}

/* Options that spell "port 80" where a header without options would have its ports. */
static struct packet options_spell_port(uint16_t dport)
{
	return with_word(with_word(tcp4(dport, 8), 20, 80), 22, 80);
}

/* To the open port, with these eight bytes of options. */
static struct packet with_options(uint64_t options)
{
	struct packet packet = tcp4(80, 8);

	put64(packet.bytes + 20, options);
	return packet;
}

static void ipv4_made_to_be_misread(void **state)
{
	const struct packet tcp = tcp4(80, 0);
	const struct vector vectors[] = {
		{"one NOP option", tcp4(80, 4), ACCEPTED},
		{"40 bytes of options", tcp4(80, 40), ACCEPTED},
		{"options to a closed port", tcp4(81, 40), DENIED},
		{"loose source route", with_options(0x83070408080808ff), MALFORMED},
		{"strict source route", with_options(0x0189070408080808), MALFORMED},
		{"source route behind a timestamp", with_options(0x4404050083070400), MALFORMED},
		{"source route behind NOPs", with_options(0x0101010101018302), MALFORMED},
		{"record route", with_options(0x0707040000000001), ACCEPTED},
		{"router alert, end, and what follows it", with_options(0x9404000000838383),
		 ACCEPTED},
		{"a source route's number inside an option", with_options(0x4408058389838901),
		 ACCEPTED},
		{"option of length 0", with_options(0x4400010101010101), MALFORMED},
		{"option of length 1", with_options(0x4401010101010101), MALFORMED},
		{"option longer than the options", with_options(0x0144080500000000), MALFORMED},
		{"option without its length", with_options(0x0101010101010144), MALFORMED},
		{"options that spell an open port", options_spell_port(81), DENIED},
		{"protocol 0", to_pod(&four, 0, 80), DENIED},
		{"first fragment", with_word(tcp, 6, 0x2000), MALFORMED},
		{"later fragment that spells port 80", with_word(tcp, 6, 0x0003), MALFORMED},
		{"last fragment", with_word(tcp, 6, 0x1fff), MALFORMED},
		{"don't fragment", with_word(tcp, 6, 0x4000), ACCEPTED},
		{"the evil bit", with_word(tcp, 6, 0x8000), ACCEPTED},
		{"header of 16 bytes", with_byte(tcp, 0, 0x44), MALFORMED},
		{"header longer than the packet", with_byte(tcp, 0, 0x4f), MALFORMED},
		{"total length 0", with_byte(tcp, 3, 0), MALFORMED},
		{"total length beyond the packet", with_byte(tcp, 2, 1), MALFORMED},
		{"from 0.0.0.0", packet4(0, four.pod.lo, 6, 1, 81, 0, 0), DENIED},
	};

	vectors_judged(*state, vectors, WARD_ARRAY_SIZE(vectors));
}

/* With an extension of 8 bytes in front: its first two are filled in, the others are these. */
static struct packet extended(struct packet packet, uint8_t kind, uint64_t rest)
{
	uint8_t bytes[8];

	put64(bytes, rest);
	packet_extend(&packet, kind, bytes, sizeof(bytes));
	return packet;
}

/* A routing header of a type, so many segments before its end. */
static struct packet routed(struct packet packet, uint8_t type, uint8_t left)
{
	return extended(packet, IPPROTO_ROUTING, (uint64_t)type << 40 | (uint64_t)left << 32);
}

static struct packet fragment6(struct packet packet, uint16_t offset_and_more)
{
	packet = extended(packet, IPPROTO_FRAGMENT, (uint64_t)offset_and_more << 32 | 0x1234);
	packet.bytes[41] = 0;
	return packet;
}

static struct packet with_extensions(struct packet packet, uint8_t kind, int n)
{
	while (n-- > 0)
		packet = extended(packet, kind, 0x010400000000);
	return packet;
}

/* Destination options that are ports where a header without extensions would have its. */
static struct packet extension_spells_port(uint16_t dport)
{
	struct packet packet = to_pod(&six, IPPROTO_TCP, dport);
	uint8_t bytes[16];

	memset(bytes, 80, sizeof(bytes));
	packet_extend(&packet, IPPROTO_DSTOPTS, bytes, sizeof(bytes));
	return with_word(packet, 42, 80);
}

static struct packet from_to6(struct ward_ip from, struct ward_ip to)
{
	return packet6(from, to, IPPROTO_TCP, 1024, 80);
}

static void ipv6_made_to_be_misread(void **state)
{
	enum {
		HOP = IPPROTO_HOPOPTS,
		DST = IPPROTO_DSTOPTS,
		ROUTE = IPPROTO_ROUTING,
	};
	static const struct ward_ip mapped = {0, 0xffff0a000002, WARD_FAMILY_6};
	static const struct ward_ip compatible = {0, 0x0a000002, WARD_FAMILY_6};
	static const struct ward_ip any = {.family = WARD_FAMILY_6};
	const struct packet tcp = to_pod(&six, IPPROTO_TCP, 80),
			    shut = to_pod(&six, IPPROTO_TCP, 81);
	const struct vector vectors[] = {
		{"hop-by-hop options", with_extensions(tcp, HOP, 1), ACCEPTED},
		{"hop-by-hop options to a closed port", with_extensions(shut, HOP, 1), DENIED},
		{"destination options", with_extensions(tcp, DST, 1), ACCEPTED},
		{"destination options to a closed port", with_extensions(shut, DST, 1), DENIED},
		{"options that spell an open port", extension_spells_port(81), DENIED},
		{"options in front of an open port", extension_spells_port(80), ACCEPTED},
		{"both kinds of options", with_extensions(with_extensions(tcp, DST, 1), HOP, 1),
		 ACCEPTED},
		{"hop-by-hop options in second place",
		 with_extensions(with_extensions(tcp, HOP, 1), DST, 1), MALFORMED},
		{"hop-by-hop options twice", with_extensions(tcp, HOP, 2), MALFORMED},
		{"8 extensions", with_extensions(tcp, DST, 8), ACCEPTED},
		{"8 extensions to a closed port", with_extensions(shut, DST, 8), DENIED},
		{"9 extensions", with_extensions(tcp, DST, 9), MALFORMED},
		{"extension longer than the packet",
		 with_byte(with_extensions(tcp, DST, 1), 41, 255), MALFORMED},
		{"extension into the ports", with_byte(with_extensions(tcp, DST, 1), 41, 1),
		 MALFORMED},
		{"extension at the end", cut(with_extensions(tcp, DST, 1), 48, true), MALFORMED},
		{"half an extension", cut(with_extensions(tcp, DST, 1), 44, true), MALFORMED},
		{"extension and nothing behind it",
		 cut(with_extensions(to_pod(&six, IPPROTO_NONE, 80), DST, 1), 48, true), DENIED},
		{"routing of type 0", routed(tcp, 0, 1), MALFORMED},
		{"routing of type 0, at its end", routed(tcp, 0, 0), MALFORMED},
		{"routing of type 2", routed(tcp, 2, 1), MALFORMED},
		{"routing of type 2, at its end", routed(tcp, 2, 0), ACCEPTED},
		{"routing of type 4", routed(tcp, 4, 3), MALFORMED},
		{"routing of type 4, at its end", routed(tcp, 4, 0), ACCEPTED},
		{"and to a closed port", routed(shut, 4, 0), DENIED},
		{"routing behind options", with_extensions(routed(tcp, 4, 1), DST, 2), MALFORMED},
		{"a fragment that is all", fragment6(tcp, 0), ACCEPTED},
		{"a fragment that is all, to a closed port", fragment6(shut, 0), DENIED},
		{"reserved bits of a fragment", fragment6(tcp, 6), ACCEPTED},
		{"first fragment", fragment6(tcp, 1), MALFORMED},
		{"later fragment that spells port 80", fragment6(tcp, 8), MALFORMED},
		{"last fragment", fragment6(tcp, 0xfff8), MALFORMED},
		{"fragment behind options", with_extensions(fragment6(tcp, 9), DST, 2), MALFORMED},
		{"payload beyond the packet", with_word(tcp, 4, 21), MALFORMED},
		{"payload of 0", with_word(tcp, 4, 0), MALFORMED},
		{"payload shorter than TCP", with_word(tcp, 4, 19), MALFORMED},
		{"payload that ends in an extension", with_word(with_extensions(tcp, DST, 1), 4, 8),
		 MALFORMED},
		{"from an IPv4-mapped address", from_to6(mapped, six.pod), MALFORMED},
		{"to an IPv4-mapped address", from_to6(six.pod, mapped), MALFORMED},
		{"to an IPv4-compatible address", from_to6(six.pod, compatible), ACCEPTED},
		{"from ::", with_word(from_to6(any, six.pod), 42, 81), DENIED},
		{"from a link-local address", with_word(from_to6(router, six.pod), 42, 81), DENIED},
	};

	vectors_judged(*state, vectors, WARD_ARRAY_SIZE(vectors));
}

/* ICMPv6 from the pod that may send none. */
static struct packet icmp6(struct ward_ip to, uint8_t type, uint8_t hops)
{
	struct packet packet = packet6(six.shut, to, IPPROTO_ICMPV6, (uint16_t)(type << 8), 0);

	return with_byte(packet, 7, hops);
}

/* What is for the link passes, whatever the rules say, and nothing that could leave it. */
static void neighbours_speak(void **state)
{
	enum {
		SOLICIT = 135,
		REPORT = 143,
		ECHO = 128,
		ALERT = IPPROTO_HOPOPTS
	};
	const struct vector vectors[] = {
		{"router solicitation", icmp6(solicited, 133, 255), ACCEPTED},
		{"neighbour solicitation", icmp6(solicited, SOLICIT, 255), ACCEPTED},
		{"neighbour advertisement", icmp6(router, 136, 255), ACCEPTED},
		{"redirect", icmp6(router, 137, 255), ACCEPTED},
		{"to the node itself", icmp6(six.own, SOLICIT, 255), ACCEPTED},
		{"passed on", icmp6(solicited, SOLICIT, 254), DENIED},
		{"to another pod", icmp6(six.pod, SOLICIT, 255), DENIED},
		{"to the world", icmp6(six.world, SOLICIT, 255), DENIED},
		{"to the site", icmp6(site, SOLICIT, 255), DENIED},
		{"type 132", icmp6(solicited, 132, 255), DENIED},
		{"type 138", icmp6(solicited, 138, 255), DENIED},
		{"echo", icmp6(solicited, ECHO, 255), DENIED},
		{"echo to the node", icmp6(six.own, ECHO, 255), DENIED},
		{"behind an extension",
		 with_extensions(icmp6(solicited, SOLICIT, 255), IPPROTO_DSTOPTS, 1), DENIED},
		{"7 bytes", cut(icmp6(solicited, SOLICIT, 255), 47, true), MALFORMED},
		{"who listens?", with_extensions(icmp6(solicited, 130, 1), ALERT, 1), ACCEPTED},
		{"I listen", with_extensions(icmp6(solicited, 131, 1), ALERT, 1), ACCEPTED},
		{"I have listened", with_extensions(icmp6(solicited, 132, 1), ALERT, 1), ACCEPTED},
		{"we listen", with_extensions(icmp6(solicited, REPORT, 1), ALERT, 1), ACCEPTED},
		{"for more than the link", icmp6(solicited, REPORT, 2), DENIED},
		{"I listen, site", icmp6(site, REPORT, 1), DENIED},
		{"I listen, node", icmp6(six.own, REPORT, 1), DENIED},
		{"I listen, pod", icmp6(six.pod, REPORT, 1), DENIED},
		{"type 133 for one hop", icmp6(solicited, 133, 1), DENIED},
		{"echo for one hop", icmp6(solicited, ECHO, 1), DENIED},
	};

	vectors_judged(*state, vectors, WARD_ARRAY_SIZE(vectors));
}

/* Any bytes at all are judged without a complaint of the kernel, and only what could be parsed is
 * let through to a pod. */
static void any_bytes(void **state)
{
	struct kernel *kernel = *state;
	unsigned *rng = &kernel->rng;

	commit_port_80(kernel);
	for (int i = 0; i < 20000; i++) {
		bool is_six = rand_r(rng) % 2;
		uint32_t least = is_six ? 40 : 20;
		struct packet packet = is_six ? with_random_extensions(to_pod(&six, 6, 80), rng)
					      : tcp4(80, rand_r(rng) % 11 * 4);
		struct ward_image_verdict verdict;

		for (uint32_t n = rand_r(rng) % 6; n; n--)
			packet.bytes[rand_r(rng) % (is_six ? 90 : 16)] = rand_r(rng);
		packet.size = least + rand_r(rng) % (PACKET_MAX - least);
		kernel_judge(kernel, &packet, &verdict);
		if (verdict.accept && !ward_ip_eq(kernel->event.src, is_six ? six.own : four.own) &&
		    ward_ip_eq(kernel->event.dst, is_six ? six.pod : four.pod))
			assert_int_equal(kernel->event.dport, 80);
	}
}

int main(void)
{
	_cleanup_free_ char *why = NULL;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_says_what_tables_say),
		cmocka_unit_test(packets_of_either_family),
		cmocka_unit_test(ipv4_made_to_be_misread),
		cmocka_unit_test(ipv6_made_to_be_misread),
		cmocka_unit_test(neighbours_speak),
		cmocka_unit_test(any_bytes),
	};

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	net_enter(net_new());
	return cmocka_run_group_tests(tests, kernel_load, kernel_unload);
}
