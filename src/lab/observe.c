/* SPDX-License-Identifier: Apache-2.0 */
/* Flows from the nodes into the lab's history, and to whoever observes. */
#include <string.h>

#include "base/alloc.h"
#include "lab/observe.h"
#include "lab/print.h"

enum {
	BEHIND_MAX = 4 << 20, /* bytes that an observer may be behind before it misses flows */
	EVENTS_LATE_MS = 40,
};

/* One end of what an observer wants to see. */
struct wanted {
	bool any;
	struct ward_ip ip; /* an address, or family NONE: */
	ward_sym ns, name; /* WARD_NONE: any */
};

struct observer {
	struct lab_request *request;
	struct observer *next;
	enum {
		BOTH,
		ALLOWED,
		DENIED
	} verdict;
	struct wanted from, to;
	uint64_t n_missed;
};

struct lab_observers {
	struct lab *lab;
	struct ward_flow_history history;
	uv_timer_t timer; /* runs from the first event on */
	struct observer *list;
};

static bool is_workload_of(const struct lab *lab, const struct ward_flow_end *end, ward_sym name)
{
	const struct lab_pod *pod = lab_pod_find(lab, end->ns, end->name);

	return pod && pod->pod.owner == name;
}

static bool end_matches(const struct lab *lab, const struct wanted *wanted,
			const struct ward_flow_end *end)
{
	if (wanted->any)
		return true;
	if (wanted->ip.family != WARD_FAMILY_NONE)
		return ward_ip_eq(wanted->ip, end->ip);
	if (end->kind != WARD_FLOW_POD || (wanted->ns != WARD_NONE && wanted->ns != end->ns))
		return false;
	return wanted->name == WARD_NONE || wanted->name == end->name ||
	       is_workload_of(lab, end, wanted->name);
}

static bool flow_matches(const struct observer *observer, const struct ward_flow *flow)
{
	const struct lab *lab = observer->request->lab;

	return (observer->verdict == BOTH || (observer->verdict == ALLOWED) == flow->accept) &&
	       end_matches(lab, &observer->from, &flow->from) &&
	       end_matches(lab, &observer->to, &flow->to);
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

static void end_groups(const struct lab *lab, struct ward_flow_end *end)
{
	const struct lab_pod *pod =
		end->kind == WARD_FLOW_POD ? lab_pod_find(lab, end->ns, end->name) : NULL;

	if (pod)
		end->n_groups = lab_pod_groups(lab, pod, end->groups, WARD_FLOW_GROUPS);
}

static void flow_take(void *userdata, struct ward_flow *flow)
{
	struct lab_observers *observers = userdata;

	end_groups(observers->lab, &flow->from);
	end_groups(observers->lab, &flow->to);
	ward_flow_history_add(&observers->history, flow);
	for (struct observer *observer = observers->list; observer; observer = observer->next)
		observer_tell(observer, flow);
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
}

static void node_rings(void *userdata, uint64_t tag, uint32_t events)
{
	struct lab *lab = userdata;

	lab->nodes[tag].rang = true;
	if (!uv_is_active((uv_handle_t *)&lab->observers->timer))
		uv_timer_start(&lab->observers->timer, rings_empty, EVENTS_LATE_MS, 0);
}

int lab_observers_open(struct lab *lab)
{
	int r = ward_pollset_init(&lab->watching, &lab->loop, node_rings, lab);

	lab->observers = ward_new(struct lab_observers);
	lab->observers->lab = lab;
	lab->observers->timer.data = lab;
	uv_timer_init(&lab->loop, &lab->observers->timer);
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

static void observer_gone(struct lab_request *request)
{
	struct observer *observer = request->operation;
	struct observer **link = &request->lab->observers->list;

	while (*link && *link != observer)
		link = &(*link)->next;
	if (*link)
		*link = observer->next;
	free(observer);
	lab_answer_done(request, 0);
}

/* An address, "NS/", or a pod or workload as everywhere. */
static struct wanted wanted_parse(const struct lab_request *request, const char *text)
{
	struct ward_symbols *symbols = request->lab->symbols;
	struct wanted wanted = {.ns = request->ns, .name = WARD_NONE};
	const char *slash = text ? strchr(text, '/') : NULL;

	wanted.any = !text;
	if (!text || ward_ip_parse(text, &wanted.ip) == 0)
		return wanted;
	wanted.ip.family = WARD_FAMILY_NONE;
	if (slash)
		wanted.ns = ward_symbol_n(symbols, text, slash - text);
	if (!slash || slash[1])
		wanted.name = ward_symbol(symbols, slash ? slash + 1 : text);
	return wanted;
}

/* What has happened before the question is part of the answer. */
static void rings_drain(struct lab *lab)
{
	for (uint32_t i = 0; i < lab->n_nodes; i++)
		ward_agent_poll(lab->nodes[i].agent);
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

void lab_op_observe(struct lab_request *request)
{
	const char *verdict = ward_node_get_str(request->root, "verdict");
	const struct ward_node *follow = ward_node_get(request->root, "follow");
	struct observer *observer;

	if (!request->lab->enforce) {
		lab_answer_error(request, "this lab was made with --no-enforce: nothing judges its "
					  "packets, so there is nothing to observe");
		return;
	}
	observer = ward_new(struct observer);
	observer->request = request;
	observer->verdict = !verdict ? BOTH : strcmp(verdict, "denied") == 0 ? DENIED : ALLOWED;
	observer->from = wanted_parse(request, ward_node_get_str(request->root, "from"));
	observer->to = wanted_parse(request, ward_node_get_str(request->root, "to"));
	rings_drain(request->lab);
	history_tell(observer, number_of(request, "last"));
	if (follow && follow->type == WARD_NODE_BOOL && follow->boolean) {
		observer->next = request->lab->observers->list;
		request->lab->observers->list = observer;
		request->operation = observer;
		request->gone = observer_gone;
	} else {
		free(observer);
		lab_answer_done(request, 0);
	}
}
