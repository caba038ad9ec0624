/* SPDX-License-Identifier: Apache-2.0 */
/* Images of random tables against the tables themselves, over sequences of versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "image/image.h"
#include "image/verdict.h"
#include "random-tables.h"

enum {
	N_BUCKETS = 100,
	N_LINES = 8192,
	QUESTIONS = 2000,
	VERSIONS = 300,
};

struct world {
	void *bytes;
	struct ward_image image;
	struct ward_image_writer *writer;
	struct random_seeds seeds;
	struct random_tables random;
	unsigned rng;
	int grace_calls, grace_result;
};

static int grace(void *userdata)
{
	struct world *world = userdata;

	world->grace_calls++;
	return world->grace_result;
}

static struct world *world_new(uint32_t n_buckets, uint32_t n_lines)
{
	static const struct ward_cidr closed[] = {
		{{.lo = R_CLOSED_FIRST + 32, .family = WARD_FAMILY_4}, 27},
		{{.hi = UINT64_C(0xfd) << 56, .family = WARD_FAMILY_6}, 64},
		{{.lo = R_CLOSED_FIRST, .family = WARD_FAMILY_4}, 27},
	};
	static const uint32_t uplinks[] = {R_UPLINK, 5000, R_UPLINK};
	struct world *world = ward_new(struct world);
	size_t size = ward_image_size(n_buckets, n_lines);
	struct ward_image_config config = {
		.n_buckets = n_buckets,
		.n_lines = n_lines,
		.node = R_NODE_NAME + R_OWN_NODE,
		.n_pod_ranges = WARD_ARRAY_SIZE(closed),
		.pod_ranges = closed,
		.n_uplinks = WARD_ARRAY_SIZE(uplinks),
		.uplinks = uplinks,
		.grace = grace,
		.userdata = world,
	};

	world->bytes = config.bytes = ward_alloc(size);
	world->rng = 7;
	world->writer = ward_image_writer_new(&config);
	assert_non_null(world->writer);
	assert_int_equal(ward_image_open(world->bytes, size, &world->image), 0);
	random_seeds_init(&world->seeds, &world->rng);
	random_tables_fill(&world->random, &world->seeds, 1);
	return world;
}

static void world_free(struct world *world)
{
	ward_image_writer_free(world->writer);
	free(world->bytes);
	free(world);
}

static int world_commit(struct world *world)
{
	return ward_image_commit(world->writer, &world->random.tables, world->random.ifindex);
}

static void verdicts_equal(const struct ward_image_verdict *a, const struct ward_image_verdict *b)
{
	assert_int_equal(a->outcome, b->outcome);
	assert_int_equal(a->accept, b->accept);
	assert_int_equal(a->decision[0], b->decision[0]);
	assert_int_equal(a->decision[1], b->decision[1]);
}

static void image_says_what_tables_say(struct world *world)
{
	struct ward_image_verdict expected, got;
	unsigned *rng = &world->rng;

	assert_int_equal(ward_image_load(&world->image), world->random.tables.version);
	for (int i = 0; i < QUESTIONS; i++) {
		struct ward_flow4 flow = {
			.from = random_address(rng),
			.to = random_address(rng),
			.proto = rand_r(rng) % WARD_N_PROTO,
			.port = random_port(rng),
			.ifindex = 1 + rand_r(rng) % 3,
			.reply = rand_r(rng) % 2,
		};

		if (rand_r(rng) % 2) /* most slots of the right parity: their own interface */
			flow.ifindex = ((flow.reply ? flow.to : flow.from) - 0x0a000000) / 2 + 10;
		flow.sender = rand_r(rng) % 10 == 0 ? random_address(rng)
			      : flow.reply	    ? flow.to
						    : flow.from;
		naive_judge(&world->random.tables, flow.from, flow.to, flow.proto, flow.port,
			    &expected);
		ward_image_judge(&world->image, r_ip(flow.from), r_ip(flow.to), flow.proto,
				 flow.port, &got);
		verdicts_equal(&expected, &got);
		if (i % 16)
			continue; /* the naive walk is slow */
		naive_walk(&world->random, &flow, &expected);
		ward_image_walk(&world->image, &flow, &got);
		verdicts_equal(&expected, &got);
	}
}

static void every_version_is_its_tables(void **state)
{
	struct world *world = world_new(N_BUCKETS, N_LINES);

	for (uint64_t version = 1; version <= VERSIONS; version++) {
		random_tables_fill(&world->random, &world->seeds, version);
		assert_int_equal(world_commit(world), 0);
		image_says_what_tables_say(world);
		random_seeds_change(&world->seeds, &world->rng);
	}
	world_free(world);
}

static void before_the_first_commit_pods_are_closed(void **state)
{
	struct world *world = world_new(N_BUCKETS, N_LINES);
	struct ward_image_verdict verdict;

	for (uint32_t ip = R_CLOSED_FIRST - 1; ip <= R_CLOSED_LAST + 1; ip++) {
		bool closed = ip >= R_CLOSED_FIRST && ip <= R_CLOSED_LAST;

		ward_image_judge(&world->image, r_ip(ip), r_ip(0x08080808), WARD_TCP, 80, &verdict);
		assert_int_equal(verdict.accept, !closed);
		ward_image_judge(&world->image, r_ip(0x08080808), r_ip(ip), WARD_TCP, 80, &verdict);
		assert_int_equal(verdict.accept, !closed);
	}
	world_free(world);
}

/* An image that nobody has written is closed, not open. */
static void zeros_are_closed(void **state)
{
	void *bytes = ward_alloc(ward_image_size(4, 64));
	struct ward_image image = {.base = bytes, .n_buckets = 4, .n_lines = 64};
	struct ward_image_verdict verdict;

	ward_image_judge(&image, r_ip(1), r_ip(2), WARD_TCP, 80, &verdict);
	assert_false(verdict.accept);
	assert_int_equal(verdict.outcome, WARD_OUTCOME_NOT_READY);
	free(bytes);
}

/* Whoever is not of this node comes in through an uplink, and through nothing else: a pod that has
 * no IPv4 address that counts, or does not exist any more, or not yet, is at no known interface. */
static void strangers_come_through_uplinks(void **state)
{
	struct world *world = world_new(N_BUCKETS, N_LINES);
	struct ward_image_verdict verdict;

	for (int commits = 0; commits < 2; commits++) { /* before the first, and after it */
		for (uint32_t ifindex = 0; ifindex < 6000; ifindex++) {
			struct ward_flow4 flow = {
				.from = 0x08080808,
				.to = 0x08080809,
				.sender = 0x08080808,
				.ifindex = ifindex,
			};
			bool may = ifindex == WARD_LOOPBACK_IFINDEX || ifindex == R_UPLINK ||
				   ifindex == 5000;

			ward_image_walk(&world->image, &flow, &verdict);
			assert_int_equal(verdict.accept, may);
			if (!may)
				assert_int_equal(verdict.outcome, WARD_OUTCOME_SPOOFED);
		}
		assert_int_equal(world_commit(world), 0);
		ward_image_load(&world->image);
	}
	world_free(world);
}

static uint32_t kind_of(const struct world *world, uint32_t ip)
{
	struct ward_image_end end;

	ward_resolve4(&world->image, ip, &end);
	return end.kind;
}

/* What the node's interfaces say: nobody else's address, in the pod ranges too. */
static void interfaces_say_who_the_node_is(void **state)
{
	struct world *world = world_new(N_BUCKETS, N_LINES);
	const struct ward_tables *tables = &world->random.tables;
	struct ward_ip own[] = {r_ip(R_CLOSED_FIRST + 1), r_ip(0x08080808), r_ip(3),
				r_ip(0x08080808), tables->addresses[5].ip};
	uint32_t claimed;

	assert_int_equal(world_commit(world), 0);
	ward_image_load(&world->image);
	claimed = kind_of(world, own[4].lo);
	assert_int_equal(kind_of(world, own[0].lo), WARD_AT_UNREADY);
	ward_image_own_set(world->writer, own, WARD_ARRAY_SIZE(own));
	assert_int_equal(world_commit(world), 0);
	ward_image_load(&world->image);
	for (int i = 0; i < 3; i++)
		assert_int_equal(kind_of(world, own[i].lo), WARD_AT_NODE);
	assert_int_equal(kind_of(world, own[4].lo), claimed);
	ward_image_own_set(world->writer, NULL, 0);
	assert_int_equal(world_commit(world), 0);
	image_says_what_tables_say(world);
	world_free(world);
}

/* The same again writes nothing; one changed cell writes a page, a row, and who points to it. */
static void versions_share_what_is_alike(void **state)
{
	struct world *world = world_new(N_BUCKETS, N_LINES);
	struct ward_image_usage first, again;

	assert_int_equal(world_commit(world), 0);
	ward_image_usage(world->writer, &first);
	assert_true(first.blocks_written > 50);
	assert_int_equal(world_commit(world), 0);
	ward_image_usage(world->writer, &again);
	assert_int_equal(again.blocks_written, 0);
	assert_int_equal(again.lines_used, first.lines_used);
	world->random.cells[1][70].map ^= 1;
	assert_int_equal(world_commit(world), 0);
	ward_image_usage(world->writer, &again);
	assert_int_equal(again.blocks_written, 3);
	world_free(world);
}

/* Whether the heap or the address table is too small: the version before stays, whole. */
static void full_keeps_the_version_before(void **state)
{
	static const struct {
		uint32_t n_buckets, n_lines;
	} sizes[] = {{N_BUCKETS, 200}, {40, N_LINES}};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(sizes); i++) {
		struct world *world = world_new(sizes[i].n_buckets, sizes[i].n_lines);
		struct random_tables *large = ward_new(struct random_tables);
		struct ward_image_usage before, after;

		for (uint32_t slot = 30; slot < R_SLOTS; slot++)
			world->seeds.slot[slot] = world->seeds.slot[slot % 2];
		random_tables_fill(large, &world->seeds, 2);
		world->random = (struct random_tables){};
		random_tables_fill(&world->random, &world->seeds, 1);
		world->random.tables.n_addresses = world->random.tables.n_addresses < 20
							   ? world->random.tables.n_addresses
							   : 20;
		world->random.tables.n_rows = R_ROWS;
		for (uint32_t k = 0; k < R_SLOTS; k++)
			world->random.endpoints[k].row[0] = world->random.endpoints[k].row[1] =
				WARD_NONE;
		assert_int_equal(world_commit(world), 0);
		image_says_what_tables_say(world);
		ward_image_usage(world->writer, &before);
		large->tables.n_rows = R_ROWS;
		for (int tries = 0; tries < 3; tries++)
			assert_int_equal(ward_image_commit(world->writer, &large->tables,
							   large->ifindex),
					 -ENOSPC);
		ward_image_usage(world->writer, &after);
		assert_int_equal(before.lines_used, after.lines_used);
		image_says_what_tables_say(world);
		free(large);
		world_free(world);
	}
}

/* Nothing is reused, and so nothing is published, until somebody has waited. */
static void no_grace_no_reuse(void **state)
{
	struct world *world = world_new(N_BUCKETS, N_LINES);

	world->grace_result = -ENOMEM;
	assert_int_equal(world_commit(world), 0); /* in force before it waits */
	image_says_what_tables_say(world);
	assert_int_equal(world_commit(world), -ENOMEM);
	image_says_what_tables_say(world);
	world->grace_result = 0;
	world->random.tables.version = 9;
	assert_int_equal(world_commit(world), 0);
	image_says_what_tables_say(world);
	world_free(world);
}

static void rubbish_is_no_image(void **state)
{
	struct world *world = world_new(N_BUCKETS, N_LINES);
	size_t size = ward_image_size(N_BUCKETS, N_LINES);
	struct ward_image_head *head = world->bytes;
	struct ward_image image;

	assert_int_equal(ward_image_open(head, size - 1, &image), -EINVAL);
	assert_int_equal(ward_image_open(head, 10, &image), -EINVAL);
	head->n_lines++;
	assert_int_equal(ward_image_open(head, size, &image), -EINVAL);
	head->n_lines--;
	head->layout++;
	assert_int_equal(ward_image_open(head, size, &image), -EINVAL);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_is_its_tables),
		cmocka_unit_test(before_the_first_commit_pods_are_closed),
		cmocka_unit_test(zeros_are_closed),
		cmocka_unit_test(strangers_come_through_uplinks),
		cmocka_unit_test(interfaces_say_who_the_node_is),
		cmocka_unit_test(versions_share_what_is_alike),
		cmocka_unit_test(full_keeps_the_version_before),
		cmocka_unit_test(no_grace_no_reuse),
		cmocka_unit_test(rubbish_is_no_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
