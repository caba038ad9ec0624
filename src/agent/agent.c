/* SPDX-License-Identifier: Apache-2.0 */
/* A commit costs what changed: what is kept beside the engine (the interfaces of endpoints, the
 * legend, the node's own addresses) follows it by what it says that it changed.
 *
 * Events are explained with a legend that knows the version that judged them.  The versions that
 * were in force last stay known, because packets go on being judged by the old one until the grace
 * period is over, and may then still wait in the ring. */
#include "agent/agent.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#include "agent/legend.h"
#include "agent/put.h"
#include "agent/rehearsal.h"
#include "analysis/load.h"
#include "base/alloc.h"
#include "base/intern.h"
#include "base/vec.h"
#include "net/address-watch.h"
#include "net/conntrack.h"
#include "net/netlink.h"

enum {
	VERSIONS_KNOWN = 3
};

struct ward_agent {
	struct ward_engine *engine;
	struct ward_rehearsal *rehearsal; /* while something is staged */
	struct ward_datapath *datapath;
	struct ward_netlink *netlink;	  /* of the node's namespace */
	struct ward_conntrack *conntrack; /* the same */
	int addresses;			  /* watches those of the node */
	bool knows_own;
	struct ward_legend *legend, *before; /* of numbers that meant something else */
	uint64_t in_force[VERSIONS_KNOWN];   /* one after the other, the last now */
	struct ward_intern wired; /* (namespace, name) of local pods → index into wires */
	WARD_VEC(uint32_t) wires, ifindex; /* the latter by endpoint */
	ward_sym node;
	int64_t boot_us; /* what the wall clock says when the monotonic one says 0 */
	ward_agent_flow_fn fn;
	ward_agent_usage_fn usage_fn;
	bool turned;	      /* the last commit gave decisions other numbers: */
	uint64_t turned_from; /* the version before */
	bool pod_goes;	      /* with the next commit: what it did is to be known by its name */
	void *userdata;
};

int ward_agent_open(const struct ward_agent_config *config, struct ward_agent **ret_agent,
		    char **ret_why)
{
	struct ward_datapath_config datapath = {
		.node = config->node,
		.n_pod_ranges = config->n_pod_ranges,
		.pod_ranges = config->pod_ranges,
		.n_uplinks = config->n_uplinks,
		.uplinks = config->uplinks,
		.tunnel_port = config->tunnel_port,
		.pins = config->pins,
		.is_lazy = true, /* to be known when it is in force, not when it is safe to go on */
	};
	struct ward_agent *agent = ward_new(struct ward_agent);
	int r;

	agent->node = config->node;
	agent->addresses = ward_address_watch_open();
	r = agent->addresses < 0 ? agent->addresses : ward_netlink_open(&agent->netlink);
	if (r == 0)
		r = ward_conntrack_open(&agent->conntrack);
	if (r < 0)
		*ret_why = ward_format("cannot ask for the node's addresses and connections: %s",
				       strerror(-r));
	else
		r = ward_datapath_open(&datapath, &agent->datapath, ret_why);
	if (r < 0) {
		ward_agent_close(agent);
		return r;
	}
	agent->engine = ward_engine_new(config->symbols, config->node);
	ward_engine_commit(agent->engine); /* tables of nothing, so that there are always some */
	agent->legend = ward_legend_new(agent->engine);
	*ret_agent = agent;
	return 0;
}

struct ward_agent *ward_agent_close(struct ward_agent *agent)
{
	if (!agent)
		return NULL;
	ward_datapath_close(agent->datapath);
	ward_netlink_close(agent->netlink);
	ward_cleanup_close(&agent->addresses);
	ward_conntrack_close(agent->conntrack);
	ward_engine_free(agent->engine);
	ward_rehearsal_free(agent->rehearsal);
	ward_legend_free(agent->legend);
	ward_legend_free(agent->before);
	ward_intern_done(&agent->wired);
	ward_vec_done(&agent->wires);
	ward_vec_done(&agent->ifindex);
	free(agent);
	return NULL;
}

/* There is a rehearsal while something is staged. */
static void rehearsal_follow(struct ward_agent *agent, const struct ward_snapshot *world)
{
	bool wanted = ward_snapshot_has_staged(world);

	if (wanted && !agent->rehearsal)
		agent->rehearsal = ward_rehearsal_new(world, agent->node);
	else if (!wanted)
		agent->rehearsal = ward_rehearsal_free(agent->rehearsal);
}

void ward_agent_put(struct ward_agent *agent, const struct ward_snapshot *world,
		    const struct ward_object *object)
{
	ward_put(agent->engine, world, object);
	if (agent->rehearsal)
		ward_rehearsal_put(agent->rehearsal, world, object);
	if (object->kind == WARD_KIND_GROUPPOLICY)
		rehearsal_follow(agent, world);
}

bool ward_agent_remove(struct ward_agent *agent, const struct ward_snapshot *world,
		       enum ward_kind kind, ward_sym ns, ward_sym name)
{
	agent->pod_goes |= kind == WARD_KIND_POD;
	bool had = ward_remove(agent->engine, world, kind, ns, name);

	if (agent->rehearsal)
		ward_rehearsal_remove(agent->rehearsal, world, kind, ns, name);
	if (kind == WARD_KIND_GROUPPOLICY)
		rehearsal_follow(agent, world);
	return had;
}

struct pod_name {
	ward_sym ns, name;
};

static uint32_t wire_of(const struct ward_agent *agent, const struct ward_endpoint *endpoint)
{
	struct pod_name key = {endpoint->object.ns, endpoint->object.name};
	uint32_t i;

	if (endpoint->object.kind != WARD_KIND_POD || endpoint->node != agent->node)
		return 0;
	i = ward_intern_find(&agent->wired, &key, sizeof(key));
	return i == WARD_NONE ? 0 : agent->wires.items[i];
}

static void endpoint_wire(struct ward_agent *agent, uint32_t endpoint)
{
	const struct ward_tables *tables = ward_engine_tables(agent->engine);

	agent->ifindex.items[endpoint] = wire_of(agent, &tables->endpoints[endpoint]);
}

/* A pod that is not in the tables yet is wired by the commit that brings it. */
void ward_agent_wire(struct ward_agent *agent, ward_sym ns, ward_sym name, uint32_t ifindex)
{
	struct pod_name key = {ns, name};
	uint32_t i = ward_intern(&agent->wired, &key, sizeof(key));
	uint32_t endpoint = ward_engine_find(agent->engine, WARD_KIND_POD, ns, name);

	if (i == agent->wires.n)
		ward_vec_push(&agent->wires, 0);
	agent->wires.items[i] = ifindex;
	if (endpoint < agent->ifindex.n)
		endpoint_wire(agent, endpoint);
}

static void wires_follow(struct ward_agent *agent)
{
	const struct ward_tables *tables = ward_engine_tables(agent->engine);
	const struct ward_delta *delta = ward_engine_delta(agent->engine);

	if (delta->everything)
		ward_vec_clear(&agent->ifindex);
	while (agent->ifindex.n < tables->n_endpoints) {
		ward_vec_push(&agent->ifindex, 0);
		endpoint_wire(agent, agent->ifindex.n - 1);
	}
	for (uint32_t i = 0; i < delta->n_endpoints; i++)
		endpoint_wire(agent, delta->endpoints[i]);
}

/* What the node calls itself now; if it does not say, what it said before, and it is asked again.
 */
static void own_follow(struct ward_agent *agent)
{
	struct ward_ips own = {};

	if (ward_address_watch_changed(agent->addresses))
		agent->knows_own = false;
	if (agent->knows_own)
		return;
	agent->knows_own = ward_netlink_addresses(agent->netlink, &own) == 0;
	if (agent->knows_own)
		ward_datapath_own_set(agent->datapath, own.list.items, own.list.n);
	ward_vec_done(&own.list);
}

/* Is the engine numbered anew, another legend begins; the one that knows what is in force stays. */
static void legend_follow(struct ward_agent *agent)
{
	uint64_t now = agent->in_force[VERSIONS_KNOWN - 1];

	if (ward_legend_follow(agent->legend, agent->engine))
		return;
	if (!ward_legend_knows(agent->before, now)) {
		ward_legend_free(agent->before);
		agent->before = TAKE_PTR(agent->legend);
	}
	ward_legend_free(agent->legend);
	agent->legend = ward_legend_new(agent->engine);
}

/* Nobody asks any more for what was in force so long ago. */
static void versions_shift(struct ward_agent *agent, uint64_t version)
{
	memmove(agent->in_force, agent->in_force + 1,
		(VERSIONS_KNOWN - 1) * sizeof(*agent->in_force));
	agent->in_force[VERSIONS_KNOWN - 1] = version;
	ward_legend_forget(agent->legend, agent->in_force[0]);
	if (ward_legend_knows(agent->legend, agent->in_force[0]))
		agent->before = ward_legend_free(agent->before);
}

static int64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static const struct ward_legend *legend_of(const struct ward_agent *agent, uint64_t version)
{
	if (ward_legend_knows(agent->legend, version))
		return agent->legend;
	return ward_legend_knows(agent->before, version) ? agent->before : NULL;
}

static void end_name(const struct ward_agent *agent, struct ward_ip ip, struct ward_flow_end *ret)
{
	const struct ward_tables *tables = ward_engine_tables(agent->engine);
	struct ward_end end;

	*ret = (struct ward_flow_end){
		.kind = WARD_FLOW_EXTERNAL, .ip = ip, .ns = WARD_NONE, .name = WARD_NONE};
	ward_engine_resolve(agent->engine, ip, &end);
	if (end.kind == WARD_END_POD) {
		ret->kind = WARD_FLOW_POD;
		ret->ns = tables->endpoints[end.endpoint].object.ns;
		ret->name = tables->endpoints[end.endpoint].object.name;
	} else if (end.kind == WARD_END_NODE) {
		ret->kind = WARD_FLOW_NODE;
		if (end.node != WARD_NONE)
			ret->name = tables->nodes[end.node].name;
	}
}

/* A reading of the tallies: the legend of the numbering in force, and of any other. */
struct reading {
	struct ward_agent *agent;
	uint64_t numbering;
	const struct ward_legend *now, *other;
};

static void tally_take(void *userdata, const struct ward_tally *tally)
{
	const struct reading *reading = userdata;
	const struct ward_legend *legend =
		tally->numbering == reading->numbering ? reading->now : reading->other;
	struct ward_flow_side side = {.why = WARD_FLOW_UNKNOWN};
	struct ward_flow_end pod;
	struct ward_usage usage;

	if (legend)
		ward_legend_explain(legend, 0, tally->ip, tally->direction, tally->decision, &side);
	end_name(reading->agent, tally->ip, &pod);
	usage = (struct ward_usage){
		.ns = pod.ns,
		.name = pod.name,
		.direction = tally->direction,
		.why = side.why,
		.accept = side.accept,
		.packets = {tally->packets[0], tally->packets[1]},
		.bytes = {tally->bytes[0], tally->bytes[1]},
	};
	if (side.why == WARD_FLOW_BY_RULE)
		usage.rule = side.policies[0];
	if (reading->agent->usage_fn)
		reading->agent->usage_fn(reading->agent->userdata, &usage);
}

static struct reading reading_begin(struct ward_agent *agent)
{
	return (struct reading){
		.agent = agent,
		.numbering = ward_datapath_numbering(agent->datapath),
		.now = legend_of(agent, agent->in_force[VERSIONS_KNOWN - 1]),
		.other = agent->turned ? legend_of(agent, agent->turned_from) : NULL,
	};
}

void ward_agent_usage_read(struct ward_agent *agent)
{
	struct reading reading = reading_begin(agent);

	ward_datapath_tallies(agent->datapath, tally_take, &reading);
}

/* The last commit gave decisions other numbers.  By now nobody counts by the old ones any more, and
 * what they mean is still known. */
static void tallies_turn(struct ward_agent *agent)
{
	struct reading reading = reading_begin(agent);

	if (ward_datapath_tallies_turn(agent->datapath, tally_take, &reading) == 0)
		agent->turned = false;
}

int ward_agent_commit(struct ward_agent *agent)
{
	uint64_t numbering = ward_datapath_numbering(agent->datapath);
	const struct ward_tables *tables;
	int r;

	ward_agent_poll(agent);
	ward_agent_sweep(agent);
	if (agent->turned)
		tallies_turn(agent);
	else if (agent->pod_goes)
		ward_agent_usage_read(agent);
	agent->pod_goes = false;
	tables = ward_engine_commit(agent->engine);
	if (agent->rehearsal)
		ward_rehearsal_commit(agent->rehearsal);
	legend_follow(agent);
	wires_follow(agent);
	own_follow(agent);
	r = ward_datapath_commit(agent->datapath, agent->engine, agent->ifindex.items);
	if (r < 0)
		return r;
	if (ward_datapath_numbering(agent->datapath) != numbering) {
		agent->turned = true;
		agent->turned_from = agent->in_force[VERSIONS_KNOWN - 1];
	}
	versions_shift(agent, tables->version);
	return 0;
}

int ward_agent_settle(struct ward_agent *agent)
{
	return ward_datapath_settle(agent->datapath);
}

const struct ward_engine *ward_agent_engine(const struct ward_agent *agent)
{
	return agent->engine;
}

void ward_agent_on_usage(struct ward_agent *agent, ward_agent_usage_fn fn)
{
	agent->usage_fn = fn;
}

void ward_agent_on_flow(struct ward_agent *agent, ward_agent_flow_fn fn, void *userdata)
{
	agent->fn = fn;
	agent->userdata = userdata;
}

int ward_agent_events_fd(const struct ward_agent *agent)
{
	return ward_datapath_events_fd(agent->datapath);
}

void ward_agent_counters(const struct ward_agent *agent,
			 struct ward_datapath_counters *ret_counters)
{
	ward_datapath_counters(agent->datapath, ret_counters);
}

void ward_agent_status(const struct ward_agent *agent, struct ward_agent_status *ret_status)
{
	*ret_status = (struct ward_agent_status){};
	ward_datapath_status(agent->datapath, &ret_status->datapath);
	ward_conntrack_usage(agent->conntrack, &ret_status->connections);
}

static enum ward_flow_cause cause_of(enum ward_flow_reason reason)
{
	static const enum ward_flow_cause causes[] = {
		[WARD_FLOW_RULES] = WARD_FLOW_CAUSE_POLICY,
		[WARD_FLOW_SPOOFED] = WARD_FLOW_CAUSE_SPOOFED,
		[WARD_FLOW_NOT_READY] = WARD_FLOW_CAUSE_NOT_READY,
		[WARD_FLOW_MALFORMED] = WARD_FLOW_CAUSE_MALFORMED,
	};
	static_assert(WARD_ARRAY_SIZE(causes) == WARD_N_FLOW_REASON, "one cause per reason");

	return causes[reason];
}

static void event_take(void *userdata, const struct ward_flow_event *event)
{
	struct ward_agent *agent = userdata;
	const struct ward_legend *legend = legend_of(agent, event->version);
	struct ward_flow flow = {
		.time_us = agent->boot_us + (int64_t)(event->time_ns / 1000),
		.first_us = agent->boot_us + (int64_t)(event->time_ns / 1000),
		.count = event->count,
		.node = agent->node,
		.accept = event->accept,
		.cause = cause_of(event->reason),
		.protocol = event->protocol,
		.sport = event->sport,
		.dport = event->dport,
	};

	if (!agent->fn)
		return;
	end_name(agent, event->src, &flow.from);
	end_name(agent, event->dst, &flow.to);
	for (int d = 0; d < WARD_N_DIRECTION; d++) {
		struct ward_ip subject = d == WARD_EGRESS ? event->src : event->dst;

		if (event->decision[d] == WARD_NONE)
			continue;
		if (legend)
			ward_legend_explain(legend, event->version, subject, d, event->decision[d],
					    &flow.side[d]);
		else
			flow.side[d].why = WARD_FLOW_UNKNOWN;
	}
	if (agent->rehearsal)
		ward_rehearsal_judge(agent->rehearsal, event, &flow);
	agent->fn(agent->userdata, &flow);
}

static void clock_read(struct ward_agent *agent)
{
	agent->boot_us = clock_us(CLOCK_REALTIME) - clock_us(CLOCK_MONOTONIC);
}

int ward_agent_poll(struct ward_agent *agent)
{
	clock_read(agent);
	return ward_datapath_events_poll(agent->datapath, event_take, agent);
}

int ward_agent_sweep(struct ward_agent *agent)
{
	clock_read(agent);
	return ward_datapath_events_sweep(agent->datapath, event_take, agent);
}
