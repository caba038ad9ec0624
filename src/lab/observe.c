/* SPDX-License-Identifier: Apache-2.0 */
/* Flows from the nodes into the lab's history, and to whoever observes. */
#include <string.h>

#include "base/alloc.h"
#include "group/grouppolicy.h"
#include "lab/observe.h"
#include "lab/print.h"
#include "lab/wanted.h"

enum {
	BEHIND_MAX = 4 << 20, /* bytes that an observer may be behind before it misses flows */
	EVENTS_LATE_MS = 40,
	SWEEP_MS = 1000,
};

struct observer {
	struct lab_request *request;
	struct observer *next;
	enum {
		BOTH,
		ALLOWED,
		DENIED
	} verdict;
	struct lab_wanted from, to;
	uint64_t n_missed;
};

struct lab_observers {
	struct lab *lab;
	struct ward_flow_history history;
	uv_timer_t timer;		  /* runs from the first event on */
	uv_timer_t sweeper;		  /* as long as something may repeat that was told */
	bool is_quiet;			  /* the last sweep found nothing */
	WARD_VEC(struct ward_flow) batch; /* fetched, of all nodes, and not told yet */
	struct observer *list;
};

static bool flow_matches(const struct observer *observer, const struct ward_flow *flow)
{
	const struct lab *lab = observer->request->lab;

	return (observer->verdict == BOTH || (observer->verdict == ALLOWED) == flow->accept) &&
	       lab_wanted_is(lab, &observer->from, &flow->from) &&
	       lab_wanted_is(lab, &observer->to, &flow->to);
}

static void observer_tell(struct observer *observer, const struct ward_flow *flow)
{
	struct lab_request *request = observer->request;

	if (!request->lines || !flow_matches(observer, flow))
		return;
	if (ward_lines_pending(request->lines) > BEHIND_MAX) {
		observer->n_missed++;
		return;
	}
	lab_answer_text(request);
	if (observer->n_missed && request->format == WARD_LAB_TABLE)
		fprintf(request->text.out, "… %lu flows not shown: too many at once\n",
			observer->n_missed);
	observer->n_missed = 0;
	lab_print_flow(request->lab->symbols, flow, request->format, &request->text);
	lab_answer_flush(request);
}

static void rings_empty(uv_timer_t *timer);

static void end_groups(const struct lab *lab, struct ward_flow_end *end)
{
	const struct lab_pod *pod =
		end->kind == WARD_FLOW_POD ? lab_pod_find(lab, end->ns, end->name) : NULL;

	if (pod)
		end->n_groups = lab_pod_groups(lab, pod, end->groups, WARD_FLOW_GROUPS);
}

/* A line of a GroupPolicy may have a name, or be the one that exempts DNS. */
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
	if (policy->rule < grouppolicy->n_rules &&
	    grouppolicy->rules[policy->rule].mark.line == policy->line)
		policy->rule_name = grouppolicy->rules[policy->rule].name;
	else
		policy->exempts_dns =
			grouppolicy->exempt_dns && grouppolicy->exempt_mark.line == policy->line;
}

static void flow_take(void *userdata, struct ward_flow *flow)
{
	struct lab_observers *observers = userdata;

	end_groups(observers->lab, &flow->from);
	end_groups(observers->lab, &flow->to);
	for (int d = 0; d < WARD_N_DIRECTION; d++)
		if (flow->side[d].why == WARD_FLOW_BY_RULE)
			rule_complete(observers->lab, &flow->side[d].policies[0]);
	ward_vec_push(&observers->batch, *flow);
	if (!uv_is_active((uv_handle_t *)&observers->timer))
		uv_timer_start(&observers->timer, rings_empty, EVENTS_LATE_MS, 0);
}

static int flow_cmp(const void *a, const void *b)
{
	const struct ward_flow *x = a, *y = b;

	return x->time_us < y->time_us ? -1 : x->time_us > y->time_us;
}

/* Every node has rings of its own: only together are flows in their order. */
static void batch_tell(struct lab_observers *observers)
{
	uint32_t n = observers->batch.n;

	if (n)
		qsort(observers->batch.items, n, sizeof(*observers->batch.items), flow_cmp);
	for (uint32_t i = 0; i < n; i++) {
		const struct ward_flow *flow = &observers->batch.items[i];

		ward_flow_history_add(&observers->history, flow);
		for (struct observer *observer = observers->list; observer;
		     observer = observer->next)
			observer_tell(observer, flow);
	}
	ward_vec_clear(&observers->batch);
}

/* Events are fetched a moment after the first of them, not one by one: a consumer that has caught
 * up is woken by the kernel for the next event, which costs the packet that causes it more than its
 * verdict does. */
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
	batch_tell(lab->observers);
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
	batch_tell(lab->observers);
	if (!found && lab->observers->is_quiet)
		uv_timer_stop(timer);
	lab->observers->is_quiet = !found;
}

static void node_rings(void *userdata, uint64_t tag, uint32_t events)
{
	struct lab *lab = userdata;

	lab->nodes[tag].rang = true;
	lab->observers->is_quiet = false;
	if (!uv_is_active((uv_handle_t *)&lab->observers->sweeper))
		uv_timer_start(&lab->observers->sweeper, repeats_sweep, SWEEP_MS, SWEEP_MS);
	if (!uv_is_active((uv_handle_t *)&lab->observers->timer))
		uv_timer_start(&lab->observers->timer, rings_empty, EVENTS_LATE_MS, 0);
}

int lab_observers_open(struct lab *lab)
{
	int r = ward_pollset_init(&lab->watching, &lab->loop, node_rings, lab);

	lab->observers = ward_new(struct lab_observers);
	lab->observers->lab = lab;
	lab->observers->timer.data = lab;
	lab->observers->sweeper.data = lab;
	uv_timer_init(&lab->loop, &lab->observers->timer);
	uv_timer_init(&lab->loop, &lab->observers->sweeper);
	ward_flow_history_init(&lab->observers->history, LAB_HISTORY);
	for (uint32_t i = 0; r == 0 && i < lab->n_nodes; i++) {
		struct ward_agent *agent = lab->nodes[i].agent;

		if (!agent)
			continue;
		ward_agent_on_flow(agent, flow_take, lab->observers);
		r = ward_pollset_add(&lab->watching, ward_agent_events_fd(agent),
				     EPOLLIN | EPOLLONESHOT, i);
	}
	return r;
}

static void observer_free(struct observer *observer)
{
	lab_wanted_done(&observer->from);
	lab_wanted_done(&observer->to);
	free(observer);
}

static void observer_gone(struct lab_request *request)
{
	struct observer *observer = request->operation;
	struct observer **link = &request->lab->observers->list;

	while (*link && *link != observer)
		link = &(*link)->next;
	if (*link)
		*link = observer->next;
	observer_free(observer);
	lab_answer_done(request, 0);
}

/* What has happened before the question is part of the answer. */
static void rings_drain(struct lab *lab)
{
	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		if (!lab->nodes[i].agent)
			continue;
		ward_agent_poll(lab->nodes[i].agent);
		ward_agent_sweep(lab->nodes[i].agent);
	}
	batch_tell(lab->observers);
}

static uint64_t number_of(const struct lab_request *request, const char *key)
{
	const struct ward_node *node = ward_node_get(request->root, key);

	return node && node->type == WARD_NODE_INT && node->integer > 0 ? node->integer : 0;
}

static void history_tell(struct observer *observer, uint64_t last)
{
	const struct ward_flow_history *history = &observer->request->lab->observers->history;
	uint64_t first = ward_flow_history_first(history), begin = history->n;

	while (begin > first && last) {
		begin--;
		last -= flow_matches(observer, ward_flow_history_at(history, begin));
	}
	for (uint64_t i = begin; i < history->n; i++)
		observer_tell(observer, ward_flow_history_at(history, i));
}

/* NULL, and the request is answered, when it asks for somebody who is not there. */
static struct observer *observer_new(struct lab_request *request)
{
	const char *verdict = ward_node_get_str(request->root, "verdict");
	struct observer *observer = ward_new(struct observer);
	_cleanup_free_ char *why = NULL;
	int r;

	observer->request = request;
	observer->verdict = !verdict ? BOTH : strcmp(verdict, "denied") == 0 ? DENIED : ALLOWED;
	r = lab_wanted_init(&observer->from, request, ward_node_get_str(request->root, "from"),
			    &why);
	if (r == 0)
		r = lab_wanted_init(&observer->to, request, ward_node_get_str(request->root, "to"),
				    &why);
	if (r == 0)
		return observer;
	observer_free(observer);
	lab_answer_error(request, "%s", why);
	return NULL;
}

static void observer_follow(struct observer *observer)
{
	struct lab_request *request = observer->request;

	observer->next = request->lab->observers->list;
	request->lab->observers->list = observer;
	request->operation = observer;
	request->gone = observer_gone;
}

void lab_op_observe(struct lab_request *request)
{
	const struct ward_node *node = ward_node_get(request->root, "follow");
	bool follow = node && node->type == WARD_NODE_BOOL && node->boolean;
	uint64_t last = number_of(request, "last");
	struct observer *observer;

	if (!request->lab->enforce) {
		lab_answer_error(request, "this lab was made with --no-enforce: nothing judges its "
					  "packets, so there is nothing to observe");
		return;
	}
	observer = observer_new(request);
	if (!observer)
		return;
	rings_drain(request->lab);
	history_tell(observer, last || follow ? last : UINT64_MAX);
	if (follow) {
		observer_follow(observer);
	} else {
		observer_free(observer);
		lab_answer_done(request, 0);
	}
}
