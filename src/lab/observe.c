/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/observe.h"

#include "base/alloc.h"
#include "lab/closes.h"
#include "lab/flows.h"
#include "lab/print.h"

enum {
	BEHIND_MAX = 4 << 20, /* bytes that an observer may be behind before it misses flows */
};

struct lab_observer {
	struct lab_request *request;
	struct lab_observer *next;
	struct lab_filter filter;
	uint64_t n_missed;
};

static void missed_tell(struct lab_observer *observer)
{
	FILE *out = lab_answer_text(observer->request);

	if (observer->request->format == WARD_LAB_JSON)
		fprintf(out, "{\"missed\": %lu}\n", observer->n_missed);
	else
		fprintf(out, "… %lu flows not shown: too many at once\n", observer->n_missed);
	observer->n_missed = 0;
}

static void observer_tell(struct lab_observer *observer, const struct ward_flow *flow)
{
	struct lab_request *request = observer->request;

	if (!request->lines || !lab_filter_has(request->lab, &observer->filter, flow))
		return;
	lab_answer_text(request);
	lab_print_flow(request->lab->symbols, flow, request->format, &request->text);
	lab_answer_flush(request);
}

void lab_observers_tell(struct lab *lab, const struct ward_flow *flow)
{
	for (struct lab_observer *observer = lab->observers; observer; observer = observer->next) {
		struct ward_lines *lines = observer->request->lines;

		if (lines && ward_lines_pending(lines) > BEHIND_MAX) {
			observer->n_missed += lab_filter_has(lab, &observer->filter, flow);
			continue;
		}
		if (observer->n_missed)
			missed_tell(observer);
		observer_tell(observer, flow);
	}
}

static void observer_free(struct lab_observer *observer)
{
	lab_filter_done(&observer->filter);
	free(observer);
}

static void observer_gone(struct lab_request *request)
{
	struct lab_observer *observer = request->operation;
	struct lab_observer **link = &request->lab->observers;

	while (*link && *link != observer)
		link = &(*link)->next;
	if (*link)
		*link = observer->next;
	if (observer->filter.closed)
		lab_closes_release(request->lab);
	observer_free(observer);
	lab_answer_done(request, 0);
}

static bool is_asked(const struct lab_request *request, const char *key)
{
	const struct ward_node *node = ward_node_get(request->root, key);

	return node && node->type == WARD_NODE_BOOL && node->boolean;
}

/* The last @last of the past. */
static void past_tell(struct lab_observer *observer, uint32_t last)
{
	uint32_t n;
	_cleanup_free_ const struct ward_flow **list =
		lab_filter_past(observer->request->lab, &observer->filter, &n);

	for (uint32_t i = n > last ? n - last : 0; i < n; i++)
		observer_tell(observer, list[i]);
}

/* Going on live begins with nothing of the past unless some is asked for. */
static uint32_t last_of(const struct lab_request *request, bool follow)
{
	const struct ward_node *last = ward_node_get(request->root, "last");

	if (last && last->type == WARD_NODE_INT && last->integer > 0)
		return last->integer < UINT32_MAX ? (uint32_t)last->integer : UINT32_MAX;
	return follow && !ward_node_get(request->root, "since") ? 0 : UINT32_MAX;
}

static void observe_begin(struct lab_request *request, struct lab_filter *filter)
{
	struct lab_observer *observer = ward_new(struct lab_observer);
	bool follow = is_asked(request, "follow");

	*observer = (struct lab_observer){.request = request, .filter = *filter};
	if (follow && filter->closed && lab_closes_want(request->lab) < 0) {
		observer_free(observer);
		lab_answer_error(request,
				 "the kernel does not tell which connections end: it takes "
				 "CONFIG_NF_CT_NETLINK and CONFIG_NF_CONNTRACK_EVENTS");
		return;
	}
	past_tell(observer, last_of(request, follow));
	if (!follow) {
		observer_free(observer);
		lab_answer_done(request, 0);
		return;
	}
	observer->next = request->lab->observers;
	request->lab->observers = observer;
	request->operation = observer;
	request->gone = observer_gone;
}

void lab_op_observe(struct lab_request *request)
{
	_cleanup_free_ char *why = NULL;
	struct lab_filter filter;

	if (!request->lab->enforce) {
		lab_answer_error(request, "this lab was made with --no-enforce: nothing judges its "
					  "packets, so there is nothing to observe");
		return;
	}
	if (lab_filter_init(&filter, request, &why) < 0) {
		lab_answer_error(request, "%s", why);
		return;
	}
	lab_flows_drain(request->lab); /* what has happened before the question is part of it */
	if (is_asked(request, "summary"))
		lab_summarize(request, &filter);
	else if (is_asked(request, "counters"))
		lab_count(request, &filter);
	else
		observe_begin(request, &filter);
}
