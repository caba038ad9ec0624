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
 *	4. retire	the old view is the idle one now; what only its root led to may be reused
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
 * same.  Two tables, nearly full, take the same memory, and there is one rule instead of five.  The
 * price: a commit has to wait for the grace period of the one before; changes that arrive meanwhile
 * are simply part of the next.
 *
 * What 1 costs is what changed, as the delta of the tables says it, and not what there is:
 *
 *	listed.c	what each address stands for, by its number in the tables
 *	own.c		the same of the node's own addresses, of which the tables know nothing
 *	view.c		each view's addresses, and the numbers that it was not told of yet: those of
 *			the last commit, when the other view was written, and of this one
 *	blocks.c	the blocks of rows and port maps by their numbers; the shapes, page by page
 *
 * and once through the pods of this node.  All of these only remember what the tables said; none is
 * needed to be right: given nothing but tables, they begin from nothing.  They do so when the
 * numbers have changed their meaning (everything was computed anew) and when the writer was not
 * given the version before.  After a failure the blocks do, and the view if it was its table that
 * had no room; and so does a view that has too much to catch up with.
 *
 * When it fails.  Everything that can fail is in 1, where nobody looks: the blocks are garbage, the
 * root is not in force.  Is the heap full, it is swept and the blocks are put once more before that
 * is said.  If waiting fails in 3, the new version is in force, and nothing is reused or published
 * until a later commit has waited. */
#include "image/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/blocks.h"
#include "image/lookup.h"
#include "image/view.h"

struct ward_image_writer {
	struct ward_image_head *head; /* the image */
	struct ward_heap heap;
	struct ward_blocks blocks;
	struct ward_listed listed;
	struct ward_own own;
	struct ward_view views[WARD_N_VIEWS];
	struct ward_site site;
	int (*grace)(void *userdata);
	void *userdata;
	uint64_t word;	  /* the head word in force */
	uint64_t version; /* of the tables that were looked at last */
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

void ward_image_own_set(struct ward_image_writer *writer, const struct ward_ip *ips, uint32_t n)
{
	ward_own_set(&writer->own, ips, n);
}

static uint32_t view_of(uint64_t word)
{
	return word & (WARD_N_VIEWS - 1);
}

static void sweep(struct ward_image_writer *writer)
{
	ward_heap_sweep(&writer->heap, &writer->head->root[view_of(writer->word)]);
	ward_blocks_swept(&writer->blocks);
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
	if (ward_heap_is_littered(&writer->heap))
		sweep(writer);
	writer->settled = true;
	return 0;
}

/* What is remembered of the version before is forgotten, and what was written for this one. */
static void forget(struct ward_image_writer *writer)
{
	writer->blocks.known = false;
	sweep(writer);
}

static void blocks_put(struct ward_image_writer *writer, const struct ward_tables *tables,
		       const struct ward_delta *delta, const uint32_t *ifindex)
{
	writer->heap.full = false;
	writer->heap.n_puts = 0;
	ward_blocks_follow(&writer->blocks, tables, delta, &writer->site);
	ward_blocks_locals(&writer->blocks, tables, &writer->listed, ifindex);
}

static int prepare(struct ward_image_writer *writer, const struct ward_tables *tables,
		   const struct ward_delta *delta, const uint32_t *ifindex, uint32_t idle)
{
	struct ward_view *view = &writer->views[idle];
	struct ward_image_root *root = &writer->head->root[idle];
	bool own_changed;
	int r;

	ward_listed_follow(&writer->listed, tables, delta);
	own_changed = ward_own_follow(&writer->own, tables, delta);
	for (int i = 0; i < WARD_N_VIEWS; i++) {
		writer->views[i].owes_own |= own_changed;
		ward_view_tell(&writer->views[i], &writer->listed, &writer->own, delta);
	}
	blocks_put(writer, tables, delta, ifindex);
	if (writer->heap.full) {
		forget(writer);
		blocks_put(writer, tables, NULL, ifindex);
	}
	r = writer->heap.full ? -ENOSPC : ward_view_update(view, &writer->listed, &writer->own);
	if (r < 0)
		return r;
	*root = writer->blocks.root;
	root->seed4 = view->four.seed;
	root->seed6 = view->six.seed;
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
	if (delta && (delta->everything || tables->version != writer->version + 1))
		delta = NULL;
	writer->version = tables->version;
	r = prepare(writer, tables, delta, ifindex, idle);
	if (r < 0) {
		forget(writer);
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
		ward_addresses_init(&writer->views[view].four, WARD_FAMILY_4,
				    bytes + ward_addresses4_at(geometry, view) * WARD_LINE,
				    geometry->n_buckets4);
		ward_addresses_init(&writer->views[view].six, WARD_FAMILY_6,
				    bytes + ward_addresses6_at(geometry, view) * WARD_LINE,
				    geometry->n_buckets6);
	}
	ward_heap_init(&writer->heap, bytes + ward_heap_at(geometry) * WARD_LINE,
		       geometry->n_lines);
	writer->blocks.heap = &writer->heap;
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
		.listed.node = config->node,
		.grace = config->grace,
		.userdata = config->userdata,
		.is_lazy = config->is_lazy,
		.settled = true,
	};
	parts_init(writer, &config->geometry);
	ward_site_init(&writer->site, config);
	return commit_nothing(writer) < 0 ? ward_image_writer_free(writer) : writer;
}

struct ward_image_writer *ward_image_writer_free(struct ward_image_writer *writer)
{
	if (!writer)
		return NULL;
	for (int view = 0; view < WARD_N_VIEWS; view++)
		ward_view_done(&writer->views[view]);
	ward_blocks_done(&writer->blocks);
	ward_listed_done(&writer->listed);
	ward_own_done(&writer->own);
	ward_site_done(&writer->site);
	ward_heap_done(&writer->heap);
	free(writer);
	return NULL;
}

void ward_image_usage(const struct ward_image_writer *writer, struct ward_image_usage *ret_usage)
{
	const struct ward_view *view = &writer->views[view_of(writer->word)];
	const struct ward_addresses *four = &view->four, *six = &view->six;

	*ret_usage = (struct ward_image_usage){
		.lines_used = writer->heap.lines_used,
		.lines = writer->heap.n_lines,
		.addresses4 = four->n,
		.addresses4_max = ward_addresses_max(WARD_FAMILY_4, four->n_buckets),
		.addresses6 = six->n,
		.addresses6_max = ward_addresses_max(WARD_FAMILY_6, six->n_buckets),
		.blocks_written = writer->heap.n_puts,
	};
}
