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
 * same.  Two tables, nearly full, take the same memory, and there is one rule instead of
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

struct ward_image_writer {
	struct ward_image_head *head; /* the image */
	struct ward_heap heap;
	struct ward_addresses addresses4[WARD_N_VIEWS], addresses6[WARD_N_VIEWS];
	ward_sym node;
	WARD_VEC(struct ward_ip_range) closed; /* disjoint, ascending */
	WARD_VEC(uint32_t) uplinks;	       /* ascending, none twice */
	WARD_VEC(struct ward_ip) own;	       /* the same */
	int (*grace)(void *userdata);
	void *userdata;
	uint64_t word; /* the head word in force */
	bool is_lazy;
	bool settled; /* nobody reads anything but the view in force */
};

size_t ward_image_size(const struct ward_geometry *geometry)
{
	return (ward_heap_at(geometry) + geometry->n_lines) * WARD_LINE;
}

static uint32_t buckets_for(enum ward_family family, uint32_t n)
{
	uint32_t n_buckets = 1;

	while (ward_addresses_max(family, n_buckets) < n)
		n_buckets += n_buckets / 8 + 1;
	return n_buckets;
}

struct ward_geometry ward_geometry_for(uint32_t n4, uint32_t n6, uint32_t n_lines)
{
	return (struct ward_geometry){
		.n_buckets4 = buckets_for(WARD_FAMILY_4, n4),
		.n_buckets6 = buckets_for(WARD_FAMILY_6, n6),
		.n_lines = n_lines,
	};
}

static int range_cmp(const void *a, const void *b)
{
	const struct ward_ip_range *left = a, *right = b;

	return ward_ip_cmp(left->first, right->first);
}

/* Nothing is between the two. */
static bool ranges_touch(const struct ward_ip_range *left, const struct ward_ip_range *right)
{
	return ward_ip_cmp(right->first, left->last) <= 0 ||
	       (!ward_ip_is_max(left->last) && ward_ip_eq(right->first, ward_ip_next(left->last)));
}

/* Sorts the ranges and joins those that touch. */
static void closed_normalise(struct ward_image_writer *writer)
{
	struct ward_ip_range *ranges = writer->closed.items;
	uint32_t n = 0;

	if (!writer->closed.n)
		return;
	qsort(ranges, writer->closed.n, sizeof(*ranges), range_cmp);
	for (uint32_t i = 1; i < writer->closed.n; i++) {
		if (!ranges_touch(&ranges[n], &ranges[i]))
			ranges[++n] = ranges[i];
		else if (ward_ip_cmp(ranges[i].last, ranges[n].last) > 0)
			ranges[n].last = ranges[i].last;
	}
	writer->closed.n = n + 1;
}

static int number_cmp(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

static int ip_cmp(const void *a, const void *b)
{
	return ward_ip_cmp(*(const struct ward_ip *)a, *(const struct ward_ip *)b);
}

/* Returns how many are left when each is there once. */
static uint32_t sort_once(void *items, uint32_t n, size_t size,
			  int (*cmp)(const void *, const void *))
{
	char *bytes = items;
	uint32_t last = 0;

	if (!n)
		return 0;
	qsort(items, n, size, cmp);
	for (uint32_t i = 1; i < n; i++)
		if (cmp(bytes + i * size, bytes + last * size) != 0)
			memmove(bytes + ++last * size, bytes + i * size, size);
	return last + 1;
}

/* fe80::/10 */
static bool is_link_local(struct ward_ip ip)
{
	return ip.family == WARD_FAMILY_6 && ip.hi >> 54 == 0xfe80 >> 6;
}

void ward_image_own_set(struct ward_image_writer *writer, const struct ward_ip *ips, uint32_t n)
{
	ward_vec_clear(&writer->own);
	for (uint32_t i = 0; i < n; i++)
		if (!is_link_local(ips[i]))
			ward_vec_push(&writer->own, ips[i]);
	writer->own.n = sort_once(writer->own.items, writer->own.n, sizeof(*ips), ip_cmp);
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
		.n_uplinks = writer->uplinks.n,
		.uplinks = writer->uplinks.items,
		.n_own = writer->own.n,
		.own = writer->own.items,
	};
	struct ward_entries entries4 = {}, entries6 = {};
	struct ward_image_root root;
	int r;

	writer->heap.full = false;
	writer->heap.n_puts = 0;
	ward_build(&build, &root, &entries4, &entries6);
	r = writer->heap.full ? -ENOSPC : ward_addresses_set(&writer->addresses4[idle], &entries4);
	if (r == 0)
		r = ward_addresses_set(&writer->addresses6[idle], &entries6);
	ward_vec_done(&entries4.list);
	ward_vec_done(&entries6.list);
	if (r < 0)
		return r;
	root.seed4 = writer->addresses4[idle].seed;
	root.seed6 = writer->addresses6[idle].seed;
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
		      const struct ward_delta *delta, const uint32_t *ifindex)
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

	return ward_image_commit(writer, &nothing, NULL, NULL);
}

/* The parts of the image that the writer keeps an account of. */
static void parts_init(struct ward_image_writer *writer, const struct ward_geometry *geometry)
{
	char *bytes = (char *)writer->head;

	for (uint64_t view = 0; view < WARD_N_VIEWS; view++) {
		ward_addresses_init(&writer->addresses4[view], WARD_FAMILY_4,
				    bytes + ward_addresses4_at(geometry, view) * WARD_LINE,
				    geometry->n_buckets4);
		ward_addresses_init(&writer->addresses6[view], WARD_FAMILY_6,
				    bytes + ward_addresses6_at(geometry, view) * WARD_LINE,
				    geometry->n_buckets6);
	}
	ward_heap_init(&writer->heap, bytes + ward_heap_at(geometry) * WARD_LINE,
		       geometry->n_lines);
	writer->head->magic = WARD_IMAGE_MAGIC;
	writer->head->layout = WARD_IMAGE_LAYOUT;
	writer->head->geometry = *geometry;
}

struct ward_image_writer *ward_image_writer_new(const struct ward_image_config *config)
{
	struct ward_image_writer *writer;

	if (!config->geometry.n_buckets4 || !config->geometry.n_buckets6 ||
	    config->geometry.n_lines < WARD_PAGE_CELLS)
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
	parts_init(writer, &config->geometry);
	for (uint32_t i = 0; i < config->n_pod_ranges; i++)
		ward_vec_push(&writer->closed, ward_cidr_range(config->pod_ranges[i]));
	closed_normalise(writer);
	for (uint32_t i = 0; i < config->n_uplinks; i++)
		ward_vec_push(&writer->uplinks, config->uplinks[i]);
	writer->uplinks.n =
		sort_once(writer->uplinks.items, writer->uplinks.n, sizeof(uint32_t), number_cmp);
	return commit_nothing(writer) < 0 ? ward_image_writer_free(writer) : writer;
}

struct ward_image_writer *ward_image_writer_free(struct ward_image_writer *writer)
{
	if (!writer)
		return NULL;
	for (int view = 0; view < WARD_N_VIEWS; view++) {
		ward_addresses_done(&writer->addresses4[view]);
		ward_addresses_done(&writer->addresses6[view]);
	}
	ward_heap_done(&writer->heap);
	ward_vec_done(&writer->closed);
	ward_vec_done(&writer->uplinks);
	ward_vec_done(&writer->own);
	free(writer);
	return NULL;
}

void ward_image_usage(const struct ward_image_writer *writer, struct ward_image_usage *ret_usage)
{
	uint32_t view = view_of(writer->word);
	const struct ward_addresses *four = &writer->addresses4[view];
	const struct ward_addresses *six = &writer->addresses6[view];

	*ret_usage = (struct ward_image_usage){
		.lines_used = writer->heap.lines_used,
		.lines = writer->heap.n_lines,
		.addresses4 = four->entries.list.n,
		.addresses4_max = ward_addresses_max(WARD_FAMILY_4, four->n_buckets),
		.addresses6 = six->entries.list.n,
		.addresses6_max = ward_addresses_max(WARD_FAMILY_6, six->n_buckets),
		.blocks_written = writer->heap.n_puts,
	};
}
