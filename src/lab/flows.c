/* SPDX-License-Identifier: Apache-2.0 */
/* Events are fetched a moment after the first of them, not one by one: a consumer that has caught
 * up is woken by the kernel for the next event, which costs the packet that causes it more than its
 * verdict does. */
#include "lab/flows.h"

#include <string.h>

#include "base/alloc.h"
#include "group/grouppolicy.h"
#include "lab/observe.h"

enum {
	HISTORY = 4096,	       /* records */
	HISTORY_WINDOW_S = 10, /* what is alike is one record, as long */
	EVENTS_LATE_MS = 40,
	SWEEP_MS = 1000,
};

struct lab_flows {
	struct lab *lab;
	struct ward_flow_history history;
	struct ward_usages usages;
	uv_timer_t timer;		  /* runs from the first event on */
	uv_timer_t sweeper;		  /* as long as something may repeat that was told */
	bool is_quiet;			  /* the last sweep found nothing */
	WARD_VEC(struct ward_flow) batch; /* fetched, of all nodes, and not told yet */
};

static void rings_empty(uv_timer_t *timer);

static void end_groups(const struct lab *lab, struct ward_flow_end *end)
{
	const struct lab_pod *pod =
		end->kind == WARD_FLOW_POD ? lab_pod_find(lab, end->ns, end->name) : NULL;

	if (pod)
		end->n_groups = lab_pod_groups(lab, pod, end->groups, WARD_FLOW_GROUPS);
}

/* A line of a GroupPolicy may have a name. */
static void rule_complete(const struct lab *lab, struct ward_flow_policy *policy)
{
	const struct ward_grouppolicy *grouppolicy;

	if (strcmp(policy->kind, ward_kind_str(WARD_KIND_GROUPPOLICY)) != 0)
		return;
	grouppolicy = (const struct ward_grouppolicy *)ward_snapshot_find(&lab->world,
									  WARD_KIND_GROUPPOLICY,
									  WARD_NONE, policy->name);
	if (!grouppolicy)
		return;
	for (uint32_t i = 0; i < grouppolicy->n_rules; i++) {
		const struct ward_group_rule *rule = &grouppolicy->rules[i];

		if (strcmp(policy->list, rule->denies ? "deny" : "allow") == 0 &&
		    rule->index == policy->rule && rule->mark.line == policy->line)
			policy->rule_name = rule->name;
	}
}

void lab_flows_take(struct lab *lab, struct ward_flow *flow)
{
	struct lab_flows *flows = lab->flows;

	end_groups(lab, &flow->from);
	end_groups(lab, &flow->to);
	for (int d = 0; d < WARD_N_DIRECTION; d++) {
		if (flow->side[d].why == WARD_FLOW_BY_RULE)
			rule_complete(lab, &flow->side[d].policies[0]);
		if (flow->staged[d].why == WARD_FLOW_BY_RULE)
			rule_complete(lab, &flow->staged[d].policies[0]);
	}
	ward_vec_push(&flows->batch, *flow);
	if (!uv_is_active((uv_handle_t *)&flows->timer))
		uv_timer_start(&flows->timer, rings_empty, EVENTS_LATE_MS, 0);
}

static int flow_cmp(const void *a, const void *b)
{
	const struct ward_flow *x = a, *y = b;

	return x->time_us < y->time_us ? -1 : x->time_us > y->time_us;
}

static void flow_take(void *userdata, struct ward_flow *flow)
{
	const struct lab_flows *flows = userdata;

	lab_flows_take(flows->lab, flow);
}

static void usage_take(void *userdata, const struct ward_usage *usage)
{
	struct lab_flows *flows = userdata;
	struct ward_usage complete = *usage;

	if (complete.why == WARD_FLOW_BY_RULE)
		rule_complete(flows->lab, &complete.rule);
	ward_usages_add(&flows->usages, &complete);
}

/* Every node has rings of its own: only together are flows in their order. */
static void batch_tell(struct lab_flows *flows)
{
	uint32_t n = flows->batch.n;

	if (n)
		qsort(flows->batch.items, n, sizeof(*flows->batch.items), flow_cmp);
	for (uint32_t i = 0; i < n; i++) {
		ward_flow_history_add(&flows->history, &flows->batch.items[i]);
		lab_observers_tell(flows->lab, &flows->batch.items[i]);
	}
	ward_vec_clear(&flows->batch);
}

static void rings_empty(uv_timer_t *timer)
{
	struct lab *lab = timer->data;

	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		struct ward_agent *agent = lab->nodes[i].agent;

		if (!lab->nodes[i].rang)
			continue;
		lab->nodes[i].rang = false;
		ward_agent_poll(agent);
		ward_pollset_change(&lab->watching, ward_agent_events_fd(agent),
				    EPOLLIN | EPOLLONESHOT, i);
	}
	batch_tell(lab->flows);
}

/* What the kernel has told within the last second it only counts: that is over when it has neither
 * told nor counted anything from one sweep to the next but one. */
static void repeats_sweep(uv_timer_t *timer)
{
	struct lab *lab = timer->data;
	int found = 0;

	for (uint32_t i = 0; i < lab->n_nodes; i++)
		if (lab->nodes[i].agent)
			found += ward_agent_sweep(lab->nodes[i].agent) > 0;
	batch_tell(lab->flows);
	if (!found && lab->flows->is_quiet)
		uv_timer_stop(timer);
	lab->flows->is_quiet = !found;
}

static void node_rings(void *userdata, uint64_t tag, uint32_t events)
{
	struct lab *lab = userdata;
	struct lab_flows *flows = lab->flows;

	lab->nodes[tag].rang = true;
	flows->is_quiet = false;
	if (!uv_is_active((uv_handle_t *)&flows->sweeper))
		uv_timer_start(&flows->sweeper, repeats_sweep, SWEEP_MS, SWEEP_MS);
	if (!uv_is_active((uv_handle_t *)&flows->timer))
		uv_timer_start(&flows->timer, rings_empty, EVENTS_LATE_MS, 0);
}

int lab_flows_open(struct lab *lab)
{
	struct lab_flows *flows = lab->flows = ward_new(struct lab_flows);
	int r = ward_pollset_init(&lab->watching, &lab->loop, node_rings, lab);

	flows->lab = lab;
	flows->timer.data = flows->sweeper.data = lab;
	uv_timer_init(&lab->loop, &flows->timer);
	uv_timer_init(&lab->loop, &flows->sweeper);
	ward_flow_history_init(&flows->history, HISTORY, HISTORY_WINDOW_S * INT64_C(1000000));
	for (uint32_t i = 0; r == 0 && i < lab->n_nodes; i++) {
		struct ward_agent *agent = lab->nodes[i].agent;

		if (!agent)
			continue;
		ward_agent_on_flow(agent, flow_take, flows);
		ward_agent_on_usage(agent, usage_take);
		r = ward_pollset_add(&lab->watching, ward_agent_events_fd(agent),
				     EPOLLIN | EPOLLONESHOT, i);
	}
	return r;
}

void lab_flows_drain(struct lab *lab)
{
	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		if (!lab->nodes[i].agent)
			continue;
		ward_agent_poll(lab->nodes[i].agent);
		ward_agent_sweep(lab->nodes[i].agent);
	}
	batch_tell(lab->flows);
}

const struct ward_flow_history *lab_flows_history(const struct lab *lab)
{
	return &lab->flows->history;
}

const struct ward_usages *lab_flows_usages(struct lab *lab)
{
	for (uint32_t i = 0; i < lab->n_nodes; i++)
		if (lab->nodes[i].agent)
			ward_agent_usage_read(lab->nodes[i].agent);
	return &lab->flows->usages;
}
