/* SPDX-License-Identifier: Apache-2.0 */
/* `ward observe --counters` */
#include "lab/usage.h"

#include "base/alloc.h"
#include "lab/flows.h"
#include "lab/observe.h"

/* As the end of a flow that it was; a pod that is gone is in no group. */
static struct ward_flow_end end_of(const struct lab *lab, const struct ward_usage *usage)
{
	const struct lab_pod *pod =
		usage->name == WARD_NONE ? NULL : lab_pod_find(lab, usage->ns, usage->name);
	struct ward_flow_end end = {
		.kind = usage->name == WARD_NONE ? WARD_FLOW_EXTERNAL : WARD_FLOW_POD,
		.ns = usage->ns,
		.name = usage->name,
	};

	if (pod) {
		end.ip = pod->ip[0];
		end.n_groups = lab_pod_groups(lab, pod, end.groups, WARD_FLOW_GROUPS);
	}
	return end;
}

/* From somebody: what left him, to somebody: what came in. */
static bool is_wanted(const struct lab *lab, const struct lab_filter *filter,
		      const struct ward_usage *usage)
{
	struct ward_flow_end end = end_of(lab, usage);
	bool out = usage->direction == WARD_EGRESS;

	if (filter->verdict != LAB_ALLOWED_OR_DENIED &&
	    (filter->verdict == LAB_ALLOWED) != usage->accept)
		return false;
	return lab_wanted_is(lab, &filter->group, &end) &&
	       (out ? filter->to.kind == LAB_WANT_ALL && lab_wanted_is(lab, &filter->from, &end)
		    : filter->from.kind == LAB_WANT_ALL && lab_wanted_is(lab, &filter->to, &end));
}

static int usage_cmp(const void *a, const void *b)
{
	const struct ward_usage *x = *(const struct ward_usage *const *)a;
	const struct ward_usage *y = *(const struct ward_usage *const *)b;
	uint64_t x_bytes = x->bytes[0] + x->bytes[1], y_bytes = y->bytes[0] + y->bytes[1];

	return (x_bytes < y_bytes) - (x_bytes > y_bytes);
}

void lab_count(struct lab_request *request, struct lab_filter *filter)
{
	struct lab *lab = request->lab;
	const struct ward_usages *usages = lab_flows_usages(lab);
	_cleanup_free_ const struct ward_usage **items =
		ward_new_n(const struct ward_usage *, usages->list.n);
	struct lab_usage_list list = {lab, 0, items, usages->n_untold};

	for (uint32_t i = 0; i < usages->list.n; i++)
		if (is_wanted(lab, filter, &usages->list.items[i]))
			items[list.n++] = &usages->list.items[i];
	if (list.n)
		qsort(items, list.n, sizeof(*items), usage_cmp);
	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		struct ward_datapath_counters counters = {};

		if (lab->nodes[i].agent)
			ward_agent_counters(lab->nodes[i].agent, &counters);
		list.n_untold += counters.untallied;
	}
	lab_answer_text(request);
	lab_print_usage(&list, request->format, &request->text);
	lab_filter_done(filter);
	lab_answer_done(request, 0);
}
