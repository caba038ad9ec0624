/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/everyone.h"

#include <stdlib.h>
#include <string.h>

const struct small_service small_services[SMALL_SERVICES] = {
	{WARD_TCP, 1},	 {WARD_TCP, 80},  {WARD_TCP, 81},  {WARD_TCP, 91}, {WARD_UDP, 1},
	{WARD_UDP, 80},	 {WARD_UDP, 81},  {WARD_UDP, 91},  {WARD_SCTP, 1}, {WARD_SCTP, 80},
	{WARD_SCTP, 81}, {WARD_SCTP, 91}, {WARD_OTHER, 0},
};

/* The pieces that the blocks of small.c cut the addresses into; the first is all of IPv4. */
const struct ward_ip small_pieces[SMALL_PIECES] = {
	{.lo = 0x0a000000, .family = WARD_FAMILY_4},
	{.lo = 0x0a010000, .family = WARD_FAMILY_4},
	{.lo = 0x0b000000, .family = WARD_FAMILY_4},
	{.hi = UINT64_C(0xfd) << 56, .family = WARD_FAMILY_6},
	{.hi = UINT64_C(0x20) << 56, .family = WARD_FAMILY_6},
};

ward_sym run_sym(struct run *run, const char *text)
{
	return ward_symbol(&run->symbols, text);
}

/* ---- what is spoken of ---- */

static void speak_selector(struct run *run, const struct ward_selector *selector, bool of_nodes)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		run->spoken.environment |= selector->items[i].key == WARD_SYM_ENV;
		for (uint32_t k = 0; k < SMALL_POD_KEYS; k++)
			run->spoken.pod_key[k] |=
				selector->items[i].key == run_sym(run, small_pod_keys[k]);
	}
	run->spoken.nodes |= of_nodes;
}

static void speak_rule(struct run *run, const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		for (uint32_t k = 0; k < SMALL_NAMES; k++)
			run->spoken.name[k] |=
				rule->ports[i].name == run_sym(run, small_port_names[k]);
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct ward_peer *peer = &rule->peers[i];

		run->spoken.blocks |= peer->n_cidrs > 0;
		run->spoken.environment |= peer->same_environment;
		speak_selector(run, &peer->scope.pods, false);
		speak_selector(run, &peer->scope.namespaces, false);
		if (peer->kind == WARD_PEER_NODES)
			speak_selector(run, &peer->nodes, true);
	}
}

void everyone_speak(struct run *run, const struct ward_tables *tables)
{
	for (uint32_t p = 0; p < tables->n_policies; p++) {
		const struct ward_policy *policy = tables->policies[p];

		for (uint32_t i = 0; i < policy->n_subjects; i++) {
			speak_selector(run, &policy->subjects[i].pods, false);
			speak_selector(run, &policy->subjects[i].namespaces, false);
		}
		for (uint32_t r = 0; r < policy->n_rules; r++)
			speak_rule(run, &policy->rules[r]);
	}
}

/* ---- everyone ---- */

static int label_cmp(const void *a, const void *b)
{
	const struct ward_label *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

struct ward_labels everyone_labels(struct ward_label *labels, uint32_t n)
{
	if (n)
		qsort(labels, n, sizeof(*labels), label_cmp);
	return (struct ward_labels){n, labels};
}

static struct ward_ip next_ip(struct run *run, uint32_t piece)
{
	struct ward_ip ip = small_pieces[piece];

	ip.lo += 100 + run->n_addresses++;
	return ip;
}

/* The @n-th set of pod labels, or false. */
static bool pod_labels(struct run *run, uint32_t n, struct ward_labels *ret_labels)
{
	struct ward_label *labels = run_new_n(run, struct ward_label, SMALL_POD_KEYS);
	uint32_t n_labels = 0;

	for (uint32_t k = 0; k < SMALL_POD_KEYS; k++) {
		uint32_t choice = n % (SMALL_VALUES + 2);

		if (!run->spoken.pod_key[k])
			continue;
		n /= SMALL_VALUES + 2;
		if (choice <= SMALL_VALUES)
			labels[n_labels++] =
				(struct ward_label){run_sym(run, small_pod_keys[k]),
						    run_sym(run, choice < SMALL_VALUES
									 ? small_values[choice]
									 : "else")};
	}
	*ret_labels = everyone_labels(labels, n_labels);
	return n == 0;
}

static const struct ward_container_port *pod_ports(struct run *run, uint32_t names, uint32_t *ret_n)
{
	struct ward_container_port *ports =
		run_new_n(run, struct ward_container_port, SMALL_NAMES * SMALL_SERVICES);

	*ret_n = 0;
	for (uint32_t k = 0; k < SMALL_NAMES; k++)
		for (uint32_t i = 0; i < SMALL_SERVICES; i++)
			if (names >> k & 1 && small_services[i].proto != WARD_OTHER)
				ports[(*ret_n)++] = (struct ward_container_port){
					run_sym(run, small_port_names[k]), small_services[i].proto,
					small_services[i].port};
	return ports;
}

void everyone_add_pods(struct run *run, ward_sym ns)
{
	struct ward_labels labels;

	for (uint32_t n = 0; pod_labels(run, n, &labels); n++)
		for (uint32_t names = 0; names < 1 << SMALL_NAMES; names++)
			for (uint32_t i = 0; i < 2 * SMALL_PIECES; i++) {
				struct ward_pod *pod = run_new_n(run, struct ward_pod, 1);
				struct ward_ip *ip = run_new_n(run, struct ward_ip, 1);
				char name[32];

				if (((!run->spoken.blocks || run->without_addresses) && i > 1) ||
				    (names & 1 && !run->spoken.name[0]) ||
				    (names & 2 && !run->spoken.name[1]))
					continue;
				*ip = next_ip(run, i / 2);
				snprintf(name, sizeof(name), "p%u", run->n_addresses);
				pod->object = (struct ward_object){
					WARD_KIND_POD, ns, run_sym(run, name), {}};
				pod->owner_kind = WARD_KIND_POD;
				pod->owner = pod->object.name;
				pod->labels = labels;
				pod->node = WARD_NONE;
				pod->service_account = WARD_NONE;
				pod->n_ips = !run->without_addresses;
				pod->ips = ip;
				pod->ports = pod_ports(run, names, &pod->n_ports);
				ward_vec_push(&run->everyone.objects, &pod->object);
			}
}

/* A namespace that says it is called @called; several may, but only one of them can be there. */
static struct ward_namespace *namespace_make(struct run *run, const char *called, const char *env,
					     uint32_t number)
{
	struct ward_namespace *ns = run_new_n(run, struct ward_namespace, 1);
	struct ward_label *labels = run_new_n(run, struct ward_label, 2);
	char name[32], other[32];

	snprintf(name, sizeof(name), "ns-%s-%s-%u", called ? called : "", env ? env : "none",
		 number);
	snprintf(other, sizeof(other), "other-%s-%u", env ? env : "none", number);
	labels[0] =
		(struct ward_label){WARD_SYM_METADATA_NAME, run_sym(run, called ? called : other)};
	if (env)
		labels[1] = (struct ward_label){WARD_SYM_ENV, run_sym(run, env)};
	ns->object = (struct ward_object){WARD_KIND_NAMESPACE, WARD_NONE, run_sym(run, name), {}};
	ns->labels = everyone_labels(labels, env ? 2 : 1);
	return ns;
}

void everyone_add_namespaces(struct run *run)
{
	static const char *const environments[] = {NULL, "prod", "", "dev", "fresh", "fresher"};
	static const char *const called[] = {"x", "y", NULL, NULL};

	for (uint32_t n = 0; n < WARD_ARRAY_SIZE(called); n++)
		for (uint32_t e = 0; e < (run->spoken.environment ? 6u : 1u); e++) {
			struct ward_namespace *ns;

			if ((n == 0 && run->has_given) || (n == 1 && run->given_y))
				continue;
			ns = namespace_make(run, called[n], environments[e], n);
			ward_vec_push(&run->everyone.objects, &ns->object);
			everyone_add_pods(run, ns->object.name);
		}
}

void everyone_add_nodes(struct run *run)
{
	struct ward_labels labels;

	for (uint32_t n = 0; run->spoken.nodes && pod_labels(run, n, &labels); n++) {
		struct ward_node_object *node = run_new_n(run, struct ward_node_object, 1);
		struct ward_ip *ips = run_new_n(run, struct ward_ip, SMALL_PIECES);
		char name[32];

		for (uint32_t i = 0; i < SMALL_PIECES; i++)
			ips[i] = next_ip(run, i);
		snprintf(name, sizeof(name), "node%u", n);
		node->object =
			(struct ward_object){WARD_KIND_NODE, WARD_NONE, run_sym(run, name), {}};
		node->labels = labels;
		node->n_ips = run->spoken.blocks ? SMALL_PIECES : 1;
		node->ips = ips;
		ward_vec_push(&run->everyone.objects, &node->object);
	}
}

/* Namespace x as it is given on that side. */
struct ward_namespace *everyone_given(struct run *run, int set)
{
	struct ward_namespace *ns = run_new_n(run, struct ward_namespace, 1);
	struct ward_label *labels = run_new_n(run, struct ward_label, 2);
	ward_sym env = run->given[set];

	labels[0] = (struct ward_label){WARD_SYM_METADATA_NAME, run_sym(run, "x")};
	labels[1] = (struct ward_label){WARD_SYM_ENV, env};
	ns->object = (struct ward_object){WARD_KIND_NAMESPACE, WARD_NONE, run_sym(run, "x"), {}};
	ns->labels = everyone_labels(labels, env == WARD_NONE ? 1 : 2);
	return ns;
}
