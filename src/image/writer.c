// SPDX-License-Identifier: Apache-2.0
/* The writer: how a version comes into force, and why no packet sees half of it.
 *
 * Readers take no locks and cannot be waited for one by one: they are packets.  A reader loads the
 * head word once.  Its lowest bit names a view; the reader computes every further address from it:
 * the root of that view, from the root the blocks, and the view's own table of addresses.
 *
 * A commit does, in this order:
 *
 *	1. build	blocks that no root leads to yet are written into free lines; the table of
 *			addresses of the *idle* view is brought up to date; its root is filled
 *	2. publish	one release store of the head word: from here on the idle view is in force
 *	3. grace	wait until every reader that may have loaded the old head is done
 *	4. retire	what only the old root led to is free; the old view is the idle one now
 *
 * What is ordered with what.  Everything in 1 is before the store in 2 (release).  A reader that
 * loads the new head reaches the contents through addresses that were computed from it, and two
 * loads are ordered on every CPU if the address of the second depends on the value of the first.
 * That is the only ordering a BPF program gets for nothing (it has no acquire load), so there is
 * nothing else: no flag, no sequence number, no second word that has to match.  In user space the
 * head is loaded with acquire.  A reader that loads the old head finds the old view as it was, for
 * nothing in it is touched before 4.
 *
 * So each packet is judged by one version, at both of its ends: addresses, local pods, identities,
 * rows and the closed ranges of the node all switch with the same store.
 *
 * Why addresses have a table per view.  With a single table, changed in place, a pod event would
 * need no grace period, but then the numbers in it would have to mean the same in the version
 * before and after, pods and policies could never change in one commit, slots could not move (half
 * the table stays empty, plus a stash), and a word that goes away needs a grace period all the
 * same.  Two tables, nine tenths full, take the same memory, and there is one rule instead of
 * five.  The price: a commit has to wait for the grace period of the one before; changes that
 * arrive meanwhile are simply part of the next.
 *
 * When it fails.  Everything that can fail is in 1, where nobody looks: the blocks are garbage for
 * the next retirement, the root is not in force.  If waiting fails in 3, the new version is in
 * force and nothing is reused until a later commit has waited. */
#include "image/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/build.h"
#include "image/lookup.h"

struct numbers {
	WARD_VEC(uint32_t) list;
};

struct ward_image_writer {
	struct ward_image_head *head; /* the image */
	struct ward_heap heap;
	struct ward_addr4 addr4[WARD_N_VIEWS];
	ward_sym node;
	WARD_VEC(struct ward_range4) closed;
	struct numbers uplinks, own;
	int (*grace)(void *userdata);
	void *userdata;
	uint64_t word; /* the head word in force */
	bool is_lazy;
	bool settled; /* nobody reads anything but the view in force */
};

size_t ward_image_size(uint32_t n_buckets, uint32_t n_lines)
{
	return (WARD_HEAD_LINES + (size_t)WARD_N_VIEWS * n_buckets + n_lines) * WARD_LINE;
}

uint32_t ward_image_buckets_for(uint32_t n)
{
	uint32_t n_buckets = 1;

	while (ward_addr4_max(n_buckets) < n)
		n_buckets += n_buckets / 8 + 1;
	return n_buckets;
}

static int range_cmp(const void *a, const void *b)
{
	const struct ward_range4 *left = a, *right = b;

	return left->first < right->first ? -1 : left->first > right->first;
}

static void closed_add(struct ward_image_writer *writer, const struct ward_cidr *cidr)
{
	struct ward_ip_range range = ward_cidr_range(*cidr);

	if (cidr->ip.family == WARD_FAMILY_4)
		ward_vec_push(&writer->closed,
			      ((struct ward_range4){range.first.lo, range.last.lo}));
}

/* Sorts the ranges and joins those that touch. */
static void closed_normalise(struct ward_image_writer *writer)
{
	struct ward_range4 *ranges = writer->closed.items;
	uint32_t n = 0;

	if (!writer->closed.n)
		return;
	qsort(ranges, writer->closed.n, sizeof(*ranges), range_cmp);
	for (uint32_t i = 1; i < writer->closed.n; i++) {
		if (ranges[i].first > (uint64_t)ranges[n].last + 1)
			ranges[++n] = ranges[i];
		else if (ranges[i].last > ranges[n].last)
			ranges[n].last = ranges[i].last;
	}
	writer->closed.n = n + 1;
}

static int number_cmp(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

/* Ascending, none twice. */
static void numbers_sort(struct numbers *numbers)
{
	uint32_t *items = numbers->list.items, n = 0;

	if (!numbers->list.n)
		return;
	qsort(items, numbers->list.n, sizeof(*items), number_cmp);
	for (uint32_t i = 1; i < numbers->list.n; i++)
		if (items[i] != items[n])
			items[++n] = items[i];
	numbers->list.n = n + 1;
}

void ward_image_own_set(struct ward_image_writer *writer, const struct ward_ip *ips, uint32_t n)
{
	ward_vec_clear(&writer->own.list);
	for (uint32_t i = 0; i < n; i++)
		if (ips[i].family == WARD_FAMILY_4)
			ward_vec_push(&writer->own.list, ips[i].lo);
	numbers_sort(&writer->own);
}

static uint32_t view_of(uint64_t word)
{
	return word & (WARD_N_VIEWS - 1);
}

/* Steps 3 and 4 of the last commit, unless they are done. */
int ward_image_settle(struct ward_image_writer *writer)
{
	int r;

	if (writer->settled)
		return 0;
	r = writer->grace ? writer->grace(writer->userdata) : 0;
	if (r < 0)
		return r;
	ward_heap_sweep(&writer->heap, &writer->head->root[view_of(writer->word)]);
	writer->settled = true;
	return 0;
}

static int prepare(struct ward_image_writer *writer, const struct ward_tables *tables,
		   const uint32_t *ifindex, uint32_t idle)
{
	struct ward_build build = {
		.heap = &writer->heap,
		.tables = tables,
		.ifindex = ifindex,
		.node = writer->node,
		.n_closed = writer->closed.n,
		.closed = writer->closed.items,
		.n_uplinks = writer->uplinks.list.n,
		.uplinks = writer->uplinks.list.items,
		.n_own = writer->own.list.n,
		.own = writer->own.list.items,
	};
	struct ward_words words = {};
	struct ward_image_root root;
	int r;

	writer->heap.full = false;
	writer->heap.n_puts = 0;
	ward_build(&build, &root, &words);
	r = writer->heap.full ? -ENOSPC : ward_addr4_set(&writer->addr4[idle], &words);
	ward_vec_done(&words.list);
	if (r < 0)
		return r;
	root.seed = writer->addr4[idle].seed;
	writer->head->root[idle] = root;
	return 0;
}

static void publish(struct ward_image_writer *writer, uint32_t idle)
{
	writer->word = (writer->word / WARD_N_VIEWS + 1) * WARD_N_VIEWS | idle;
	writer->settled = false;
	__atomic_store_n(&writer->head->head, writer->word, __ATOMIC_RELEASE);
}

int ward_image_commit(struct ward_image_writer *writer, const struct ward_tables *tables,
		      const uint32_t *ifindex)
{
	uint32_t idle = view_of(writer->word) ^ 1;
	int r = ward_image_settle(writer);

	if (r < 0)
		return r;
	r = prepare(writer, tables, ifindex, idle);
	if (r < 0) {
		ward_heap_sweep(&writer->heap, &writer->head->root[idle ^ 1]);
		return r;
	}
	publish(writer, idle);
	if (!writer->is_lazy)
		ward_image_settle(writer);
	return 0;
}

/* The version before the first: nobody is known, the pod ranges are closed. */
static int commit_nothing(struct ward_image_writer *writer)
{
	static const uint32_t identity;
	const struct ward_tables nothing = {
		.n_shapes = 1,
		.n_identities = 1,
		.shape_identity = &identity,
	};

	return ward_image_commit(writer, &nothing, NULL);
}

struct ward_image_writer *ward_image_writer_new(const struct ward_image_config *config)
{
	struct ward_image_writer *writer;
	char *tables = (char *)config->bytes + WARD_HEAD_LINES * WARD_LINE;
	size_t table_size = (size_t)config->n_buckets * WARD_LINE;

	if (!config->n_buckets || config->n_lines < WARD_PAGE_CELLS)
		return NULL;
	writer = ward_new(struct ward_image_writer);
	*writer = (struct ward_image_writer){
		.head = config->bytes,
		.node = config->node,
		.grace = config->grace,
		.userdata = config->userdata,
		.is_lazy = config->is_lazy,
		.settled = true,
	};
	for (int view = 0; view < WARD_N_VIEWS; view++)
		ward_addr4_init(&writer->addr4[view], tables + view * table_size,
				config->n_buckets);
	ward_heap_init(&writer->heap, tables + WARD_N_VIEWS * table_size, config->n_lines);
	for (uint32_t i = 0; i < config->n_pod_ranges; i++)
		closed_add(writer, &config->pod_ranges[i]);
	closed_normalise(writer);
	for (uint32_t i = 0; i < config->n_uplinks; i++)
		ward_vec_push(&writer->uplinks.list, config->uplinks[i]);
	numbers_sort(&writer->uplinks);
	writer->head->magic = WARD_IMAGE_MAGIC;
	writer->head->layout = WARD_IMAGE_LAYOUT;
	writer->head->n_buckets = config->n_buckets;
	writer->head->n_lines = config->n_lines;
	return commit_nothing(writer) < 0 ? ward_image_writer_free(writer) : writer;
}

struct ward_image_writer *ward_image_writer_free(struct ward_image_writer *writer)
{
	if (!writer)
		return NULL;
	for (int view = 0; view < WARD_N_VIEWS; view++)
		ward_addr4_done(&writer->addr4[view]);
	ward_heap_done(&writer->heap);
	ward_vec_done(&writer->closed);
	ward_vec_done(&writer->uplinks.list);
	ward_vec_done(&writer->own.list);
	free(writer);
	return NULL;
}

void ward_image_usage(const struct ward_image_writer *writer, struct ward_image_usage *ret_usage)
{
	const struct ward_addr4 *table = &writer->addr4[view_of(writer->word)];

	*ret_usage = (struct ward_image_usage){
		.lines_used = writer->heap.lines_used,
		.lines = writer->heap.n_lines,
		.addresses = table->words.list.n,
		.addresses_max = ward_addr4_max(table->n_buckets),
		.blocks_written = writer->heap.n_puts,
	};
}
