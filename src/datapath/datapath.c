// SPDX-License-Identifier: Apache-2.0
/* One node's kernel: the parts put together.
 *
 * What is in force is pinned (pins.h).  With a folder of others it outlives this process: a packet
 * is judged by the last version that was committed, whoever runs, is killed or upgraded.  In a
 * private folder it goes when the process does.
 *
 * Opening with nothing pinned is closed first, then attached: the image says "nothing to or from a
 * pod" before the first packet can be judged.  Opening with something pinned leaves that in force
 * and makes the next generation; the first commit fills it, and it takes over (generation.c).  An
 * image that has become too small, and one of another layout, end the same way: there is one path
 * for start, restart, upgrade and growth. */
#include "datapath/datapath.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "datapath/bypass.h"
#include "datapath/events.h"
#include "datapath/generation.h"
#include "datapath/grace.h"
#include "datapath/growth.h"
#include "datapath/internal.h"
#include "datapath/nft.h"
#include "datapath/tallies.h"
#include "datapath/tracking.h"
#include "datapath/tunnel.h"
#include "image/image.h"
#include "net/netns.h"

enum {
	DEFAULT_ADDRESSES = 1 << 16,
	DEFAULT_HEAP_LINES = 1 << 16, /* 4 MB */
	DEFAULT_MAX_BYTES = 256 << 20,
};

struct ward_datapath {
	struct ward_image_config image; /* of the next generation; what it points to is ours: */
	WARD_VEC(struct ward_cidr) pod_ranges;
	WARD_VEC(uint32_t) uplinks;
	WARD_VEC(struct ward_ip) own;
	size_t max_bytes;
	struct ward_program_config program; /* the same */
	struct ward_pins pins;
	int ns;			      /* the network namespace where it is attached */
	struct ward_generation *now;  /* in force; NULL: one of a process before this */
	struct ward_generation *next; /* to be, with the commit that it is filled by */
	uint32_t in_force;	      /* its number */
	bool knows_in_force;	      /* what the pins say of it has been read */
	struct ward_grace grace;
	struct ward_events *events;
	struct ward_tallies tallies;
	struct nft_ctx *nft;
	struct ward_tunnel tunnel;
	uint32_t n_grown;
	int error; /* of the last commit */
};

/* To be committed. */
struct version {
	const struct ward_tables *tables;
	const struct ward_delta *delta; /* may be NULL */
	const uint32_t *ifindex;
};

static int grace_wait(void *userdata)
{
	struct ward_datapath *datapath = userdata;

	return ward_grace_wait(&datapath->grace);
}

static void config_take(struct ward_datapath *datapath, const struct ward_datapath_config *config)
{
	uint32_t n_addresses = config->n_addresses ? config->n_addresses : DEFAULT_ADDRESSES;
	uint32_t n_lines = config->n_heap_lines ? config->n_heap_lines : DEFAULT_HEAP_LINES;

	for (uint32_t i = 0; i < config->n_pod_ranges; i++)
		ward_vec_push(&datapath->pod_ranges, config->pod_ranges[i]);
	for (uint32_t i = 0; i < config->n_uplinks; i++)
		ward_vec_push(&datapath->uplinks, config->uplinks[i]);
	datapath->tunnel.port = config->tunnel_port;
	datapath->max_bytes = config->max_bytes ? config->max_bytes : DEFAULT_MAX_BYTES;
	datapath->image = (struct ward_image_config){
		.geometry = ward_geometry_for(n_addresses, n_addresses, n_lines),
		.node = config->node,
		.n_pod_ranges = datapath->pod_ranges.n,
		.pod_ranges = datapath->pod_ranges.items,
		.n_uplinks = datapath->uplinks.n,
		.uplinks = datapath->uplinks.items,
		.grace = grace_wait,
		.userdata = datapath,
		.is_lazy = config->is_lazy,
	};
	datapath->program = (struct ward_program_config){
		.report_every = config->report_every,
		.linger_us = config->linger_us,
		.pins = &datapath->pins,
	};
}

static char *why_no_folder(int error)
{
	return ward_format("cannot make a folder in the BPF file system: %s", strerror(-error));
}

/* A generation that nobody judges by yet, as large as the config says now. */
static int next_make(struct ward_datapath *datapath, char **ret_why)
{
	uint32_t number;
	int r = ward_pins_begin(&datapath->pins, &number);

	if (r < 0) {
		*ret_why = why_no_folder(r);
		return r;
	}
	r = ward_generation_new(number, &datapath->image, &datapath->program, &datapath->next,
				ret_why);
	if (r == 0)
		ward_image_own_set(datapath->next->writer, datapath->own.items, datapath->own.n);
	return r;
}

static void next_drop(struct ward_datapath *datapath)
{
	if (datapath->next)
		ward_generation_remove(&datapath->pins, datapath->next->number);
	datapath->next = ward_generation_free(datapath->next);
}

/* The next generation comes into force, and no packet is without one.  Commits come from wherever
 * the thread is. */
static int next_take_over(struct ward_datapath *datapath, char **ret_why)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(datapath->ns);
	int r;

	if (home < 0)
		return home;
	r = ward_generation_attach(&datapath->pins, datapath->next, datapath->in_force, ret_why);
	if (r < 0)
		return r;
	if (datapath->in_force)
		ward_generation_remove(&datapath->pins, datapath->in_force);
	if (datapath->in_force && !datapath->now) /* of a program that may have had other maps */
		ward_pins_clear(&datapath->pins, ward_program_shares);
	ward_generation_free(datapath->now);
	datapath->now = TAKE_PTR(datapath->next);
	datapath->in_force = datapath->now->number;
	return 0;
}

/* What is pinned judges here, or it is not what we are to follow: taking it away would end it
 * elsewhere. */
static int in_force_check(char **ret_why)
{
	int r = ward_generation_is_here();

	if (r > 0)
		return 0;
	if (r == 0)
		*ret_why = ward_strdup("what is pinned does not judge in this network namespace: "
				       "start where it does (on a node, in the host's network), or "
				       "take it away there");
	else
		*ret_why = ward_format("cannot tell whether what is pinned judges in this network "
				       "namespace: %s",
				       strerror(-r));
	return r < 0 ? r : -EXDEV;
}

/* The first number that this process takes is its session. */
static int generations_open(struct ward_datapath *datapath, char **ret_why)
{
	uint32_t number;
	int r = ward_generations_adopt(&datapath->pins, &datapath->in_force, &number);

	if (r < 0) {
		*ret_why = ward_format("cannot tell which enforcement is pinned: %s", strerror(-r));
		return r;
	}
	datapath->knows_in_force = true;
	/* What is in force goes on, whatever came since: without us nobody would tell it anything.
	 */
	r = datapath->in_force ? in_force_check(ret_why) : ward_bypass_refuse(ret_why);
	if (r < 0)
		return r;
	datapath->program.session = number;
	r = ward_generation_new(number, &datapath->image, &datapath->program, &datapath->next,
				ret_why);
	if (r < 0)
		return r;
	r = ward_events_open(&datapath->next->program, &datapath->events);
	if (r < 0)
		*ret_why = ward_format("cannot read the ring of flow events: %s", strerror(-r));
	if (r < 0)
		return r;
	r = ward_tallies_open(&datapath->tallies, datapath->next->program.tallies_fd);
	if (r < 0)
		*ret_why = ward_format("cannot map the counts of packets: %s", strerror(-r));
	return r;
}

static int parts_open(struct ward_datapath *datapath, const char *pins, char **ret_why)
{
	bool lasts;
	int r = ward_datapath_probe(ret_why);

	if (r < 0)
		return r;
	datapath->ns = ward_netns_current();
	if (datapath->ns < 0) {
		*ret_why = ward_format("cannot tell which network this is: %s",
				       strerror(-datapath->ns));
		return datapath->ns;
	}
	r = ward_pins_open(&datapath->pins, pins, ret_why);
	if (r < 0)
		return r;
	r = ward_grace_open(&datapath->grace);
	if (r < 0) {
		*ret_why = ward_format("cannot create a BPF map of maps: %s", strerror(-r));
		return r;
	}
	lasts = !ward_pins_are_private(&datapath->pins);
	r = generations_open(datapath, ret_why);
	if (r == 0)
		r = ward_tracking_open(lasts, &datapath->nft, ret_why);
	if (r == 0)
		r = ward_tunnel_open(&datapath->tunnel, datapath->nft, lasts, datapath->tunnel.port,
				     ret_why);
	return r < 0 || datapath->in_force ? r : next_take_over(datapath, ret_why);
}

int ward_datapath_open(const struct ward_datapath_config *config,
		       struct ward_datapath **ret_datapath, char **ret_why)
{
	struct ward_datapath *datapath = ward_new(struct ward_datapath);
	int r;

	*datapath =
		(struct ward_datapath){.grace = WARD_GRACE_NONE, .pins = WARD_PINS_NONE, .ns = -1};
	config_take(datapath, config);
	r = parts_open(datapath, config->pins, ret_why);
	if (r < 0)
		ward_datapath_close(datapath);
	else
		*ret_datapath = datapath;
	return r;
}

/* Takes away what is pinned, unless it is in force, or may be, and is to stay. */
static void pins_leave(struct ward_datapath *datapath)
{
	bool is_empty = datapath->knows_in_force && !datapath->in_force;

	next_drop(datapath);
	if (!is_empty && !ward_pins_are_private(&datapath->pins))
		return;
	ward_generations_remove(&datapath->pins);
	ward_pins_clear(&datapath->pins, NULL);
}

struct ward_datapath *ward_datapath_close(struct ward_datapath *datapath)
{
	if (!datapath)
		return NULL;
	pins_leave(datapath);
	ward_tunnel_close(&datapath->tunnel);
	ward_nft_close(datapath->nft);
	ward_events_close(datapath->events);
	ward_tallies_close(&datapath->tallies);
	ward_generation_free(datapath->now);
	ward_grace_close(&datapath->grace);
	ward_pins_close(&datapath->pins);
	ward_cleanup_close(&datapath->ns);
	ward_vec_done(&datapath->pod_ranges);
	ward_vec_done(&datapath->uplinks);
	ward_vec_done(&datapath->own);
	free(datapath);
	return NULL;
}

int ward_datapath_remove(const char *pins, char **ret_why)
{
	_cleanup_(ward_pins_close) struct ward_pins folder = WARD_PINS_NONE;
	struct nft_ctx *nft;
	int r = ward_pins_open(&folder, pins, ret_why);

	if (r == 0)
		r = ward_tracking_open(true, &nft, ret_why);
	if (r < 0)
		return r;
	ward_generations_remove(&folder);
	ward_pins_clear(&folder, NULL);
	rmdir(pins);
	ward_tracking_remove(nft);
	ward_nft_close(nft);
	return 0;
}

void ward_datapath_own_set(struct ward_datapath *datapath, const struct ward_ip *ips, uint32_t n)
{
	ward_vec_clear(&datapath->own);
	for (uint32_t i = 0; i < n; i++)
		ward_vec_push(&datapath->own, ips[i]);
	if (datapath->now)
		ward_image_own_set(datapath->now->writer, ips, n);
	if (datapath->next)
		ward_image_own_set(datapath->next->writer, ips, n);
}

/* How large the next image is to be.  If a larger one than that in force has been tried and has not
 * come into force, that is tried at once. */
static int geometry_next(const struct ward_datapath *datapath, const struct ward_tables *tables,
			 struct ward_geometry *ret_geometry)
{
	const struct ward_generation *full = datapath->next ? datapath->next : datapath->now;
	const struct ward_growth growth = {
		.full = full->writer,
		.tables = tables,
		.n_own = datapath->own.n,
		.own = datapath->own.items,
		.max_bytes = datapath->max_bytes,
	};

	if (ward_image_size(&datapath->image.geometry) <= full->program.image_size)
		return ward_growth_next(&growth, ret_geometry);
	*ret_geometry = datapath->image.geometry;
	return 0;
}

/* In place of the next generation a larger one. */
static int grow(struct ward_datapath *datapath, const struct ward_tables *tables, char **ret_why)
{
	struct ward_geometry geometry;
	int r = geometry_next(datapath, tables, &geometry);

	if (r < 0)
		return r;
	next_drop(datapath);
	datapath->image.geometry = geometry;
	r = next_make(datapath, ret_why);
	if (r == 0)
		datapath->n_grown++;
	return r;
}

/* The next generation if there is one, from scratch, else the one in force; fails with -ENOSPC when
 * it is full. */
static int commit_to(struct ward_datapath *datapath, const struct version *version)
{
	if (datapath->next)
		return ward_image_commit(datapath->next->writer, version->tables, NULL,
					 version->ifindex);
	return ward_image_commit(datapath->now->writer, version->tables, version->delta,
				 version->ifindex);
}

static int commit_growing(struct ward_datapath *datapath, const struct version *version,
			  char **ret_why)
{
	int r = 0;

	if (!datapath->now && !datapath->next) /* making it failed the last time */
		r = next_make(datapath, ret_why);
	if (r == 0)
		r = commit_to(datapath, version);
	while (r == -ENOSPC) {
		r = grow(datapath, version->tables, ret_why);
		if (r < 0)
			return r;
		r = commit_to(datapath, version);
	}
	return r < 0 || !datapath->next ? r : next_take_over(datapath, ret_why);
}

static int commit(struct ward_datapath *datapath, const struct version *version)
{
	_cleanup_free_ char *why = NULL;
	int r = ward_tunnel_follow(&datapath->tunnel, version->tables, version->delta);

	if (r == 0)
		r = commit_growing(datapath, version, &why);
	if (r < 0 && datapath->now)
		next_drop(datapath);
	datapath->error = r;
	return r;
}

int ward_datapath_commit_tables(struct ward_datapath *datapath, const struct ward_tables *tables,
				const uint32_t *ifindex)
{
	return commit(datapath, &(struct version){tables, NULL, ifindex});
}

int ward_datapath_commit(struct ward_datapath *datapath, const struct ward_engine *engine,
			 const uint32_t *ifindex)
{
	/* Is there no room for tallies any more, a new numbering makes all of it free. */
	bool anew = ward_tallies_overflowed(&datapath->tallies);

	return commit(datapath,
		      &(struct version){ward_engine_tables(engine),
					anew ? NULL : ward_engine_delta(engine), ifindex});
}

int ward_datapath_settle(struct ward_datapath *datapath)
{
	return datapath->now ? ward_image_settle(datapath->now->writer) : 0;
}

/* Shared by all generations: of any. */
static const struct ward_generation *any(const struct ward_datapath *datapath)
{
	return datapath->now ? datapath->now : datapath->next;
}

const struct ward_program *ward_datapath_program(const struct ward_datapath *datapath)
{
	return &any(datapath)->program;
}

int ward_datapath_events_fd(const struct ward_datapath *datapath)
{
	return ward_events_fd(datapath->events);
}

int ward_datapath_events_poll(struct ward_datapath *datapath, ward_flow_fn fn, void *userdata)
{
	return ward_events_poll(datapath->events, fn, userdata);
}

int ward_datapath_events_sweep(struct ward_datapath *datapath, ward_flow_fn fn, void *userdata)
{
	return ward_events_sweep(datapath->events, fn, userdata);
}

void ward_datapath_counters(const struct ward_datapath *datapath,
			    struct ward_datapath_counters *ret_counters)
{
	*ret_counters = (struct ward_datapath_counters){};
	if (any(datapath))
		ward_counters_read(any(datapath)->program.counters_fd, ret_counters);
	ret_counters->untallied = ward_tallies_missed(&datapath->tallies);
}

void ward_datapath_tallies(struct ward_datapath *datapath, ward_tally_fn fn, void *userdata)
{
	ward_tallies_read(&datapath->tallies, fn, userdata);
}

uint64_t ward_datapath_numbering(const struct ward_datapath *datapath)
{
	const struct ward_generation *generation = any(datapath);
	const struct ward_image_head *head;

	if (!generation)
		return 0;
	head = generation->program.image;
	return WARD_WIRE_VERSION(generation->program.session,
				 head->root[head->head % WARD_N_VIEWS].numbering);
}

int ward_datapath_tallies_turn(struct ward_datapath *datapath, ward_tally_fn fn, void *userdata)
{
	uint64_t numbering = ward_datapath_numbering(datapath);
	int r;

	if (!ward_tallies_are_mixed(&datapath->tallies, numbering))
		return 0;
	r = ward_datapath_settle(datapath);
	if (r < 0)
		return r;
	ward_tallies_read(&datapath->tallies, fn, userdata);
	ward_tallies_forget(&datapath->tallies, numbering);
	return 0;
}

void ward_datapath_status(const struct ward_datapath *datapath,
			  struct ward_datapath_status *ret_status)
{
	struct ward_image_usage usage = {};

	*ret_status = (struct ward_datapath_status){
		.generation = datapath->in_force,
		.n_grown = datapath->n_grown,
		.error = datapath->error,
		.max_bytes = datapath->max_bytes,
	};
	if (!datapath->now)
		return;
	ward_image_usage(datapath->now->writer, &usage);
	ret_status->image_bytes = datapath->now->program.image_size;
	ret_status->heap_used = usage.lines_used;
	ret_status->heap = usage.lines;
	ret_status->addresses[0] = usage.addresses4;
	ret_status->addresses[1] = usage.addresses6;
	ret_status->addresses_max[0] = usage.addresses4_max;
	ret_status->addresses_max[1] = usage.addresses6_max;
}
