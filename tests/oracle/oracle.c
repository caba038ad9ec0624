/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/oracle.h"

#include <string.h>

#include "group/grouppolicy.h"
#include "kube/networkpolicy.h"
#include "oracle/parts.h"

/* ---- F4: labels ---- */

/* Labels of a pod, or of a namespace, which have its name among them whether it was given as an
 * object or not (A4.7, A4.9). */
struct labelled {
	struct ward_labels labels;
	ward_sym namespace_name; /* WARD_NONE for a pod */
	ward_sym account;	 /* of a pod, else WARD_NONE */
};

static bool label_of(const struct labelled *thing, ward_sym key, ward_sym *ret_value)
{
	if (thing->account != WARD_NONE && key == WARD_SYM_SERVICE_ACCOUNT) {
		*ret_value = thing->account;
		return true;
	}
	if (thing->namespace_name != WARD_NONE && key == WARD_SYM_METADATA_NAME) {
		*ret_value = thing->namespace_name;
		return true;
	}
	for (uint32_t i = 0; i < thing->labels.n; i++) {
		if (thing->labels.items[i].key == key) {
			*ret_value = thing->labels.items[i].value;
			return true;
		}
	}
	return false;
}

static bool requirement_holds(const struct ward_requirement *requirement,
			      const struct labelled *thing)
{
	ward_sym value = WARD_NONE;
	bool has = label_of(thing, requirement->key, &value);
	bool listed = false;

	for (uint32_t i = 0; i < requirement->n_values; i++)
		listed = listed || (has && requirement->values[i] == value);
	switch (requirement->op) {
	case WARD_OP_IN:
		return has && listed;
	case WARD_OP_NOT_IN:
		return !has || !listed;
	case WARD_OP_EXISTS:
		return has;
	case WARD_OP_NOT_EXISTS:
		return !has;
	default:
		return false;
	}
}

static bool selects(const struct ward_selector *selector, struct labelled thing)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		if (!requirement_holds(&selector->items[i], &thing))
			return false;
	}
	return true;
}

static struct labelled pod_labels(const struct ward_pod *pod)
{
	return (struct labelled){.labels = pod->labels,
				 .namespace_name = WARD_NONE,
				 .account = pod->service_account};
}

static struct labelled namespace_labels(const struct world *world, ward_sym name)
{
	struct labelled ns = {.namespace_name = name, .account = WARD_NONE};

	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];

		if (object->kind == WARD_KIND_NAMESPACE && object->name == name)
			ns.labels = ((const struct ward_namespace *)object)->labels;
	}
	return ns;
}

bool selects_pod(const struct ward_selector *selector, const struct ward_pod *pod)
{
	return selects(selector, pod_labels(pod));
}

bool selects_namespace(const struct ward_selector *selector, const struct world *world,
		       ward_sym name)
{
	return selects(selector, namespace_labels(world, name));
}

bool namespace_label(const struct world *world, ward_sym name, ward_sym key, ward_sym *ret_value)
{
	struct labelled ns = namespace_labels(world, name);

	return label_of(&ns, key, ret_value);
}

bool selects_node(const struct ward_selector *selector, const struct ward_node_object *node)
{
	struct labelled labelled = {.labels = node->labels,
				    .namespace_name = WARD_NONE,
				    .account = WARD_NONE};

	return selects(selector, labelled);
}

/* ---- F2: whose address ---- */

bool ip_in(struct ward_ip ip, const struct ward_ip *ips, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (ward_ip_eq(ips[i], ip))
			return true;
	}
	return false;
}

static int text_compare(const struct world *world, ward_sym a, ward_sym b)
{
	return strcmp(ward_symbol_str(world->symbols, a), ward_symbol_str(world->symbols, b));
}

/* A12.5: the later start; of two that started together the first by namespace, name and kind. */
static bool is_newer(const struct world *world, const struct ward_pod *pod,
		     const struct ward_pod *than)
{
	int ns, name;

	if (!than || pod->started != than->started)
		return !than || pod->started > than->started;
	ns = text_compare(world, pod->object.ns, than->object.ns);
	name = text_compare(world, pod->object.name, than->object.name);
	if (ns || name)
		return ns ? ns < 0 : name < 0;
	return pod->object.kind < than->object.kind;
}

/* The newest live pod with this address. */
static const struct ward_pod *live_pod(const struct world *world, struct ward_ip ip,
				       bool host_network)
{
	const struct ward_pod *newest = NULL;

	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_pod *pod = (const struct ward_pod *)world->objects.items[i];

		if (ward_kind_is_pod(pod->object.kind) && !pod->finished &&
		    pod->host_network == host_network && ip_in(ip, pod->ips, pod->n_ips) &&
		    is_newer(world, pod, newest))
			newest = pod;
	}
	return newest;
}

/* Of several the first by name. */
static const struct ward_node_object *node_with(const struct world *world, struct ward_ip ip)
{
	const struct ward_node_object *first = NULL;

	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];
		const struct ward_node_object *node = (const struct ward_node_object *)object;

		if (object->kind != WARD_KIND_NODE || !ip_in(ip, node->ips, node->n_ips))
			continue;
		if (!first || strcmp(ward_symbol_str(world->symbols, object->name),
				     ward_symbol_str(world->symbols, first->object.name)) < 0)
			first = node;
	}
	return first;
}

static struct endpoint endpoint_of_pod(const struct ward_pod *pod, struct ward_ip ip)
{
	return (struct endpoint){
		.kind = pod->host_network ? NODE : POD,
		.pod = pod->host_network ? NULL : pod,
		.node = pod->node,
		.ip = ip,
	};
}

static struct endpoint resolve(const struct world *world, const struct conn_end *end)
{
	const struct ward_pod *pod = end->pod;
	const struct ward_node_object *node;

	if (!pod)
		pod = live_pod(world, end->ip, false);
	if (pod)
		return endpoint_of_pod(pod, end->ip);
	node = node_with(world, end->ip);
	if (node)
		return (struct endpoint){.kind = NODE, .node = node->object.name, .ip = end->ip};
	pod = live_pod(world, end->ip, true);
	if (pod)
		return endpoint_of_pod(pod, end->ip);
	return (struct endpoint){.kind = EXTERNAL, .node = WARD_NONE, .ip = end->ip};
}

const struct ward_pod *oracle_pod_of(const struct world *world, struct ward_ip ip)
{
	return live_pod(world, ip, false);
}

/* ---- F4, F5: NetworkPolicy ---- */

static bool named_port(const struct side *side, ward_sym name, enum ward_proto proto)
{
	const struct ward_pod *pod = side->destination.pod;

	if (side->destination.kind != POD)
		return false;
	for (uint32_t i = 0; i < pod->n_ports; i++) {
		if (pod->ports[i].name == name && pod->ports[i].proto == proto &&
		    pod->ports[i].number == side->port)
			return true;
	}
	return false;
}

static bool port_matches(const struct side *side, const struct ward_np_port *port)
{
	if (side->proto == WARD_OTHER || side->proto != port->proto)
		return false;
	if (port->name != WARD_NONE)
		return named_port(side, port->name, port->proto);
	return port->low <= side->port && side->port <= port->high;
}

bool ports_match(const struct side *side, const struct ward_np_port *ports, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (port_matches(side, &ports[i]))
			return true;
	}
	return n == 0;
}

bool block_matches(const struct ward_np_peer *peer, struct ward_ip ip)
{
	if (peer->block_is_nothing || !ward_cidr_has(peer->block, ip))
		return false;
	for (uint32_t i = 0; i < peer->n_excepts; i++) {
		if (ward_cidr_has(peer->excepts[i].cidr, ip))
			return false;
	}
	return true;
}

static bool peer_matches(const struct side *side, const struct ward_networkpolicy *np,
			 const struct ward_np_peer *peer)
{
	const struct ward_pod *pod = side->other.pod;

	if (peer->has_block)
		return side->other.ip.family != WARD_FAMILY_NONE &&
		       block_matches(peer, side->other.ip);
	if (!peer->has_pods && !peer->has_namespaces)
		return false;
	if (side->other.kind != POD)
		return false;
	if (peer->has_namespaces &&
	    !selects(&peer->namespaces, namespace_labels(side->world, pod->object.ns)))
		return false;
	if (!peer->has_namespaces && pod->object.ns != np->object.ns)
		return false;
	return !peer->has_pods || selects(&peer->pods, pod_labels(pod));
}

static bool peers_match(const struct side *side, const struct ward_networkpolicy *np,
			const struct ward_np_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		if (peer_matches(side, np, &rule->peers[i]))
			return true;
	}
	return rule->n_peers == 0;
}

/* Is @np one of the policies that isolate the subject in this direction (A5.2)? */
static bool np_isolates(const struct side *side, const struct ward_networkpolicy *np)
{
	return np->object.ns == side->subject->object.ns && np->isolates[side->dir] &&
	       selects(&np->pods, pod_labels(side->subject));
}

static bool np_rule_grants(const struct side *side, const struct ward_networkpolicy *np,
			   uint32_t index)
{
	const struct ward_np_rule *rule = &np->rules[side->dir][index];

	return np_isolates(side, np) && ports_match(side, rule->ports, rule->n_ports) &&
	       peers_match(side, np, rule);
}

/* ---- F7 ---- */

static void np_judge(const struct side *side, const struct ward_networkpolicy *np, bool *isolated,
		     bool *granted)
{
	if (!np_isolates(side, np))
		return;
	*isolated = true;
	for (uint32_t i = 0; i < np->n_rules[side->dir]; i++)
		*granted = *granted || np_rule_grants(side, np, i);
}

/* The tier of NetworkPolicies and GroupPolicies; NOT_JUDGED when none isolates. */
static enum judged_by np_tier_judge(const struct side *side)
{
	bool isolated = false, granted = false;

	for (uint32_t i = 0; i < side->world->objects.n; i++) {
		const struct ward_object *object = side->world->objects.items[i];

		if (object->kind == WARD_KIND_NETWORKPOLICY)
			np_judge(side, (const struct ward_networkpolicy *)object, &isolated,
				 &granted);
		else if (object->kind == WARD_KIND_GROUPPOLICY)
			group_policy_judge(side, (const struct ward_grouppolicy *)object, &isolated,
					   &granted);
	}
	if (!isolated)
		return NOT_JUDGED;
	return granted ? BY_RULE : side->spares_self ? SELF : ISOLATED;
}

static struct judged_side side_judge(const struct side *side)
{
	struct judged_side judged;

	if (side->dir == WARD_INGRESS && side->other.kind == NODE &&
	    side->other.node != WARD_NONE && side->other.node == side->subject->node)
		return (struct judged_side){.by = OWN_NODE};
	judged = cluster_judge(side, false);
	if (judged.by != NOT_JUDGED)
		return judged;
	judged.by = np_tier_judge(side);
	if (judged.by != NOT_JUDGED)
		return judged;
	judged = cluster_judge(side, true);
	return judged.by != NOT_JUDGED ? judged : (struct judged_side){.by = OPEN};
}

/* False when policies do not see the end whose side it is. */
static bool side_of(const struct world *world, const struct conn *conn, enum ward_direction dir,
		    struct side *ret_side)
{
	struct endpoint from = resolve(world, &conn->from), to = resolve(world, &conn->to);
	struct endpoint *own = dir == WARD_EGRESS ? &from : &to;
	bool self = own->kind == POD && from.pod == to.pod;

	if (own->kind != POD || (self && (!conn->via_service || conn->hairpin == HAIRPIN_ALLOW)))
		return false;
	*ret_side = (struct side){
		.world = world,
		.dir = dir,
		.subject = own->pod,
		.other = dir == WARD_EGRESS ? to : from,
		.destination = to,
		.proto = conn->proto,
		.port = conn->port,
		.spares_self = self && conn->hairpin == HAIRPIN_SPEC,
	};
	return true;
}

void oracle_judge(const struct world *world, const struct conn *conn,
		  struct judgement *ret_judgement)
{
	*ret_judgement = (struct judgement){.accept = true};
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		struct side side;

		if (!side_of(world, conn, dir, &side))
			continue;
		ret_judgement->side[dir] = side_judge(&side);
		if (denies(ret_judgement->side[dir].by))
			ret_judgement->accept = false;
	}
}

static bool rule_grants(const struct side *side, const struct ward_object *object,
			const struct judged_rule *rule)
{
	const struct ward_networkpolicy *np = (const struct ward_networkpolicy *)object;
	const struct ward_grouppolicy *gp = (const struct ward_grouppolicy *)object;

	if (rule->kind == WARD_KIND_NETWORKPOLICY)
		return rule->index < np->n_rules[side->dir] &&
		       np_rule_grants(side, np, rule->index);
	return group_policy_grants(side, gp, rule->exempts, rule->index);
}

bool oracle_grants(const struct world *world, const struct conn *conn, enum ward_direction dir,
		   const struct judged_rule *rule)
{
	struct side side;

	if (!side_of(world, conn, dir, &side))
		return false;
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];

		if (object->kind == rule->kind && object->ns == rule->ns &&
		    object->name == rule->name)
			return rule_grants(&side, object, rule);
	}
	return false;
}
