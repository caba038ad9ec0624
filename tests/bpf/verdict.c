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
#include "vectors.h"

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

static const struct ends four =
				 {
					 .world = {.lo = 0x08080808, .family = WARD_FAMILY_4},
					 .pod = {.lo = 0x0a000002, .family = WARD_FAMILY_4},
					 .shut = {.lo = 0x0a000003, .family = WARD_FAMILY_4},
					 .far = {.lo = 0x0a000004, .family = WARD_FAMILY_4},
					 .own = {.lo = 0x0a000005, .family = WARD_FAMILY_4},
					 .remote = {.lo = 0x0a000006, .family = WARD_FAMILY_4},
					 .unready = {.lo = R_CLOSED_LAST, .family = WARD_FAMILY_4},
					 .nobody = {.lo = UINT32_MAX, .family = WARD_FAMILY_4},
},
			 six = {
				 .world = {0x2600 * (UINT64_C(1) << 48), 8, WARD_FAMILY_6},
				 .pod = {R_HI, 2, WARD_FAMILY_6},
				 .shut = {R_HI, 3, WARD_FAMILY_6},
				 .far = {R_HI, 4, WARD_FAMILY_6},
				 .own = {R_HI, 5, WARD_FAMILY_6},
				 .remote = {R_HI, 6, WARD_FAMILY_6},
				 .unready = {R_HI + 1, R_CLOSED6_LAST, WARD_FAMILY_6},
				 .nobody = {UINT64_MAX, UINT64_MAX, WARD_FAMILY_6},
};

static void commit_vectors(struct kernel *kernel)
{
	static const uint32_t ifindex[] = {WARD_LOOPBACK_IFINDEX, WARD_LOOPBACK_IFINDEX, 7};
	struct vector_tables tables;

	vector_tables_init(&tables, &four, &six, R_NODE_NAME + R_OWN_NODE, ifindex);
	assert_int_equal(ward_image_commit(kernel->writer, &tables.tables, NULL, tables.ifindex),
			 0);
	kernel->random.tables.version = tables.tables.version;
}

static const struct {
	bool accept;
	enum ward_flow_reason reason;
} fates[N_FATE] = {
	[ACCEPTED] = {true, WARD_FLOW_RULES},	    [DENIED] = {false, WARD_FLOW_RULES},
	[SPOOFED] = {false, WARD_FLOW_SPOOFED},	    [NOT_READY] = {false, WARD_FLOW_NOT_READY},
	[MALFORMED] = {false, WARD_FLOW_MALFORMED},
};

static void vectors_judged(struct kernel *kernel, struct vectors *vectors)
{
	commit_vectors(kernel);
	for (uint32_t i = 0; i < vectors->list.n; i++) {
		const struct vector *vector = &vectors->list.items[i];
		struct ward_image_verdict verdict;

		if (vector->how == WIRE_ONLY || vector->how == WIRE_LOST)
			continue;
		kernel_judge(kernel, &vector->packet, &verdict);
		if (verdict.accept != fates[vector->fate].accept ||
		    verdict.outcome != fates[vector->fate].reason)
			fail_msg("%s (%s): %s, reason %u", vector->what, vector->number,
				 verdict.accept ? "let through" : "dropped", verdict.outcome);
	}
	ward_vec_done(&vectors->list);
}

/* What is alike in both families. */
static void packets_of_either_family(void **state)
{
	struct vectors vectors = {};

	vectors_either(&vectors, &four);
	vectors_either(&vectors, &six);
	vectors_judged(*state, &vectors);
}

static void ipv4_made_to_be_misread(void **state)
{
	struct vectors vectors = {};

	vectors_four(&vectors, &four);
	vectors_judged(*state, &vectors);
}

static void ipv6_made_to_be_misread(void **state)
{
	struct vectors vectors = {};

	vectors_six(&vectors, &six);
	vectors_judged(*state, &vectors);
}

static void neighbours_speak(void **state)
{
	struct vectors vectors = {};

	vectors_neighbours(&vectors, &six);
	vectors_judged(*state, &vectors);
}

/* Any bytes at all are judged without a complaint of the kernel, and only what could be parsed is
 * let through to a pod. */
static void any_bytes(void **state)
{
	struct kernel *kernel = *state;
	unsigned *rng = &kernel->rng;

	commit_vectors(kernel);
	for (int i = 0; i < 20000; i++) {
		bool is_six = rand_r(rng) % 2;
		uint32_t least = is_six ? 40 : 20;
		struct packet packet = is_six ? with_random_extensions(to_pod(&six, 6, 80), rng)
					      : packet4(four.world.lo, four.pod.lo, 6, 1024, 80,
							rand_r(rng) % 11 * 4, 1);
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
