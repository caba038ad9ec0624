/* SPDX-License-Identifier: Apache-2.0 */
/* Services that nobody may reach.
 *
 * Of every pod behind the Service, ingress to the target port must be closed to every identity: all
 * pods of the input whose own egress is open to it, the nodes, and all addresses outside.  A rule
 * whose peers the input does not show may well admit somebody, so then nothing is said. */
#include "analysis/lint-parts.h"

/* A port of a Service at one of its pods. */
struct target {
	enum ward_proto proto;
	uint16_t number; /* 0: the pod does not declare the name */
};

static struct target target_of(const struct ward_service_port *port, const struct ward_pod *pod)
{
	struct target target = {.proto = port->proto, .number = port->target_number};

	if (port->target_name == WARD_NONE)
		return target;
	target.number = 0;
	for (uint32_t i = 0; pod && i < pod->n_ports; i++)
		if (pod->ports[i].name == port->target_name && pod->ports[i].proto == port->proto)
			target.number = pod->ports[i].number;
	return target;
}

static bool rule_has_port(const struct ward_rule *rule, const struct target *target,
			  const struct ward_pod *pod)
{
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct ward_port *port = &rule->ports[i];

		if (port->name == WARD_NONE) {
			if (port->proto == target->proto && port->low <= target->number &&
			    target->number <= port->high)
				return true;
			continue;
		}
		for (uint32_t p = 0; pod && p < pod->n_ports; p++)
			if (pod->ports[p].name == port->name &&
			    pod->ports[p].number == target->number)
				return true;
	}
	return rule->any_port;
}

/* Is there a rule for the port with a peer that is not to be seen here? */
static bool row_has_unseen(const struct ward_lint *lint, const struct ward_row *row,
			   const struct target *target, const struct ward_pod *pod)
{
	for (uint32_t p = 0; p < row->n_policies; p++) {
		const struct ward_lint_policy *policy = &lint->policies[row->policies[p]];

		for (uint32_t r = 0; r < policy->policy->n_rules; r++) {
			const struct ward_lint_rule *rule = &policy->rules[r];

			if (rule->rule->direction != row->direction ||
			    rule->rule->action != WARD_ACCEPT ||
			    !rule_has_port(rule->rule, target, pod))
				continue;
			for (uint32_t i = 0; i < rule->rule->n_peers; i++)
				if (!ward_lint_scope_pods(lint, rule->scopes[i]).n)
					return true;
		}
	}
	return false;
}

/* Does ingress accept the port from an address that is no pod's? */
static bool outside_may(const struct ward_lint *lint, const struct ward_row *row,
			const struct target *target)
{
	const struct ward_tables *tables = lint->tables;

	for (uint32_t i = 0; i < tables->n_prefixes; i++) {
		uint32_t cell =
			ward_row_cell(row, tables->shape_identity[tables->prefixes[i].shape]);

		if (ward_lint_map_accepts(lint, &tables->port_maps[cell], target->proto,
					  target->number, target->number))
			return true;
	}
	return false;
}

/* How near anybody comes to a pod behind the Service. */
enum access {
	ACCESS_CLOSED,	/* ingress lets nobody in */
	ACCESS_LEAVING, /* it does, but those may not go out to it */
	ACCESS_OPEN,	/* somebody may, or who may is not to be seen here */
};

static enum access pods_access(const struct ward_lint *lint, uint32_t to,
			       const struct target *target)
{
	const struct ward_row *in = ward_lint_row(lint, to, WARD_INGRESS);
	const struct ward_port port = {.proto = target->proto,
				       .name = WARD_NONE,
				       .low = target->number,
				       .high = target->number};
	const struct ward_rule rule = {.n_ports = 1, .ports = &port};
	enum access access = ACCESS_CLOSED;

	for (uint32_t from = 0; from < lint->tables->n_endpoints; from++) {
		if (!lint->tables->endpoints[from].managed || from == to ||
		    !ward_lint_row_accepts(lint, in, from, &rule, to))
			continue;
		if (ward_lint_row_accepts(lint, ward_lint_row(lint, from, WARD_EGRESS), to, &rule,
					  to))
			return ACCESS_OPEN;
		access = ACCESS_LEAVING;
	}
	return access;
}

static enum access pod_access(const struct ward_lint *lint, uint32_t endpoint,
			      const struct target *target)
{
	const struct ward_row *row = ward_lint_row(lint, endpoint, WARD_INGRESS);

	if (!row->isolated || !target->number || outside_may(lint, row, target) ||
	    row_has_unseen(lint, row, target, lint->pods[endpoint]))
		return ACCESS_OPEN;
	return pods_access(lint, endpoint, target);
}

static void closed_report(struct ward_lint *lint, const struct ward_service *service,
			  struct ward_pod_set pods, enum access access)
{
	struct target target = target_of(&service->ports[0], lint->pods[pods.items[0]]);
	const char *behind = ward_lint_pods(lint, pods);
	const char *port = ward_lint_text(lint, "%s %u", ward_proto_str(target.proto),
					  (unsigned)target.number);

	if (access == ACCESS_CLOSED)
		ward_lint_report(lint, WARD_WARNING, "unreachable-service", &service->object,
				 service->object.mark,
				 "allow ingress on the port that the Service leads to",
				 "nobody may reach it: ingress of %s to %s is closed to everyone",
				 behind, port);
	else
		ward_lint_report(lint, WARD_WARNING, "unreachable-service", &service->object,
				 service->object.mark, "allow egress at the other end too",
				 "nobody may reach it: those that may come in to %s on %s may not "
				 "go out to it",
				 behind, port);
}

static void service_check(struct ward_lint *lint, const struct ward_service *service)
{
	struct ward_lint_namespace ns = ward_lint_namespace_of(lint, service->object.ns);
	enum access best = ACCESS_CLOSED;
	WARD_VEC(uint32_t) pods = {};

	for (uint32_t i = ns.first; i < ns.first + ns.n && best < ACCESS_OPEN; i++) {
		const struct ward_endpoint *endpoint = &lint->tables->endpoints[i];

		if (!endpoint->managed ||
		    !ward_selector_matches(&service->selector,
					   ward_engine_labels(lint->engine, endpoint->labels)))
			continue;
		ward_vec_push(&pods, i);
		for (uint32_t p = 0; p < service->n_ports && best < ACCESS_OPEN; p++) {
			struct target target = target_of(&service->ports[p], lint->pods[i]);
			enum access access = pod_access(lint, i, &target);

			best = access > best ? access : best;
		}
	}
	if (pods.n && best < ACCESS_OPEN)
		closed_report(lint, service,
			      (struct ward_pod_set){.n = pods.n, .items = pods.items}, best);
	ward_vec_done(&pods);
}

void ward_lint_services(struct ward_lint *lint)
{
	for (uint32_t i = 0; i < lint->snapshot->objects.n; i++) {
		const struct ward_object *object = lint->snapshot->objects.items[i];
		const struct ward_service *service = (const struct ward_service *)object;

		if (object && object->kind == WARD_KIND_SERVICE && service->has_selector &&
		    service->n_ports)
			service_check(lint, service);
	}
}
