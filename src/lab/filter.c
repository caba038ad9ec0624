/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/filter.h"

#include <string.h>

#include "base/alloc.h"
#include "lab/flows.h"

static int group_init(struct lab_wanted *wanted, const struct lab_request *request, char **ret_why)
{
	const char *group = ward_node_get_str(request->root, "group");
	_cleanup_free_ char *text = NULL;

	if (group)
		text = strncmp(group, "group:", 6) == 0 ? ward_strdup(group)
							: ward_format("group:%s", group);
	return lab_wanted_init(wanted, request, text, ret_why);
}

int lab_filter_init(struct lab_filter *filter, const struct lab_request *request, char **ret_why)
{
	const char *verdict = ward_node_get_str(request->root, "verdict");
	const struct ward_node *since = ward_node_get(request->root, "since");
	const struct ward_node *closed = ward_node_get(request->root, "closed");
	int r;

	*filter = (struct lab_filter){};
	if (verdict)
		filter->verdict = strcmp(verdict, "denied") == 0   ? LAB_DENIED
				  : strcmp(verdict, "staged") == 0 ? LAB_STAGED
								   : LAB_ALLOWED;
	if (since && since->type == WARD_NODE_INT)
		filter->since_us = since->integer;
	filter->closed = closed && closed->type == WARD_NODE_BOOL && closed->boolean;
	r = lab_wanted_init(&filter->from, request, ward_node_get_str(request->root, "from"),
			    ret_why);
	if (r == 0)
		r = lab_wanted_init(&filter->to, request, ward_node_get_str(request->root, "to"),
				    ret_why);
	if (r == 0)
		r = group_init(&filter->group, request, ret_why);
	if (r < 0)
		lab_filter_done(filter);
	return r;
}

void lab_filter_done(struct lab_filter *filter)
{
	lab_wanted_done(&filter->from);
	lab_wanted_done(&filter->to);
	lab_wanted_done(&filter->group);
}

static bool verdict_is(const struct lab_filter *filter, const struct ward_flow *flow)
{
	if (filter->verdict == LAB_STAGED)
		return ward_flow_would_change(flow);
	return filter->verdict == LAB_ALLOWED_OR_DENIED ||
	       (filter->verdict == LAB_ALLOWED) == flow->accept;
}

bool lab_filter_has(const struct lab *lab, const struct lab_filter *filter,
		    const struct ward_flow *flow)
{
	return verdict_is(filter, flow) && flow->time_us >= filter->since_us &&
	       (filter->closed || !flow->closed) &&
	       lab_wanted_is(lab, &filter->from, &flow->from) &&
	       lab_wanted_is(lab, &filter->to, &flow->to) &&
	       (lab_wanted_is(lab, &filter->group, &flow->from) ||
		lab_wanted_is(lab, &filter->group, &flow->to));
}

const struct ward_flow **lab_filter_past(const struct lab *lab, const struct lab_filter *filter,
					 uint32_t *ret_n)
{
	uint32_t n_all, n = 0;
	const struct ward_flow **list =
		ward_flow_history_since(lab_flows_history(lab), filter->since_us, &n_all);

	for (uint32_t i = 0; i < n_all; i++)
		if (lab_filter_has(lab, filter, list[i]))
			list[n++] = list[i];
	*ret_n = n;
	return list;
}
